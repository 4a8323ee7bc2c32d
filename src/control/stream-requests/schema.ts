import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { EventType } from '../../event/index.ts'

/**
 * Somebody who is no partner asks a customer for their events. Of the deployment, and of no workspace. Of both links only
 * hashes are kept. Times are milliseconds since 1970.
 */
export const streamRequests = sqliteTable(
  'stream_requests',
  {
    id: text().primaryKey(),
    company: text().notNull(),
    email: text().notNull(),
    /** Where the events are to be sent. */
    url: text().notNull(),
    calls: text({ mode: 'json' }).$type<EventType[]>().notNull(),
    /** What for, in their words. */
    words: text().notNull(),
    /** `unconfirmed`: the address is not proven; `waiting`: for the customer; `given`: a customer has followed the link. */
    state: text().$type<'unconfirmed' | 'waiting' | 'given'>().notNull(),
    /** Of the link that is good in this state. */
    hash: text().notNull(),
    /** What their requests are signed with, encrypted; null: not made yet, or given. */
    secrets: text(),
    secretsKeyId: text('secrets_key_id'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    index('stream_requests_hash').on(table.hash),
    index('stream_requests_expires').on(table.expiresAt),
    index('stream_requests_state').on(table.state),
  ],
)

/** Whom a customer has given a stream, by a destination. A trigger removes a row with its destination. */
export const sharedStreams = sqliteTable('shared_streams', {
  destinationId: text('destination_id').primaryKey(),
  workspaceId: text('workspace_id').notNull(),
  company: text().notNull(),
  email: text().notNull(),
  words: text().notNull(),
  /** Address of the person who gave it. */
  givenBy: text('given_by').notNull(),
  createdAt: integer('created_at').notNull(),
})
