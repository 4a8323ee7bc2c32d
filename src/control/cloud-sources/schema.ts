import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { SettingsValues } from '../../integrations/index.ts'
import type { PullReport } from '../../pull/index.ts'

/** How sources are connected to the vendors that they pull from. A trigger removes a row with its source. */
export const cloudSources = sqliteTable('cloud_sources', {
  sourceId: text('source_id').primaryKey(),
  /** Without secrets. */
  settings: text({ mode: 'json' }).$type<SettingsValues>().notNull(),
  /** The secret settings as one encrypted JSON object, and which key opens it. */
  secrets: text(),
  secretsKeyId: text('secrets_key_id'),
  /** Collections that are not pulled. */
  leftOut: text('left_out', { mode: 'json' }).$type<string[]>().notNull(),
  /** Collections that were chosen beside the vendor's usual ones. */
  added: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
  paused: integer({ mode: 'boolean' }).notNull(),
  report: text({ mode: 'json' }).$type<PullReport>(),
  /** Grows with every change, so that two at once lose none and its object knows of each. */
  version: integer().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})
