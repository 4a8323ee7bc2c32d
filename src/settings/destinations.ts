import { and, asc, count, eq, sql } from 'drizzle-orm'
import { randomId } from '../context.ts'
import {
  type Field,
  type Integration,
  isPublic,
  isSecret,
  type Mode,
  modesOf,
  type SettingsValues,
  validateSettings,
} from '../integrations/index.ts'
import { findIntegration, resolveIntegration } from './catalog.ts'
import type { Database, Page } from './database.ts'
import { destinations, integrations } from './schema.ts'
import { getSource } from './sources.ts'
import { unlessTaken } from './taken.ts'
import { type Destination, type LaneConfig, type Schedule, SettingsError } from './types.ts'

const DEFAULT_CONCURRENCY = 4
const DEFAULT_SCHEDULE = 'segment-4h'
const WRITE_TRIES = 10

export interface DestinationInput {
  sourceId: string
  /** Id or slug of the integration. */
  metadataId: string
  name?: string | undefined
  enabled: boolean
  paused?: boolean | undefined
  settings: SettingsValues
  /** Default: what the integration says. */
  mode?: Mode | undefined
  rate?: number | null | undefined
  concurrency?: number | undefined
  schedule?: Schedule | undefined
}

export interface DestinationChanges {
  name?: string | undefined
  enabled?: boolean | undefined
  paused?: boolean | undefined
  /** Merged over what is there; `null` removes a setting. */
  settings?: SettingsValues | undefined
  mode?: Mode | undefined
  rate?: number | null | undefined
  concurrency?: number | undefined
  schedule?: Schedule | undefined
}

/** Settings that did not pass, each with its field. */
export class InvalidDestinationSettings extends Error {
  override readonly name = 'InvalidDestinationSettings'
  readonly issues: { field: string; message: string }[]

  constructor(issues: { field: string; message: string }[]) {
    super(issues.map((issue) => `${issue.field}: ${issue.message}`).join(' '))
    this.issues = issues
  }
}

export async function listDestinations(
  db: Database,
  workspaceId: string,
  page: Page,
): Promise<{ destinations: Destination[]; total: number }> {
  const mine = eq(destinations.workspaceId, workspaceId)
  const rows = await selectRows(db)
    .where(mine)
    .orderBy(asc(destinations.createdAt), asc(destinations.id))
    .limit(page.count)
    .offset(page.offset)
  const [sum] = await db.orm.select({ total: count() }).from(destinations).where(mine)
  return { destinations: await Promise.all(rows.map((row) => open(db, row))), total: sum?.total ?? 0 }
}

export async function destinationsOfSource(db: Database, sourceId: string): Promise<Destination[]> {
  const rows = await selectRows(db).where(eq(destinations.sourceId, sourceId)).orderBy(asc(destinations.createdAt))
  return Promise.all(rows.map((row) => open(db, row)))
}

/** Throws 404 when the workspace has no such destination. */
export async function getDestination(db: Database, workspaceId: string, id: string): Promise<Destination> {
  const [row] = await selectRows(db).where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
  if (!row) throw new SettingsError(404, `There is no destination ${id}.`)
  return open(db, row)
}

export async function createDestination(
  db: Database,
  workspaceId: string,
  input: DestinationInput,
  options: { allowLocal: boolean },
): Promise<Destination> {
  await getSource(db, workspaceId, input.sourceId)
  const integration = await findIntegration(db, workspaceId, input.metadataId)
  if (!integration) throw new SettingsError(404, `There is no integration ${input.metadataId}.`, 'metadataId')
  const id = randomId(db.ctx, 'dst_')
  const now = db.ctx.now()
  const row = {
    id,
    workspaceId,
    sourceId: input.sourceId,
    integrationId: integration.id,
    name: input.name ?? integration.name,
    enabled: input.enabled,
    mode: modeOf(integration, input.mode),
    ...(await seal(db, id, integration, input.settings, options)),
    rate: input.rate ?? null,
    paused: input.paused ?? false,
    concurrency: input.concurrency ?? DEFAULT_CONCURRENCY,
    schedule: input.schedule ?? DEFAULT_SCHEDULE,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  await unlessOnDevice(db.orm.insert(destinations).values(row).execute(), integration)
  return getDestination(db, workspaceId, id)
}

export async function updateDestination(
  db: Database,
  workspaceId: string,
  id: string,
  changes: DestinationChanges,
  options: { allowLocal: boolean },
): Promise<Destination> {
  const { settings, mode, ...others } = changes
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const before = await getDestination(db, workspaceId, id)
    const { version } = before.lane
    const sealed = settings && (await seal(db, id, before.integration, merge(before, settings), options))
    // Settings are merged here, not in the database: over a row that has changed meanwhile they are merged again.
    const writing = db.orm
      .update(destinations)
      .set({
        ...others,
        ...sealed,
        ...(mode && { mode: modeOf(before.integration, mode) }),
        ...(others.enabled && { notice: null }),
        version: version + 1,
        updatedAt: db.ctx.now(),
      })
      .where(and(eq(destinations.id, id), eq(destinations.version, version)))
      .returning({ id: destinations.id })
    const written = await unlessOnDevice(writing.execute(), before.integration)
    if (written.length > 0) return getDestination(db, workspaceId, id)
  }
  throw new SettingsError(409, `The destination ${id} is being changed by others. Try again.`)
}

/**
 * Disables a destination whose receiver wants nothing any more, and says why. Answers it as its lane must see it;
 * `null`: it is gone or disabled already. Enabling it again removes the notice.
 */
export async function disableDestination(db: Database, id: string, notice: string): Promise<LaneConfig | null> {
  const written = await db.orm
    .update(destinations)
    .set({ enabled: false, notice, version: sql`${destinations.version} + 1`, updatedAt: db.ctx.now() })
    .where(and(eq(destinations.id, id), eq(destinations.enabled, true)))
    .returning({ id: destinations.id })
  const [row] = written.length > 0 ? await selectRows(db).where(eq(destinations.id, id)) : []
  return row ? laneConfig(row) : null
}

/** The row goes. What its lane still owes is for the lane to end, which has to be told before. */
export async function deleteDestination(db: Database, workspaceId: string, id: string): Promise<void> {
  await getDestination(db, workspaceId, id)
  await db.orm.delete(destinations).where(eq(destinations.id, id))
}

/** A destination that is gone, for its lane. */
export function closed(destination: Destination): Destination {
  const { lane } = destination
  return { ...destination, enabled: false, lane: { ...lane, enabled: false, deleted: true, version: lane.version + 1 } }
}

/** The select that `open` and `laneConfig` read from. */
export function selectRows({ orm }: Pick<Database, 'orm'>) {
  return orm
    .select({ destination: destinations, integration: integrations })
    .from(destinations)
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
}

export interface DestinationRow {
  destination: typeof destinations.$inferSelect
  integration: typeof integrations.$inferSelect | null
}

export function integrationOf({ destination, integration }: DestinationRow): Integration {
  const found = resolveIntegration(destination.integrationId, integration)
  if (!found)
    throw new Error(`destination ${destination.id} names integration ${destination.integrationId}, which is gone`)
  return found
}

export function laneConfig(row: DestinationRow): LaneConfig {
  const { version, enabled, paused, rate, concurrency, schedule, settings, deviceSettings, secrets } = row.destination
  const { rate: usual, timeoutMs } = integrationOf(row)
  const written = hashOf(JSON.stringify([settings, deviceSettings, secrets]))
  return { version, enabled, paused, rate: rate ?? usual, concurrency, schedule, timeoutMs, settings: written }
}

/** FNV-1a, 32 bits: it travels with every batch, and who could make two alike would only fool themselves. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** With its secrets in clear. */
export async function open(db: Database, row: DestinationRow): Promise<Destination> {
  const { settings, deviceSettings, secrets, secretsKeyId, ...facts } = row.destination
  const { id, workspaceId, sourceId, name, enabled, paused, notice, mode, rate, createdAt } = facts
  const opened = secrets && secretsKeyId ? await db.secrets().open(secrets, secretsKeyId, id) : {}
  return {
    id,
    workspaceId,
    sourceId,
    name,
    enabled,
    paused,
    notice,
    integration: integrationOf(row),
    settings: { ...settings, ...deviceSettings, ...opened },
    encrypted: Object.keys(opened),
    onDevice: Object.keys(deviceSettings),
    mode,
    rate,
    lane: laneConfig(row),
    createdAt,
  }
}

/** Validated, and put apart by who may read them. */
async function seal(
  db: Database,
  id: string,
  { fields }: Integration,
  input: SettingsValues,
  options: { allowLocal: boolean },
) {
  const valid = validateSettings(fields, input, options)
  if (!valid.ok) throw new InvalidDestinationSettings(valid.issues)
  const parts: Record<Place, SettingsValues> = { secret: {}, server: {}, device: {} }
  for (const field of fields) {
    if (Object.hasOwn(valid.settings, field.name)) parts[placeOf(field)][field.name] = valid.settings[field.name]
  }
  const apart = { settings: parts.server, deviceSettings: parts.device }
  if (Object.keys(parts.secret).length === 0) return { ...apart, secrets: null, secretsKeyId: null }
  const { keyId, sealed } = await db.secrets().seal(parts.secret, id)
  return { ...apart, secrets: sealed, secretsKeyId: keyId }
}

/** Where a setting is kept. */
type Place = 'secret' | 'server' | 'device'

function placeOf(field: Field): Place {
  return isSecret(field) ? 'secret' : isPublic(field) ? 'device' : 'server'
}

/**
 * Settings without those that were given as secrets to a field that is none any more. A secret is never shown, whatever
 * its integration becomes: kept in the clear it would be.
 */
export function withoutFormerSecrets({ settings, encrypted, integration }: Destination): SettingsValues {
  const secret = new Set(integration.fields.filter(isSecret).map(({ name }) => name))
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !encrypted.includes(name) || secret.has(name)))
}

/**
 * What is left of a setting that the integration no longer has must not stand in the way of a change. And what was given
 * to the server alone, or as a secret, does not go to devices, or into the clear, because its field has changed since: it
 * has to be given anew.
 */
function merge(before: Destination, changes: SettingsValues): SettingsValues {
  const known = Object.entries(withoutFormerSecrets(before)).filter(([name]) => {
    const field = before.integration.fields.find((one) => one.name === name)
    return field && (placeOf(field) !== 'device' || before.onDevice.includes(name))
  })
  const merged = { ...Object.fromEntries(known), ...changes }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
}

/** `null` for an integration without a device half. Throws 400 when it has no such mode. */
function modeOf(integration: Integration, wanted: Mode | undefined): Mode | null {
  const modes = modesOf(integration)
  if (wanted !== undefined && !modes.includes(wanted)) {
    throw new SettingsError(400, `${integration.name} has no ${wanted} mode.`, 'mode')
  }
  return wanted ?? modes.find((mode) => mode === integration.device?.defaultMode) ?? modes[0] ?? null
}

function unlessOnDevice<T>(write: Promise<T>, { name }: Integration): Promise<T> {
  const message = `This source has an enabled ${name} already. Devices know a tool by its name alone, so there can be one.`
  return unlessTaken(write, { 'destinations.integration_id': { field: 'enabled', message } })
}
