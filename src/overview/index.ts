/** What became of events on their way, counted: by step, reason, call and name. */
export { kindOfKey, type EventKind, nameKey, nameOfKey, othersOf } from './kinds.ts'
export { WAY_DIALS, type WayDials, WayRows, type Slots } from './way-rows.ts'
export { addWays, stepSums, type Way, wayKey, type WayStep, WAY_STEPS, wayOf, type Ways } from './ways.ts'
export type { WaysAt, WayQuery } from './protocol.ts'
