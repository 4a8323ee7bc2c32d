import {
  addWriteKey,
  createDestination,
  createSource,
  deleteDestination,
  deleteSource,
  type Destination,
  FIRST_WORKSPACE,
  destinationsOfSource,
  getDestination,
  getSource,
  revokeWriteKey,
  type Source,
  updateDestination,
  updateSource,
} from '../settings/index.ts'
import { checked } from './checked.ts'
import { ApiError } from './errors.ts'
import { destinationChanges, newDestination, newSource, newWriteKey, sourceChanges } from './input.ts'
import { endLane, tellLanes } from './lanes.ts'
import type { ApiDeps } from './request.ts'
import { SOURCE_KINDS } from './source-kinds.ts'

/**
 * What can be done with sources and destinations, by the Public API and by the panel alike: `body` is what a caller sent,
 * and is checked here. Throws `ApiError` 400 with every problem and its field, or what the settings throw.
 */

type Deps = Pick<ApiDeps, 'ctx' | 'db' | 'settings' | 'lane' | 'allowLocal' | 'writeKeysBy'>

export async function makeSource(deps: Deps, workspaceId: string, body: unknown): Promise<Source> {
  const { db, settings } = deps
  const { slug, name = slug, enabled, metadataId, writeKey } = checked(newSource, body)
  if (!SOURCE_KINDS.some(({ id }) => id === metadataId)) {
    const kinds = SOURCE_KINDS.map(({ id }) => id).join(', ')
    throw new ApiError(400, { field: 'metadataId', message: `Must be one of ${kinds}.` })
  }
  refuseOwnKey(deps, workspaceId, writeKey)
  const source = await createSource(db, workspaceId, { slug, name, enabled, metadataId, writeKey })
  settings.invalidate()
  return source
}

export async function changeSource({ db, settings }: Deps, workspaceId: string, id: string, body: unknown) {
  const source = await updateSource(db, workspaceId, id, checked(sourceChanges, body))
  settings.invalidate()
  return source
}

/** With its destinations: what they still owe becomes dead letters. */
export async function removeSource(deps: Deps, workspaceId: string, id: string): Promise<void> {
  const { db, settings } = deps
  await getSource(db, workspaceId, id)
  const destinations = await destinationsOfSource(db, id)
  await Promise.all(destinations.map((one) => endLane(one, deps)))
  await deleteSource(db, workspaceId, id)
  settings.invalidate()
}

/** A key of its own choice, or a new one. */
export async function makeWriteKey(deps: Deps, workspaceId: string, id: string, body: unknown) {
  const { db, settings } = deps
  const { writeKey } = checked(newWriteKey, body)
  refuseOwnKey(deps, workspaceId, writeKey)
  const source = await addWriteKey(db, workspaceId, id, writeKey)
  settings.invalidate()
  return source
}

export async function endWriteKey({ db, settings }: Deps, workspaceId: string, id: string, key: string): Promise<void> {
  await revokeWriteKey(db, workspaceId, id, key)
  settings.invalidate()
}

export async function makeDestination(deps: Deps, workspaceId: string, body: unknown): Promise<Destination> {
  const { db, allowLocal } = deps
  const destination = await createDestination(db, workspaceId, checked(newDestination, body), { allowLocal })
  await inForce(deps, destination)
  return destination
}

export async function changeDestination(
  deps: Deps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<Destination> {
  const { db, allowLocal } = deps
  const changes = checked(destinationChanges, body)
  const destination = await updateDestination(db, workspaceId, id, changes, { allowLocal })
  await inForce(deps, destination)
  return destination
}

/** What it still owes becomes dead letters. */
export async function removeDestination(deps: Deps, workspaceId: string, id: string): Promise<void> {
  const { db, settings } = deps
  await endLane(await getDestination(db, workspaceId, id), deps)
  await deleteDestination(db, workspaceId, id)
  settings.invalidate()
}

/** Has the lane try one of the events that wait now, whatever its receiver asked for. Throws where there is none to try. */
export async function tryNow({ db, lane }: Deps, workspaceId: string, id: string): Promise<void> {
  const { enabled, paused } = await getDestination(db, workspaceId, id)
  if (!enabled || paused)
    throw new ApiError(409, { message: `It is ${enabled ? 'paused' : 'disabled'}, so nothing is sent.` })
  const { trying } = await lane(id).tryNow()
  if (!trying) throw new ApiError(409, { message: 'No event waits that could be tried now.' })
}

/** Where strangers may sign up, whose a key is can be for the operator to find out first. */
function refuseOwnKey({ writeKeysBy }: Deps, workspaceId: string, writeKey: string | undefined): void {
  if (writeKey === undefined || writeKeysBy === 'anybody' || workspaceId === FIRST_WORKSPACE) return
  const message =
    'Keys of your own choice come by whoever runs this deployment: make the source without one, and ask them to give it yours.'
  throw new ApiError(403, { field: 'writeKey', message })
}

async function inForce(deps: Deps, destination: Destination): Promise<void> {
  deps.settings.invalidate()
  await tellLanes([destination], deps)
}
