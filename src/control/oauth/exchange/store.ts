import { and, desc, eq, gt, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import { tables } from '../../../accounts/index.ts'
import type { Database } from '../../../settings/index.ts'
import { hashOfToken, newOAuthToken, OAUTH_LASTS_MS } from '../secrets.ts'

const { oauthGrants, oauthTokens } = tables

/** Refresh tokens that were exchanged, of a grant: so many are known again. */
const MOST_SPENT = 100

/** What was exchanged: of a code with what it was made for. */
export interface Spent {
  grantId: string
  challenge: string | null
  redirectUri: string | null
}

/**
 * Spends what is good once, of this client, in one statement, so that of two who send it at once one succeeds.
 * `again`: it was spent before, so somebody else has it too, and all that the customer has allowed is over.
 */
export async function spendToken(
  db: Database,
  kind: 'code' | 'refresh',
  token: string,
  clientId: string,
): Promise<Spent | { again: EndedGrant | undefined } | undefined> {
  const { orm, ctx } = db
  const now = ctx.now()
  const { hash, grantId, challenge, redirectUri, spentAt, expiresAt } = oauthTokens
  const ofClient = inArray(
    grantId,
    orm.select({ id: oauthGrants.id }).from(oauthGrants).where(eq(oauthGrants.clientId, clientId)),
  )
  const it = and(eq(hash, await hashOfToken(token)), eq(oauthTokens.kind, kind), ofClient)
  const [spent] = await orm
    .update(oauthTokens)
    .set({ spentAt: now })
    .where(and(it, isNull(spentAt), gt(expiresAt, now)))
    .returning({ grantId, challenge, redirectUri })
  if (spent) return spent
  const [known] = await orm
    .select({ grantId })
    .from(oauthTokens)
    .where(and(it, isNotNull(spentAt)))
  return known && { again: await deleteGrantRow(db, known.grantId) }
}

/** An access and a refresh token of a grant; `undefined`: it has been revoked meanwhile. What they take the place of goes. */
export async function insertTokens(
  { orm, ctx }: Database,
  grantId: string,
): Promise<{ access: string; refresh: string; destinationId: string } | undefined> {
  const now = ctx.now()
  const access = newOAuthToken(ctx, 'access')
  const refresh = newOAuthToken(ctx, 'refresh')
  const there = sql`EXISTS (SELECT 1 FROM ${oauthGrants} WHERE ${oauthGrants.id} = ${grantId})`
  const [accessHash, refreshHash] = await Promise.all([access, refresh].map(hashOfToken))
  const row = (kind: 'access' | 'refresh', hash: string | undefined) =>
    orm
      .insert(oauthTokens)
      .select(
        sql`SELECT ${hash}, ${grantId}, ${kind}, ${now}, ${now + OAUTH_LASTS_MS[kind]}, NULL, NULL, NULL WHERE ${there}`,
      )
  const spent = and(eq(oauthTokens.grantId, grantId), eq(oauthTokens.kind, 'refresh'), isNotNull(oauthTokens.spentAt))
  const newest = orm
    .select({ hash: oauthTokens.hash })
    .from(oauthTokens)
    .where(spent)
    .orderBy(desc(oauthTokens.createdAt), desc(sql`rowid`))
    .limit(MOST_SPENT)
  const [, , , , [grant]] = await orm.batch([
    orm.delete(oauthTokens).where(and(eq(oauthTokens.grantId, grantId), eq(oauthTokens.kind, 'access'))),
    orm.delete(oauthTokens).where(and(spent, sql`${oauthTokens.hash} NOT IN (${newest})`)),
    row('access', accessHash),
    row('refresh', refreshHash),
    orm.select({ destinationId: oauthGrants.destinationId }).from(oauthGrants).where(eq(oauthGrants.id, grantId)),
  ])
  return grant && { access, refresh, ...grant }
}

/** A grant that is over, for whoever writes it down. */
export type EndedGrant = Pick<typeof oauthGrants.$inferSelect, 'id' | 'workspaceId' | 'destinationId'>

/** Ends the grant of a token of this client, whichever kind of token it is. `undefined`: there is none. */
export async function deleteGrantOfToken(
  db: Database,
  token: string,
  ofClient: string,
): Promise<EndedGrant | undefined> {
  const [row] = await db.orm
    .select({ id: oauthGrants.id })
    .from(oauthTokens)
    .innerJoin(oauthGrants, eq(oauthGrants.id, oauthTokens.grantId))
    .where(and(eq(oauthTokens.hash, await hashOfToken(token)), eq(oauthGrants.clientId, ofClient)))
  return row && deleteGrantRow(db, row.id)
}

async function deleteGrantRow({ orm }: Database, id: string): Promise<EndedGrant | undefined> {
  const { workspaceId, destinationId } = oauthGrants
  const [gone] = await orm
    .delete(oauthGrants)
    .where(eq(oauthGrants.id, id))
    .returning({ id: oauthGrants.id, workspaceId, destinationId })
  return gone
}
