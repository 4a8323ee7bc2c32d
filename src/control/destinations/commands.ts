/** What can be done with destinations, by the Public API and by the panel alike: what a caller sent is checked here. */
import type { LaneHealth } from '../../lane/index.ts'
import { candidateOf, type Database, type Destination, withoutSecrets } from '../../settings/index.ts'
import { SAMPLES, type TriedOut, tryOut } from '../../deliver/index.ts'
import { excessOf } from '../../ingest/index.ts'
import { findIntegration } from '../catalogue/index.ts'
import { check, checked } from '../checked.ts'
import { destinationChanges, newDestination, testEvent } from './input.ts'
import { can, configure, endDestination } from './carry.ts'
import { getDestination } from './queries.ts'
import { settingProblems } from '../stored-settings.ts'
import { deleteDestinationRow, insertDestination, updateDestinationRow, upsertHealth } from './store.ts'
import type { ControlDeps } from '../request.ts'
import { isObject } from '../../event/index.ts'
import { type AllowLocal, endpointIn, type Integration } from '../../integrations/index.ts'
import { type Problem, Refusal, refusal } from '../../refusal.ts'

/**
 * `known` is what a form has found wrong with itself: refused together with everything else that is. Throws `Refusal` 400
 * with every problem and its field, or what the store throws, as everything here does.
 */
export async function createDestination(
  deps: ControlDeps,
  workspaceId: string,
  body: unknown,
  known: readonly Problem[] = [],
): Promise<Destination> {
  const { db, allowLocal } = deps
  const wanted = check(newDestination, body)
  if (!wanted.ok || known.length > 0) {
    const integration = isObject(body) && (await findIntegration(db, workspaceId, String(body['metadataId'])))
    const problems = integration ? badSettings({ integration }, body, allowLocal) : []
    throw new Refusal(400, ...known, ...(wanted.ok ? [] : wanted.problems), ...problems)
  }
  const destination = await insertDestination(db, workspaceId, wanted.value, { allowLocal })
  await inForce(deps, destination)
  return destination
}

/**
 * Connects a source to an integration whose maker gives the settings afterwards: enabled where it lacks none. Throws as
 * `createDestination` does.
 */
export async function connectForMaker(
  deps: ControlDeps,
  workspaceId: string,
  { sourceId, metadataId }: { sourceId: string; metadataId: string },
): Promise<Destination> {
  const wanted = { sourceId, metadataId, enabled: true, settings: {} }
  const options = { allowLocal: deps.allowLocal, settingsLater: true }
  const destination = await insertDestination(deps.db, workspaceId, wanted, options)
  await inForce(deps, destination)
  return destination
}

/** What a caller sent, as changes of a destination. */
export async function updateDestination(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<Destination> {
  if (!isObject(body)) throw refusal(400, 'The body is not a JSON object.')
  return updateDestinationWith(deps, workspaceId, id, () => body)
}

/**
 * What a form means depends on the fields of the integration, so `read` gets the destination as it is, but for its
 * secrets, together with the row that is then changed. What it finds wrong goes to `problems`.
 */
export async function updateDestinationWith(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  read: (before: Destination, problems: Problem[]) => unknown,
): Promise<Destination> {
  const { db, allowLocal } = deps
  const changesOf = (before: Destination) => {
    const problems: Problem[] = []
    const body = read(withoutSecrets(before), problems)
    const result = check(destinationChanges, body)
    if (result.ok && problems.length === 0) return result.value
    if (!result.ok) problems.push(...result.problems)
    throw new Refusal(400, ...problems, ...badSettings(before, body, allowLocal))
  }
  const destination = await updateDestinationRow(db, workspaceId, id, changesOf, { allowLocal })
  await inForce(deps, destination)
  return destination
}

/** What it still owes becomes dead letters. */
export async function deleteDestination(deps: ControlDeps, workspaceId: string, id: string): Promise<void> {
  const { db, settings } = deps
  await endDestination(await getDestination(db, workspaceId, id), deps)
  await deleteDestinationRow(db, workspaceId, id)
  settings.invalidate()
}

/** How a destination stands, for lists, as its lane says. */
export function publishHealth(db: Database, id: string, health: LaneHealth): Promise<void> {
  return upsertHealth(db, id, health)
}

/** Has the lane try one of the events that wait now, whatever its receiver asked for. Throws where there is none to try. */
export async function tryNow({ db, lane }: ControlDeps, workspaceId: string, id: string): Promise<void> {
  const { enabled, paused } = await getDestination(db, workspaceId, id)
  if (!enabled || paused) throw refusal(409, `It is ${enabled ? 'paused' : 'disabled'}, so nothing is sent.`)
  const { trying } = await lane(id).tryNow()
  if (!trying) throw refusal(409, 'No event waits that could be tried now.')
}

/**
 * Sends one event to a destination now, as deliver would, whether the destination is enabled or not: a sample of a type
 * (`{"type":"track"}`, the default) or an event of the caller's own (`{"event":{…}}`).
 */
export async function testDestination(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<{ destination: Destination; tried: TriedOut }> {
  const { type, event } = checked(testEvent, body)
  const excess = event && excessOf(event)
  if (excess) throw refusal(400, excess, 'event')
  const destination = await getDestination(deps.db, workspaceId, id)
  const { integration, settings, sourceId, region, lane } = destination
  const endpoint = endpointIn(integration, region)
  if (!can(destination, 'test', deps)) {
    throw refusal(400, `${integration.name} runs in your pages: nothing is sent to it from here.`)
  }
  const tried = await tryOut(
    event ?? SAMPLES[type ?? 'track'],
    {
      destinationId: id,
      settings,
      ...(lane.batch && { batch: lane.batch }),
      ...candidateOf(destination),
      integration: { ...integration, ...(endpoint !== undefined && { endpoint }) },
    },
    sourceId,
    deps,
  )
  if ('rejected' in tried) {
    throw refusal(400, `A source would not accept this event: ${tried.rejected}.`, 'event')
  }
  return { destination, tried }
}

/** What is wrong with the settings in a body that is refused for something else: one answer says it all. */
function badSettings(to: { integration: Integration } | Destination, body: unknown, allowLocal: AllowLocal): Problem[] {
  const given = isObject(body) ? body['settings'] : undefined
  return isObject(given) ? settingProblems(to, given, { allowLocal }) : []
}

async function inForce(deps: ControlDeps, destination: Destination): Promise<void> {
  deps.settings.invalidate()
  await configure(destination, deps)
}
