import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { SettingsValues } from '../../integrations/index.ts'
import type { LeftOut, SyncSchedule, WarehouseReport } from '../../warehouse/index.ts'

/** What was set up, and how it stood when its object said so last: lists are read from here alone. */
export const warehouses = sqliteTable(
  'warehouses',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    integrationId: text('integration_id').notNull(),
    name: text().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** Without secrets. */
    settings: text({ mode: 'json' }).$type<SettingsValues>().notNull(),
    /** The secret settings as one encrypted JSON object, and which key opens it. */
    secrets: text(),
    secretsKeyId: text('secrets_key_id'),
    schedule: text({ mode: 'json' }).$type<SyncSchedule>().notNull(),
    report: text({ mode: 'json' }).$type<WarehouseReport>(),
    /** Grows with every change, so that two at once lose none and its object knows of each. */
    version: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    index('warehouses_workspace').on(table.workspaceId, table.createdAt),
    index('warehouses_integration').on(table.integrationId, table.workspaceId),
  ],
)

/** Which sources a warehouse loads, and what of each it leaves out. Triggers remove a row with either. */
export const warehouseSources = sqliteTable(
  'warehouse_sources',
  {
    warehouseId: text('warehouse_id').notNull(),
    sourceId: text('source_id').notNull(),
    /** Of its tables in this warehouse; stays, whatever becomes of the source's slug. */
    schema: text().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** Milliseconds: what was committed before is not loaded; null: all is. */
    since: integer(),
    leftOut: text('left_out', { mode: 'json' }).$type<LeftOut>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.warehouseId, table.sourceId] }),
    uniqueIndex('warehouse_sources_schema').on(table.warehouseId, table.schema),
    index('warehouse_sources_source').on(table.sourceId),
  ],
)
