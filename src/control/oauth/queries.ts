import { and, asc, eq, sql } from 'drizzle-orm'
import { GRANT_DESTINATION, GRANT_MAKER, mayAllow, tables } from '../../accounts/index.ts'
import { refusal } from '../../refusal.ts'
import { contains, type Database, destinations, integrations, sources } from '../../settings/index.ts'
import { type CatalogueEntry, circleColumns, entryOfRow } from '../catalogue/index.ts'
import { partners } from '../partners/index.ts'

const { oauthClients, oauthGrants, members, users } = tables

/** A client without its secret. */
export type Client = Omit<typeof oauthClients.$inferSelect, 'secretHash'> & { confidential: boolean }

/** A client that asks, with its integration as a workspace finds it, and the company that has made it; `null`: it is no partner. */
export interface AskingClient extends Client {
  entry: CatalogueEntry
  company: string | null
}

const columns = {
  id: oauthClients.id,
  workspaceId: oauthClients.workspaceId,
  integrationId: oauthClients.integrationId,
  name: oauthClients.name,
  redirectUris: oauthClients.redirectUris,
  startUrl: oauthClients.startUrl,
  createdAt: oauthClients.createdAt,
  confidential: sql<boolean>`(${oauthClients.secretHash} IS NOT NULL)`.mapWith(Boolean),
}

/** The client that an authorization request names. `workspaceId`: whose people are asked. One query. */
export async function findAskingClient(
  { orm }: Database,
  id: string,
  workspaceId: string,
): Promise<AskingClient | undefined> {
  const [row] = await orm
    .select({ client: columns, integration: integrations, company: partners.company, ...circleColumns(workspaceId) })
    .from(oauthClients)
    .innerJoin(integrations, eq(integrations.id, oauthClients.integrationId))
    .leftJoin(partners, eq(partners.workspaceId, oauthClients.workspaceId))
    .where(eq(oauthClients.id, id))
  return row && { ...row.client, company: row.company, entry: entryOfRow(row) }
}

/** What a client may be allowed, by the slug of its integration. One query. */
export async function slugOfClient({ orm }: Database, id: string): Promise<string | undefined> {
  const [row] = await orm
    .select({ slug: integrations.slug })
    .from(oauthClients)
    .innerJoin(integrations, eq(integrations.id, oauthClients.integrationId))
    .where(eq(oauthClients.id, id))
  return row?.slug
}

/** Who a client says it is: its id and the hash of its secret. One query. */
export async function findCredentials(
  { orm }: Database,
  id: string,
): Promise<{ id: string; secretHash: string | null } | undefined> {
  const [row] = await orm
    .select({ id: oauthClients.id, secretHash: oauthClients.secretHash })
    .from(oauthClients)
    .where(eq(oauthClients.id, id))
  return row
}

/** The oldest first. One query. */
export function listClients({ orm }: Database, integrationId: string): Promise<Client[]> {
  return orm
    .select(columns)
    .from(oauthClients)
    .where(eq(oauthClients.integrationId, integrationId))
    .orderBy(asc(oauthClients.createdAt), asc(oauthClients.id))
}

/** Throws 404 when the integration has no such client. */
export async function getClient({ orm }: Database, integrationId: string, id: string): Promise<Client> {
  const [row] = await orm
    .select(columns)
    .from(oauthClients)
    .where(and(eq(oauthClients.id, id), eq(oauthClients.integrationId, integrationId)))
  if (!row) throw refusal(404, `There is no client ${id}.`)
  return row
}

/** Where a customer begins on the partner's own site; `undefined`: no client says so. One query. */
export async function findStartUrl({ orm }: Database, integrationId: string): Promise<string | undefined> {
  const [row] = await orm
    .select({ startUrl: oauthClients.startUrl })
    .from(oauthClients)
    .where(and(eq(oauthClients.integrationId, integrationId), sql`${oauthClients.startUrl} IS NOT NULL`))
    .orderBy(asc(oauthClients.createdAt))
    .limit(1)
  return row?.startUrl ?? undefined
}

/** What a customer has allowed. Times are milliseconds. */
export interface ClientGrant {
  id: string
  clientName: string
  company: string | null
  /** Address of the person. */
  allowedBy: string | null
  createdAt: number
  /** Within five minutes; `null`: never. */
  usedAt: number | null
  /** It opens nothing: whoever allowed it may not do the same any more. */
  ended: boolean
}

/** Of a destination, the newest first; as many as there are clients of its integration. One query. */
export async function listGrants(
  { orm }: Database,
  workspaceId: string,
  destinationId: string,
): Promise<ClientGrant[]> {
  const rows = await orm
    .select({
      id: oauthGrants.id,
      clientName: oauthClients.name,
      company: partners.company,
      allowedBy: users.email,
      createdAt: oauthGrants.createdAt,
      usedAt: oauthGrants.usedAt,
      sourceId: destinations.sourceId,
      member: members,
    })
    .from(oauthGrants)
    .innerJoin(destinations, GRANT_DESTINATION)
    .innerJoin(oauthClients, eq(oauthClients.id, oauthGrants.clientId))
    .leftJoin(partners, eq(partners.workspaceId, oauthClients.workspaceId))
    .leftJoin(users, eq(users.id, oauthGrants.allowedBy))
    .leftJoin(members, GRANT_MAKER)
    .where(and(eq(oauthGrants.destinationId, destinationId), eq(oauthGrants.workspaceId, workspaceId)))
    .orderBy(sql`${oauthGrants.createdAt} DESC`)
  return rows.map(({ member, sourceId, ...grant }) => ({
    ...grant,
    ended: member === null || !mayAllow(member, sourceId),
  }))
}

/** A source that a customer can choose, with the destination of the integration that it has already. */
export interface ConsentSource {
  id: string
  name: string
  kind: string
  connected: { id: string; name: string } | null
}

/** Sources that a page offers; others are looked for by name. */
export const MOST_OFFERED = 200

/** By name, one more than are offered. One query. */
export async function listConsentSources(
  { orm }: Database,
  workspaceId: string,
  integrationId: string,
  find: string,
): Promise<ConsentSource[]> {
  // Names in full: of one table alone the builder leaves the table's out, and both have an id.
  const connected = sql<string | null>`(SELECT json_object('id', d.id, 'name', d.name) FROM destinations AS d
    WHERE d.source_id = sources.id AND d.integration_id = ${integrationId} ORDER BY d.created_at LIMIT 1)`
  const rows = await orm
    .select({ id: sources.id, name: sources.name, kind: sources.metadataId, connected })
    .from(sources)
    .where(
      and(eq(sources.workspaceId, workspaceId), find === '' ? undefined : contains([sources.name, sources.slug], find)),
    )
    .orderBy(sql`lower(${sources.name})`, asc(sources.id))
    .limit(MOST_OFFERED + 1)
  return rows.map((row) => ({
    ...row,
    connected: row.connected === null ? null : (JSON.parse(row.connected) as ConsentSource['connected']),
  }))
}
