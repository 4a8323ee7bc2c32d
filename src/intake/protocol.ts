import type { Chunk } from '../archive/index.ts'
import type { Counts } from '../lane/index.ts'
import type { LaneConfig } from '../settings/index.ts'
import type { Rejected, WarnCode } from '../event/index.ts'

/** One accepted request, as route asks about it. */
export interface Claim {
  accept: string
  /** Fingerprints of its events' message ids, in order. */
  ids: Uint32Array
}

export type Verdict =
  /** Already committed: only its message and inbox object are left to clear away. */
  | { state: 'done' }
  /** Another route has it in hand: come back later. */
  | { state: 'busy' }
  /** `duplicates`: indexes of events whose ids are known. */
  | { state: 'new'; duplicates: number[] }

/** Which events of a batch a destination gets. */
export interface Route {
  /** An encoded event set. */
  events: string
  filtered: Counts
  /** Of these how many are of which kind, by code and then by `nameKey`, as far as it is told. */
  filteredKinds?: Record<string, Counts>
  config: LaneConfig
}

/** An event that was not accepted, with the ISO time of its request. */
export interface RejectedAt extends Rejected {
  at: string
}

/** An event of a batch for whoever watches the source. */
export interface Shown {
  /** Its place in the batch. */
  event: number
  /** As it is archived; of one that is too long, only what tells it apart. */
  line: string
  cut?: true
  /** Codes; absent when there are none. */
  warnings?: WarnCode[]
  fate: Fate
}

/** How many destinations get an event and how many do not, and why, for the first of these by id. */
export interface Fate {
  matched: number
  filtered: number
  /** Codes; several where the log does not tell them apart. */
  reasons: Record<string, string[]>
}

/** Destinations whose reasons are told with an event. */
export const MOST_REASONS = 25

/** What happened to the events of a batch before the archive. */
export interface IntakeCounts {
  /** Requests. */
  requests: number
  /** Valid events, duplicates among them. */
  received: number
  duplicates: number
  rejected: Counts
  /** Valid events that were taken with a warning, duplicates among them, by code; absent as long as there are none. */
  warned?: Counts
}

/** The one step that makes a batch part of the archive, of the dedupe window and of every lane's debt. */
export interface Commit {
  batch: string
  /** The archive object; `null` when no event was new. */
  key: string | null
  chunks: Chunk[]
  accepts: string[]
  /** Fingerprints of the events of the object, in its order. */
  ids: Uint32Array
  routes: Record<string, Route>
  counts: IntakeCounts
  /** ISO times. */
  firstReceivedAt: string
  lastReceivedAt: string
  /** A few of the events that were not accepted. */
  refused?: RejectedAt[]
  /** A sample of the events, when somebody watches. It is shown, not stored. */
  shown?: Shown[]
  /** The last row of the log, as whoever is its only writer knows it: where another has come since, it is a conflict. */
  after?: number
}

export type CommitReply = 'ok' | 'stale' | 'conflict'

export interface Counters extends IntakeCounts {
  /** Events in the archive. */
  archived: number
  /** ISO time of the last commit. */
  lastCommitAt: string | null
}

/** Where an event lies. */
export interface Found {
  seq: number
  batch: string
  key: string
  chunks: Chunk[]
  /** Its place in the batch. */
  event: number
  committedAt: string
  /** By destination; `null`: the row is from a version that did not keep them. */
  routes: Record<string, Omit<Route, 'config'>> | null
}

/** Consecutive events of one batch, and what is known of them. */
export interface Slice {
  seq: number
  committedAt: string
  /** `null`: the batch has no events, only rejected ones. */
  key: string | null
  /** The members that hold the events, and the index of the first event of the first of them. */
  chunks: Chunk[]
  first: number
  /** Events [from, to) of the batch. */
  from: number
  to: number
  /** One for each event; `null`: the row is from a version that did not keep them. */
  fates: Fate[] | null
  refused: RejectedAt[]
}

/** Which events of a log, backwards: at most `count`, before event `event` of batch `seq`; from its end without. */
export interface LogQuery {
  before?: { seq: number; event: number }
  count: number
  /** Default: both. */
  only?: 'accepted' | 'rejected'
}

export interface LogPage {
  /** Newest first. */
  slices: Slice[]
  /** The `before` of the next page; `null`: there are no more. */
  next: { seq: number; event: number } | null
}

/** A row of the log, with what became of its events, as whoever reads the log gets it. */
export interface LogEntry {
  seq: number
  batch: string
  key: string | null
  chunks: Chunk[]
  /** ISO times. */
  committedAt: string
  firstReceivedAt: string
  lastReceivedAt: string
  /** Figures of the source up to and with this row. */
  counters: Counters
  /** By destination; `null`: the row is from a version that did not keep them. */
  routes: Record<string, Omit<Route, 'config'>> | null
  refused?: RejectedAt[]
}

/** Consecutive rows that have left the object. */
export interface Segment {
  first: number
  last: number
  /** Milliseconds: no row of it, and of those before, was committed later. */
  ended: number
}

/** Where to read a log from: a row, or the first that was committed at a time (milliseconds) or later. */
export type LogFrom = { seq: number } | { since: number }

/** The next part of a log, from row `from` on: a segment, or rows; no rows: there are no more. */
export type LogPart = { from: number } & ({ segment: { first: number; last: number } } | { entries: LogEntry[] })

/** How large a log is. */
export interface LogSize {
  /** Bytes of the object's storage that are in use. */
  bytes: number
  /** Rows in it, and rows of the log in all. */
  live: number
  rows: number
}
