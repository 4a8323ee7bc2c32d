/** The intake of one source: its log of committed batches, deduplication, and the push to the lanes. */
export { fingerprints } from './ids.ts'
export { Intake } from './intake.ts'
export { type LogDeps, readLog } from './log.ts'
export { Outbox, type OutboxDeps, type Owed, type Pushed } from './outbox.ts'
export { INTAKE_DIALS, type IntakeDials } from './dials.ts'
export type { IntakeRemote } from './remote.ts'
export type { IntakeStorage } from './store.ts'
export { Tail, type TailMessage, type TailState, WATCHER_HEADER } from './tail.ts'
export { type Usage, UsageWindow } from './usage.ts'
export { MOST_REASONS } from './protocol.ts'
export type {
  Claim,
  Commit,
  CommitReply,
  Counters,
  Fate,
  Found,
  IntakeCounts,
  LogEntry,
  LogFrom,
  LogPage,
  LogPart,
  LogQuery,
  LogSize,
  RejectedAt,
  Route,
  Shown,
  Slice,
  Verdict,
} from './protocol.ts'
