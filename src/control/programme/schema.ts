import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Who runs the programme, as its public pages and mails say it: one row, `id` 1. Times are milliseconds since 1970. */
export const programme = sqliteTable('programme', {
  id: integer().primaryKey(),
  name: text().notNull(),
  /** The colour of links and buttons, `#rrggbb`, on light and on dark; empty: ours. */
  colour: text().notNull(),
  colourDark: text('colour_dark').notNull(),
  /** As it is served: SVG that is safe, or a PNG in base64; empty: ours. */
  logo: text().notNull(),
  logoType: text('logo_type').$type<'' | 'image/svg+xml' | 'image/png'>().notNull(),
  community: text().notNull(),
  terms: text().notNull(),
  contact: text().notNull(),
  promisedDays: integer('promised_days').notNull(),
  /** An integration is public as soon as so many customers have each had deliveries on so many of the last days. */
  customersNeeded: integer('customers_needed').notNull().default(10),
  customerDays: integer('customer_days').notNull().default(3),
  customerWindow: integer('customer_window').notNull().default(14),
  /** How long a step of the rollout of a version lasts at least, in minutes. */
  rolloutMinutes: integer('rollout_minutes').notNull().default(60),
  updatedAt: integer('updated_at').notNull(),
})
