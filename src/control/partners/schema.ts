import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { ApplicationState, PartnerKind, RecordedAct } from './states.ts'

/** Companies that ask to join the platform. Of the deployment, and of no workspace. Times are milliseconds since 1970. */
export const applications = sqliteTable(
  'applications',
  {
    id: text().primaryKey(),
    company: text().notNull(),
    /** What the name looks like, see `look-alike.ts`. */
    look: text().notNull(),
    site: text().notNull(),
    email: text().notNull(),
    kind: text().$type<PartnerKind>().notNull(),
    useCase: text('use_case').notNull(),
    dataToday: text('data_today').notNull(),
    customers: text().notNull(),
    state: text().$type<ApplicationState>().notNull(),
    /** Since when whoever has to act has to. */
    ballSince: integer('ball_since').notNull(),
    /** Until when we promised to answer; null: we have not to. */
    dueAt: integer('due_at'),
    createdAt: integer('created_at').notNull(),
    confirmedAt: integer('confirmed_at'),
    decidedAt: integer('decided_at'),
    /** Its sandbox, and the source there that the synthetic shop sends to; null: not made yet. */
    workspaceId: text('sandbox_id'),
    shopId: text('shop_id'),
  },
  (table) => [
    index('applications_queue').on(table.state, table.dueAt, table.id),
    index('applications_look').on(table.look),
    index('applications_email').on(table.email, table.createdAt),
  ],
)

/** What happened with an application: the one record that its reviewers and its partner see. Ids grow with time. */
export const applicationEntries = sqliteTable(
  'application_entries',
  {
    id: text().primaryKey(),
    applicationId: text('application_id').notNull(),
    at: integer().notNull(),
    act: text().$type<RecordedAct>().notNull(),
    /** Name of the reviewer; null: the applicant. */
    reviewer: text(),
    words: text().notNull(),
    /** How long it waited for us, in milliseconds; null: it did not. */
    tookMs: integer('took_ms'),
  },
  (table) => [
    index('application_entries_application').on(table.applicationId, table.id),
    index('application_entries_decisions')
      .on(table.at)
      .where(sql`took_ms IS NOT NULL`),
  ],
)

/** Private links to an application; of each only its SHA-256 is kept. `confirm` is good once. */
export const applicationLinks = sqliteTable(
  'application_links',
  {
    hash: text().primaryKey(),
    applicationId: text('application_id').notNull(),
    kind: text().$type<'confirm' | 'status'>().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    index('application_links_application').on(table.applicationId, table.createdAt),
    index('application_links_expires').on(table.expiresAt),
  ],
)

/** Workspaces that may build integrations for everybody: their application was accepted. */
export const partners = sqliteTable('partners', {
  workspaceId: text('workspace_id').primaryKey(),
  applicationId: text('application_id').notNull(),
  company: text().notNull(),
  createdAt: integer('created_at').notNull(),
})
