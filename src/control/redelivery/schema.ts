import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { EventType } from '../../event/index.ts'

/** When the maker of an integration said last that its endpoint is back, and how far what waits for it was told. Milliseconds. */
export const returns = sqliteTable('returns', {
  integrationId: text('integration_id').primaryKey(),
  at: integer().notNull(),
  /** Name of the person. */
  who: text().notNull(),
  /** The last destination that was told, in the order of ids; empty: none yet. */
  cursor: text().notNull(),
  /** Destinations that were told. */
  told: integer().notNull(),
  complete: integer({ mode: 'boolean' }).notNull(),
})

/** What a partner asks its customers to send it once more. */
export const replayRequests = sqliteTable(
  'replay_requests',
  {
    id: text().primaryKey(),
    integrationId: text('integration_id').notNull(),
    /** The range, of receipt: milliseconds. */
    from: integer('from_at').notNull(),
    until: integer('until_at').notNull(),
    /** Which calls; null: all. */
    types: text({ mode: 'json' }).$type<EventType[]>(),
    /** Why: customers read it. */
    words: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** Nobody can agree any more. */
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('replay_requests_integration').on(table.integrationId, table.createdAt)],
)

/** What a customer said to it, for one of its destinations. */
export const replayAnswers = sqliteTable(
  'replay_answers',
  {
    requestId: text('request_id').notNull(),
    destinationId: text('destination_id').notNull(),
    workspaceId: text('workspace_id').notNull(),
    agreed: integer({ mode: 'boolean' }).notNull(),
    /** Name of the person. */
    who: text().notNull(),
    /** What was begun; null: it was declined. */
    replayId: text('replay_id'),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.requestId, table.destinationId] })],
)
