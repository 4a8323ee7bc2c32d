import { sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** How far something has come that goes on another time. */
export const progress = sqliteTable('progress', {
  name: text().primaryKey(),
  value: text().notNull(),
})
