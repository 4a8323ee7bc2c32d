import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { tables } from '../../accounts/index.ts'
import { randomId } from '../../context.ts'
import { refusal } from '../../refusal.ts'
import type { Database } from '../../settings/index.ts'
import type { Client } from './queries.ts'
import { hashOfToken, newClientSecret, newOAuthToken, OAUTH_LASTS_MS } from './secrets.ts'

const { oauthClients, oauthGrants, oauthTokens } = tables

/** Clients of an integration. */
const MOST_CLIENTS = 10
type Facts = Pick<Client, 'name' | 'redirectUris' | 'startUrl'>

/** `secret` is in this answer and nowhere else; absent: the client is public. Throws 409 when there are as many as there may be. */
export async function insertClient(
  { orm, ctx }: Database,
  of: Pick<Client, 'workspaceId' | 'integrationId'>,
  { confidential, ...facts }: Facts & { confidential: boolean },
): Promise<{ id: string; secret?: string }> {
  const id = randomId(ctx, 'cli_')
  const secret = confidential ? newClientSecret(ctx) : undefined
  const row = {
    id,
    ...of,
    ...facts,
    secretHash: secret === undefined ? null : await hashOfToken(secret),
    createdAt: ctx.now(),
  }
  const over = sql`(SELECT count(*) FROM ${oauthClients} WHERE ${oauthClients.integrationId} = ${of.integrationId}) > ${MOST_CLIENTS}`
  const [, gone] = await orm.batch([
    orm.insert(oauthClients).values(row),
    orm
      .delete(oauthClients)
      .where(and(eq(oauthClients.id, id), over))
      .returning({ id: oauthClients.id }),
  ])
  if (gone.length > 0) throw refusal(409, `An integration has at most ${MOST_CLIENTS} clients. Delete one first.`)
  return { id, ...(secret !== undefined && { secret }) }
}

/** `false`: the integration has no such client. */
export async function updateClientRow(
  { orm }: Database,
  integrationId: string,
  id: string,
  changes: Partial<Facts>,
): Promise<boolean> {
  if (Object.keys(changes).length === 0) return true
  const mine = and(eq(oauthClients.id, id), eq(oauthClients.integrationId, integrationId))
  return (await orm.update(oauthClients).set(changes).where(mine).returning({ id: oauthClients.id })).length > 0
}

/** A new secret, and the old one is none from now on. `undefined`: there is no such client, or it is public. */
export async function replaceSecret(
  { orm, ctx }: Database,
  integrationId: string,
  id: string,
): Promise<string | undefined> {
  const secret = newClientSecret(ctx)
  const changed = await orm
    .update(oauthClients)
    .set({ secretHash: await hashOfToken(secret) })
    .where(
      and(eq(oauthClients.id, id), eq(oauthClients.integrationId, integrationId), isNotNull(oauthClients.secretHash)),
    )
    .returning({ id: oauthClients.id })
  return changed.length > 0 ? secret : undefined
}

/** With it goes all that customers have allowed it. `false`: there is none. */
export async function deleteClientRow({ orm }: Database, integrationId: string, id: string): Promise<boolean> {
  const mine = and(eq(oauthClients.id, id), eq(oauthClients.integrationId, integrationId))
  return (await orm.delete(oauthClients).where(mine).returning({ id: oauthClients.id })).length > 0
}

/** What a customer has allowed, in the place of what they had allowed this client for this destination, with a code. */
export async function insertGrant(
  { orm, ctx }: Database,
  grant: Pick<typeof oauthGrants.$inferSelect, 'workspaceId' | 'clientId' | 'destinationId' | 'allowedBy'>,
  { challenge, redirectUri }: { challenge: string; redirectUri: string },
): Promise<string> {
  const id = randomId(ctx, 'gnt_')
  const now = ctx.now()
  const code = newOAuthToken(ctx, 'code')
  await orm.batch([
    orm
      .delete(oauthGrants)
      .where(and(eq(oauthGrants.destinationId, grant.destinationId), eq(oauthGrants.clientId, grant.clientId))),
    orm.insert(oauthGrants).values({ id, ...grant, createdAt: now }),
    orm.insert(oauthTokens).values({
      hash: await hashOfToken(code),
      grantId: id,
      kind: 'code',
      createdAt: now,
      expiresAt: now + OAUTH_LASTS_MS.code,
      challenge,
      redirectUri,
    }),
  ])
  return code
}

/** Ends a grant; from the next request on its tokens open nothing. `false`: there is none. */
export async function deleteGrant(
  { orm }: Database,
  id: string,
  of: { workspaceId: string; destinationId: string },
): Promise<boolean> {
  const { workspaceId, destinationId } = oauthGrants
  const gone = await orm
    .delete(oauthGrants)
    .where(and(eq(oauthGrants.id, id), eq(workspaceId, of.workspaceId), eq(destinationId, of.destinationId)))
    .returning({ id: oauthGrants.id })
  return gone.length > 0
}
