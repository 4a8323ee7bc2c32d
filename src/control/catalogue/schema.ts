import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Workspaces that followed an invitation to the private beta of an integration. Times are milliseconds since 1970. */
export const betaGuests = sqliteTable(
  'beta_guests',
  {
    integrationId: text('integration_id').notNull(),
    workspaceId: text('workspace_id').notNull(),
    /** Which link they followed: its SHA-256. */
    link: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.integrationId, table.workspaceId] }),
    index('beta_guests_link').on(table.link),
  ],
)
