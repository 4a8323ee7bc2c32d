import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'

/** Grants that take as long as they may. */
const SLOWLY: Schedule = { 'd0: rate#0': 5, 'lane: progress#0': 1, 'request 0: events#0': 500 }
/** Its worker dies as it is about to settle. */
const DIES_AT_ITS_END: Schedule = { ...SLOWLY, 'deliver d0 → lane d0.settle: fate#4': 3 }

/** Everything dies while it sends. */
const KILLED: Schedule = { ...SLOWLY, 'local#0': 1, 'kills#0': 1, 'kills 0: at#0': 4_000 }

/** Mistakes between the log and a receiver: lane, deliver, settings. */
export const WAY_OUT: readonly Mutation[] = [
  {
    name: 'registers without a mark',
    seed: 7,
    breaks: 'A registration whose answer was lost is booked twice.',
    edits: [
      {
        file: 'lane/lane.ts',
        from: 'registration.parts.filter((part) => part.seq > mark)',
        to: 'registration.parts.filter((part) => part.seq > mark - 1)',
      },
    ],
  },
  {
    name: 'tells a replay by its place in its own log',
    breaks: 'What is sent once more is told of as other events than it is.',
    edits: [{ file: 'lane/work.ts', from: 'seq: origin?.seq ?? seq', to: 'seq' }],
    aimed: { 'requests#0': 3, 'replays#0': 1, 'replays 0: from#0': 2 },
  },
  {
    name: 'takes a log that is over for a new one',
    breaks: 'A registration that was long on its way is booked again when its log has ended and is forgotten.',
    edits: [{ file: 'lane/logs.ts', from: 'return row?.mark ?? null', to: 'return row ? null : null' }],
    aimed: {
      'replays#0': 1,
      'replay r0 → lane d0.register: fate#0': 7,
      'replay r0 → lane d0.register: slow there#0': 30_000,
    },
  },
  {
    name: 'forgets its marks with its work',
    seed: 26,
    breaks: 'After an eviction, a repeated registration of finished work is booked again.',
    edits: [
      {
        file: 'lane/works.ts',
        from: '    logs.done(work)\n',
        to: '',
      },
    ],
  },
  {
    name: 'retries under a lease that is over',
    seed: 18,
    breaks: 'A late "try again" sends once more what another worker has in hand.',
    edits: [
      {
        file: 'lane/settle.ts',
        from: 'const current = work.groups.find((group) => group.lease?.id === settlement.lease)\n',
        to: 'const current =\n    work.groups.find((group) => group.lease?.id === settlement.lease) ?? work.groups.find((group) => work.parts[group.part]?.seq === settlement.seq)\n',
      },
    ],
  },
  {
    name: 'counts outcomes without looking whose they are',
    seed: 8,
    breaks: 'A settlement that comes twice is counted twice.',
    edits: [
      {
        file: 'lane/settle.ts',
        from: 'const n = settled.length',
        to: 'const n = events.length',
      },
    ],
  },
  {
    name: 'settles before it sends',
    seed: 4,
    breaks: 'A worker that dies afterwards has delivered in the books only.',
    edits: [
      {
        file: 'deliver/run.ts',
        from: '      const settlement = await sendGrant(',
        to: "      const all = [{ outcome: { kind: 'delivered' as const }, events: grant.events, tookMs: 0 }]\n      await settle(lane, { work: grant.work, lease: grant.lease, seq: grant.seq, results: all }, false)\n      const settlement = await sendGrant(",
      },
    ],
  },
  {
    name: 'tells nothing while a grant goes on',
    breaks: 'When a worker dies all that it has sent of its grant is sent again, not the last second of it.',
    edits: [{ file: 'deliver/outcomes.ts', from: 'terms && !this.#isTelling', to: 'terms && this.#isTelling' }],
    aimed: DIES_AT_ITS_END,
  },
  {
    name: 'tells what has arrived only once',
    breaks: 'When a worker dies all that it has sent since its first second is sent again.',
    edits: [{ file: 'deliver/outcomes.ts', from: '    this.#isTelling = false\n', to: '' }],
    aimed: DIES_AT_ITS_END,
  },
  {
    name: 'books what has arrived in memory only',
    breaks: 'After an eviction what was booked while its grant went on is pending, and sent again.',
    edits: [
      {
        file: 'lane/booking.ts',
        from: '  noteChange(memory, work, { before, settled, settlement: progress })\n',
        to: '',
      },
    ],
    aimed: { ...SLOWLY, 'lane d0.progress: object#2': 1 },
  },
  {
    name: 'takes what has arrived for the end of a grant',
    breaks: 'A worker that goes on has lost its lease, and another sends the same events.',
    edits: [
      {
        file: 'lane/lane.ts',
        from: 'if (work) bookProgress(this.#memory, work, progress)',
        to: 'if (work) book(this.#memory, this.#granting, work, { version: 0, ...progress })',
      },
    ],
    aimed: SLOWLY,
  },
  {
    name: 'books what it is told in whichever part has that batch',
    seed: 361,
    breaks: 'An event that a work has twice is sent once, where its grant is told of twice.',
    edits: [{ file: 'lane/settle.ts', from: 'part !== undefined && work.parts[part]?.seq === seq', to: 'false' }],
  },
  {
    name: 'takes every new instance for a new generation',
    breaks: 'After an eviction what a living worker sends is granted to another.',
    edits: [
      { file: 'lane/generation.ts', from: 'generation !== undefined && held.generation !== generation', to: 'true' },
    ],
    aimed: { ...SLOWLY, 'requests#0': 12, 'local#0': 1, 'lane d0.progress: object#2': 1 },
  },
  {
    name: 'takes everybody of before for dead where none can know',
    breaks: 'On a deployment what a living worker sends is granted to another when its lane is evicted.',
    edits: [
      {
        file: 'lane/generation.ts',
        from: 'generation !== undefined && held.generation !== generation',
        to: 'held.generation !== generation || generation === undefined',
      },
    ],
    aimed: { ...SLOWLY, 'requests#0': 12, 'lane d0.progress: object#2': 1 },
  },
  {
    name: 'waits for leases of the dead',
    breaks: 'After a restart of everything a lane stands still until leases are over that nobody has.',
    edits: [
      { file: 'lane/generation.ts', from: 'generation !== undefined && held.generation !== generation', to: 'false' },
    ],
    aimed: KILLED,
  },
  {
    name: 'keeps leases in memory only',
    seed: 6,
    breaks: 'After an eviction, what is being sent is granted again at once.',
    edits: [
      {
        file: 'lane/work.ts',
        from: 'work.groups.map((group) => ({ ...group, events: encodeSet(group.events) }))',
        to: 'work.groups.map(({ lease: _, ...group }) => ({ ...group, events: encodeSet(group.events) }))',
      },
    ],
  },
  {
    name: 'does not add up shares',
    seed: 6,
    breaks: 'Each worker has the whole rate.',
    edits: [
      {
        file: 'lane/pace.ts',
        from: 'const free = rate - live.reduce((sum, lease) => sum + lease.rate, 0)',
        to: 'const free = rate',
      },
    ],
  },
  {
    name: 'starts the grant’s clock at the answer',
    breaks: 'A grant that came late is used when its share has long been given to another.',
    edits: [
      {
        file: 'deliver/turns.ts',
        from: '    this.#end = asked + grant.windowMs',
        to: '    this.#end = ctx.now() + grant.windowMs',
      },
      {
        file: 'deliver/turns.ts',
        from: '    this.#last = asked\n',
        to: '    this.#last = asked - asked + ctx.now()\n',
      },
    ],
    aimed: {
      'd0: rate#0': 4,
      'request 0: events#0': 500,
      'deliver d0 → lane d0.take: fate#0': 7,
      'deliver d0 → lane d0.take: slow#0': 12_000,
    },
  },
  {
    name: 'sends beyond its window',
    breaks: 'A worker goes on when its grant is over.',
    edits: [
      {
        file: 'deliver/turns.ts',
        from: 'return !this.#closed && turn <= this.#end && now <= this.#end',
        to: 'return !this.#closed',
      },
      { file: 'deliver/turns.ts', from: 'turn > now && turn <= this.#end &&', to: 'turn > now && this.#end > 0 &&' },
    ],
    aimed: slowReceiver(200),
  },
  {
    name: 'has any number of workers',
    seed: 2,
    breaks: 'More grants are out than the destination allows.',
    edits: [
      { file: 'lane/pace.ts', from: '  if (live.length >= concurrency) return null\n', to: '' },
      {
        file: 'lane/granting.ts',
        from: '    if (out >= most) return 0\n',
        to: '    if (expected >= 8) return 0\n',
      },
    ],
  },
  {
    name: 'counts the pause below one a second from the grant',
    breaks: 'A worker that was slow to begin is followed by the next one at once.',
    edits: [
      {
        file: 'lane/granting.ts',
        from: 'lease.rate > 0 && lease.rate < 1) {',
        to: 'lease.rate > 1 && lease.rate < 1) {',
      },
    ],
    aimed: 'slow-rate-two-in-a-second.json',
  },
  {
    name: 'believes no late Retry-After',
    breaks: 'A time that a late worker brings is not heeded.',
    edits: [
      {
        file: 'lane/lane.ts',
        from: '    this.#heedHold(settlement)\n    const work = this.#memory.works.get(settlement.work)\n',
        to: '    const work = this.#memory.works.get(settlement.work)\n    if (work?.groups.some(({ lease }) => lease?.id === settlement.lease)) this.#heedHold(settlement)\n',
      },
    ],
    aimed: 'late-retry-after.json',
  },
  {
    name: 'does not heed Retry-After',
    seed: 2,
    breaks: 'What a receiver asks for is forgotten.',
    edits: [
      {
        file: 'lane/backpressure.ts',
        from: '      this.#state.hold = { until: outcome.notBefore, why: outcome.code }\n',
        to: '',
      },
    ],
  },
  {
    name: 'forgets a hold with its memory',
    seed: 13,
    breaks: 'After an eviction, a Retry-After is over.',
    edits: [
      {
        file: 'lane/lane.ts',
        from: 'if (isOfNow && brake.holdFor(results)) unit.touchState()',
        to: 'if (isOfNow) brake.holdFor(results)',
      },
      {
        file: 'lane/granting.ts',
        from: 'if (brake.heed(results, lease, config, () => this.#live().length + 1)) unit.touchState()',
        to: 'brake.heed(results, lease, config, () => this.#live().length + 1)',
      },
    ],
  },
  {
    name: 'keeps a hold when its reason is gone',
    breaks: 'A Retry-After outlives the address that it came from.',
    edits: [
      {
        file: 'lane/terms.ts',
        from: '      this.#brake.lift()\n      this.#state.mendedIn',
        to: '      this.#state.mendedIn',
      },
    ],
    aimed: 'hold-outlives-its-address.json',
  },
  {
    name: 'believes what an old address says',
    breaks: 'What was granted before a change of address holds the lane after it.',
    edits: [
      {
        file: 'lane/lane.ts',
        from: 'const isOfNow = version >= state.mendedIn',
        to: 'const isOfNow = version >= 0',
      },
    ],
    aimed: 'old-address-holds-the-new-one.json',
  },
  {
    name: 'leaves a slowed lane to all workers',
    seed: 8,
    breaks: 'After a 429 more than one worker has the lane.',
    edits: [
      {
        file: 'lane/backpressure.ts',
        from: 'const single = this.probing || this.#ctx.now() < (this.#state.slow?.oneWorkerUntil ?? 0)',
        to: 'const single = this.probing',
      },
    ],
  },
  {
    name: 'expects a worker for ever',
    seed: 2,
    breaks: 'A wake-up that was lost is never sent again.',
    edits: [
      {
        file: 'lane/wake-ups.ts',
        from: 'this.#expected.filter((until) => until > now)',
        to: 'this.#expected.filter(() => now > 0)',
      },
    ],
  },
  {
    name: 'sets no further alarm',
    breaks: 'What is due later waits for somebody to call.',
    edits: [
      {
        file: 'lane/lane.ts',
        from: '      const report = this.#teller?.begin()\n      this.#alarm.armNext()\n',
        to: '      const report = this.#teller?.begin()\n',
      },
      {
        file: 'lane/telling.ts',
        from: '    this.#reports.compare(this.#memory.stand)\n    this.#alarm.armNext()\n',
        to: '    this.#reports.compare(this.#memory.stand)\n',
      },
    ],
    aimed: { 'queue deliveries: lost#0': 1, 'queue deliveries: lost#1': 1 },
  },
  {
    name: 'keeps a dead letter that it sends again',
    seed: 22,
    breaks: 'A second redrive sends it once more.',
    edits: [{ file: 'lane/redrive.ts', from: '      else this.#unit.revive(letter)\n', to: '' }],
  },
  {
    name: 'reads settings for others',
    breaks: 'One look at D1 that hangs stops its whole isolate.',
    edits: [
      {
        file: 'settings/lookup-cache.ts',
        from: 'if (this.#running && this.isRunning) return',
        to: 'if (this.#running) return',
      },
      {
        file: 'settings/cache.ts',
        from: 'await within(ctx, checking, READ_MS).catch((error: unknown) => this.#unanswered(error))',
        to: 'await checking',
      },
    ],
    aimed: 'hung-settings-read.json',
  },
  {
    name: 'frees a worker that still sends',
    breaks: 'A late settlement gives away the place of the worker that has the events now.',
    edits: [
      {
        file: 'lane/settle.ts',
        from: '!isEmpty(group.events) || isLeased(group, now)',
        to: '!isEmpty(group.events) || (isLeased(group, now) && now < 0)',
      },
    ],
    aimed: 'late-settlement-frees-a-running-worker.json',
  },
  {
    name: 'brings nothing back to memory',
    breaks: 'What was held when memory was full waits for ever.',
    edits: [{ file: 'lane/works.ts', from: 'front && isCalled(front);', to: 'front && front.due < 0;' }],
    aimed: 'full-lane.json',
  },
  {
    name: 'loses a batch of those that it puts together',
    breaks: 'Of registrations that were put into one row some events are never sent.',
    edits: [{ file: 'lane/held.ts', from: 'part: group.part + parts', to: 'part: group.part' }],
    aimed: 'full-lane.json',
  },
  {
    name: 'keeps the row of what is back in memory',
    breaks: 'What was held is sent once more.',
    edits: [{ file: 'lane/held.ts', from: '    this.#gone.add(front.id)\n', to: '' }],
    aimed: 'full-lane.json',
  },
  {
    name: 'forgets the mark of what it holds',
    breaks: 'After an eviction a repeated registration of what is held is booked again.',
    edits: [
      {
        file: 'lane/held.ts',
        from: '    into.work.to = work.to\n',
        to: '    into.work.to = into.work.to\n',
      },
      {
        file: 'lane/works.ts',
        from: '    logs.done(work)\n',
        to: '    if (work.groups.length === 0) logs.done(work)\n',
      },
    ],
    aimed: 'mark-of-what-is-held.json',
  },
  {
    name: 'skips dead letters between two portions',
    breaks: 'A redrive of all leaves some of them dead.',
    edits: [{ file: 'lane/redrive.ts', from: '? last.id : null', to: '? last.id - 4 : null' }],
    aimed: 'redrive-by-portions.json',
  },
  {
    name: 'ends a redrive with its first portion',
    breaks: 'What one call did not come to stays dead.',
    edits: [
      {
        file: 'lane/redrive.ts',
        from: 'const next = last && read.length === slice',
        to: 'const next = last && read.length < 0',
      },
    ],
    aimed: 'redrive-by-portions.json',
  },
  {
    name: 'a refused write drops the outcomes',
    seed: 46,
    breaks: 'What receivers say is too large for a row, and with it goes what was delivered.',
    edits: [
      {
        file: 'lane/unit-of-work.ts',
        from: '      this.#lighten()\n      this.#write()\n',
        to: '      void this.#lighten\n',
      },
    ],
  },
  {
    name: 'sends what is stopped',
    breaks: 'A lane that missed its destination’s being disabled goes on sending.',
    edits: [
      {
        file: 'deliver/run.ts',
        from: 'if (target?.stopped && !replay) {',
        to: 'if (target?.stopped && events.length < 0) {',
      },
    ],
    aimed: 'stopped-but-lane-not-told.json',
  },
  {
    name: 'reshapes what nothing asks to be reshaped',
    seed: 3,
    breaks: 'A destination that has no filters and no mappings gets something else than what is archived.',
    edits: [
      {
        file: 'deliver/shape.ts',
        from: 'let shaped = event\n',
        to: 'let shaped: SpecEvent = { ...event, properties: {} }\n',
      },
      { file: 'deliver/shape.ts', from: 'return steps.length > 0', to: 'return steps.length >= 0' },
    ],
  },
]

/** A receiver that takes nearly five seconds for each request, so that a grant does not fit into its window. */
function slowReceiver(requests: number): Schedule {
  const schedule: Schedule = { 'request 0: events#0': 100 }
  for (let n = 0; n < requests; n++) {
    schedule[`receiver d0: answer#${n}`] = 12
    schedule[`receiver d0: ms#${n}`] = 499
  }
  return schedule
}
