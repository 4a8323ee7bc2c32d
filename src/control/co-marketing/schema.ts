import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Customers who do something exciting, as partners tell whoever runs the programme. Of the deployment, and of no workspace. */
export const customerStories = sqliteTable(
  'customer_stories',
  {
    id: text().primaryKey(),
    /** Who tells it. */
    company: text().notNull(),
    email: text().notNull(),
    customer: text().notNull(),
    words: text().notNull(),
    /** Whether the customer has agreed to be asked; without that nobody may write to them. */
    agreed: integer({ mode: 'boolean' }).notNull(),
    /** Milliseconds since 1970. */
    at: integer().notNull(),
  },
  (table) => [index('customer_stories_at').on(table.at)],
)
