/** The intake of one source: its log of committed batches, deduplication, and the push to the lanes. */
export { FingerprintKey } from './fingerprint-key.ts'
export { FingerprintSet } from './fingerprint-set.ts'
export { fingerprints } from './ids.ts'
export { Intake } from './intake.ts'
export { LOST_TRIES, readLog } from './log.ts'
export { removeSharedOrphans } from './shared-orphans.ts'
export { Outbox, type Owed } from './outbox.ts'
export { type EventInLog, type LogPlace, type Piece, portions } from './portions.ts'
export { INTAKE_DIALS, type IntakeDials } from './dials.ts'
export type { IntakeRemote } from './remote.ts'
export { Tail, type TailMessage, type TailState, WATCHER_HEADER } from './tail.ts'
export type { SourceHealth, TellSourceHealth, TrafficFigures } from './traffic.ts'
export { type Usage, UsageWindow } from './usage.ts'
export { MOST_REASONS } from './protocol.ts'
export type {
  Claim,
  Commit,
  Counters,
  Fate,
  Found,
  IntakeCounts,
  LogEntry,
  LogFrom,
  LogQuery,
  RejectedAt,
  Route,
  Shown,
  Slice,
} from './protocol.ts'
