import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { AlertFacts, RuleName, RuleSettings } from './rules.ts'

/** Times are milliseconds since 1970. */

/** Something that somebody has to know, opened once and closed once. At most one of a rule and subject is open. */
export const alerts = sqliteTable(
  'alerts',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    rule: text().$type<RuleName>().notNull(),
    /** Id of a destination, source or replay; `parked` for what is parked. */
    subjectId: text('subject_id').notNull(),
    /** What it was called when the alert was opened. */
    subjectName: text('subject_name').notNull(),
    /** The figures of that moment. */
    facts: text({ mode: 'json' }).$type<AlertFacts>().notNull(),
    openedAt: integer('opened_at').notNull(),
    closedAt: integer('closed_at'),
    /** Whoever has to be told was told of its opening, and of its closing. */
    openTold: integer('open_told', { mode: 'boolean' }).notNull().default(false),
    closeTold: integer('close_told', { mode: 'boolean' }).notNull().default(false),
    /** Somebody is telling it until then. */
    tellingUntil: integer('telling_until'),
  },
  (table) => [
    index('alerts_workspace').on(table.workspaceId, table.openedAt),
    index('alerts_subject').on(table.subjectId),
    uniqueIndex('alerts_open')
      .on(table.subjectId, table.rule)
      .where(sql`closed_at IS NULL`),
  ],
)

/** What a workspace has changed of the rules, and where notices go. Without a row: the defaults, and mail. */
export const alertSettings = sqliteTable('alert_settings', {
  workspaceId: text('workspace_id').primaryKey(),
  rules: text({ mode: 'json' }).$type<Partial<Record<RuleName, RuleSettings>>>().notNull().default({}),
  webhookUrl: text('webhook_url'),
  /** The signing secret as an encrypted JSON object, and which key opens it. */
  secrets: text(),
  secretsKeyId: text('secrets_key_id'),
  mail: integer({ mode: 'boolean' }).notNull().default(true),
})

/** What a person has seen of a workspace's alerts, and whether they want to hear of them. */
export const alertReaders = sqliteTable(
  'alert_readers',
  {
    workspaceId: text('workspace_id').notNull(),
    userId: text('user_id').notNull(),
    readAt: integer('read_at').notNull().default(0),
    muted: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.userId] })],
)
