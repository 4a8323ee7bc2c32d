import type { Schedule } from '../choices.ts'
import type { Edit, Mutation } from './mutation.ts'
import { answers, batches, repeated } from './schedule.ts'

/** The numbers of answers of receivers and of fates of calls, as recorded schedules have them. */
const FAILS = 1
const ASKS_FOR_TIME = 2
const TOO_MANY = 3
const NEVER = 5
const REFUSED = 1
const DIES = 3
const DIES_AFTER = 4
const HANGS = 5
const SLOW = 7

/** A wait of a hundred times its length. */
function longer(file: string, constant: string, value: string): Edit {
  return { file, from: `const ${constant} = ${value}`, to: `const ${constant} = 100 * ${value}` }
}

function shorter(file: string, constant: string, value: string): Edit {
  return { file, from: `const ${constant} = ${value}`, to: `const ${constant} = 0.01 * ${value}` }
}

const SLOWED: Schedule = { ...batches(6, 1_000), 'd0: rate#0': 4, 'receiver d0: answer#0': TOO_MANY }
const SLOWED_FOR_LONG: Schedule = { ...SLOWED, 'request 5: at#0': 100_000 }

/** A receiver that fails until long after the breaker's pauses are as long as they get. */
const DOWN: Schedule = { ...batches(12, 1_000), ...answers(200, FAILS), ...repeated('chance', 3_000, 0.999) }

/** The pointer of a batch in the inbox is lost. */
const LOST_POINTER: Schedule = { 'ingest → queue events.send: fate#0': REFUSED, 'queue events: lost#0': 1 }

/** Nothing in the inbox can be read for ten minutes, in a world where what is older than three is set aside. */
const UNREADABLE: Schedule = {
  'short dials#0': 1,
  'local#0': 1,
  'calm after#0': 600_000,
  ...repeated('route → R2 get inbox/: fate', 40, REFUSED),
}

/** Mistakes in how long somebody waits: what never ends, comes far too late, or is over before it may be. */
export const WAITS: readonly Mutation[] = [
  {
    name: 'never parks',
    breaks: 'What cannot be processed is tried for ever, and no person hears of it.',
    edits: [{ file: 'inbox/sweep.ts', from: 'if (age < this.#dials.oldestMs) {', to: 'if (age >= 0) {' }],
    aimed: UNREADABLE,
  },
  {
    name: 'parks too late',
    breaks: 'What cannot be processed is tried for longer than is said.',
    edits: [
      {
        file: 'inbox/sweep.ts',
        from: 'if (age < this.#dials.oldestMs) {',
        to: 'if (age < this.#dials.oldestMs * 100) {',
      },
    ],
    aimed: UNREADABLE,
  },
  {
    name: 'sweeps once in an hour',
    breaks: 'A batch whose pointer is lost waits for most of an hour.',
    edits: [longer('inbox/sweep.ts', 'EVERY_MS', '30_000')],
    aimed: LOST_POINTER,
  },
  {
    name: 'takes what is old in the inbox for young',
    breaks: 'A batch whose pointer is lost waits for hours.',
    edits: [longer('inbox/sweep.ts', 'YOUNGEST_MS', '60_000')],
    aimed: LOST_POINTER,
  },
  {
    name: 'claims a batch for an hour',
    breaks: 'A batch in the hands of a route that has died is busy for most of an hour.',
    edits: [longer('intake/intake.ts', 'CLAIM_MS', '30_000')],
    aimed: { 'route → R2 put raw/: fate#0': DIES },
  },
  {
    name: 'comes back late to what was busy',
    breaks: 'A batch that another route had in hand waits for a quarter of an hour.',
    edits: [longer('route/route.ts', 'BUSY_S', '10')],
    aimed: { 'route → R2 put raw/: fate#0': DIES },
  },
  {
    name: 'tries what failed to route a day later',
    breaks: 'One call that fails delays a batch for a day.',
    edits: [{ file: 'route/route.ts', from: 'Math.min(5 * 2 ** Math.min(attempts, 10), 900)', to: '100 * 900' }],
    aimed: { 'route → R2 put raw/: fate#0': REFUSED },
  },
  {
    name: 'waits for a source for an hour',
    breaks: 'One call that hangs holds a queue batch until its invocation is ended.',
    edits: [longer('route/route.ts', 'SOURCE_MS', '60_000')],
    aimed: { 'route → R2 put raw/: fate#0': HANGS },
  },
  {
    name: 'waits long for a push',
    breaks: 'A registration that is never answered keeps its lane from hearing anything for a quarter of an hour.',
    edits: [longer('intake/outbox.ts', 'PUSH_MS', '10_000')],
    aimed: { 'intake s0 → lane d0.register: fate#0': HANGS },
  },
  {
    name: 'looks an hour after a commit',
    breaks: 'What an intake committed and died before pushing waits for most of an hour.',
    edits: [longer('intake/intake.ts', 'ALARM_MS', '30_000')],
    aimed: { 'intake s0.commit: object#0': 3 },
  },
  {
    name: 'expects a worker for long',
    breaks: 'A wake-up that was lost is sent again a quarter of an hour later.',
    edits: [longer('lane/wake-ups.ts', 'WAKE_UP_MS', '10_000')],
    aimed: { 'd0: concurrency#0': 0, 'queue deliveries: lost#0': 1, 'queue deliveries: lost#1': 1 },
  },
  {
    name: 'looks again late',
    breaks: 'What is due and has no worker waits for a quarter of an hour.',
    edits: [longer('lane/due.ts', 'SAFETY_MS', '10_000')],
    aimed: { 'queue deliveries: lost#0': 1, 'queue deliveries: lost#1': 1 },
  },
  {
    name: 'lends for long',
    breaks: 'What a worker had that has died waits for eight minutes.',
    edits: [longer('lane/grant.ts', 'LEASE_MARGIN_MS', '5_000')],
    aimed: { 'deliver d0 → lane d0.take: fate#0': DIES_AFTER },
  },
  {
    name: 'takes what it lent back early',
    breaks: 'What a worker says within its time is not heard.',
    edits: [
      {
        file: 'lane/grant.ts',
        from: 'until: now + keptMs + windowMs + config.timeoutMs + LEASE_MARGIN_MS',
        to: 'until: now + keptMs + 0 * LEASE_MARGIN_MS + windowMs',
      },
    ],
    aimed: {
      'request 0: events#0': 7,
      'receiver d0: answer#0': NEVER,
      'receiver d0: answer#1': NEVER,
      'deliver d0 → lane d0.settle: fate#0': SLOW,
      'deliver d0 → lane d0.settle: slow there#0': 8_000,
    },
  },
  {
    name: 'gives a worker ten minutes',
    breaks: 'A grant goes on when much of what it goes by has changed.',
    edits: [longer('lane/pace.ts', 'WINDOW_MS', '5_000')],
    aimed: {},
  },
  {
    name: 'works for a quarter of an hour',
    breaks: 'A worker goes on as long as the platform lets it.',
    edits: [longer('deliver/run.ts', 'RUN_MS', '10_000')],
    aimed: { 'request 0: events#0': 400, 'd0: rate#0': 3, 'd0: concurrency#0': 0 },
  },
  {
    name: 'rests long after what could not be sent',
    breaks: 'One read of the archive that fails delays its events for minutes.',
    edits: [longer('lane/settle.ts', 'UNSENT_PAUSE_MS', '5_000')],
    aimed: { 'deliver d0 → R2 get raw/: fate#0': REFUSED },
  },
  {
    name: 'is not slower after a 429',
    breaks: 'A receiver that says "too fast" is sent to as fast as before.',
    edits: [
      { file: 'lane/backpressure.ts', from: 'rate: Math.max(least, rate / 2) }', to: 'rate: Math.max(least, rate) }' },
    ],
    aimed: SLOWED,
  },
  {
    name: 'grants what a 429 has taken',
    breaks: 'The slower pace is shown and not kept.',
    edits: [
      {
        file: 'lane/granting.ts',
        from: 'freeShare(limits, ',
        to: 'freeShare({ ...limits, rate: config.rate }, ',
      },
    ],
    aimed: SLOWED,
  },
  {
    name: 'stays slow after a 429',
    breaks: 'A pace that was halved takes hours to come back.',
    edits: [longer('lane/backpressure.ts', 'GOOD_MS', '10_000')],
    aimed: SLOWED_FOR_LONG,
  },
  {
    name: 'is fast again at once after a 429',
    breaks: 'A pace that was halved is back within seconds.',
    edits: [shorter('lane/backpressure.ts', 'GOOD_MS', '10_000')],
    aimed: SLOWED_FOR_LONG,
  },
  {
    name: 'leaves a slowed lane to one worker for a day',
    breaks: 'After one 429 a lane never comes to its rate again.',
    edits: [longer('lane/backpressure.ts', 'ONE_WORKER_MS', '10 * 60_000')],
    aimed: SLOWED,
  },
  {
    name: 'leaves a slowed lane to one worker for seconds',
    breaks: 'What is in flight elsewhere follows a 429.',
    edits: [shorter('lane/backpressure.ts', 'ONE_WORKER_MS', '10 * 60_000')],
    aimed: SLOWED,
  },
  {
    name: 'pauses for hours',
    breaks: 'A receiver that was down for long is tried again hours after it is back.',
    edits: [longer('lane/backpressure.ts', 'LONGEST_PAUSE_MS', '5 * 60_000')],
    aimed: { ...DOWN, 'calm after#0': 3_600_000 },
  },
  {
    name: 'holds for as long as a receiver says',
    breaks: 'One answer stops a lane for days.',
    edits: [
      {
        file: 'deliver/retry-after.ts',
        from: 'export const LONGEST_HOLD_MS = 3_600_000',
        to: 'export const LONGEST_HOLD_MS = 100 * 3_600_000',
      },
    ],
    aimed: { 'receiver d0: answer#0': ASKS_FOR_TIME, 'receiver d0: retry-after#0': 172_800 },
  },
  {
    name: 'spares nobody for a hold',
    breaks: 'What waits for what a receiver asked for dies of it, untried.',
    edits: [{ file: 'lane/due.ts', from: '  if (!hold || mode', to: '  if (hold || !hold || mode' }],
    aimed: {
      ...batches(3, 1_000),
      'd0: schedule#0': 1,
      'receiver d0: answer#0': ASKS_FOR_TIME,
      'receiver d0: retry-after#0': 600,
    },
  },
  {
    name: 'spares for seconds after a hold',
    breaks: 'What a slow lane does not come to at once after a hold dies of it, untried.',
    edits: [{ file: 'lane/due.ts', from: 'const SPARED_MS = 3_600_000', to: 'const SPARED_MS = 0.01 * 3_600_000' }],
    aimed: {
      'd0: schedule#0': 1,
      'd0: rate#0': 0,
      'request 0: events#0': 90,
      'receiver d0: answer#0': ASKS_FOR_TIME,
      'receiver d0: retry-after#0': 600,
    },
  },
  {
    name: 'spares for minutes in all',
    breaks: 'What waits for a long hold dies of it, untried.',
    edits: [
      {
        file: 'lane/due.ts',
        from: 'const MOST_SPARED_MS = 24 * 3_600_000',
        to: 'const MOST_SPARED_MS = 0.01 * 24 * 3_600_000',
      },
    ],
    aimed: {
      ...batches(3, 1_000),
      'd0: schedule#0': 1,
      'receiver d0: answer#0': ASKS_FOR_TIME,
      'receiver d0: retry-after#0': 2_000,
    },
  },
  {
    name: 'tries for a fortnight',
    breaks: 'What nobody takes is tried for longer than its schedule has it.',
    edits: [{ file: 'lane/schedule.ts', from: 'ageMs: 4 * 3_600_000', to: 'ageMs: 100 * 4 * 3_600_000' }],
    aimed: { ...DOWN, ...answers(600, FAILS), 'calm after#0': 18_000_000 },
  },
  {
    name: 'gives up within minutes',
    breaks: 'A receiver that is down for a short while gets nothing of what came meanwhile.',
    edits: [{ file: 'lane/schedule.ts', from: 'ageMs: 4 * 3_600_000', to: 'ageMs: 0.01 * 4 * 3_600_000' }],
    aimed: { ...batches(4, 1_000), ...answers(60, FAILS) },
  },
]
