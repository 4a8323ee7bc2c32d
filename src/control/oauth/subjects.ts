import { and, eq } from 'drizzle-orm'
import { GRANT_DESTINATION, type SubjectReaders, tables } from '../../accounts/index.ts'
import { destinations, fingerprint } from '../../settings/index.ts'

const { oauthClients, oauthGrants } = tables

export const SUBJECTS: SubjectReaders = {
  client: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, integrationId, redirectUris, startUrl, secretHash } = oauthClients
      const [row] = await orm
        .select({ name, integrationId, redirectUris, startUrl, secretHash })
        .from(oauthClients)
        .where(and(eq(oauthClients.id, id), eq(oauthClients.workspaceId, workspaceId)))
      if (!row) return undefined
      const { secretHash: hash, ...facts } = row
      // Enough to see that it was changed.
      const secret = hash === null ? null : await fingerprint(hash)
      return { name: row.name, values: { ...facts, secret } }
    },
  },
  grant: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { destinationId, clientId, allowedBy } = oauthGrants
      const [row] = await orm
        .select({ name: oauthClients.name, destinationId, clientId, allowedBy })
        .from(oauthGrants)
        .innerJoin(oauthClients, eq(oauthClients.id, clientId))
        .where(and(eq(oauthGrants.id, id), eq(oauthGrants.workspaceId, workspaceId)))
      return row && { name: row.name, values: row }
    },
    sourceOf: async ({ orm }, workspaceId, id) => {
      const [row] = await orm
        .select({ sourceId: destinations.sourceId })
        .from(oauthGrants)
        .innerJoin(destinations, GRANT_DESTINATION)
        .where(and(eq(oauthGrants.id, id), eq(oauthGrants.workspaceId, workspaceId)))
      return row?.sourceId
    },
  },
}
