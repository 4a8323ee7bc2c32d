import { destinationsOfSource, endDestination } from '../destinations/index.ts'
import { isPulled, SOURCE_KINDS } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import { type Database, FIRST_WORKSPACE, type Source } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { newSource, newWriteKey, schemaSettings, sourceChanges } from './input.ts'
import { getSource } from './queries.ts'
import type { SourceHealth } from '../../intake/index.ts'
import {
  deleteSourceRows,
  insertSource,
  insertWriteKey,
  revokeWriteKeyRow,
  updateSourceRow,
  upsertTraffic,
} from './store.ts'
import type { ControlDeps } from '../request.ts'

/**
 * What can be done with sources, by the Public API and by the panel alike: `body` is what a caller sent,
 * and is checked here. Throws `Refusal` 400 with every problem and its field, or what the store throws.
 */

export async function createSource(deps: ControlDeps, workspaceId: string, body: unknown): Promise<Source> {
  const { db, settings } = deps
  const { slug, name = slug, enabled, metadataId, writeKey, eventsPerSecond } = checked(newSource, body)
  if (!SOURCE_KINDS.some(({ id }) => id === metadataId)) {
    const kinds = SOURCE_KINDS.map(({ id }) => id).join(', ')
    throw refusal(400, `Must be one of ${kinds}.`, 'metadataId')
  }
  refuseOwnKey(deps, workspaceId, writeKey)
  refuseMoreThanAllowed(deps, workspaceId, eventsPerSecond)
  const source = await insertSource(db, workspaceId, { slug, name, enabled, metadataId, writeKey, eventsPerSecond })
  settings.invalidate()
  return source
}

export async function updateSource(deps: ControlDeps, workspaceId: string, id: string, body: unknown) {
  const { db, settings } = deps
  const changes = checked(sourceChanges, body)
  refuseMoreThanAllowed(deps, workspaceId, changes.eventsPerSecond)
  const source = await updateSourceRow(db, workspaceId, id, changes)
  settings.invalidate()
  return source
}

/** Changes nothing: a source has these settings, and what would make others of them is refused with its field. */
export async function checkSchemaSettings(
  { db }: Pick<ControlDeps, 'db'>,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<Source> {
  const source = await getSource(db, workspaceId, id)
  checked(schemaSettings, body)
  return source
}

/** With its destinations: what they still owe becomes dead letters. */
export async function deleteSource(deps: ControlDeps, workspaceId: string, id: string): Promise<void> {
  const { db, settings } = deps
  const source = await getSource(db, workspaceId, id)
  const destinations = await destinationsOfSource(db, id)
  await Promise.all(destinations.map((one) => endDestination(one, deps)))
  // Before its rows go: whatever dies in between, its statistics look by themselves whether it is gone.
  await deps.statistics(id).leave()
  await deleteSourceRows(db, workspaceId, id)
  settings.invalidate()
  // Its tokens go at once. It misses the source by itself too.
  if (isPulled(source.metadataId))
    await deps
      .puller(id)
      .changed()
      .catch((error: unknown) => deps.ctx.log('warn', 'a puller not told', { source: id, error: String(error) }))
}

/** What came to a source, for lists, as its intake says. */
export function publishTraffic(db: Database, id: string, health: SourceHealth): Promise<void> {
  return upsertTraffic(db, id, health)
}

/** A key of its own choice, or a new one. */
export async function createWriteKey(deps: ControlDeps, workspaceId: string, id: string, body: unknown) {
  const { db, settings } = deps
  const { writeKey } = checked(newWriteKey, body)
  refuseOwnKey(deps, workspaceId, writeKey)
  const source = await insertWriteKey(db, workspaceId, id, writeKey)
  settings.invalidate()
  return source
}

export async function revokeWriteKey(
  { db, settings }: ControlDeps,
  workspaceId: string,
  id: string,
  key: string,
): Promise<void> {
  await revokeWriteKeyRow(db, workspaceId, id, key)
  settings.invalidate()
}

/** A workspace may limit its own sources; more than the deployment lets through is the operator's to give. */
function refuseMoreThanAllowed(
  { sourceEventsPerSecond: most }: ControlDeps,
  workspaceId: string,
  asked: number | null | undefined,
): void {
  if (!asked || most === 0 || asked <= most || workspaceId === FIRST_WORKSPACE) return
  throw refusal(403, `At most ${most} a second: more comes by whoever runs this deployment.`, 'eventsPerSecond')
}

/** Where strangers may sign up, whose a key is can be for the operator to find out first. */
function refuseOwnKey({ writeKeysBy }: ControlDeps, workspaceId: string, writeKey: string | undefined): void {
  if (writeKey === undefined || writeKeysBy === 'anybody' || workspaceId === FIRST_WORKSPACE) return
  const message =
    'Keys of your own choice come by whoever runs this deployment: make the source without one, and ask them to give it yours.'
  throw refusal(403, message, 'writeKey')
}
