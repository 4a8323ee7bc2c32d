/** Warehouses behind one interface: PostgreSQL, Redshift, Iceberg tables. */
export {
  type Check,
  type Connector,
  type Cursor,
  type CursorMove,
  type Erased,
  type Load,
  type Loaded,
  type Retyping,
  type WarehouseSession,
  DISCARDS_TABLE,
  type Rereading,
  TOO_SPREAD,
  WarehouseError,
} from './connector.ts'
export { postgresConnector } from './postgres/connector.ts'
export { isRetypable } from './postgres/retype.ts'
export { warehouseAddress } from './postgres/address.ts'
export { hyperdriveNames, hyperdriveOf, type PostgresSettings } from './postgres/settings.ts'
export { redshiftConnector } from './redshift/connector.ts'
export type { RedshiftSettings } from './redshift/settings.ts'
export { icebergConnector } from './iceberg/iceberg.ts'
export type { IcebergSettings } from './iceberg/settings.ts'
