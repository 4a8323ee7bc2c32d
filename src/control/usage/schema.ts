import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What each source took in on each day, as its statistics said last. In the order in which a workspace's usage is read. */
export const usageDays = sqliteTable(
  'usage_days',
  {
    workspaceId: text('workspace_id').notNull(),
    /** Days since 1970, UTC. */
    day: integer().notNull(),
    sourceId: text('source_id').notNull(),
    requests: integer().notNull(),
    /** Events: valid ones, and of those the ones that came before. */
    received: integer().notNull(),
    duplicates: integer().notNull(),
    rejected: integer().notNull(),
    archived: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.day, table.sourceId] })],
)
