import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'
import { answers, batches } from './schedule.ts'

const REFUSED = 8
/** A destination that is deleted. */
const DELETE = 4
/** A call that is under way as long as is said beside it. */
const SLOW = 7

/** Two events are given up, and sent once more in the end. */
const GIVEN_UP: Schedule = { ...batches(2, 20_000), ...answers(2, REFUSED) }

/** Mistakes in what people are told: lists, and alerts. */
export const TOLD: readonly Mutation[] = [
  {
    name: 'says once how it stands and never again',
    breaks: 'Lists show a destination as it was.',
    edits: [{ file: 'lane/health.ts', from: 'return health.key !== keyOfStand(stand)', to: 'return false' }],
    aimed: batches(2, 120_000),
  },
  {
    name: 'opens an alert and never closes it',
    breaks: 'What is over stays open.',
    edits: [{ file: 'control/alerts/commands.ts', from: 'if (over.length > 0)', to: 'if (over.length > 99)' }],
    aimed: GIVEN_UP,
  },
  {
    name: 'takes a notice for told that nobody took',
    breaks: 'An alert is opened and nobody hears of it.',
    edits: [{ file: 'control/alerts/commands.ts', from: 'if (posted.every(Boolean)) told.push', to: 'told.push' }],
    aimed: { ...GIVEN_UP, 'notices: fate#0': 1 },
  },
  {
    name: 'opens an alert of what is gone',
    aimed: {
      ...GIVEN_UP,
      'changes#0': 1,
      'changes 0: at#0': 12_000,
      'changes 0: what#0': DELETE,
      'lane d0 → D1 INSERT alerts: fate#0': SLOW,
      'lane d0 → D1 INSERT alerts: slow there#0': 6_000,
    },
    breaks: 'A lane that was slow to judge opens an alert that nobody closes.',
    edits: [{ file: 'control/alerts/store.ts', from: 'and(isThere, once', to: 'and(undefined, once' }],
  },
  {
    name: 'fails a replay in silence',
    breaks: 'A replay has failed and nobody is told.',
    edits: [{ file: 'wiring.ts', from: "if (state === 'failed')", to: "if (state === 'failed' && ctx.now() < 0)" }],
    aimed: {
      ...batches(2, 1_000),
      'd0: rate#0': 0,
      'replay orders#0': 1,
      'replay orders 0: at#0': 60_000,
      'changes#0': 1,
      'changes 0: at#0': 61_000,
      'changes 0: what#0': DELETE,
    },
  },
]
