import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { HealthState, LaneHealth } from '../../lane/index.ts'

/**
 * How each destination stood when its lane said so last: lists are read from here alone. A trigger removes a row with its
 * destination. Times are milliseconds, figures events (and attempts of one event each) of the 24 hours up to `at`.
 */
export const destinationHealth = sqliteTable('destination_health', {
  destinationId: text('destination_id').primaryKey(),
  state: text().$type<HealthState>().notNull(),
  since: integer().notNull(),
  why: text().$type<NonNullable<LaneHealth['why']>>(),
  nextTryAt: integer('next_try_at'),
  waiting: integer().notNull(),
  oldestAt: integer('oldest_at'),
  lastDeliveredAt: integer('last_delivered_at'),
  accepted: integer().notNull(),
  delivered: integer().notNull(),
  failedAttempts: integer('failed_attempts').notNull(),
  dead: integer().notNull(),
  /** Of the last quarter of an hour: events that were delivered, attempts that failed. */
  latelyDelivered: integer('lately_delivered').notNull().default(0),
  latelyFailed: integer('lately_failed').notNull().default(0),
  at: integer().notNull(),
})
