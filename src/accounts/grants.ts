import { and, eq, gt, ne } from 'drizzle-orm'
import { type Database, destinations, integrations } from '../settings/index.ts'
import { type Access, may } from './access.ts'
import { members, oauthClients, oauthGrants, oauthTokens } from './schema.ts'
import { sha256 } from './tokens.ts'

/** A grant's use is written down at most this often. */
const USED_MS = 5 * 60_000

/** What is joined to a grant for it to be good: its client, of the integration of its destination, and whoever allowed it. */
export const GRANT_DESTINATION = and(
  eq(destinations.id, oauthGrants.destinationId),
  eq(destinations.workspaceId, oauthGrants.workspaceId),
)
export const GRANT_MAKER = and(
  eq(members.workspaceId, oauthGrants.workspaceId),
  eq(members.userId, oauthGrants.allowedBy),
)

/**
 * What an access token of a client opens, or `undefined`: one destination, and that only as long as whoever allowed it may
 * change the destination themselves. What was stopped for everybody is closed to its clients too. One query; every five
 * minutes a write, left to `later`.
 */
export async function accessOfGrant(
  { orm, ctx }: Database,
  token: string,
  later: (work: Promise<unknown>) => void,
): Promise<Access | undefined> {
  const now = ctx.now()
  const [found] = await orm
    .select({
      grant: oauthGrants,
      clientName: oauthClients.name,
      sourceId: destinations.sourceId,
      role: members.role,
      sources: members.sources,
    })
    .from(oauthTokens)
    .innerJoin(oauthGrants, eq(oauthGrants.id, oauthTokens.grantId))
    .innerJoin(oauthClients, eq(oauthClients.id, oauthGrants.clientId))
    .innerJoin(destinations, and(GRANT_DESTINATION, eq(destinations.integrationId, oauthClients.integrationId)))
    .innerJoin(
      integrations,
      and(eq(integrations.id, oauthClients.integrationId), ne(integrations.status, 'UNAVAILABLE')),
    )
    .innerJoin(members, GRANT_MAKER)
    .where(
      and(
        eq(oauthTokens.hash, (await sha256(token)).toString('hex')),
        eq(oauthTokens.kind, 'access'),
        gt(oauthTokens.expiresAt, now),
      ),
    )
  if (!found) return undefined
  const { grant, clientName, sourceId } = found
  if (!mayAllow({ workspaceId: grant.workspaceId, ...found }, sourceId)) return undefined
  if (now - (grant.usedAt ?? 0) > USED_MS) {
    later(orm.update(oauthGrants).set({ usedAt: now }).where(eq(oauthGrants.id, grant.id)).execute())
  }
  return {
    workspaceId: grant.workspaceId,
    role: 'source-admin',
    sources: [sourceId],
    permissions: ['destinations:read', 'destinations:write'],
    grant: { id: grant.id, clientName, destinationId: grant.destinationId },
  }
}

/** Whether somebody may allow a client to change a destination of this source. */
export function mayAllow(person: Pick<Access, 'workspaceId' | 'role' | 'sources'>, sourceId: string): boolean {
  return may(person, 'destinations:write', sourceId)
}
