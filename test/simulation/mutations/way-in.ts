import type { Mutation } from './mutation.ts'

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
    seed: 5,
    breaks: 'A route that dies after the acknowledgement takes acked events with it.',
    edits: [
      {
        file: 'route/route.ts',
        from: '  let left = arrivals\n',
        to: '  let left = arrivals\n  for (const one of arrivals) one.message.ack()\n',
      },
    ],
  },
  {
    name: 'empties the inbox before the commit',
    seed: 22,
    breaks: 'The only durable copy of a batch is gone before another is made.',
    edits: [
      {
        file: 'route/route.ts',
        from: '  if (text === null) return void message.ack()\n',
        to: '  if (text === null) return void message.ack()\n  await removeInbox(deps.archive, opened.accept)\n',
      },
    ],
  },
  {
    name: 'acks what it failed to route',
    seed: 5,
    breaks: 'A message whose route failed does not come again.',
    edits: [
      {
        file: 'route/route.ts',
        from: 'message.retry({ delaySeconds: Math.min(5 * 2 ** Math.min(message.attempts, 10), 900) })',
        to: 'message.ack()',
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
    seed: 61,
    breaks: 'An intake that does not answer loses what was accepted for it.',
    edits: [
      {
        file: 'route/route.ts',
        from: "  fail(messages, new Error('the source took too long'), deps)\n",
        to: '  for (const message of messages) message.ack()\n',
      },
    ],
  },
  {
    name: 'takes busy for done',
    seed: 5,
    breaks: 'A batch in the hands of a route that dies is cleared away by the next one.',
    edits: [
      {
        file: 'route/route.ts',
        from: "      else if (verdict?.state !== 'new') arrival.message.retry({ delaySeconds: BUSY_S })",
        to: "      else if (verdict?.state !== 'new') await finish(arrival, deps)",
      },
    ],
  },
  {
    name: 'replies before the inbox has it',
    seed: 6,
    breaks: 'A client is told 200 while its events are nowhere yet.',
    edits: [
      {
        file: 'ingest/accept.ts',
        from: '  const [stored] = await Promise.all([Promise.race([put, late]), armSweep(deps)])\n  if (!stored) throw',
        to: '  void Promise.all([Promise.race([put, late]), armSweep(deps)]).catch(() => undefined)\n  if (put === null) throw',
      },
    ],
  },
  {
    name: 'takes a queue that refuses for one that has taken',
    seed: 24,
    breaks: 'What the queue refused is accepted all the same.',
    edits: [
      {
        file: 'ingest/accept.ts',
        from: "    ctx.log('warn', 'queue refused a batch', { error: String(error) })\n    return false",
        to: "    ctx.log('warn', 'queue refused a batch', { error: String(error) })\n    return true",
      },
    ],
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
    seed: 14,
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
