import { and, eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { hideAddresses, integrations } from '../../settings/index.ts'
import { integrationPages } from './schema.ts'

export const SUBJECTS: SubjectReaders = {
  integration: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, slug, description, status, endpoint, device, fields, supports, rate, maxInFlight, warehouse, bi } =
        integrations
      const { categories, site, support, regions, logoAt, markAt } = integrations
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
          categories,
          site,
          support,
          regions,
          logoAt,
          markAt,
          docs: integrationPages.docs,
        })
        .from(integrations)
        .leftJoin(integrationPages, eq(integrationPages.integrationId, integrations.id))
        .where(and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId)))
      if (!row) return undefined
      const hidden = { endpoint: await hideAddresses(row.endpoint, id), regions: await hideAddresses(row.regions, id) }
      return { name: row.name, values: { ...row, ...hidden } }
    },
  },
}
