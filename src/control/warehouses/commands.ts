/** What can be done with warehouses, by the Public API and by the panel alike: what a caller sent is checked here. */
import { randomId } from '../../context.ts'
import type { Check } from '../../connectors/index.ts'
import { isObject, parseTime } from '../../event/index.ts'
import { titleOf } from '../../integrations/index.ts'
import { type Problem, problem, Refusal, refusal } from '../../refusal.ts'
import { type Database, withoutSecrets } from '../../settings/index.ts'
import { KEPT_COLUMNS } from '../../tables/index.ts'
import {
  DAILY_MINUTES,
  isLeftOut,
  type Job,
  type LeftOut,
  type Sync,
  type SyncSchedule,
  type WarehouseReport,
} from '../../warehouse/index.ts'
import { dropAlerts } from '../alerts/index.ts'
import { closedWords } from '../catalogue/index.ts'
import { check, checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { settingProblems } from '../stored-settings.ts'
import { noHyperdrive } from './connectors.ts'
import {
  advancedSchedule,
  newBackfill,
  newConnection,
  newErasure,
  newRetyping,
  newWarehouse,
  selectiveSyncChanges,
  warehouseChanges,
  warehouseValidation,
} from './input.ts'
import {
  type ConfiguredWarehouse,
  connectorOf,
  findWarehouseEntry,
  getConnected,
  getWarehouse,
  getWarehouseRow,
  warehousesOfSource,
} from './queries.ts'
import {
  deleteConnection,
  deleteWarehouseRow,
  insertConnection,
  insertWarehouse,
  slugOf,
  updateConnection,
  updateWarehouseReport,
  updateWarehouseRow,
} from './store.ts'

const DEFAULT_SCHEDULE: SyncSchedule = { everyMinutes: 60, atMinute: 0 }
const WRITE_TRIES = 10
/** As JSON: a row of the database has to hold what of a source is left out. */
const MOST_LEFT_OUT = 256 * 1_024

/**
 * `known` is what a form has found wrong with itself: refused together with everything else that is. Throws `Refusal` 400
 * with every problem and its field, or what the store throws, as everything here does.
 */
export async function createWarehouse(
  deps: ControlDeps,
  workspaceId: string,
  body: unknown,
  known: readonly Problem[] = [],
): Promise<ConfiguredWarehouse> {
  const { db, allowLocal } = deps
  const wanted = check(newWarehouse, body)
  const unbound = hyperdriveProblems(deps, workspaceId, body)
  const entry = isObject(body) ? await findWarehouseEntry(db, workspaceId, String(body['metadataId'])) : undefined
  if (!wanted.ok || known.length > 0 || unbound.length > 0) {
    const given = isObject(body) && isObject(body['settings']) ? body['settings'] : {}
    const problems = entry ? settingProblems({ integration: entry }, given, { allowLocal }) : []
    throw new Refusal(400, ...known, ...(wanted.ok ? [] : wanted.problems), ...unbound, ...problems)
  }
  const { name, metadataId, schedule, ...facts } = wanted.value
  if (!entry) throw refusal(404, `There is no warehouse ${metadataId} in the catalogue.`, 'metadataId')
  const closed = closedWords(entry)
  if (closed !== undefined) throw refusal(409, closed, 'metadataId')
  const input = {
    ...facts,
    integration: entry,
    name: name ?? titleOf(entry),
    schedule: schedule ? scheduleOf(schedule) : DEFAULT_SCHEDULE,
  }
  const created = await insertWarehouse(db, workspaceId, input, { allowLocal })
  await tell(deps, created.id)
  return created
}

/** What a caller sent, as changes of a warehouse. */
export async function updateWarehouse(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<ConfiguredWarehouse> {
  if (!isObject(body)) throw refusal(400, 'The body is not a JSON object.')
  return updateWarehouseWith(deps, workspaceId, id, () => body)
}

/** `read` gets the warehouse as it is, but for its secrets. What it finds wrong goes to `problems`. */
export async function updateWarehouseWith(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  read: (before: ConfiguredWarehouse, problems: Problem[]) => unknown,
): Promise<ConfiguredWarehouse> {
  const { db, allowLocal } = deps
  const changesOf = (before: ConfiguredWarehouse) => {
    const problems: Problem[] = []
    const body = read(withoutSecrets(before), problems)
    problems.push(...hyperdriveProblems(deps, workspaceId, body, before.settings['hyperdrive']))
    const result = check(warehouseChanges, body)
    if (!result.ok || problems.length > 0) {
      const given =
        isObject(body) && isObject(body['settings']) ? settingProblems(before, body['settings'], { allowLocal }) : []
      throw new Refusal(400, ...problems, ...(result.ok ? [] : result.problems), ...given)
    }
    const { name, schedule, ...others } = result.value
    return {
      ...others,
      ...(name !== undefined && { name: name ?? titleOf(before.integration) }),
      ...(schedule && { schedule: scheduleOf(schedule) }),
    }
  }
  const changed = await updateWarehouseRow(db, workspaceId, id, changesOf, { allowLocal })
  await tell(deps, id)
  return changed
}

/** What is in the warehouse stays there. */
export async function deleteWarehouse(deps: ControlDeps, workspaceId: string, id: string): Promise<void> {
  await getWarehouseRow(deps.db, workspaceId, id)
  await deleteWarehouseRow(deps.db, id)
  await dropAlerts(deps, id)
  await tell(deps, id)
}

/** Looks at a connection by settings that are kept nowhere. Throws 400 with each that does not pass. */
export async function validateWarehouse(deps: ControlDeps, workspaceId: string, body: unknown): Promise<Check[]> {
  const { metadataId, settings } = checked(warehouseValidation, body)
  const entry = await findWarehouseEntry(deps.db, workspaceId, metadataId)
  if (!entry) throw refusal(404, `There is no warehouse ${metadataId} in the catalogue.`, 'metadataId')
  const problems = [
    ...hyperdriveProblems(deps, workspaceId, { settings }),
    ...settingProblems({ integration: entry }, settings, deps),
  ]
  if (problems.length > 0) throw new Refusal(400, ...problems)
  return connectorOf(deps.connectors, entry).check(withDefaults(entry.fields, settings))
}

/** What is wrong with the Hyperdrive that is named by a body: only one that the workspace may go through, or that is there already. */
function hyperdriveProblems(
  { hyperdrives }: ControlDeps,
  workspaceId: string,
  body: unknown,
  before?: unknown,
): Problem[] {
  const name = isObject(body) && isObject(body['settings']) ? body['settings']['hyperdrive'] : undefined
  if (typeof name !== 'string' || name === before || hyperdrives(workspaceId).includes(name)) return []
  return [problem(noHyperdrive(name), 'settings.hyperdrive')]
}

/** Looks at the connection of a warehouse as it is set up. */
export async function checkWarehouse(deps: ControlDeps, workspaceId: string, id: string): Promise<Check[]> {
  const { integration, settings } = await getWarehouse(deps.db, workspaceId, id)
  return connectorOf(deps.connectors, integration).check(settings)
}

/** From now on the source is loaded too: all that it has, or what was committed since a time. */
export async function connectSource(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  sourceId: string,
  body: unknown = {},
): Promise<void> {
  const { since } = checked(newConnection, body)
  const { integration } = await getWarehouse(deps.db, workspaceId, id)
  const source = await slugOf(deps.db, workspaceId, sourceId)
  const { nameBytes } = connectorOf(deps.connectors, integration).limits
  await insertConnection(deps.db, id, source, { since: since ? (parseTime(since) ?? null) : null, nameBytes })
  await tell(deps, id)
}

/** The source is loaded no more; its tables stay. Throws 404 when it was not. */
export async function disconnectSource(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  sourceId: string,
): Promise<void> {
  await getWarehouseRow(deps.db, workspaceId, id)
  if (!(await deleteConnection(deps.db, id, sourceId)))
    throw refusal(404, `The warehouse ${id} is not connected to a source ${sourceId}.`, 'sourceId')
  await tell(deps, id)
}

/**
 * What of sources is loaded. A source that is enabled again is loaded from where it stopped; a collection or a property is
 * loaded from now on, and a backfill brings what was missed. Answers whether anything has changed.
 */
export async function updateSelection(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<boolean> {
  const { syncOverrides } = checked(selectiveSyncChanges, body)
  await getWarehouseRow(deps.db, workspaceId, id)
  const problems = syncOverrides.flatMap(({ property, enabled }, at) =>
    property !== undefined && KEPT_COLUMNS.has(property) && !enabled
      ? [problem(`${property} is in every row, and cannot be left out.`, `syncOverrides.${at}.property`)]
      : [],
  )
  if (problems.length > 0) throw new Refusal(400, ...problems)
  let changed = false
  for (const [sourceId, some] of Map.groupBy(syncOverrides, (one) => one.sourceId))
    changed = (await selectOf(deps, id, sourceId, some)) || changed
  if (changed) await tell(deps, id)
  return changed
}

interface Override {
  collection?: string | undefined
  property?: string | undefined
  enabled: boolean
}

async function selectOf(
  { db }: ControlDeps,
  id: string,
  sourceId: string,
  some: readonly Override[],
): Promise<boolean> {
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const before = await getConnected(db, id, sourceId)
    const after = some.reduce(override, { enabled: before.enabled, leftOut: before.leftOut })
    if (JSON.stringify(after.leftOut).length > MOST_LEFT_OUT)
      throw refusal(400, 'What is left out of a source is at most 256 KB, as JSON.', 'syncOverrides')
    if (after.enabled === before.enabled && JSON.stringify(after.leftOut) === JSON.stringify(before.leftOut))
      return false
    if (await updateConnection(db, id, sourceId, before, after)) return true
  }
  throw refusal(409, `The warehouse ${id} is being changed by others. Try again.`)
}

function override(
  { enabled, leftOut }: { enabled: boolean; leftOut: LeftOut },
  { collection, property, enabled: wanted }: Override,
): { enabled: boolean; leftOut: LeftOut } {
  if (collection === undefined) return { enabled: wanted, leftOut }
  const { collections, properties } = leftOut
  if (property === undefined)
    return { enabled, leftOut: { collections: without(collections, collection, wanted), properties } }
  const known = new Map(Object.entries(properties))
  const left = without(known.get(collection) ?? [], property, wanted)
  if (left.length > 0) known.set(collection, left)
  else known.delete(collection)
  return { enabled, leftOut: { collections, properties: Object.fromEntries(known) } }
}

/** The names that are left out, `name` among them unless it is wanted. */
function without(names: readonly string[], name: string, wanted: boolean): string[] {
  const others = names.filter((one) => one !== name)
  return wanted ? others : [...others, name].toSorted((a, b) => (a < b ? -1 : 1))
}

/** In the shape of Segment's Public API: at hours of the day, or as it is without. */
export async function replaceSchedule(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<ConfiguredWarehouse> {
  const { enabled, schedule } = checked(advancedSchedule, body)
  const hours = (schedule?.times ?? []).filter((one) => one.enabled).map(({ hourOfDay }) => hourOfDay)
  const wanted: SyncSchedule =
    enabled && schedule
      ? { hours: [...new Set(hours)].toSorted((a, b) => a - b), timezone: schedule.timezone }
      : DEFAULT_SCHEDULE
  const changed = await updateWarehouseRow(deps.db, workspaceId, id, () => ({ schedule: wanted }), deps)
  await tell(deps, id)
  return changed
}

/** Begins a sync, or answers the one that is running. Throws 409 where the warehouse is disabled. */
export async function syncNow(deps: ControlDeps, workspaceId: string, id: string): Promise<Sync> {
  const { enabled } = await getWarehouseRow(deps.db, workspaceId, id)
  if (!enabled) throw refusal(409, 'The warehouse is disabled: enable it first.')
  return deps.warehouse(id).syncNow()
}

/** Reads once more what a source has, beside the syncs. Throws 404 when the source is not connected, 409 when too much is under way. */
export async function createBackfill(deps: ControlDeps, workspaceId: string, id: string, body: unknown): Promise<Job> {
  const { sourceId, from, collections } = checked(newBackfill, body)
  await getWarehouseRow(deps.db, workspaceId, id)
  await getConnected(deps.db, id, sourceId)
  const since = from ? (parseTime(from) ?? null) : null
  const order = { kind: 'backfill' as const, sourceId, from: since, collections: collections ?? null }
  return orTooMany(await deps.warehouse(id).order(randomId(deps.ctx, 'bfl_'), order))
}

/**
 * Gives a column another type and fills it anew from the archive, beside the syncs. Throws 404 when the source is not
 * connected, 400 for a column that is left out, 409 where the warehouse cannot do it or too much is under way.
 */
export async function createRetyping(deps: ControlDeps, workspaceId: string, id: string, body: unknown): Promise<Job> {
  const wanted = checked(newRetyping, body)
  const { integration } = await getWarehouse(deps.db, workspaceId, id)
  if (!connectorOf(deps.connectors, integration).retypes)
    throw refusal(409, `Columns of a warehouse of kind ${titleOf(integration)} cannot be given another type.`)
  const { sourceId, collection, property } = wanted
  const { leftOut } = await getConnected(deps.db, id, sourceId)
  if (isLeftOut(leftOut, collection, property))
    throw refusal(400, 'It is left out of what is loaded: load it, and then give it the type.', 'property')
  return orTooMany(await deps.warehouse(id).order(randomId(deps.ctx, 'rty_'), { kind: 'retyping', ...wanted }))
}

/** Throws 409 when it is over, or almost. */
export async function cancelJob(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  kind: 'backfill' | 'retyping',
  job: string,
): Promise<void> {
  await getJob(deps, workspaceId, id, kind, job)
  if (!(await deps.warehouse(id).cancel(job))) throw refusal(409, `This ${kind} is over.`)
}

/** Whom a caller wants erased, each once. Throws `Refusal` 400. */
export function erasureOf(body: unknown): { userIds: string[] } {
  const { userIds } = checked(newErasure, body)
  return { userIds: [...new Set(userIds)] }
}

/**
 * Removes the rows of people from every table, and does not load again what they had sent until now. Cannot be undone:
 * whoever calls this has asked.
 */
export async function createErasure(deps: ControlDeps, workspaceId: string, id: string, body: unknown): Promise<Job> {
  const order = { kind: 'erasure' as const, ...erasureOf(body) }
  await getWarehouseRow(deps.db, workspaceId, id)
  return orTooMany(await deps.warehouse(id).order(randomId(deps.ctx, 'ers_'), order))
}

/** A job that drops tables, and the warehouse that it is of. */
export interface OrderedRemoval {
  warehouseId: string
  schema: string
  id: string
}

/**
 * Orders that the tables of a source's objects are dropped in every warehouse that loads it, once the source is disconnected
 * from its vendor; where it is not within some minutes, none are. Throws 409 where too much is under way.
 */
export async function removeObjectTables(
  deps: ControlDeps,
  workspaceId: string,
  sourceId: string,
  collections: string[],
): Promise<OrderedRemoval[]> {
  const ordered: OrderedRemoval[] = []
  for (const { warehouseId, schema } of await warehousesOfSource(deps.db, workspaceId, sourceId)) {
    const order = { kind: 'removal' as const, sourceId, schema, collections }
    const { id } = orTooMany(await deps.warehouse(warehouseId).order(randomId(deps.ctx, 'rmv_'), order))
    ordered.push({ warehouseId, schema, id })
  }
  return ordered
}

/** Throws 404. */
export async function getJob(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  kind: Job['kind'],
  job: string,
): Promise<Job> {
  await getWarehouseRow(deps.db, workspaceId, id)
  const found = await deps.warehouse(id).job(job)
  if (found?.kind !== kind) throw refusal(404, `There is no ${kind} ${job}.`)
  return found
}

/** How a warehouse stands, for lists, as its object says. */
export function publishWarehouse(db: Database, id: string, report: WarehouseReport): Promise<void> {
  return updateWarehouseReport(db, id, report)
}

function orTooMany(job: Job | null): Job {
  if (!job) throw refusal(409, 'Too many jobs of this warehouse are under way. Wait until some are over.')
  return job
}

function scheduleOf({ everyMinutes, at }: { everyMinutes: number; at?: string | undefined }): SyncSchedule {
  const [hour = 0, minute = 0] = (at ?? '').split(':').map(Number)
  return { everyMinutes, atMinute: (hour * 60 + minute) % Math.min(everyMinutes, DAILY_MINUTES) }
}

function withDefaults(fields: readonly { name: string; default?: unknown }[], settings: Record<string, unknown>) {
  const defaults = fields.filter((field) => field.default !== undefined).map((field) => [field.name, field.default])
  return { ...Object.fromEntries(defaults), ...settings }
}

/** Without an answer its object hears of it at its next step, so that is no failure of the change. */
async function tell({ ctx, warehouse }: ControlDeps, id: string): Promise<void> {
  await warehouse(id)
    .changed()
    .catch((error: unknown) =>
      ctx.log('warn', 'warehouse not told of a change', { warehouse: id, error: String(error) }),
    )
}
