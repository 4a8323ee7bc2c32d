/** The lane of one destination: ledger, grants, pace, retries, dead letters. */
export { decodeSet, encodeSet, has, setOf } from './event-set.ts'
export { isGone, signFrom } from './backpressure.ts'
export {
  type DeadCode,
  deadWords,
  ENDINGS,
  type FailureCode,
  FAILURES,
  failureWords,
  laneWords,
  type StopCode,
  STOPS,
} from './codes.ts'
export { binOf, percentile } from './delay.ts'
export { type Bounds, BOUNDS } from './bounds.ts'
export { LANE_DIALS, type LaneDials } from './dials.ts'
export {
  HEALTH_STATES,
  type HealthFigures,
  type HealthRow,
  type HealthState,
  type LaneHealth,
  type TellHealth,
} from './health.ts'
export type { HourFigures, Span } from './history.ts'
export { Lane } from './lane.ts'
export { type DeadEvent, type Looked, looksInside, withPayloads } from './payloads.ts'
export { shareOf } from './permits.ts'
export { total } from './work.ts'
export { PERIODS } from './protocol.ts'
export type { LaneRemote } from './remote.ts'
export type { LaneStorage } from './store.ts'
export type {
  Attempt,
  Batched,
  Counts,
  DeadFilter,
  DeadLetter,
  EventFilter,
  Failure,
  PeriodFigures,
  Grant,
  GrantBatches,
  GrantPiece,
  LaneMetrics,
  LanePast,
  Ledger,
  Outcome,
  Part,
  Period,
  GrantLimits,
  Permit,
  PermitReport,
  Point,
  GrantProgress,
  ProgressTerms,
  Redrive,
  RedriveFilter,
  RedriveOutcome,
  Registration,
  SendResult,
  Sample,
  Settlement,
  Trace,
} from './protocol.ts'
