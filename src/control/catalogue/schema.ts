import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { RolloutShare } from '../../settings/index.ts'
import type { PictureType } from '../picture.ts'
import type { RolloutFigures, VersionContent, VersionState } from './versions.ts'

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

/**
 * Versions of an integration that customers have: what its maker wrote each time. The row of the integration holds the live one;
 * its version here is as it was when the next took its place. Times are milliseconds since 1970.
 */
export const integrationVersions = sqliteTable(
  'integration_versions',
  {
    integrationId: text('integration_id').notNull(),
    /** 1 for what it went live with. */
    number: integer().notNull(),
    state: text().$type<VersionState>().notNull(),
    content: text({ mode: 'json' }).$type<VersionContent>().notNull(),
    docs: text().notNull(),
    logo: text().notNull(),
    logoType: text('logo_type').$type<PictureType>().notNull(),
    mark: text().notNull(),
    markType: text('mark_type').$type<PictureType>().notNull(),
    /** Under which version's number the certification lies that counts for it. */
    certifiedVersion: integer('certified_version').notNull(),
    /** Whose place it took when it went live; null: nobody's. */
    previous: integer(),
    createdAt: integer('created_at').notNull(),
    /** When it was edited last. */
    editedAt: integer('edited_at').notNull(),
    submittedAt: integer('submitted_at'),
    liveAt: integer('live_at'),
    endedAt: integer('ended_at'),
    /** Of a hundred destinations so many have it while it is rolled out and watched, since then. */
    share: integer().$type<RolloutShare>(),
    since: integer(),
    /** What came of it beside the old one, when it was looked last. */
    figures: text({ mode: 'json' }).$type<RolloutFigures>(),
    /** When it was looked last whether it goes on. */
    lookedAt: integer('looked_at'),
    /** Why it was halted or reverted, in words. */
    why: text().notNull().default(''),
    /** Grows with every edit of a draft. */
    revision: integer().notNull().default(1),
    /** Of the change that was made last, so that what follows from it follows once. */
    changeId: text('change_id').notNull().default(''),
  },
  (table) => [
    primaryKey({ columns: [table.integrationId, table.number] }),
    // One is drafted at a time, and one rolled out.
    uniqueIndex('integration_versions_draft')
      .on(table.integrationId)
      .where(sql`state = 'draft'`),
    uniqueIndex('integration_versions_live')
      .on(table.integrationId)
      .where(sql`state = 'live'`),
    index('integration_versions_watched')
      .on(table.lookedAt)
      .where(sql`share IS NOT NULL`),
  ],
)
