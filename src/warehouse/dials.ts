/** How much a warehouse's object does at a time. The simulation has smaller ones. */
export interface WarehouseDials {
  /** Milliseconds after which an alarm leaves the rest to the next. */
  stepMs: number
  /** Chunks of the archive, at most 100 KB of text each, that are held beside a portion. */
  chunks: number
  /** Milliseconds that one call of the warehouse may take, and one step as a whole. */
  callMs: number
  patienceMs: number
  /** Milliseconds to the next attempt after a failure: twice as long each time, up to the last. */
  pauseMs: number
  longestPauseMs: number
  /** Milliseconds after which a source without anything new is looked at all the same. */
  lookMs: number
  bounds: WarehouseBounds
}

/** What is kept. */
export interface WarehouseBounds {
  /** Syncs, and what they did with single sources. */
  syncs: number
  parts: number
  /** Jobs that are over, and those that are not. */
  jobs: number
  openJobs: number
  /** Tables that the browser knows, and columns of one. */
  tables: number
  columns: number
  /** Tables that a sync counts one by one. */
  countedTables: number
}

export const WAREHOUSE_BOUNDS: WarehouseBounds = {
  syncs: 100,
  parts: 2_000,
  jobs: 50,
  openJobs: 20,
  tables: 5_000,
  columns: 1_600,
  countedTables: 100,
}

export const WAREHOUSE_DIALS: WarehouseDials = {
  stepMs: 8_000,
  chunks: 10,
  callMs: 90_000,
  patienceMs: 5 * 60_000,
  pauseMs: 60_000,
  longestPauseMs: 3_600_000,
  lookMs: 24 * 3_600_000,
  bounds: WAREHOUSE_BOUNDS,
}
