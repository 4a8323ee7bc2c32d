import { and, eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { hideAddresses, integrations } from '../../settings/index.ts'

export const SUBJECTS: SubjectReaders = {
  integration: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, slug, description, status, endpoint, device, fields, supports, rate, maxInFlight, warehouse, bi } =
        integrations
      const [row] = await orm
        .select({
          name,
          slug,
          description,
          status,
          endpoint,
          device,
          fields,
          supports,
          rate,
          maxInFlight,
          warehouse,
          bi,
        })
        .from(integrations)
        .where(and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId)))
      return row && { name: row.name, values: { ...row, endpoint: await hideAddresses(row.endpoint, id) } }
    },
  },
}
