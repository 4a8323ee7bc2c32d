import { and, eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { alerts, alertSettings } from './schema.ts'
import { describeAlert } from './words.ts'

export const SUBJECTS: SubjectReaders = {
  alert: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const [row] = await orm
        .select()
        .from(alerts)
        .where(and(eq(alerts.id, id), eq(alerts.workspaceId, workspaceId)))
      return row && { name: describeAlert(row).title, values: { state: row.closedAt === null ? 'open' : 'closed' } }
    },
  },
  alerting: {
    snapshot: async ({ orm }, workspaceId) => {
      const [row] = await orm.select().from(alertSettings).where(eq(alertSettings.workspaceId, workspaceId))
      const { rules = {}, webhookUrl = null, secrets = null, mail = true } = row ?? {}
      return { name: 'Alert rules', values: { rules, webhookUrl, signed: secrets !== null, mail } }
    },
  },
}
