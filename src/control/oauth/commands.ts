/** What partners, customers and clients can do about what a client is allowed. */
import { mayAllow, type Access } from '../../accounts/index.ts'
import { refusal } from '../../refusal.ts'
import type { Destination } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { describeOwnIntegration } from '../catalogue/index.ts'
import { connectForMaker, getDestination, updateDestination } from '../destinations/index.ts'
import type { ControlDeps } from '../request.ts'
import { type AuthorizationRequest, redirectWith } from './authorization.ts'
import { clientChanges, grantedChanges, newClient } from './input.ts'
import { type Client, getClient } from './queries.ts'
import { deleteClientRow, deleteGrant, insertClient, insertGrant, replaceSecret, updateClientRow } from './store.ts'

type Deps = Pick<ControlDeps, 'db'>

/** `body` is what a caller sent. `secret` is shown this once. Throws `Refusal` 400 with every problem and its field, 404, 409. */
export async function createClient(
  { db }: Deps,
  workspaceId: string,
  integrationId: string,
  body: unknown,
): Promise<Client & { secret?: string }> {
  const given = checked(newClient, body)
  await describeOwnIntegration(db, workspaceId, integrationId)
  const { id, ...made } = await insertClient(db, { workspaceId, integrationId }, given)
  return { ...(await getClient(db, integrationId, id)), ...made }
}

export async function updateClient(
  { db }: Deps,
  workspaceId: string,
  integrationId: string,
  id: string,
  body: unknown,
): Promise<Client> {
  const { name, redirectUris, startUrl } = checked(clientChanges, body)
  await describeOwnIntegration(db, workspaceId, integrationId)
  const changes = {
    ...(name !== undefined && { name }),
    ...(redirectUris !== undefined && { redirectUris }),
    ...(startUrl !== undefined && { startUrl }),
  }
  if (!(await updateClientRow(db, integrationId, id, changes))) throw refusal(404, `There is no client ${id}.`)
  return getClient(db, integrationId, id)
}

/** The old secret is none from now on; what customers have allowed stays. Throws 404, or 409 when the client is public. */
export async function changeClientSecret(
  { db }: Deps,
  workspaceId: string,
  integrationId: string,
  id: string,
): Promise<string> {
  await describeOwnIntegration(db, workspaceId, integrationId)
  const { name } = await getClient(db, integrationId, id)
  const secret = await replaceSecret(db, integrationId, id)
  if (secret === undefined) throw refusal(409, `${name} is a public client, which has no secret.`)
  return secret
}

/** With it all ends that customers have allowed it. Throws 404. */
export async function deleteClient(
  { db }: Deps,
  workspaceId: string,
  integrationId: string,
  id: string,
): Promise<void> {
  await describeOwnIntegration(db, workspaceId, integrationId)
  if (!(await deleteClientRow(db, integrationId, id))) throw refusal(404, `There is no client ${id}.`)
}

/** Who allows a client something, and where the answer comes from. */
export interface Allowing {
  access: Access
  /** This server, as its answers name it. */
  issuer: string
}

/** Connects a source for a client, and allows it that destination. `redirect`: where the browser goes on, with a code. */
export async function allowNewDestination(
  deps: ControlDeps,
  allowing: Allowing,
  request: AuthorizationRequest,
  sourceId: string,
): Promise<{ destination: Destination; redirect: string }> {
  const { workspaceId } = allowing.access
  const metadataId = request.client.integrationId
  const destination = await connectForMaker(deps, workspaceId, { sourceId, metadataId })
  return { destination, redirect: await allow(deps, allowing, request, destination) }
}

/** Allows a client a destination that there is already. Throws 404 where it is none of its integration. */
export async function allowDestination(
  deps: ControlDeps,
  allowing: Allowing,
  request: AuthorizationRequest,
  destinationId: string,
): Promise<{ destination: Destination; redirect: string }> {
  const destination = await getDestination(deps.db, allowing.access.workspaceId, destinationId)
  if (destination.integration.id !== request.client.integrationId) {
    throw refusal(404, `There is no destination ${destinationId} of this integration.`)
  }
  return { destination, redirect: await allow(deps, allowing, request, destination) }
}

/** A customer takes back what they allowed: from the next request on. Throws 404. */
export async function revokeGrant(
  { db }: Deps,
  workspaceId: string,
  destinationId: string,
  grantId: string,
): Promise<void> {
  const gone = await deleteGrant(db, grantId, { workspaceId, destinationId })
  if (!gone) throw refusal(404, `There is no grant ${grantId}.`)
}

/** What a client changes of the destination that it was allowed: whether it is enabled, and its own settings. */
export async function updateGranted(
  deps: ControlDeps,
  workspaceId: string,
  destinationId: string,
  body: unknown,
): Promise<Destination> {
  const { enabled, settings } = checked(grantedChanges, body)
  const changes = { ...(enabled !== undefined && { enabled }), ...(settings !== undefined && { settings }) }
  return updateDestination(deps, workspaceId, destinationId, changes)
}

async function allow(
  { db }: Deps,
  { access, issuer }: Allowing,
  { client, redirectUri, challenge, state }: AuthorizationRequest,
  { id, sourceId }: Pick<Destination, 'id' | 'sourceId'>,
): Promise<string> {
  const { workspaceId, userId } = access
  if (userId === undefined || !mayAllow(access, sourceId)) throw refusal(403, 'Only a person may allow this.')
  const grant = { workspaceId, clientId: client.id, destinationId: id, allowedBy: userId }
  const code = await insertGrant(db, grant, { challenge, redirectUri })
  return redirectWith(redirectUri, { code, state, iss: issuer })
}
