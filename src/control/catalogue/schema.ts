import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { PictureType } from '../picture.ts'

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

/** What an integration's own page shows beside its row, and no list reads: its docs and its pictures. */
export const integrationPages = sqliteTable('integration_pages', {
  integrationId: text('integration_id').primaryKey(),
  /** Markdown as its maker wrote it. */
  docs: text().notNull().default(''),
  /** As they are served: SVG that is safe, or a PNG in base64. */
  logo: text().notNull().default(''),
  logoType: text('logo_type').$type<PictureType>().notNull().default(''),
  mark: text().notNull().default(''),
  markType: text('mark_type').$type<PictureType>().notNull().default(''),
})
