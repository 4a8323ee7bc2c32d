import {
  and,
  count,
  eq,
  exists,
  inArray,
  isNotNull,
  isNull,
  ne,
  notExists,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { randomId } from '../../context.ts'
import type { EventType } from '../../event/index.ts'
import {
  API_KEY,
  type BiHalf,
  type Category,
  type DeviceHalf,
  endpointIn,
  type SettingField,
  type Integration,
  type Kind,
  KINDS,
  OWN_ENTRIES,
  type Region,
  type WarehouseHalf,
} from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import { asColumns } from '../as-columns.ts'
import { lookOf } from '../look-alike.ts'
import type { PictureType } from '../picture.ts'
import {
  type Database,
  destinations,
  integrationOfRow,
  type IntegrationRow,
  integrations,
  takeBack,
  unlessFull,
  unlessTaken,
} from '../../settings/index.ts'
import { integrationPages } from './schema.ts'

const WRITE_TRIES = 10

export interface IntegrationInput {
  kind: Exclude<Kind, 'webhook'>
  name: string
  slug: string
  description: string
  categories?: Category[] | null | undefined
  site?: string | undefined
  support?: string | undefined
  /** Every direct integration has one; a packaged one when events can also go to it from the cloud. */
  endpoint?: string | undefined
  /** Where else it listens; none: nowhere. */
  regions?: Region[] | undefined
  /** `packaged` only. */
  device?: DeviceHalf | undefined
  /** `warehouse` only; its connector stays. */
  warehouse?: WarehouseHalf | undefined
  /** `bi` only. */
  bi?: BiHalf | undefined
  /** Beside the API key, which everything with an endpoint has. */
  fields: SettingField[]
  supports: EventType[]
  rate: number | null
  maxInFlight?: number | null | undefined
}

/** What its own page shows beside its row: each as it is to be, absent: as it is. A picture's type is empty when there is none. */
export interface PageInput {
  docs?: string | undefined
  logo?: { body: string; type: PictureType } | undefined
  mark?: { body: string; type: PictureType } | undefined
}

/** Slug and kind stay. */
export type IntegrationChanges = {
  [K in Exclude<keyof IntegrationInput, 'slug' | 'kind'>]?:
    | IntegrationInput[K]
    /** Only these can be taken away. */
    | (K extends 'endpoint' | 'device' ? null : never)
    | undefined
}

export async function insertIntegration(
  db: Database,
  workspaceId: string,
  input: IntegrationInput,
  page: PageInput = {},
): Promise<Integration> {
  const taken = { field: 'slug', message: `The slug ${input.slug} is taken.` }
  if (OWN_ENTRIES.some((one) => one.slug === input.slug)) throw refusal(409, taken.message, taken.field)
  const look = lookOf(input.slug)
  const alike = `The slug ${input.slug} looks like another’s, which it could be taken for.`
  if (OWN_ENTRIES.some((one) => lookOf(one.slug) === look)) throw refusal(409, alike, taken.field)
  checkHalves(input)
  const now = db.ctx.now()
  const row = {
    ...input,
    look,
    id: randomId(db.ctx, 'int_'),
    workspaceId,
    status: 'PRIVATE_BUILDING' as const,
    categories: input.categories ?? null,
    site: input.site ?? '',
    support: input.support ?? '',
    logoAt: null,
    markAt: null,
    ...picturedAt(page, now),
    endpoint: input.endpoint ?? null,
    regions: orNull(input.regions),
    device: input.device ?? null,
    warehouse: input.warehouse ?? null,
    bi: input.bi ?? null,
    maxInFlight: input.maxInFlight ?? null,
    fields: withApiKey(input.fields, input.endpoint),
    live: 1,
    rollout: null,
    measure: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const mine = eq(integrations.workspaceId, workspaceId)
  const written = eq(integrations.id, row.id)
  const writing = db.orm.batch([
    db.orm.insert(integrations).values(row),
    takeBackAlike(db, row, written),
    takeBack(db, integrations, written, { mine, what: 'integrations' }),
    upsertPage(db, row.id, page),
  ])
  const [, takenBackAlike, takenBack] = await unlessTaken(writing, { 'integrations.slug': taken })
  if (takenBackAlike.length > 0) throw refusal(409, alike, taken.field)
  unlessFull(takenBack, db, 'integrations')
  return integrationOfRow(row)
}

/**
 * The statement that takes back the row just written where another workspace has a slug with its look: of two that ask at
 * the same moment the later one. One's own may look alike, as their maker knows them.
 */
function takeBackAlike({ orm }: Database, { look, workspaceId }: { look: string; workspaceId: string }, written: SQL) {
  const other = alias(integrations, 'other')
  const others = orm
    .select({ one: sql`1` })
    .from(other)
    .where(and(eq(other.look, look), ne(other.workspaceId, workspaceId)))
  return orm
    .delete(integrations)
    .where(and(written, exists(others)))
    .returning({ one: sql<number>`1` })
}

/**
 * Changes an integration that the workspace made itself. Fields and halves are looked at together, so over a row that has
 * changed meanwhile they are looked at again.
 */
export async function updateIntegrationRow(
  db: Database,
  workspaceId: string,
  id: string,
  { regions, ...changes }: IntegrationChanges,
  page: PageInput = {},
): Promise<Integration> {
  const given = { ...withoutAbsent(changes), ...(regions && { regions: orNull(regions) }) }
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const mine = and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId))
    const [before] = await db.orm.select().from(integrations).where(mine)
    if (!before) throw refusal(404, `There is no integration ${id}.`)
    const after = { ...before, ...given }
    checkHalves(after)
    if (after.warehouse?.connector !== before.warehouse?.connector)
      throw refusal(409, 'Its connector stays: warehouses are loaded by it.', 'warehouse.connector')
    const fields = after.fields.filter(({ name }) => name !== API_KEY.name)
    const { version } = before
    const moved = movedPlaces(before, after)
    const now = db.ctx.now()
    const [[row]] = await db.orm.batch([
      db.orm
        .update(integrations)
        .set({
          ...given,
          ...picturedAt(page, now),
          fields: withApiKey(fields, after.endpoint),
          version: version + 1,
          updatedAt: now,
        })
        .where(and(mine, eq(integrations.version, version), moved && notExists(keeping(db, before, moved))))
        .returning(),
      upsertPage(db, id, page, and(eq(integrations.version, version + 1), eq(integrations.updatedAt, now))),
    ])
    if (row) return integrationOfRow(row)
    if (moved) await refuseMove(db, before, moved)
  }
  throw refusal(409, `The integration ${id} is being changed by others. Try again.`)
}

/** Where destinations send that would be another origin than before: regions by id, and the endpoint of all others. */
interface MovedPlaces {
  regions: string[]
  /** Those that have chosen none of these send to the endpoint, which moves. */
  others: { known: string[] } | undefined
}

function movedPlaces(before: Places, after: Places): MovedPlaces | undefined {
  const known = [...new Set([...(before.regions ?? []), ...(after.regions ?? [])].map(({ id }) => id))]
  const isMoved = (region: string | null) => originAt(before, region) !== originAt(after, region)
  const moved = { regions: known.filter(isMoved), others: isMoved(null) ? { known } : undefined }
  return moved.regions.length > 0 || moved.others ? moved : undefined
}

type Places = Pick<IntegrationRow, 'endpoint' | 'regions'>

function originAt({ endpoint, regions }: Places, region: string | null): string | undefined {
  return originOf(endpointIn({ regions: regions ?? [], ...(endpoint !== null && { endpoint }) }, region))
}

/** What customers gave for one place is not sent to another: in the statement itself, as one may be giving it now. */
function keeping({ orm }: Database, { id }: Pick<IntegrationRow, 'id'>, { regions, others }: MovedPlaces) {
  const { integrationId, secrets, region } = destinations
  const elsewhere = others && or(isNull(region), notInArray(region, others.known))
  const there = regions.length === 0 ? undefined : inArray(region, regions)
  return orm
    .select({ n: count() })
    .from(destinations)
    .where(and(eq(integrationId, id), isNotNull(secrets), or(elsewhere, there)))
    .having(sql`count(*) > 0`)
}

async function refuseMove(db: Database, before: IntegrationRow, moved: MovedPlaces): Promise<void> {
  const [row] = await keeping(db, before, moved)
  if (!row || row.n === 0) return
  const place = moved.others ? null : (moved.regions[0] ?? null)
  const origin = originAt(before, place)
  const where = origin === undefined ? 'while there was no endpoint' : `for ${origin}`
  const message = `The keys of ${row.n} ${row.n === 1 ? 'destination' : 'destinations'} were given ${where}, and are not sent anywhere else. Delete ${row.n === 1 ? 'it' : 'them'} first, or make another integration for the new endpoint.`
  throw refusal(409, message, place === null ? 'endpoint' : 'regions')
}

/** The statement that writes what an integration's page shows, where the integration is there as it has to be. */
function upsertPage({ orm }: Database, id: string, { docs, logo, mark }: PageInput, as?: SQL) {
  const given = withoutAbsent({
    docs,
    logo: logo?.body,
    logoType: logo?.type,
    mark: mark?.body,
    markType: mark?.type,
  })
  const row = { docs: '', logo: '', logoType: '', mark: '', markType: '', ...given }
  const written = orm
    .select({ integrationId: integrations.id, ...asColumns(row) })
    .from(integrations)
    .where(and(eq(integrations.id, id), as))
  const into = orm.insert(integrationPages).select(written)
  return Object.keys(given).length === 0
    ? into.onConflictDoNothing()
    : into.onConflictDoUpdate({ target: integrationPages.integrationId, set: given })
}

/** When pictures were changed, of those that are. */
function picturedAt({ logo, mark }: PageInput, now: number) {
  const at = (one: { type: PictureType }) => (one.type === '' ? null : now)
  return { ...(logo && { logoAt: at(logo) }), ...(mark && { markAt: at(mark) }) }
}

const orNull = (regions: Region[] | undefined) => (regions && regions.length > 0 ? regions : null)

/** Host, port and scheme. */
function originOf(endpoint: string | null | undefined): string | undefined {
  return endpoint ? new URL(endpoint).origin : undefined
}

function withApiKey(fields: SettingField[], endpoint: string | null | undefined): SettingField[] {
  return endpoint ? [API_KEY, ...fields] : fields
}

function withoutAbsent<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

interface Halves {
  kind: Kind
  endpoint?: string | null | undefined
  regions?: readonly Region[] | null | undefined
  device?: DeviceHalf | null | undefined
  warehouse?: WarehouseHalf | null | undefined
  bi?: BiHalf | null | undefined
  fields: readonly SettingField[]
  rate: number | null
  maxInFlight?: number | null | undefined
}

/** What each kind needs, and what it cannot have. */
function checkHalves(one: Halves) {
  const needs = KINDS[one.kind]
  if (one.regions && one.regions.length > 0 && !one.endpoint)
    throw refusal(400, 'Regions are places besides its endpoint, which it needs.', 'regions')
  if (needs.warehouse === 'none' && one.warehouse)
    throw refusal(400, 'Only an integration of kind warehouse has a connector.', 'warehouse')
  if (needs.warehouse === 'required' && !one.warehouse)
    throw refusal(400, 'A warehouse says by which connector it is loaded.', 'warehouse')
  if (needs.bi === 'none' && one.bi) throw refusal(400, 'Only an integration of kind bi has steps.', 'bi')
  if (needs.bi === 'required' && !one.bi) throw refusal(400, 'A tool says how it is connected.', 'bi')
  if (needs.connectsAs === 'destination') checkDestination(one)
  else refuseDelivery(one)
}

/** What of an integration is about events that are sent one by one. */
function refuseDelivery({ kind, endpoint, device, fields, rate, maxInFlight }: Halves) {
  const refused = (field: string) =>
    refusal(400, `To ${kind === 'bi' ? 'a tool' : 'a warehouse'} no event is sent by itself.`, field)
  if (endpoint) throw refused('endpoint')
  if (device) throw refused('device')
  if (rate !== null) throw refused('rate')
  if (typeof maxInFlight === 'number') throw refused('maxInFlight')
  if (fields.length === 0) return
  if (kind === 'bi') throw refusal(400, 'Nobody is asked for settings of a tool.', 'settings')
  throw refusal(
    400,
    'Its settings are those of its connector: warehouse.settings has what you say of them.',
    'settings',
  )
}

function checkDestination(one: Halves) {
  const { endpoint, device } = KINDS[one.kind]
  if (endpoint === 'required' && !one.endpoint) {
    throw refusal(400, `A ${one.kind} integration has an endpoint.`, 'endpoint')
  }
  if (device === 'none') {
    if (one.device) throw refusal(400, 'Only packaged integrations have a half on devices.', 'device')
    return
  }
  if (!one.device) throw refusal(400, `A ${one.kind} integration says what runs on the device.`, 'device')
  if (one.device.plugin.type === 'remote' && !one.device.sdks.includes('browser')) {
    throw refusal(400, 'Only the browser SDK loads remote plugins.', 'device')
  }
  if (one.device.defaultMode === 'cloud' && !one.endpoint) {
    throw refusal(400, 'Cloud mode needs an endpoint.', 'device')
  }
}
