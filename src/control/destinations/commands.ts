import {
  createDestination,
  deleteDestination,
  type Destination,
  getDestination,
  updateDestination,
} from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { ApiError } from '../errors.ts'
import { destinationChanges, newDestination } from './input.ts'
import { endLane, tellLanes } from './lanes.ts'
import type { ControlDeps } from '../request.ts'

/**
 * What can be done with destinations, by the Public API and by the panel alike: `body` is what a caller sent,
 * and is checked here. Throws `ApiError` 400 with every problem and its field, or what the settings throw.
 */

type Deps = Pick<ControlDeps, 'ctx' | 'db' | 'settings' | 'lane' | 'allowLocal'>

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

async function inForce(deps: Deps, destination: Destination): Promise<void> {
  deps.settings.invalidate()
  await tellLanes([destination], deps)
}
