/** Syncs: what a source's log has, loaded into a warehouse; one Durable Object a warehouse. */
export type { WarehouseDeps } from './deps.ts'
export { WAREHOUSE_BOUNDS, WAREHOUSE_DIALS, type WarehouseBounds, type WarehouseDials } from './dials.ts'
export {
  type Backfill,
  type ConnectedSource,
  type Erasure,
  isLeftOut,
  type Job,
  JOB_STATES,
  type JobOrder,
  type JobState,
  type KnownColumn,
  type KnownTable,
  type LeftOut,
  type RetypingJob,
  type SourceReport,
  type SourceSync,
  type Sync,
  type SyncCause,
  SYNC_STATES,
  type SyncState,
  type Trouble,
  type WarehouseReport,
  type WarehouseState,
  type WarehouseTerms,
} from './protocol.ts'
export type { WarehouseRemote } from './remote.ts'
export { DAILY_MINUTES, nextSync, type SyncSchedule } from './schedule.ts'
export { Warehouse } from './warehouse.ts'
