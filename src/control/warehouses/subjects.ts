import { and, eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { fingerprint } from '../../settings/index.ts'
import { warehouses, warehouseSources } from './schema.ts'

/** Sources that an entry of the audit trail names. */
const MOST_SOURCES = 50

export const SUBJECTS: SubjectReaders = {
  warehouse: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, integrationId, enabled, settings, schedule, secrets } = warehouses
      const [row] = await orm
        .select({ name, integrationId, enabled, settings, schedule, secrets })
        .from(warehouses)
        .where(and(eq(warehouses.id, id), eq(warehouses.workspaceId, workspaceId)))
      if (!row) return undefined
      const { sourceId, enabled: loads, leftOut } = warehouseSources
      const connected = await orm
        .select({ sourceId, enabled: loads, leftOut })
        .from(warehouseSources)
        .where(eq(warehouseSources.warehouseId, id))
        .limit(MOST_SOURCES)
      const { secrets: sealed, ...facts } = row
      // Enough to see that they were changed, and nothing to learn what they are.
      const mark = sealed === null ? null : `encrypted ${await fingerprint(sealed)}`
      return { name: facts.name, values: { ...facts, secrets: mark, sources: connected } }
    },
  },
}
