import type { Mutation } from './mutation.ts'

/** Requests in flight at most, as `operator.ts` has them in its list of paces. */
const ONE = { 'd0: concurrency#0': 4 }
const FOUR = { 'd0: concurrency#0': 5 }
const EIGHT = { 'd0: concurrency#0': 6 }
/** A 429, in the list of answers. */
const TOO_MANY = 3
const MANY = { 'requests#0': 6, 'request 0: events#0': 400, 'request 1: events#0': 400, 'request 2: events#0': 400 }

/** Mistakes of a lane that finds its own pace. */
export const OWN_PACE: readonly Mutation[] = [
  {
    name: 'has as many in flight as it likes',
    breaks: 'The most that somebody has set is passed.',
    edits: [
      {
        file: 'lane/own-pace.ts',
        from: 'Math.max(1, Math.min(ceiling, this.#state.own?.limit ?? START))',
        to: 'Math.max(1, Math.min(CEILING, this.#state.own?.limit ?? START, ceiling * 9))',
      },
    ],
    aimed: { ...EIGHT, ...MANY },
  },
  {
    name: 'gives each worker all six connections',
    breaks: 'Where four are allowed a worker has six in flight.',
    edits: [{ file: 'lane/pace.ts', from: ' : Math.min(each, free)', to: ' : CONNECTIONS' }],
    aimed: { ...FOUR, ...MANY },
  },
  {
    name: 'sends six at a time whatever it is granted',
    breaks: 'A worker goes beyond its grant.',
    edits: [{ file: 'deliver/sending.ts', from: 'Math.min(grant.parallel ?? PARALLEL, PARALLEL)', to: 'PARALLEL' }],
    aimed: { ...FOUR, ...MANY },
  },
  {
    name: 'wants six connections or none',
    breaks: 'Where fewer are allowed nothing is ever sent.',
    edits: [{ file: 'lane/pace.ts', from: 'return free < each / 2 ? 0', to: 'return free < CONNECTIONS ? 0' }],
    aimed: ONE,
  },
  {
    name: 'finds its own pace in spite of a 429',
    breaks: 'After a 429 more than one worker has a lane that finds its own pace.',
    edits: [
      {
        file: 'lane/granting.ts',
        from: 'return { ...limits, own }',
        to: 'return { ...limits, concurrency: workersOf(inFlight), own: { ...own, inFlight } }',
      },
    ],
    aimed: { 'd0: concurrency#0': 7, ...MANY, 'receiver d0: answer#0': TOO_MANY },
  },
  {
    name: 'lends a replay more than it has in flight',
    breaks: 'A replay’s worker has six in flight where four are allowed.',
    edits: [
      {
        file: 'lane/permits.ts',
        from: 'return parallel < CONNECTIONS ? { parallel } : {}',
        to: 'return parallel < 0 ? { parallel } : {}',
      },
    ],
    aimed: {
      ...FOUR,
      'requests#0': 3,
      'replay orders#0': 1,
      'replay orders 0: at#0': 60_000,
      'request 0: events#0': 400,
    },
  },
]
