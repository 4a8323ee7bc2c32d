import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { CertificationState } from '../../certify/index.ts'

/** Certifications of integrations, without the results of their checks: those are with the object that made them. */
export const certifications = sqliteTable(
  'certifications',
  {
    id: text().primaryKey(),
    integrationId: text('integration_id').notNull(),
    workspaceId: text('workspace_id').notNull(),
    /** Number of the version that was certified. */
    version: integer().notNull().default(1),
    state: text().$type<CertificationState>().notNull(),
    /** The version of the list of checks. */
    listVersion: integer('list_version').notNull(),
    /** Fingerprint of what of the integration was certified, see `content.ts`. */
    content: text().notNull(),
    startedBy: text('started_by').notNull(),
    /** Milliseconds since 1970. */
    startedAt: integer('started_at').notNull(),
    endedAt: integer('ended_at'),
    made: integer().notNull(),
    checks: integer().notNull(),
    passed: integer().notNull(),
    skipped: integer().notNull(),
    errors: integer().notNull(),
    tasks: integer().notNull(),
    warnings: integer().notNull(),
    requests: integer().notNull(),
    /** It ended, and neither an error nor a task is left. */
    certified: integer({ mode: 'boolean' }).notNull(),
  },
  (table) => [index('certifications_integration').on(table.integrationId, table.startedAt, table.id)],
)
