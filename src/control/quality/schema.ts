import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { DayFigures, VersionSince } from './figures.ts'
import type { RedactedSample } from './redact.ts'
import type { QualityBand, Cause, PartScore } from './score.ts'

/**
 * What became of the events of a destination of a partner's integration on a day (since 1970), by the version that it went by,
 * as its lane said when it was asked last. A trigger removes rows with their destination.
 */
export const deliveryDays = sqliteTable(
  'delivery_days',
  {
    destinationId: text('destination_id').notNull(),
    day: integer().notNull(),
    version: integer().notNull().default(1),
    /** Of the hours that its maker had planned for maintenance. */
    planned: integer({ mode: 'boolean' }).notNull().default(false),
    /** Events. */
    delivered: integer().notNull(),
    /** Events that were given up. */
    failed: integer().notNull(),
    figures: text({ mode: 'json' }).$type<DayFigures>().notNull().default({}),
  },
  (table) => [
    primaryKey({ columns: [table.destinationId, table.day, table.version, table.planned] }),
    index('delivery_days_day').on(table.day),
  ],
)

/** When the lane of such a destination was asked for its days last. A trigger removes a row with its destination. */
export const deliveryReads = sqliteTable(
  'delivery_reads',
  {
    destinationId: text('destination_id').primaryKey(),
    /** `at` of its health then, in milliseconds: as long as that is the same nothing has moved. */
    seen: integer().notNull(),
    readAt: integer('read_at').notNull(),
    /** The versions that it went by lately, each from an hour on in which its lane was asked: `[milliseconds, version]`. */
    versions: text({ mode: 'json' }).$type<VersionSince[]>().notNull().default([]),
  },
  (table) => [index('delivery_reads_read').on(table.readAt)],
)

/** The sum of all customers' destinations of an integration: it stays when one of them goes. */
export const integrationDays = sqliteTable(
  'integration_days',
  {
    integrationId: text('integration_id').notNull(),
    day: integer().notNull(),
    version: integer().notNull(),
    planned: integer({ mode: 'boolean' }).notNull(),
    /** Workspaces that were delivered to. */
    customers: integer().notNull(),
    figures: text({ mode: 'json' }).$type<DayFigures>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.integrationId, table.day, table.version, table.planned] }),
    index('integration_days_day').on(table.day),
  ],
)

/** The newest failure of each code with an integration, without any value of a customer. */
export const integrationSamples = sqliteTable(
  'integration_samples',
  {
    integrationId: text('integration_id').notNull(),
    code: text().notNull(),
    /** Milliseconds. */
    at: integer().notNull(),
    version: integer().notNull(),
    sample: text({ mode: 'json' }).$type<RedactedSample>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.integrationId, table.code] })],
)

/** Hours in which the maker of an integration had said before that it would not answer as usual. Whole hours, in milliseconds. */
export const maintenanceWindows = sqliteTable(
  'maintenance_windows',
  {
    id: text().primaryKey(),
    integrationId: text('integration_id').notNull(),
    startsAt: integer('starts_at').notNull(),
    endsAt: integer('ends_at').notNull(),
    words: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('maintenance_windows_integration').on(table.integrationId, table.startsAt)],
)

/** The score of an integration on a day (since 1970), as it was computed last on it. */
export const qualityDays = sqliteTable(
  'quality_days',
  {
    integrationId: text('integration_id').notNull(),
    day: integer().notNull(),
    /** Null: there were too few deliveries. */
    score: real(),
    band: text().$type<QualityBand>(),
    parts: text({ mode: 'json' }).$type<PartScore[]>().notNull(),
    /** What it fell by since the day before. */
    causes: text({ mode: 'json' }).$type<Cause[]>().notNull(),
    /** Milliseconds. */
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.integrationId, table.day] }), index('quality_days_day').on(table.day)],
)

/** Customers who were told that an integration ends. */
export const customerNotices = sqliteTable(
  'customer_notices',
  {
    integrationId: text('integration_id').notNull(),
    workspaceId: text('workspace_id').notNull(),
    /** When it ends: another date is another notice. Milliseconds. */
    endsAt: integer('ends_at').notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.integrationId, table.workspaceId, table.endsAt] })],
)
