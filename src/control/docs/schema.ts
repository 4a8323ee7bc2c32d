import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Whether pages of the docs were helpful, by page. */
export const docCounts = sqliteTable('doc_counts', {
  page: text().primaryKey(),
  yes: integer().notNull(),
  no: integer().notNull(),
})

/** What readers wrote about them. Times are milliseconds since 1970. */
export const docWords = sqliteTable(
  'doc_words',
  {
    id: text().primaryKey(),
    page: text().notNull(),
    helpful: integer({ mode: 'boolean' }).notNull(),
    words: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [index('doc_words_at').on(table.at, table.id)],
)
