import type { Context } from '../../context.ts'
import type { AllowLocal } from '../../integrations/index.ts'
import type { Connector } from '../connector.ts'
import type { IcebergSettings } from './settings.ts'

/**
 * A lake: tables of Apache Iceberg, version 2, their rows in Parquet files. Everything else of it is loaded when it is used, so
 * that isolates which have no lake do not pay for it.
 */
export function icebergConnector(ctx: Context, allowLocal: AllowLocal): Connector<IcebergSettings> {
  const guarded = (settings: IcebergSettings) => ({ ...settings, allowLocal })
  return {
    // Names and columns as in PostgreSQL, so that the same SQL reads both.
    limits: { nameBytes: 63, textBytes: null, columns: 1_500, rowBytes: null },
    // Half of what a sync may hold; of each table some files are written, so not too many of them.
    portion: { events: 5_000, bytes: 6_000_000, tables: 100 },
    check: async (settings) => (await import('./session.ts')).checkLake(ctx, guarded(settings)),
    open: async (settings) => (await import('./session.ts')).openLake(ctx, guarded(settings)),
  }
}
