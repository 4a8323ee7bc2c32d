import type { ColumnType, SyncNotice } from '../tables/index.ts'
import type { Connector, WarehouseSession } from '../connectors/index.ts'
import type { SyncSchedule } from './schedule.ts'

/** What of a source is left out: tables, and columns of tables. All that is not named is loaded. */
export interface LeftOut {
  collections: string[]
  properties: Record<string, string[]>
}

/** Whether the values of a column are not to be loaded. */
export function isLeftOut({ collections, properties }: LeftOut, collection: string, property: string): boolean {
  const left = Object.hasOwn(properties, collection) ? properties[collection] : []
  return collections.includes(collection) || left?.includes(property) === true
}

/** A source as a warehouse goes by it. */
export interface ConnectedSource {
  id: string
  /** Of its tables; never changes. */
  schema: string
  enabled: boolean
  /** Milliseconds: what was committed before is not loaded; `null`: all is. */
  since: number | null
  leftOut: LeftOut
  /** Whether it has objects: `alone` where it has no events beside them. */
  objects: 'none' | 'some' | 'alone'
}

/** What a warehouse goes by, as it is set up now. */
export interface WarehouseTerms {
  /** Grows with each change. */
  version: number
  enabled: boolean
  schedule: SyncSchedule
  /** Whether what could not be loaded as it was sent goes into a table `_sluice_discards` too. */
  discards: boolean
  connector: Pick<Connector, 'limits' | 'portion'>
  /** Opens a connection by its settings. */
  open(): Promise<WarehouseSession>
  /** In the order of their ids. */
  sources: ConnectedSource[]
}

/** What went wrong: a code, and words for whoever set the warehouse up. `retry`: it may mend itself. */
export interface Trouble {
  code: string
  words: string
  retry: boolean
  /** Statements that mend it, to be run by an administrator. */
  sql?: string
}

/** `running`, and then: all loaded; loaded with notices, or not all; nothing loaded. */
export const SYNC_STATES = ['running', 'success', 'partial', 'failed'] as const
export type SyncState = (typeof SYNC_STATES)[number]

/** Why a sync began. */
export type SyncCause = 'schedule' | 'person' | 'retry'

/** What a sync has loaded, of a source or altogether. */
interface LoadedSoFar {
  state: SyncState
  /** Events of the log that were read, and rows that are new in the warehouse. */
  events: number
  rows: number
  /** Milliseconds. */
  startedAt: number
  endedAt: number | null
  error: Trouble | null
}

/** A sync, of all sources. */
export interface Sync extends LoadedSoFar {
  id: string
  cause: SyncCause
  /** Notices, however often each was found. */
  notices: number
  /** How much of what it has to read it has read, 0 to 1. */
  progress: number
}

/** What a sync did with one source: only of those that had something. */
export interface SourceSync extends LoadedSoFar {
  syncId: string
  sourceId: string
  /** By table, the hundred with most; the rest together as `(others)`. */
  tables: Record<string, number>
  notices: SyncNotice[]
}

export const JOB_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]

interface JobFacts {
  id: string
  state: JobState
  error: Trouble | null
  /** Milliseconds. */
  orderedAt: number
  startedAt: number | null
  endedAt: number | null
}

/** What was in the log of a source when it was ordered is read once more, beside the syncs. */
export interface Backfill extends JobFacts {
  kind: 'backfill'
  sourceId: string
  /** Milliseconds: from what was committed then on; `null`: from the beginning. */
  from: number | null
  /** Only these tables; `null`: all. */
  collections: string[] | null
  events: number
  rows: number
  progress: number
  notices: SyncNotice[]
}

/** The rows of people are removed from every table of every source. */
export interface Erasure extends JobFacts {
  kind: 'erasure'
  userIds: string[]
  /** Rows that were removed, by schema and table. */
  removed: Record<string, number>
  /** Tables that were looked through. */
  tables: number
}

/** A column is given another type, and filled anew from the archive. */
export interface RetypingJob extends JobFacts {
  kind: 'retyping'
  sourceId: string
  collection: string
  property: string
  type: ColumnType
  /** Events that were read, and values that were put into the new column. */
  events: number
  filled: number
  /** Rows of the log: those that were read, and that there were when it was looked at last; `null`: it has not been. */
  read: number
  last: number | null
  progress: number
  notices: SyncNotice[]
}

/** The tables of a source's objects are dropped, of a source that pulls nothing any more. */
export interface Removal extends JobFacts {
  kind: 'removal'
  sourceId: string
  schema: string
  /** As their vendor calls them. */
  collections: string[]
  /** Tables that were dropped, and how many there were; `null`: it has not been looked. */
  dropped: string[]
  tables: number | null
}

export type Job = Backfill | Erasure | RetypingJob | Removal

/** What somebody wants done beside the syncs. */
export type JobOrder =
  | { kind: 'backfill'; sourceId: string; from: number | null; collections: string[] | null }
  | { kind: 'erasure'; userIds: string[] }
  | { kind: 'retyping'; sourceId: string; collection: string; property: string; type: ColumnType }
  | { kind: 'removal'; sourceId: string; schema: string; collections: string[] }

/** How a warehouse stands, in a word. */
export type WarehouseState = 'idle' | 'running' | 'failing' | 'disabled'

/** How it stands, for lists and its page. */
export interface WarehouseReport {
  state: WarehouseState
  /** Milliseconds of the next sync; `null`: none is due. */
  nextAt: number | null
  /** Syncs in a row that have failed, and the last one's reason. */
  failures: number
  error: Trouble | null
  current: Sync | null
  last: Sync | null
  /** Milliseconds: what was committed until then is loaded, of every source; `null`: nothing is known yet. */
  until: number | null
  /** Rows that were loaded since it is there. */
  rows: number
  at: number
}

/** Where the sync of one source stands. */
export interface SourceReport {
  sourceId: string
  /** What was committed until then is loaded. */
  until: number | null
  /** Rows of the log that are loaded, and that there were when it was looked at last. */
  next: number
  last: number
}

/** A column as it was first seen by a sync. */
export interface KnownColumn {
  name: string
  type: string
  firstAt: number
}

export interface KnownTable {
  sourceId: string
  name: string
  firstAt: number
  /** Rows that syncs have loaded into it. */
  rows: number
  columns: KnownColumn[]
}
