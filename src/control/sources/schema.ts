import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * What came to each source when its intake said so last: lists are read from here alone. A trigger removes a row with its
 * source. Times are milliseconds, figures events of the 24 hours up to `at`.
 */
export const sourceHealth = sqliteTable('source_health', {
  sourceId: text('source_id').primaryKey(),
  accepted: integer().notNull(),
  rejected: integer().notNull(),
  lastEventAt: integer('last_event_at'),
  usualGapMs: integer('usual_gap_ms'),
  at: integer().notNull(),
})
