import type { Chunk } from '../archive/index.ts'
import type { Counts } from '../lane/index.ts'
import type { LaneConfig } from '../settings/index.ts'
import type { Usage } from './usage.ts'

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
  config: LaneConfig
}

/** What happened to the events of a batch before the archive. */
export interface IntakeCounts {
  /** Requests. */
  requests: number
  /** Valid events, duplicates among them. */
  received: number
  duplicates: number
  rejected: Counts
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
  /** By destination; `null` once the window is over. */
  routes: Record<string, Omit<Route, 'config'>> | null
}

/** The Durable Object of a source, from outside. Every method may be repeated. */
export interface IntakeRemote {
  begin(claims: Claim[]): Promise<{ batch: string; verdicts: Verdict[] }>
  /** Gives up claims whose batch will not be committed. */
  release(accepts: string[]): Promise<void>
  commit(commit: Commit): Promise<CommitReply>
  counters(): Promise<Counters>
  find(messageId: string): Promise<Found | null>
  nudge(): Promise<void>
  /** Counts events that were taken against the source's limit. Writes nothing. */
  spend(events: number, perSecond: number): Promise<Usage>
  /** Removes archive objects without a log row, begun longer ago than this; answers how many. */
  removeOrphans(olderThanMs: number): Promise<number>
}
