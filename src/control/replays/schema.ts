import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { ReplayOrder, ReplayReport, ReplayState } from '../../replay/index.ts'

/** What was asked for, and how it stood when its object said so last: lists are read from here alone. */
export const replays = sqliteTable(
  'replays',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    sourceId: text('source_id').notNull(),
    destinationId: text('destination_id').notNull(),
    order: text('ordered', { mode: 'json' }).$type<ReplayOrder>().notNull(),
    state: text().$type<ReplayState>().notNull(),
    /** Without its samples. */
    report: text({ mode: 'json' }).$type<ReplayReport>(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('replays_workspace').on(table.workspaceId, table.createdAt),
    index('replays_pair').on(table.sourceId, table.destinationId),
  ],
)
