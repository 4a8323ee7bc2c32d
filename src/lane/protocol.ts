import type { Chunk } from '../archive/index.ts'
import type { EventType } from '../event/index.ts'
import type { FilterCode } from '../match/index.ts'
import type { LaneConfig } from '../settings/index.ts'
import type { DeadCode, FailureCode, StopCode } from './codes.ts'
import type { LaneHealth } from './health.ts'
import type { HourFigures } from './history.ts'

/** Numbers by a code, such as `{ "http_503": 4 }`. */
export type Counts = Record<string, number>

/** A committed batch as one lane sees it: where it lies, and which of its events are for this destination. */
export interface Part {
  /** Its place in the log that registers it. */
  seq: number
  /** Where its events come from, when that is a batch of another log; traces, dead letters and event pages go by it. */
  origin?: { log: string; seq: number }
  key: string
  chunks: Chunk[]
  /** An encoded event set (`EventSet`). */
  events: string
  /** Events that the rules of the destination keep from it, by code. */
  filtered: Counts
  /** Of these how many are of which kind, by code and then by `nameKey`, as far as it is told. */
  filteredKinds?: Record<string, Counts>
}

/** All that a log has for a lane after `from`, up to `to`. */
export interface Registration {
  log: string
  from: number
  to: number
  parts: Part[]
  config: LaneConfig
  /** Rows of the log that are lost: nobody knows what of them this lane was to get. */
  lost?: LostRows
}

/** Rows of a log that cannot be read any more, and new events in them; `null`: not known. */
export interface LostRows {
  rows: number
  events: number | null
}

/** An archived batch of which a grant has events, where it has some of several. */
export interface GrantPiece {
  seq: number
  key: string
  /** The members to read. */
  chunks: Chunk[]
  /** The number, as a grant has it, of the first event of the first chunk. */
  first: number
  /** What the index of an event in its batch is less than its number. */
  base: number
}

/** How a grant's events are put together into requests. */
export interface GrantBatches {
  /** Numbers of events at which a batch begins, beside the first. */
  cuts: number[]
  /** Bytes of a body: one that has more is sent in halves. */
  maxBytes: number
  /** There may be one request only: what it leaves is for another grant. */
  single?: true
}

/** The right to send some events of one batch; it ends by settling or by its lease. */
export interface Grant {
  work: number
  /** Its part of the work; absent, from a lane of before: whichever has this seq. */
  part?: number
  lease: string
  log: string
  seq: number
  key: string
  /** The members to read: they hold all of `events`. */
  chunks: Chunk[]
  /** Index of the first event of the first chunk. */
  first: number
  /** Ascending indexes into the batch; where there are `pieces`, numbers that go on over them. */
  events: number[]
  /** Where it has events of several archived batches: all of them, and no other is read. */
  pieces?: GrantPiece[]
  /** Absent: each event has a request of its own. */
  batches?: GrantBatches
  /** How often these were tried before. */
  attempt: number
  /** Requests per second of this grant; `null`: no limit. A batch is one. */
  rate: number | null
  /** Requests in flight at most; absent, from a lane of before: six. */
  parallel?: number
  /** Milliseconds that a connection rests after a request that failed; absent: none. */
  restMs?: number
  /** When the lane is told what has arrived while it goes on; absent: only at its end. */
  progress?: ProgressTerms
  /** Milliseconds, counted from when the worker asked, in which requests may begin. */
  windowMs: number
  /** Of the settings that the lane goes by: with older ones nothing may be sent. */
  version: number
}

/** What a grant may be at most, beside the pace of the lane that makes it. */
export interface GrantLimits {
  /** Requests per second; `null`: no limit. */
  rate: number | null
  /** Milliseconds that its requests may go on; `null`: as long as the lane has it. */
  windowMs: number | null
  /** Events, or batches where they are sent in batches; `null`: no limit. */
  events: number | null
  /** Requests in flight; absent: as many as a worker can. */
  parallel?: number
}

/** The right of a replay's worker to a part of the pace of its destination's lane. */
export interface Permit extends GrantLimits {
  id: string
  /** Milliseconds: no further grant is asked for after this. */
  runMs: number
}

/** What came of a replay's grant, as the lane of its destination has to know. */
export interface PermitReport {
  /** Of the settings that were sent by. */
  version: number
  results: SendResult[]
  latencyMs?: number
}

export type Outcome =
  /** Arrived. */
  | { kind: 'delivered' }
  /** The receiver does not want it; not an error. */
  | { kind: 'filtered'; code: FilterCode }
  /** Given up. */
  | { kind: 'dead'; code: FailureCode }
  /** Failed, but may succeed later: not before `notBefore` (ms) when the receiver named a time. */
  | { kind: 'retry'; code: FailureCode; notBefore?: number }
  /** Never tried: the window closed, or the archive or the settings could not be read. Costs no attempt. */
  | { kind: 'unsent' }

/** What a receiver said, cut to a few kilobytes, with the request that it answered. */
export interface Sample {
  at: string
  request: { method: string; url: string; headers: Record<string, string>; body: string }
  response?: { status: number; headers: Record<string, string>; body: string }
  error?: string
}

/** The requests that had the events of a result, where they are sent in batches. */
export interface Batched {
  /** Numbers of the requests in their grant. Of what is unsent: it was to be one, as it is a part of what was too much for one. */
  requests: number[]
  /** Events of each. */
  size: number
  /** The answer said it of these events, not of all of its request. */
  isOwn?: true
}

/** Events of one grant that ended alike. */
export interface SendResult {
  outcome: Outcome
  events: number[]
  /** HTTP status, when there was an answer. */
  status?: number
  /** The receiver's own words, when it answered JSON with a `message`. */
  message?: string
  sample?: Sample
  /** Milliseconds of the slowest of the requests. */
  tookMs: number
  batch?: Batched
  /** Of events that were delivered: how many took from accepted to delivered how long, by bin (`binOf`). */
  delays?: Counts
}

export interface Settlement {
  work: number
  /** That of the grant, if it had one. */
  part?: number
  lease: string
  seq: number
  /** That of the grant. */
  version: number
  results: SendResult[]
  /** What the events are that were looked at: by `nameKey`. */
  kinds?: Record<string, number[]>
  /** Median of what the receiver's answers took, without those that failed; absent: there were none. */
  latencyMs?: number
}

/** A lane is told what has arrived after so many milliseconds, where it is so many events. */
export interface ProgressTerms {
  everyMs: number
  leastEvents: number
}

/** What has arrived, or is not wanted, so far of a grant that goes on: what nobody has been told of yet. */
export type GrantProgress = Pick<Settlement, 'work' | 'part' | 'lease' | 'seq' | 'results' | 'kinds'>

/** accepted = delivered + filtered + pending + dead, exactly, at all times. */
export interface Ledger {
  accepted: number
  delivered: number
  filtered: number
  pending: number
  dead: number
  /** ISO time since when the oldest pending event is owed; `null`: none is, or so much waits that it is not known. */
  oldestPendingAt: string | null
}

export interface LaneMetrics {
  ledger: Ledger
  filtered: Counts
  dead: Counts
  /** Events by how their attempts ended: `delivered`, or the code of the failure. */
  attempts: Counts
  /** Why nothing is granted: the code of an answer, `gone`, `paused` or `disabled`; `until` is null for without end. */
  hold: { until: string | null; why: FailureCode | StopCode } | null
  /** The failures in a row for which the breaker is open, the last one's code, and ISO times: since when, next try. */
  breaker: { failures: number; since: string; why: FailureCode; until: string } | null
  /** What a 429 has made of the pace: requests a second (`null`: no limit), and until when one worker is alone. */
  slowed: { rate: number | null; oneWorkerUntil: string } | null
  /**
   * Where it finds its own pace: requests that may be in flight at the moment, how many at most as far as it has found out,
   * and milliseconds that an answer takes (`null`: not known yet). `null`: its workers are fixed.
   */
  ownPace: { inFlight: number; limit: number; latencyMs: number | null } | null
  /** ISO time since when it is paused by its settings. */
  pausedSince: string | null
  /** The last failures, the newest first: a few, of different codes. */
  failures: Failure[]
  /** Dead letters are still being sent once more. */
  redriving: boolean
  /** What of its logs was lost before it heard of it, in all, and when the last of it was passed, as an ISO time. */
  lost: (LostRows & { at: string }) | null
  /** When a period was asked for. */
  figures?: PeriodFigures
  health?: LaneHealth
}

/** A span of time that ends now, for which a lane tells its figures. */
export const PERIODS = ['1h', '24h', '7d'] as const
export type Period = (typeof PERIODS)[number]

/** What happened in one step of a period. Unit: events, unless it says otherwise. */
export interface Point {
  /** ISO time of its beginning. */
  at: string
  accepted: number
  delivered: number
  filtered: number
  dead: number
  /** Dead letters that were put on their way again: they are in `dead` of the time when they were given up. */
  redriven: number
  /** Attempts, of one event each, that did not succeed. */
  failedAttempts: number
  /** Those of them that were to be tried again. */
  retried: number
  /** Of attempts that succeeded or failed, the share that succeeded, 0 to 1; `null`: there were none. */
  successRate: number | null
  /** Milliseconds from accepted to delivered, at most 9.1 % off; `null`: nothing was delivered. */
  p50Ms: number | null
  p95Ms: number | null
}

export interface PeriodFigures {
  period: Period
  /** ISO times. */
  from: string
  until: string
  stepMs: number
  total: Omit<Point, 'at'> & {
    /** Delivered events a second, on the average of the period. */
    deliveredPerSecond: number
    breakdown: { filtered: Counts; dead: Counts; failedAttempts: Counts }
  }
  /** Oldest first; the last step is under way. */
  points: Point[]
}

/** An attempt that failed, with what was asked and answered. */
export interface Failure {
  at: string
  code: FailureCode
  /** Events that failed alike in the same grant. */
  events: number
  status?: number
  message?: string
  sample?: Sample
  /** Events of the request, where they are sent in batches. */
  batch?: number
}

/** What a lane knows of a span of its past. */
export interface LanePast {
  hours: HourFigures[]
  /** The last failures, the newest first: a few, of different codes. */
  failures: Failure[]
}

export interface DeadLetter {
  id: number
  at: string
  reason: DeadCode
  log: string
  seq: number
  key: string
  /** The members that hold `events`, and the index of the first event of the first of them. */
  chunks: Chunk[]
  first: number
  events: number[]
  attempts: number
  status?: number
  message?: string
  sample?: Sample
  /** The redrive that sent it before, the last one where there were several. */
  redrive?: number
  /** Events of the request that failed, where they are sent in batches. */
  batch?: number
}

/** Which dead letters are meant: of one reason, given up from then on and before then (milliseconds); of what is left out, all. */
export interface DeadFilter {
  reason?: string
  from?: number
  until?: number
}

/** Which events of dead letters are meant, by what only their payloads tell; what is left out takes all. */
export interface EventFilter {
  /** A name of events, pages and screens: exact, or with `*` for any letters and `?` for one. */
  event?: string
  type?: EventType
  /** A `userId` or an `anonymousId`. */
  userId?: string
}

/** All that a redrive may ask for. */
export type RedriveFilter = DeadFilter & EventFilter

/** Which dead letters are to be sent once more: those with these ids, some events of them, or a filter's with an id below `before`. */
export type Redrive =
  | { ids: number[] }
  | { events: { id: number; events: number[] }[] }
  | (RedriveFilter & { before: number | null })

export interface Redriven {
  /** The number of this redrive; `null`: there was nothing to send. */
  redrive: number | null
  deadLetters: number
  events: number
  /** There are more below this id, or may be: the lane goes on with them by itself. */
  next: number | null
}

/** What was sent once more, and what became of it: events = delivered + filtered + pending + dead, exactly, at all times. */
export interface RedriveOutcome {
  /** 1 for the lane's first. */
  id: number
  /** ISO time. */
  at: string
  /** What was asked for; `null`: dead letters that somebody named. */
  filter: RedriveFilter | null
  deadLetters: number
  events: number
  delivered: number
  filtered: Counts
  pending: number
  /** Given up again, by reason. */
  dead: Counts
  /** Where payloads have to tell: events that were looked at, and those of them that the archive has no longer, which stay dead. */
  looked?: number
  untold?: number
  /** Nothing more of it is to come: all that it means is on its way, or it was cancelled. */
  complete: boolean
  /** Somebody has ended it; what was on its way by then goes on. */
  cancelled?: true
}

/** One try of one event, as far as the lane remembers it. */
export interface Attempt {
  /** ISO time; `null`: no longer known. */
  at: string | null
  attempt: number
  outcome: 'delivered' | FilterCode | FailureCode
  tookMs: number | null
  status?: number
  message?: string
  /** Events of its request, where they are sent in batches. */
  batch?: number
}

export interface Trace {
  /** `unsearched`: it waits or is dead among more than one look passes, or it is settled. */
  state: 'pending' | 'sending' | 'dead' | 'settled' | 'unknown' | 'unsearched'
  /** Of a settled one: it arrived for certain, even if its attempts are forgotten. */
  delivered?: true
  attempts: Attempt[]
  nextAttemptAt?: string
  reason?: DeadCode
}
