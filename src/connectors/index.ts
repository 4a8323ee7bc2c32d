/** Warehouses behind one interface: PostgreSQL, Redshift, Iceberg tables. */
export {
  type Check,
  type Connector,
  type Cursor,
  type CursorMove,
  type Load,
  type Loaded,
  type WarehouseSession,
  WarehouseError,
} from './connector.ts'
