import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { IntegrationState } from '../../integrations/index.ts'
import type { LifeAct, LifeActor, Turn, VersionAct } from './states.ts'

/** What is known of an integration's life beside its state: from its first act on. Times are milliseconds since 1970. */
export const lifecycles = sqliteTable(
  'lifecycles',
  {
    integrationId: text('integration_id').primaryKey(),
    /** Whose turn it is while it is reviewed; null: nobody's. */
    turn: text().$type<Turn>(),
    /** Since when it is in this state, and its turn whose it is. */
    since: integer().notNull(),
    /** Until when we promised to answer; null: we have not to. */
    dueAt: integer('due_at'),
    submittedAt: integer('submitted_at'),
    /** When a reviewer accepted it last, and who that was. */
    reviewedAt: integer('reviewed_at'),
    reviewer: text(),
    /** When it ends, while it is deprecated. */
    endsAt: integer('ends_at'),
    /** When the step for its quality was taken that it is at, and who took what may be appealed against; null: the platform. */
    measuredAt: integer('measured_at'),
    decidedBy: text('decided_by'),
    /** When that was appealed against, and when an appeal was last in the partner's favour. */
    appealedAt: integer('appealed_at'),
    overturnedAt: integer('overturned_at'),
    /** Customers that count, as of the last hour in beta; null: it was not counted yet. */
    filled: integer(),
  },
  (table) => [index('lifecycles_queue').on(table.turn, table.dueAt, table.integrationId)],
)

/** What happened with an integration: the one record that its partner and every reviewer see. Ids grow with time. */
export const lifecycleEntries = sqliteTable(
  'lifecycle_entries',
  {
    id: text().primaryKey(),
    integrationId: text('integration_id').notNull(),
    at: integer().notNull(),
    act: text().$type<LifeAct | VersionAct>().notNull(),
    fromState: text('from_state').$type<IntegrationState>().notNull(),
    toState: text('to_state').$type<IntegrationState>().notNull(),
    actor: text().$type<LifeActor>().notNull(),
    /** Name of the person; empty: the platform. */
    who: text().notNull(),
    words: text().notNull(),
    /** How long it waited for us, in milliseconds; null: it did not. */
    tookMs: integer('took_ms'),
  },
  (table) => [index('lifecycle_entries_integration').on(table.integrationId, table.id)],
)

/** Invitations to a private beta; of each link only its SHA-256 is kept. */
export const betaLinks = sqliteTable(
  'beta_links',
  {
    hash: text().primaryKey(),
    id: text().notNull().unique(),
    integrationId: text('integration_id').notNull(),
    /** Whom it is for, in the partner's own words. */
    label: text().notNull(),
    /** Workspaces that may follow it. */
    most: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('beta_links_integration').on(table.integrationId, table.createdAt)],
)

/** What a customer allows the maker of an integration to be told. */
export const customerConsents = sqliteTable(
  'customer_consents',
  {
    workspaceId: text('workspace_id').notNull(),
    integrationId: text('integration_id').notNull(),
    /** That it is this customer. */
    named: integer({ mode: 'boolean' }).notNull(),
    /** Failures with its events as they were sent. */
    samples: integer({ mode: 'boolean' }).notNull().default(false),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.integrationId] })],
)
