import { and, asc, eq, exists, ne, not, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { randomId } from '../context.ts'
import {
  type AllowLocal,
  type Field,
  fits,
  type Integration,
  isPublic,
  isSecret,
  type Mode,
  modesOf,
  type SettingsValues,
  titleOf,
  validateSettings,
  whereRuns,
} from '../integrations/index.ts'
import { type CoreRow, findIntegration, resolveCore, resolveIntegration } from './catalog.ts'
import { keptSecrets, withKept } from './mask.ts'
import type { Database } from './database.ts'
import { type Listed, type Page, readPage } from './paged.ts'
import { over, unlessFull } from './quotas.ts'
import { destinations, integrations, sources } from './schema.ts'
import { getSource } from './sources.ts'
import { unlessTaken } from './taken.ts'
import { type Destination, type LaneConfig, type Schedule } from './types.ts'
import { type Problem, problem, Refusal, refusal } from '../refusal.ts'

const DEFAULT_CONCURRENCY = 4
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
  rate?: number | null | undefined
  concurrency?: number | undefined
  schedule?: Schedule | undefined
}

export interface DestinationChanges {
  name?: string | undefined
  enabled?: boolean | undefined
  paused?: boolean | undefined
  /** Merged over what is there; `null` removes a setting. `KEEP` in the place of a secret means the one that is there. */
  settings?: SettingsValues | undefined
  mode?: Mode | undefined
  rate?: number | null | undefined
  concurrency?: number | undefined
  schedule?: Schedule | undefined
}

/** Settings that did not pass, each with its field. */
function unfit(issues: readonly { field: string; message: string }[]): Refusal {
  return new Refusal(400, ...issues.map(problemOf))
}

function problemOf({ field, message }: { field: string; message: string }): Problem {
  return problem(message, field ? `settings.${field}` : 'settings')
}

/** What is wrong with settings that are given to an integration, or to a destination of it in the place of what is there. */
export function settingProblems(
  to: { integration: Integration } | Destination,
  given: SettingsValues,
  options: { allowLocal: AllowLocal },
): Problem[] {
  const whole = 'settings' in to ? merge(to, given) : withKept(given, {})
  const valid = validateSettings(to.integration.fields, whole, options)
  return valid.ok ? [] : valid.issues.map(problemOf)
}

/** The oldest first; those of one source, if so wished. */
export async function listDestinations(
  db: Database,
  workspaceId: string,
  page: Page,
  sourceId?: string,
): Promise<Listed<Destination>> {
  const mine = and(
    eq(destinations.workspaceId, workspaceId),
    sourceId === undefined ? undefined : eq(destinations.sourceId, sourceId),
  )
  const listed = await readPage({ columns: [destinations.createdAt, destinations.id] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ destination: destinations, integration: integrations, ...sums })
        .from(destinations)
        .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => db.orm.select(sums).from(destinations).where(mine),
    keyOf: ({ destination }) => [destination.createdAt, destination.id],
  })
  return { ...listed, lines: await Promise.all(listed.lines.map((row) => open(db, row))) }
}

export async function destinationsOfSource(db: Database, sourceId: string): Promise<Destination[]> {
  const rows = await selectRows(db).where(eq(destinations.sourceId, sourceId)).orderBy(asc(destinations.createdAt))
  return Promise.all(rows.map((row) => open(db, row)))
}

/** Of a source's destinations, by id. */
export async function destinationNames({ orm }: Database, sourceId: string): Promise<Map<string, string>> {
  const { id, name } = destinations
  const rows = await orm.select({ id, name }).from(destinations).where(eq(destinations.sourceId, sourceId))
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** Throws 404 when the workspace has no such destination. */
export async function getDestination(db: Database, workspaceId: string, id: string): Promise<Destination> {
  return open(db, await getRow(db, workspaceId, id))
}

async function getRow(db: Database, workspaceId: string, id: string): Promise<DestinationRow> {
  const [row] = await selectRows(db).where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no destination ${id}.`)
  return row
}

export async function createDestination(
  db: Database,
  workspaceId: string,
  input: DestinationInput,
  options: { allowLocal: AllowLocal },
): Promise<Destination> {
  const source = await getSource(db, workspaceId, input.sourceId)
  const integration = await findIntegration(db, workspaceId, input.metadataId)
  if (!integration) throw refusal(404, `There is no integration ${input.metadataId}.`, 'metadataId')
  if (!input.anyway && !fits(integration, source.metadataId)) throw misfit(integration, source.metadataId)
  const id = randomId(db.ctx, 'dst_')
  const now = db.ctx.now()
  const facts = {
    id,
    workspaceId,
    sourceId: input.sourceId,
    integrationId: integration.id,
    enabled: input.enabled,
    mode: modeOf(integration, input.mode),
    ...(await seal(db, { id, integration }, withKept(input.settings, {}), options)),
    rate: input.rate ?? null,
    paused: input.paused ?? false,
    concurrency: input.concurrency ?? DEFAULT_CONCURRENCY,
    schedule: input.schedule ?? DEFAULT_SCHEDULE,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const tooMany = over(destinations, eq(destinations.workspaceId, workspaceId), db.quotas.destinations)
  for (let tries = 1; ; tries++) {
    const row = { ...facts, name: input.name ?? (await freeName(db, input.sourceId, titleOf(integration))) }
    // One after the other, and all or none: whoever looks first and writes then can be overtaken.
    const writing = db.orm.batch([
      db.orm.insert(destinations).values(row),
      db.orm
        .delete(destinations)
        .where(and(eq(destinations.id, id), namesake(db, row)))
        .returning({ id: destinations.id }),
      db.orm
        .delete(destinations)
        .where(and(eq(destinations.id, id), tooMany))
        .returning({ id: destinations.id }),
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
export async function updateDestination(
  db: Database,
  workspaceId: string,
  id: string,
  changes: DestinationChanges | ((before: Destination) => DestinationChanges),
  options: { allowLocal: AllowLocal },
): Promise<Destination> {
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const row = await getRow(db, workspaceId, id)
    const before = await open(db, row)
    const { settings: given, mode, ...others } = typeof changes === 'function' ? changes(before) : changes
    const { version } = row.destination
    const called = { id, sourceId: before.sourceId, name: others.name ?? before.name }
    const renamed = called.name !== before.name
    if (renamed && (await hasNamesake(db, called))) throw nameTaken(called.name)
    const merged = given && merge(before, given)
    if (merged) refuseMove(before, merged, given)
    const sealed = merged && (await seal(db, before, merged, { ...options, known: row.destination }))
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
      .where(
        and(
          eq(destinations.id, id),
          eq(destinations.version, version),
          renamed ? not(namesake(db, called)) : undefined,
        ),
      )
      .returning()
    const [written] = await unlessOnDevice(writing.execute(), before.integration)
    if (written) return open(db, { ...row, destination: written })
  }
  throw refusal(409, `The destination ${id} is being changed by others. Try again.`)
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

/**
 * Whether another destination of the source has this name: they stand beside each other under it alone. Small and capital
 * letters of the Latin alphabet are the same. In plain words, because Drizzle leaves the table's name away in a delete.
 */
function namesake({ orm }: Database, { id, sourceId, name }: { id: string; sourceId: string; name: string }) {
  const other = alias(destinations, 'other')
  return exists(
    orm
      .select({ one: sql`1` })
      .from(other)
      .where(and(eq(other.sourceId, sourceId), ne(other.id, id), sql`lower(${other.name}) = lower(${name})`)),
  )
}

async function hasNamesake(db: Database, called: { id: string; sourceId: string; name: string }): Promise<boolean> {
  const rows = await db.orm
    .select({ id: sources.id })
    .from(sources)
    .where(and(eq(sources.id, called.sourceId), namesake(db, called)))
  return rows.length > 0
}

function nameTaken(name: string): Refusal {
  return refusal(409, `This source has a destination called ${name} already. Give this one a name of its own.`, 'name')
}

/** `Webhooks`, or `Webhooks 2` where the source has one. */
async function freeName({ orm }: Database, sourceId: string, name: string): Promise<string> {
  const rows = await orm
    .select({ name: destinations.name })
    .from(destinations)
    .where(eq(destinations.sourceId, sourceId))
  const taken = new Set(rows.map((row) => row.name.toLowerCase()))
  const numbered = (n: number) => (n === 1 ? name : `${name} ${n}`)
  let n = 1
  while (taken.has(numbered(n).toLowerCase())) n++
  return numbered(n)
}

function misfit(integration: Integration, platform: string): Refusal {
  const why = `${titleOf(integration)} runs in ${whereRuns(integration)} only, and this is a ${platform} source.`
  return refusal(400, `${why} Confirm with anyway that such a device sends to it too.`, 'anyway')
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

/** The select that `open` reads from. */
function selectRows({ orm }: Pick<Database, 'orm'>) {
  return orm
    .select({ destination: destinations, integration: integrations })
    .from(destinations)
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
}

export interface DestinationRow {
  destination: typeof destinations.$inferSelect
  integration: typeof integrations.$inferSelect | null
}

/** What its lane has to know of a destination, and what its settings are opened from. */
export interface LaneRow {
  destination: Omit<DestinationRow['destination'], 'workspaceId' | 'name' | 'notice' | 'createdAt' | 'updatedAt'>
  integration: (CoreRow & { version: number }) | null
}

function integrationOf({ destination, integration }: DestinationRow): Integration {
  return there(destination, resolveIntegration(destination.integrationId, integration))
}

/** Throws when there is none. */
export function there<T>({ id, integrationId }: LaneRow['destination'], integration: T | undefined): T {
  if (!integration) throw new Error(`destination ${id} names integration ${integrationId}, which is gone`)
  return integration
}

export function laneConfig(row: LaneRow): LaneConfig {
  const { enabled, paused, rate, concurrency, schedule, settings, deviceSettings, secrets } = row.destination
  const core = there(row.destination, resolveCore(row.destination.integrationId, row.integration))
  const { rate: usual, timeoutMs, endpoint } = core
  const written = hashOf(JSON.stringify([settings, deviceSettings, secrets, ...(endpoint ? [endpoint] : [])]))
  // Both only grow, and so does their sum: a lane hears of a change of either.
  const version = row.destination.version + (row.integration?.version ?? 1) - 1
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
  const { deviceSettings, ...facts } = row.destination
  const { id, workspaceId, sourceId, name, enabled, paused, notice, mode, rate, createdAt } = facts
  const { settings, encrypted } = await openSettings(db, row.destination)
  return {
    id,
    workspaceId,
    sourceId,
    name,
    enabled,
    paused,
    notice,
    integration: integrationOf(row),
    settings,
    encrypted,
    onDevice: Object.keys(deviceSettings),
    mode,
    rate,
    lane: laneConfig(row),
    createdAt,
  }
}

/** All settings, secrets in clear, and the names of those that are kept encrypted. */
export async function openSettings(
  db: Database,
  { id, settings, deviceSettings, secrets, secretsKeyId }: LaneRow['destination'],
): Promise<Pick<Destination, 'settings' | 'encrypted'>> {
  const opened = secrets && secretsKeyId ? await db.secrets().open(secrets, secretsKeyId, id) : {}
  return { settings: { ...settings, ...deviceSettings, ...opened }, encrypted: Object.keys(opened) }
}

/** Validated, and put apart by who may read them. Secrets that are `known` stay as they are sealed: nothing has changed. */
async function seal(
  db: Database,
  { id, integration: { fields } }: Pick<Destination, 'id' | 'integration'>,
  input: SettingsValues,
  {
    known,
    ...options
  }: { allowLocal: AllowLocal; known?: Pick<DestinationRow['destination'], 'secrets' | 'secretsKeyId'> },
) {
  const valid = validateSettings(fields, input, options)
  if (!valid.ok) throw unfit(valid.issues)
  const part = (place: Place) => {
    const names = new Set(fields.filter((field) => placeOf(field) === place).map(({ name }) => name))
    return Object.fromEntries(Object.entries(valid.settings).filter(([name]) => names.has(name)))
  }
  const apart = { settings: part('server'), deviceSettings: part('device') }
  const secrets = part('secret')
  if (Object.keys(secrets).length === 0) return { ...apart, secrets: null, secretsKeyId: null }
  const { keyId, sealed } = await db.secrets().reseal(secrets, id, known)
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
  const kept = withoutFormerSecrets(before)
  const known = Object.entries(kept).filter(([name]) => {
    const field = before.integration.fields.find((one) => one.name === name)
    return field && (placeOf(field) !== 'device' || before.onDevice.includes(name))
  })
  const merged = { ...Object.fromEntries(known), ...withKept(changes, kept) }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
}

/**
 * A kept secret goes only where it was given for: who may change a destination cannot have it sent to a receiver of
 * theirs. So an address of another origin (host, port or scheme) wants those that are sent to it given anew. A `whsec_`
 * key is not sent and cannot be guessed from what it signs; a shared secret can be a word, so its signature is no place
 * to hide it. Throws with each such setting and its field.
 */
function refuseMove(before: Destination, after: SettingsValues, given: SettingsValues): void {
  const { fields } = before.integration
  const known = originsOf(fields, before.settings)
  const fresh = originsOf(fields, after).filter((origin) => !known.includes(origin))
  if (fresh.length === 0) return
  const sent = fields.filter(({ format }) => format !== 'whsec')
  const issues = keptSecrets(sent, { after, given }).map(({ field, names }) => ({
    field: field.name,
    message: `${fresh.join(' and ')} is another place than what is kept was given for: give ${names.join(', ')} anew, or remove it.`,
  }))
  if (issues.length > 0) throw unfit(issues)
}

function originsOf(fields: readonly Field[], settings: SettingsValues): string[] {
  const addresses = fields.filter(({ format }) => format === 'url').flatMap(({ name }) => settings[name] ?? [])
  // What is no text passes no validation either.
  const urls = addresses.filter((url) => typeof url === 'string')
  return [...new Set(urls.map((url) => (URL.canParse(url) ? new URL(url).origin : url)))]
}

/** `null` for an integration without a device half. Throws 400 when it has no such mode. */
function modeOf(integration: Integration, wanted: Mode | undefined): Mode | null {
  const modes = modesOf(integration)
  if (wanted !== undefined && !modes.includes(wanted)) {
    throw refusal(400, `${integration.name} has no ${wanted} mode.`, 'mode')
  }
  return wanted ?? modes.find((mode) => mode === integration.device?.defaultMode) ?? modes[0] ?? null
}

function unlessOnDevice<T>(write: Promise<T>, { name }: Integration): Promise<T> {
  const message = `This source has an enabled ${name} already. Devices know a tool by its name alone, so there can be one.`
  return unlessTaken(write, { 'destinations.integration_id': { field: 'enabled', message } })
}
