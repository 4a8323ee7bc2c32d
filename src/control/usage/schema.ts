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
    /** People of its month up to this day; nought on days from before they were counted. */
    identified: integer().notNull().default(0),
    anonymous: integer().notNull().default(0),
    anonymousIdentified: integer('anonymous_identified').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.day, table.sourceId] })],
)
