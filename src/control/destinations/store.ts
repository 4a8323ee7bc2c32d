import { and, eq, not, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import {
  type AllowLocal,
  endpointIn,
  fits,
  type Integration,
  lackingSettings,
  type Mode,
  modesOf,
  type SettingsValues,
  titleOf,
  whereRuns,
} from '../../integrations/index.ts'
import { problem, Refusal, refusal } from '../../refusal.ts'
import {
  type Database,
  type Destination,
  destinationOfRow,
  destinations,
  type Schedule,
  sources,
  takeBack,
  unlessFull,
  unlessTaken,
  withKept,
} from '../../settings/index.ts'
import { asColumns } from '../as-columns.ts'
import { closedToUser, closedWords, findIntegration } from '../catalogue/index.ts'
import { freeName, hasNamesake, nameTaken, namesake } from './names.ts'
import type { LaneHealth } from '../../lane/index.ts'
import { getDestination, getRow } from './queries.ts'
import { destinationHealth } from './schema.ts'
import { merge, refuseMove, seal } from '../stored-settings.ts'

/** Its lane finds its own pace. */
const OWN_PACE = 0
const DEFAULT_SCHEDULE = 'segment-4h'
const WRITE_TRIES = 10

export interface DestinationInput {
  sourceId: string
  /** Id or slug of the integration. */
  metadataId: string
  /** Default: that of the integration, with a number behind it where the source has one of this name. */
  name?: string | undefined
  /** It is meant for a source that has no devices which it runs on. */
  anyway?: boolean | undefined
  enabled: boolean
  paused?: boolean | undefined
  settings: SettingsValues
  /** Default: what the integration says. */
  mode?: Mode | undefined
  /** By id of those that the integration has; `null`: none. */
  region?: string | null | undefined
  rate?: number | null | undefined
  /** Workers; `null`: it finds its own pace. */
  concurrency?: number | null | undefined
  /** Requests in flight at most where it does; `null`: what the integration says. */
  maxInFlight?: number | null | undefined
  schedule?: Schedule | undefined
}

export interface DestinationChanges {
  name?: string | undefined
  enabled?: boolean | undefined
  paused?: boolean | undefined
  /** Merged over what is there; `null` removes a setting. `KEEP` in the place of a secret means the one that is there. */
  settings?: SettingsValues | undefined
  mode?: Mode | undefined
  region?: string | null | undefined
  rate?: number | null | undefined
  concurrency?: number | null | undefined
  maxInFlight?: number | null | undefined
  schedule?: Schedule | undefined
}

/** `settingsLater`: what it lacks of required settings is given afterwards, and until then it is disabled. */
export async function insertDestination(
  db: Database,
  workspaceId: string,
  input: DestinationInput,
  options: { allowLocal: AllowLocal; settingsLater?: boolean },
): Promise<Destination> {
  const platform = await platformOf(db, workspaceId, input.sourceId)
  const integration = await findIntegration(db, workspaceId, input.metadataId)
  if (!integration) throw refusal(404, `There is no integration ${input.metadataId}.`, 'metadataId')
  const closed = closedWords(integration)
  if (closed !== undefined) throw refusal(409, closed, 'metadataId')
  if (!input.anyway && !fits(integration, platform)) throw misfit(integration, platform)
  const lacking = options.settingsLater ? lackingSettings(integration.fields, input.settings) : []
  const fields = integration.fields.map((field) => (lacking.includes(field) ? { ...field, required: false } : field))
  const id = randomId(db.ctx, 'dst_')
  const now = db.ctx.now()
  const facts = {
    id,
    workspaceId,
    sourceId: input.sourceId,
    integrationId: integration.id,
    enabled: input.enabled && lacking.length === 0,
    mode: modeOf(integration, input.mode),
    region: regionOf(integration, input.region ?? null),
    ...(await seal(db, { id, integration: { fields } }, withKept(input.settings, {}), options)),
    rate: input.rate ?? null,
    paused: input.paused ?? false,
    concurrency: input.concurrency ?? OWN_PACE,
    maxInFlight: input.maxInFlight ?? null,
    schedule: input.schedule ?? DEFAULT_SCHEDULE,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const mine = eq(destinations.workspaceId, workspaceId)
  for (let tries = 1; ; tries++) {
    const row = { ...facts, name: input.name ?? (await freeName(db, input.sourceId, titleOf(integration))) }
    // One after the other, and all or none: whoever looks first and writes then can be overtaken.
    const writing = db.orm.batch([
      db.orm.insert(destinations).values(row),
      db.orm
        .delete(destinations)
        .where(and(eq(destinations.id, id), namesake(db, row)))
        .returning({ id: destinations.id }),
      takeBack(db, destinations, eq(destinations.id, id), { mine, what: 'destinations' }),
    ])
    const [, withdrawn, takenBack] = await unlessOnDevice(writing, integration)
    if (withdrawn.length === 0) {
      unlessFull(takenBack, db, 'destinations')
      return getDestination(db, workspaceId, id)
    }
    // A name of ours that somebody else was given meanwhile: there are others.
    if (input.name !== undefined || tries === WRITE_TRIES) throw nameTaken(row.name)
  }
}

/** `changes` may be a function of the destination as it is: it is called anew for one that has changed meanwhile. */
export async function updateDestinationRow(
  db: Database,
  workspaceId: string,
  id: string,
  changes: DestinationChanges | ((before: Destination) => DestinationChanges),
  options: { allowLocal: AllowLocal },
): Promise<Destination> {
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const row = await getRow(db, workspaceId, id)
    const before = await destinationOfRow(db, row)
    const {
      settings: given,
      mode,
      region,
      concurrency,
      ...others
    } = typeof changes === 'function' ? changes(before) : changes
    const { version } = row.destination
    const closed =
      others.enabled === true && !before.enabled ? closedToUser(before.integration, workspaceId) : undefined
    if (closed !== undefined) throw refusal(409, closed, 'enabled')
    const called = { id, sourceId: before.sourceId, name: others.name ?? before.name }
    const renamed = called.name !== before.name
    if (renamed && (await hasNamesake(db, called))) throw nameTaken(called.name)
    const moves = region !== undefined && isMove(before, regionOf(before.integration, region))
    const merged = given || moves ? merge(before, given ?? {}) : undefined
    if (others.enabled === true && !before.enabled) refuseLacking(before, merged ?? before.settings)
    if (merged) refuseMove(before, merged, given ?? {}, moves ? ['This region'] : [])
    const sealed = merged && (await seal(db, before, merged, { ...options, known: row.destination }))
    // Settings are merged here, not in the database: over a row that has changed meanwhile they are merged again.
    const writing = db.orm
      .update(destinations)
      .set({
        ...others,
        ...sealed,
        ...(mode && { mode: modeOf(before.integration, mode) }),
        ...(region !== undefined && { region }),
        ...(concurrency !== undefined && { concurrency: concurrency ?? OWN_PACE }),
        ...(others.enabled && { notice: null }),
        version: version + 1,
        updatedAt: db.ctx.now(),
      })
      .where(
        and(
          eq(destinations.id, id),
          eq(destinations.version, version),
          renamed ? not(namesake(db, called)) : undefined,
        ),
      )
      .returning()
    const [written] = await unlessOnDevice(writing.execute(), before.integration)
    if (written) return destinationOfRow(db, { ...row, destination: written })
  }
  throw refusal(409, `The destination ${id} is being changed by others. Try again.`)
}

/** The row goes. What its lane still owes is for the lane to end, which has to be told before. */
export async function deleteDestinationRow(db: Database, workspaceId: string, id: string): Promise<void> {
  await getDestination(db, workspaceId, id)
  await db.orm.delete(destinations).where(eq(destinations.id, id))
}

/** Notes how a destination stands, unless something newer is known of it or there is none any more. */
export async function upsertHealth({ orm }: Database, destinationId: string, health: LaneHealth): Promise<void> {
  const { state, since, why, nextTryAt, waiting, oldestAt, lastDeliveredAt, day, quarter, at } = health
  const lately = { latelyDelivered: quarter.delivered, latelyFailed: quarter.failedAttempts }
  const row = { state, since, why, nextTryAt, waiting, oldestAt, lastDeliveredAt, ...day, ...lately, at }
  await orm
    .insert(destinationHealth)
    .select(
      orm
        .select({ destinationId: destinations.id, ...asColumns(row) })
        .from(destinations)
        .where(eq(destinations.id, destinationId)),
    )
    .onConflictDoUpdate({
      target: destinationHealth.destinationId,
      set: row,
      setWhere: sql`${destinationHealth.at} <= ${at}`,
    })
}

/** What kind of source it is. Throws 404 when the workspace has no such source. */
async function platformOf({ orm }: Database, workspaceId: string, sourceId: string): Promise<string> {
  const [row] = await orm
    .select({ kind: sources.metadataId })
    .from(sources)
    .where(and(eq(sources.id, sourceId), eq(sources.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no source ${sourceId}.`)
  return row.kind
}

function misfit(integration: Integration, platform: string): Refusal {
  const why = `${titleOf(integration)} runs in ${whereRuns(integration)} only, and this is a ${platform} source.`
  return refusal(400, `${why} Confirm with anyway that such a device sends to it too.`, 'anyway')
}

/** What a partner has made for a customer may lack settings: it is not switched on before they are there. */
function refuseLacking({ integration }: Destination, settings: SettingsValues): void {
  const lacking = lackingSettings(integration.fields, settings)
  if (lacking.length === 0) return
  throw new Refusal(
    400,
    ...lacking.map(({ name, label }) => problem(`${label} is required to enable it.`, `settings.${name}`)),
  )
}

/** `null` for an integration without a device half. Throws 400 when it has no such mode. */
function modeOf(integration: Integration, wanted: Mode | undefined): Mode | null {
  const modes = modesOf(integration)
  if (wanted !== undefined && !modes.includes(wanted)) {
    throw refusal(400, `${integration.name} has no ${wanted} mode.`, 'mode')
  }
  return wanted ?? modes.find((mode) => mode === integration.device?.defaultMode) ?? modes[0] ?? null
}

/** Throws 400 when the integration has no such region. */
function regionOf({ name, regions = [] }: Integration, wanted: string | null): string | null {
  if (wanted === null || regions.some(({ id }) => id === wanted)) return wanted
  const known = regions.map(({ id }) => id).join(', ')
  const what = regions.length === 0 ? `${name} has no regions.` : `${name} has no region ${wanted}, but ${known}.`
  throw refusal(400, what, 'region')
}

/** Whether events would go to another origin than before. */
function isMove({ integration, region }: Destination, to: string | null): boolean {
  const origin = (one: string | null) => {
    const endpoint = endpointIn(integration, one)
    return endpoint === undefined ? undefined : new URL(endpoint).origin
  }
  return origin(region) !== origin(to)
}

function unlessOnDevice<T>(write: Promise<T>, { name }: Integration): Promise<T> {
  const message = `This source has an enabled ${name} already. Devices know a tool by its name alone, so there can be one.`
  return unlessTaken(write, { 'destinations.integration_id': { field: 'enabled', message } })
}
