import { and, eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { hideAddresses, integrations } from '../../settings/index.ts'
import { integrationPages, integrationVersions } from './schema.ts'

export const SUBJECTS: SubjectReaders = {
  integration: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, slug, description, status, endpoint, device, fields, supports, rate, maxInFlight, warehouse, bi } =
        integrations
      const { categories, site, support, regions, logoAt, markAt, live, rollout, batch } = integrations
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
          batch,
          warehouse,
          bi,
          categories,
          site,
          support,
          regions,
          logoAt,
          markAt,
          docs: integrationPages.docs,
          live,
          rollout,
          draft: {
            number: integrationVersions.number,
            content: integrationVersions.content,
            docs: integrationVersions.docs,
          },
        })
        .from(integrations)
        .leftJoin(integrationPages, eq(integrationPages.integrationId, integrations.id))
        .leftJoin(
          integrationVersions,
          and(eq(integrationVersions.integrationId, integrations.id), eq(integrationVersions.state, 'draft')),
        )
        .where(and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId)))
      if (!row) return undefined
      const { rollout: rolled, draft, ...facts } = row
      const hidden = { endpoint: await hideAddresses(row.endpoint, id), regions: await hideAddresses(row.regions, id) }
      const versions = {
        rollout: rolled && { number: rolled.number, share: rolled.share },
        ...(draft && { draft: await hideAddresses(draft, id) }),
      }
      return { name: row.name, values: { ...facts, ...hidden, ...versions } }
    },
  },
}
