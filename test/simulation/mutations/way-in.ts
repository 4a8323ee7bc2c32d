import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'

/** Five requests at once: two go alone, the others wait and share a message. */
const SENT_TOGETHER: Schedule = {
  'requests#0': 5,
  ...Object.fromEntries([1, 2, 3, 4].map((n) => [`request ${n}: close behind#0`, 1])),
}
/** The same in a local run, where they share an object. */
const TOGETHER: Schedule = { ...SENT_TOGETHER, 'local#0': 1 }
/** The last of them is of another source. */
const OF_TWO: Schedule = { ...TOGETHER, 'sources#0': 2, 'request 4: source#0': 1 }

/** Mistakes between a request and the log: ingest, inbox, route, intake. */
export const WAY_IN: readonly Mutation[] = [
  {
    name: 'drops what it has put together',
    seed: 5,
    breaks: 'An acked event is nowhere, neither in its batch nor among what was rejected.',
    edits: [{ file: 'ingest/events.ts', from: '      events.lines.push(scanned.decoded(own))\n', to: '' }],
  },
  {
    name: 'acks before the commit',
    seed: 1,
    breaks: 'A route that dies after the acknowledgement takes acked events with it.',
    edits: [
      {
        file: 'route/route.ts',
        from: '  let left = arrivals\n',
        to: '  let left = arrivals\n  for (const { item } of arrivals) await item.done()\n',
      },
    ],
  },
  {
    name: 'empties the inbox before the commit',
    seed: 22,
    breaks: 'The only durable copy of a batch is gone before another is made.',
    edits: [
      {
        file: 'route/opening.ts',
        from: '  if (text === null) return void message.ack()\n',
        to: '  if (text === null) return void message.ack()\n  await deps.archive.delete(`inbox/${id}`)\n',
      },
    ],
  },
  {
    name: 'waits without end for an object of the inbox',
    aimed: 'an-inbox-object-that-never-comes.json',
    breaks: 'One that R2 never gives holds whatever was handed out with it.',
    edits: [
      {
        file: 'route/opening.ts',
        from: 'await within(ctx, openInbox(archive, pointer), READ_MS)',
        to: 'await openInbox(archive, pointer)',
      },
    ],
  },
  {
    name: 'acks what it failed to route',
    seed: 1,
    breaks: 'A message whose route failed does not come again.',
    edits: [
      {
        file: 'route/route.ts',
        from: '  for (const item of items) item.again(delayAfter(item.attempts))',
        to: '  for (const item of items) void item.done()',
      },
    ],
  },
  {
    name: 'forgets the second half of what failed',
    seed: 82,
    breaks: 'Messages that nobody answers for are taken for acknowledged.',
    edits: [
      {
        file: 'route/route.ts',
        from: '    await routeParted(source, arrivals.slice(middle), deps, partings)\n',
        to: '',
      },
    ],
  },
  {
    name: 'takes a source that is late for done',
    seed: 50,
    breaks: 'An intake that does not answer loses what was accepted for it.',
    edits: [
      {
        file: 'route/route.ts',
        from: "  fail(items, new Error('the source took too long'), deps)\n",
        to: '  for (const item of items) void item.done()\n',
      },
    ],
  },
  {
    name: 'takes busy for done',
    seed: 1,
    breaks: 'A batch in the hands of a route that dies is cleared away by the next one.',
    edits: [
      {
        file: 'route/route.ts',
        from: "      else if (verdict?.state !== 'new') arrival.item.again(BUSY_S)",
        to: "      else if (verdict?.state !== 'new') await arrival.item.done()",
      },
    ],
  },
  {
    name: 'replies before the inbox has it',
    seed: 1,
    breaks: 'A client is told 200 while its events are nowhere yet.',
    edits: [
      {
        file: 'ingest/accept.ts',
        from: '  const [id] = await Promise.all([deps.groups.inbox.store(batch), armSweep(deps)])\n',
        to: '  void Promise.all([deps.groups.inbox.store(batch), armSweep(deps)]).catch(() => undefined)\n  const id = batch.accept\n',
      },
    ],
  },
  {
    name: 'tells those who wait before the put is durable',
    breaks: 'Requests that share an object are told 200 while it is nowhere yet.',
    edits: [
      {
        file: 'ingest/group-commit.ts',
        from: '    this.#flights.add(flight)\n',
        to: "    this.#flights.add(flight)\n    for (const member of members) member.tell('stored')\n",
      },
    ],
    aimed: { ...TOGETHER, 'ingest → R2 put inbox/: fate#2': 1 },
  },
  {
    name: 'takes the silence of a put for success',
    breaks: 'Whoever waits for a request that was cancelled is told 200 for what nobody has stored.',
    edits: [
      {
        file: 'ingest/group-commit.ts',
        from: "      if (word === 'stored') return undefined\n",
        to: "      if (word === 'stored' || (word === 'silence' && own.flight)) return undefined\n",
      },
    ],
    aimed: { ...TOGETHER, 'ingest → R2 put inbox/: fate#2': 8 },
  },
  {
    name: 'removes a group when one of its batches is committed',
    breaks: 'What shares an object with a batch that was faster is gone with it.',
    edits: [
      {
        file: 'route/parcel.ts',
        from: '    if (this.#done.size === this.items.length) await this.#finish()\n',
        to: '    await this.#finish()\n',
      },
    ],
    aimed: { ...OF_TWO, 'route → intake s1.commit: ms#0': 4_000, 'route → intake s1.commit: fate#0': 3 },
  },
  {
    name: 'parts a group without keeping the rest',
    breaks: 'What failed of a group is forgotten with what is done.',
    edits: [
      {
        file: 'route/parcel.ts',
        from: '    await putInbox(archive, rest, encodeGroup(left.map(({ text }) => text)))\n',
        to: '    void [putInbox, archive, encodeGroup]\n',
      },
    ],
    aimed: { ...OF_TWO, 'route → intake s1.begin: fate#0': 1 },
  },
  {
    name: 'takes a queue that refuses for one that has taken',
    seed: 24,
    breaks: 'What the queue refused is accepted all the same.',
    edits: [
      {
        file: 'ingest/send.ts',
        from: "    ctx.log('warn', 'queue refused a batch', { error: String(error) })\n    return false",
        to: "    ctx.log('warn', 'queue refused a batch', { error: String(error) })\n    return true",
      },
    ],
  },
  {
    name: 'takes a message that was refused for one that has taken those who share it',
    breaks: 'Requests that share a message are told 200 for what nobody has stored.',
    edits: [
      {
        file: 'ingest/accept.ts',
        from: '    () => true,\n    () => false,\n',
        to: '    () => true,\n    () => true,\n',
      },
    ],
    aimed: { ...SENT_TOGETHER, 'ingest → queue events.send: fate#2': 1 },
  },
  {
    name: 'never sweeps the inbox',
    seed: 2,
    breaks: 'A batch whose pointer is lost waits for ever.',
    edits: [{ file: 'inbox/sweep.ts', from: '      await this.#sweep()\n', to: '' }],
  },
  {
    name: 'drops what the queue gave up',
    seed: 107,
    breaks: 'What was retried too often is acknowledged instead of parked.',
    edits: [
      {
        file: 'inbox/given-up.ts',
        from: "      if (accept !== null) await park(archive, accept, String(message.body), 'The queue gave it up after a day.')\n",
        to: '      void [accept, park, archive]\n',
      },
    ],
  },
  {
    name: 'commits without looking again',
    seed: 1,
    breaks: 'Two routes that began together both commit: events are twice in the archive.',
    edits: [{ file: 'intake/intake.ts', from: "    if (this.#known(commit)) return 'conflict'\n", to: '' }],
  },
  {
    name: 'commits the same batch twice',
    seed: 8,
    breaks: 'A commit whose answer was lost is refused as a conflict, and its object removed under the log.',
    edits: [{ file: 'intake/intake.ts', from: "    if (this.#batches.has(commit.batch)) return 'ok'\n", to: '' }],
  },
  {
    name: 'overlooks repeats within one batch',
    breaks: 'An event that its client sent twice in a moment is twice in the archive.',
    edits: [
      { file: 'intake/intake.ts', from: '|| !seen.add(ids, event)) duplicates', to: ') duplicates' },
      { file: 'intake/intake.ts', from: 'const seen = new FingerprintSet(this.#key)', to: 'void FingerprintSet' },
    ],
    aimed: { 'request 0: sent again#0': 10 },
  },
  {
    name: 'forgets its ids with its memory',
    seed: 7,
    breaks: 'After an eviction, repeats are new.',
    edits: [
      { file: 'intake/intake.ts', from: '      this.#learn(seq, row.batch, recent?.accepts ?? [], ids)\n', to: '' },
    ],
  },
  {
    name: 'pushes without an alarm',
    breaks: 'An intake that dies between commit and push tells no lane until somebody happens to call it.',
    edits: [
      {
        file: 'intake/intake.ts',
        from: '    this.#arm(now + ALARM_MS)\n    this.#outbox.push()',
        to: '    this.#outbox.push()',
      },
    ],
    aimed: { 'intake s0.commit: object#0': 3 },
  },
  {
    name: 'waits for a push that hangs',
    breaks: 'A registration that is never answered stops its destination for good.',
    edits: [
      {
        file: 'intake/outbox.ts',
        from: '      if ((this.#pushing.get(destination) ?? 0) > now) continue',
        to: '      if (this.#pushing.has(destination)) continue',
      },
    ],
    aimed: { 'intake s0 → lane d0.register: fate#0': 5 },
  },
  {
    name: 'says that it has pushed what it has not',
    breaks: 'What is stored of the push leads the lanes, and an eviction drops what they lack.',
    edits: [
      {
        file: 'intake/outbox.ts',
        from: 'pushed[destination] ??= (first ?? 1) - 1',
        to: 'pushed[destination] = first ?? 1',
      },
    ],
    aimed: {
      'intake s0 → lane d0.register: fate#0': 5,
      'intake s0 → lane d0.register: fate#1': 5,
      'intake s0.alarm: fate#1': 1,
    },
  },
  {
    name: 'does not ask whether an event is wanted',
    seed: 3,
    breaks: 'A destination gets events whose own integrations object names it with false.',
    edits: [{ file: 'match/match.ts', from: 'return integrations[name] !== false', to: 'return true' }],
  },
]
