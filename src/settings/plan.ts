import { and, eq, sql } from 'drizzle-orm'
import { BUILT_IN, type FieldReach, isPublic } from '../integrations/index.ts'
import { candidateOf } from './candidate.ts'
import type { Database } from './database.ts'
import { coreFor, laneConfig, type LaneRow, openSettings } from './destinations.ts'
import { reachFor } from './rollout.ts'
import { prepared } from './prepared.ts'
import { destinations, integrations, sources } from './schema.ts'
import type { Addressee, Candidate, DeviceDestination, LaneConfig, Plan, PlanDestination } from './types.ts'

const selectSource = prepared((orm) =>
  orm
    .select({ enabled: sources.enabled })
    .from(sources)
    .where(eq(sources.id, sql.placeholder('sourceId'))),
)
const selectEnabled = prepared((orm) =>
  selectNeeded(orm).where(and(eq(destinations.sourceId, sql.placeholder('sourceId')), eq(destinations.enabled, true))),
)
const selectOne = prepared((orm) => selectNeeded(orm).where(eq(destinations.id, sql.placeholder('destinationId'))))

/** `null`: there is no such source. */
export async function loadPlan(db: Database, sourceId: string): Promise<Plan | null> {
  const [source] = await selectSource(db, { sourceId })
  if (!source) return null
  const rows = await selectEnabled(db, { sourceId })
  return {
    sourceId,
    enabled: source.enabled,
    destinations: rows.flatMap(inCloud),
    onDevices: rows.flatMap(onDevices),
  }
}

/** A destination as a replay sees it, whether it takes new events or not; `null`: it is gone, or gets nothing from here. */
export async function loadReplayTarget(
  db: Database,
  destinationId: string,
): Promise<{ candidate: Candidate; lane: LaneConfig } | null> {
  const [row] = await selectOne(db, { destinationId })
  if (!row) return null
  const candidate = candidateOf({ ...row.destination, integration: coreFor(row) })
  return candidate.channels.length === 0 ? null : { candidate, lane: laneConfig(row) }
}

/** Whether a source is there, enabled or not. */
export async function sourceExists(db: Database, id: string): Promise<boolean> {
  const [row] = await selectSource(db, { sourceId: id })
  return row !== undefined
}

/** With its secrets in clear. `null`: it is gone. */
export async function loadTarget(db: Database, destinationId: string): Promise<Addressee | null> {
  const [row] = await selectOne(db, { destinationId })
  if (!row) return null
  const { destination } = row
  const { name, kind, endpoint, timeoutMs } = coreFor(row)
  const { settings } = await openSettings(db, destination)
  const lane = laneConfig(row)
  return {
    destinationId,
    version: lane.version,
    integration: { name, kind, timeoutMs, ...(endpoint !== undefined && { endpoint }) },
    settings,
    ...(lane.batch && { batch: lane.batch }),
    ...((!destination.enabled || destination.paused) && { stopped: lane }),
  }
}

interface NeededRow extends LaneRow {
  fields: FieldReach[]
}

/**
 * What events and devices need of destinations and their integrations, and none of the words for people: every isolate
 * that sees a source's events reads this, and an integration's fields alone may be 64 KB. Of fields it has what says who
 * may read a setting, and that only where there are devices.
 */
function selectNeeded(orm: Database['orm']) {
  const { id, sourceId, integrationId, enabled, paused, settings, deviceSettings, mode, region } = destinations
  const { secrets, secretsKeyId, rate, concurrency, maxInFlight, schedule, version } = destinations
  const lane = { secrets, secretsKeyId, rate, concurrency, maxInFlight, schedule, version }
  const { name, kind, supports, endpoint, regions, device } = integrations
  const ofIntegration = {
    name,
    kind,
    supports,
    endpoint,
    regions,
    device,
    rate: integrations.rate,
    maxInFlight: integrations.maxInFlight,
    batch: integrations.batch,
    version: integrations.version,
    rollout: integrations.rollout,
  }
  return orm
    .select({
      destination: { id, sourceId, integrationId, enabled, paused, settings, deviceSettings, mode, region, ...lane },
      integration: ofIntegration,
      fields: REACH,
    })
    .from(destinations)
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
}

const REACH = sql`case when ${integrations.device} is null then '[]' else (
  select json_group_array(json_object('name', value ->> 'name', 'type', value ->> 'type', 'format', value ->> 'format', 'scope', value ->> 'scope'))
  from json_each(${integrations.fields})
) end`.mapWith((text: string) => JSON.parse(text) as FieldReach[])

function inCloud(row: NeededRow): PlanDestination[] {
  const { id } = row.destination
  const candidate = candidateOf({ ...row.destination, integration: coreFor(row) })
  return candidate.channels.length === 0 ? [] : [{ id, ...candidate, lane: laneConfig(row) }]
}

function onDevices(row: NeededRow): DeviceDestination[] {
  const { name, device } = coreFor(row)
  const { id: destinationId, integrationId, mode, deviceSettings } = row.destination
  if (!device || !mode) return []
  const fields = BUILT_IN.find(({ id }) => id === integrationId)?.fields ?? row.fields
  const reaches = reachFor(fields, row.integration?.rollout ?? null, destinationId)
  // What was given when its field was public is kept with the row; from the moment that it is none, nobody gets it.
  const given = Object.entries(deviceSettings)
  const settings = Object.fromEntries(given.filter(([key]) => reaches.every((reach) => mayRead(reach, key))))
  return [{ name, device, mode, settings }]
}

function mayRead(reach: readonly FieldReach[], name: string): boolean {
  return reach.some((field) => field.name === name && isPublic(field))
}
