import type { Remote } from '../env.ts'
import type { Warehouse } from './warehouse.ts'

/** The Durable Object of a warehouse, from outside. Every method may be repeated. */
export type WarehouseRemote = Remote<
  Warehouse,
  | 'changed'
  | 'syncNow'
  | 'report'
  | 'syncs'
  | 'sync'
  | 'sourceSyncs'
  | 'tables'
  | 'table'
  | 'order'
  | 'cancel'
  | 'jobs'
  | 'job'
>
