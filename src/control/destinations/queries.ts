import { and, asc, eq, inArray, isNotNull, lt, or, type SQL, sql, type SQLWrapper } from 'drizzle-orm'
import { BUILT_IN, type Integration, type Mode, type SettingsValues, titleOf } from '../../integrations/index.ts'
import {
  contains,
  folded,
  type Database,
  resolveIntegration,
  destinationOfRow,
  type DestinationRow,
  destinationRows,
  type Listed,
  mapPage,
  type Page,
  readPage,
  destinations,
  integrations,
  sources,
  type Destination,
  withoutSecrets,
} from '../../settings/index.ts'
import { refusal } from '../../refusal.ts'
import type { HealthRow } from '../../lane/index.ts'
import { DAY_MS } from '../../statistics/index.ts'
import { LATE_MS, successOf } from './health.ts'
import { destinationHealth } from './schema.ts'

/** A destination, and how it stood when its lane said so last. */
export type DestinationWithHealth = Destination & { health: HealthRow | null }

/** The oldest first; those of one source, or those that need somebody, if so wished. */
export async function listDestinations(
  db: Database,
  workspaceId: string,
  page: Page,
  { sourceId, needsYou }: { sourceId?: string; needsYou?: boolean } = {},
): Promise<Listed<DestinationWithHealth>> {
  const mine = and(
    eq(destinations.workspaceId, workspaceId),
    sourceId === undefined ? undefined : eq(destinations.sourceId, sourceId),
    needsYou ? needing(db.ctx.now()) : undefined,
  )
  const listed = await readPage({ columns: [destinations.createdAt, destinations.id] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ destination: destinations, integration: integrations, health: destinationHealth, ...sums })
        .from(destinations)
        .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
        .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) =>
      db.orm
        .select(sums)
        .from(destinations)
        .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
        .where(mine),
    keyOf: ({ destination }) => [destination.createdAt, destination.id],
  })
  return { ...listed, lines: await Promise.all(listed.lines.map((row) => withHealth(db, row))) }
}

async function withHealth(
  db: Database,
  row: DestinationRow & { health: HealthRow | null },
): Promise<DestinationWithHealth> {
  return { ...(await destinationOfRow(db, row)), health: row.health }
}

/** Those that somebody has to look at, as `describeHealth` says. */
export function needing(now: number): SQL | undefined {
  const { state, oldestAt } = destinationHealth
  return or(
    and(eq(destinations.enabled, false), isNotNull(destinations.notice)),
    and(
      eq(destinations.enabled, true),
      eq(destinations.paused, false),
      or(inArray(state, ['failing', 'giving_up', 'gone']), lt(oldestAt, now - LATE_MS)),
    ),
  )
}

export async function destinationsOfSource(db: Database, sourceId: string): Promise<Destination[]> {
  const rows = await destinationRows(db).where(eq(destinations.sourceId, sourceId)).orderBy(asc(destinations.createdAt))
  return Promise.all(rows.map((row) => destinationOfRow(db, row)))
}

/** Of a source's destinations, by id. */
export async function destinationNames({ orm }: Database, sourceId: string): Promise<Map<string, string>> {
  const { id, name } = destinations
  const rows = await orm.select({ id, name }).from(destinations).where(eq(destinations.sourceId, sourceId))
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** Throws 404 when the workspace has no such destination. */
export async function getDestination(db: Database, workspaceId: string, id: string): Promise<Destination> {
  return destinationOfRow(db, await getRow(db, workspaceId, id))
}

/** In one query. Throws 404 when the workspace has no such destination. */
export async function getWithHealth(db: Database, workspaceId: string, id: string): Promise<DestinationWithHealth> {
  const [row] = await db.orm
    .select({ destination: destinations, integration: integrations, health: destinationHealth })
    .from(destinations)
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
    .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
    .where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no destination ${id}.`)
  return withHealth(db, row)
}

export async function getRow(db: Database, workspaceId: string, id: string): Promise<DestinationRow> {
  const [row] = await destinationRows(db).where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no destination ${id}.`)
  return row
}

/**
 * What pages show of destinations, each of it by one query: a list of ten thousand costs as many as a list of ten. Secrets are opened for
 * the one destination that `describeDestination` is asked for, and for no list.
 */

/** A destination in a list. */
export interface DestinationLine {
  id: string
  name: string
  enabled: boolean
  paused: boolean
  notice: string | null
  sourceId: string
  sourceName: string
  integrationName: string
  integrationSlug: string
  kind: string
  mode: Mode | null
  /** Those of the server, without secrets. */
  settings: SettingsValues
  /** `null`: it is gone. */
  integration: Integration | null
  health: HealthRow | null
  createdAt: number
}

/** What a list can be sorted by, each from what is most telling; without: the newest first. */
export const SORTS = ['worst', 'waiting', 'busiest', 'delivered', 'name'] as const
export type Sort = (typeof SORTS)[number]

interface Sorted {
  columns: (typeof destinations.name | SQL)[]
  desc: boolean
  keyOf: (line: { destination: Row['destination']; health: HealthRow | null }) => string | number
}

/** As SQL, and the same of a row. What never had an event comes last. */
const SORTED: Record<Sort, Sorted> = {
  worst: {
    columns: [
      sql`coalesce(1.0 * ${destinationHealth.delivered} / nullif(${destinationHealth.delivered} + ${destinationHealth.failedAttempts}, 0), 2)`,
    ],
    desc: false,
    keyOf: ({ health }) => successOf(health) ?? 2,
  },
  waiting: {
    columns: [sql`coalesce(${destinationHealth.waiting}, 0)`],
    desc: true,
    keyOf: ({ health }) => health?.waiting ?? 0,
  },
  busiest: {
    columns: [sql`coalesce(${destinationHealth.accepted}, 0)`],
    desc: true,
    keyOf: ({ health }) => health?.accepted ?? 0,
  },
  delivered: {
    columns: [sql`coalesce(${destinationHealth.lastDeliveredAt}, 0)`],
    desc: true,
    keyOf: ({ health }) => health?.lastDeliveredAt ?? 0,
  },
  name: { columns: [destinations.name], desc: false, keyOf: ({ destination }) => destination.name },
}

/** Destinations whose name, source, integration or id has `text` in it, the newest first, or in the order of `sort`. */
export async function searchDestinations(
  { orm, ctx }: Database,
  workspaceId: string,
  text: string,
  page: Page,
  { needsYou, sort, sourceId }: { needsYou?: boolean; sort?: Sort | undefined; sourceId?: string } = {},
): Promise<Listed<DestinationLine>> {
  const searched = [destinations.name, sources.name, destinations.integrationId, integrations.name]
  // The names of our own entries are in no table.
  const ours = BUILT_IN.filter(({ name }) => folded(name).includes(folded(text))).map(({ id }) => id)
  const found = or(
    contains(searched, text),
    sql`${destinations.integrationId} in (select value from json_each(${JSON.stringify(ours)}))`,
    eq(destinations.id, text.trim()),
  )
  const mine = and(
    eq(destinations.workspaceId, workspaceId),
    sourceId === undefined ? undefined : eq(destinations.sourceId, sourceId),
    text.trim() === '' ? undefined : found,
    needsYou ? needing(ctx.now()) : undefined,
  )
  const { columns: by, desc, keyOf } = sort ? SORTED[sort] : NEWEST
  const listed = await readPage({ columns: [...by, destinations.id], desc }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ ...ROW, ...sums })
        .from(destinations)
        .innerJoin(sources, eq(destinations.sourceId, sources.id))
        .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
        .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) =>
      orm
        .select(sums)
        .from(destinations)
        .innerJoin(sources, eq(destinations.sourceId, sources.id))
        .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
        .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
        .where(mine),
    keyOf: (row) => [keyOf(row), row.destination.id],
  })
  return mapPage(listed, lineOf)
}

/** Destinations that are not told apart, of one source; `null`: of those that are not told apart themselves. */
export interface RestOfFlow {
  sourceId: string | null
  count: number
  /** Events of 24 hours. */
  accepted: number
  waiting: number
  /** How many of them need somebody. */
  needs: number
}

/** Of all destinations of a workspace. Unit: destinations, and events of 24 hours; `waiting` is now. */
export interface FlowTotals {
  count: number
  needs: number
  delivered: number
  waiting: number
  dead: number
}

/**
 * The destinations to show, at most `most`: those that need somebody first, then those with most events; all others as sums
 * by their source, where that is one of `sourceIds`. One query, however many there are.
 */
export async function describeFlow(
  { orm, ctx }: Database,
  workspaceId: string,
  sourceIds: readonly string[],
  most: number,
): Promise<{ lines: DestinationLine[]; rest: RestOfFlow[]; totals: FlowTotals }> {
  const now = ctx.now()
  const { destinationId, at, accepted, delivered, waiting, dead } = destinationHealth
  const mine = eq(destinations.workspaceId, workspaceId)
  const ofDay = (column: SQLWrapper) => sql<number>`coalesce(iif(${at} > ${now - DAY_MS}, ${column}, 0), 0)`
  const needs = sql<number>`coalesce(${needing(now)}, 0)`
  const order = sql`${needs} desc, ${ofDay(accepted)} desc, ${destinations.createdAt} desc, ${destinations.id} desc`
  const from = sql`from ${destinations} left join ${destinationHealth} on ${destinationId} = ${destinations.id} where ${mine}`
  const placed = sql`select ${destinations.sourceId} as source, ${ofDay(accepted)} as accepted, coalesce(${waiting}, 0) as waiting,
    ${needs} as needs, row_number() over (order by ${order}) as place ${from}`
  const known = sql`(select value from json_each(${JSON.stringify(sourceIds)}))`
  const rest = sql<string>`(select json_group_array(json_object('sourceId', source, 'count', n, 'accepted', a, 'waiting', w, 'needs', d))
    from (select iif(source in ${known}, source, null) as source, count(*) as n, sum(accepted) as a, sum(waiting) as w, sum(needs) as d
      from (${placed}) where place > ${most} group by 1))`
  const totals = sql<string>`(select json_object('count', count(*), 'needs', total(${needs}), 'delivered', total(${ofDay(delivered)}),
    'waiting', total(${waiting}), 'dead', total(${ofDay(dead)})) ${from})`
  const rows = await orm
    .select({ ...ROW, rest, totals })
    .from(destinations)
    .innerJoin(sources, eq(destinations.sourceId, sources.id))
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
    .leftJoin(destinationHealth, eq(destinationId, destinations.id))
    .where(mine)
    .orderBy(order)
    .limit(most)
  const [first] = rows
  return {
    lines: rows.map(lineOf),
    rest: first ? (JSON.parse(first.rest) as RestOfFlow[]) : [],
    totals: first
      ? (JSON.parse(first.totals) as FlowTotals)
      : { count: 0, needs: 0, delivered: 0, waiting: 0, dead: 0 },
  }
}

/** Without its secrets, and with the name of its source. Throws 404. */
export async function describeDestination(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<DestinationWithHealth & { sourceName: string }> {
  const [row] = await db.orm
    .select(ROW)
    .from(destinations)
    .innerJoin(sources, eq(destinations.sourceId, sources.id))
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
    .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
    .where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no destination ${id}.`)
  return { ...withoutSecrets(await destinationOfRow(db, row)), sourceName: row.sourceName, health: row.health }
}

/** What is selected where all four are joined. */
const ROW = {
  destination: destinations,
  integration: integrations,
  sourceName: sources.name,
  health: destinationHealth,
}

/** A row of it. */
interface Row {
  destination: typeof destinations.$inferSelect
  integration: typeof integrations.$inferSelect | null
  sourceName: string
  health: HealthRow | null
}

const NEWEST = {
  columns: [destinations.createdAt],
  desc: true,
  keyOf: ({ destination }: { destination: Row['destination'] }) => destination.createdAt,
}

export function lineOf({ destination, integration, sourceName, health }: Row): DestinationLine {
  const { id, name, enabled, paused, notice, sourceId, integrationId, mode, settings, createdAt } = destination
  const known = resolveIntegration(integrationId, integration)
  return {
    id,
    name,
    enabled,
    paused,
    notice,
    sourceId,
    sourceName,
    integrationName: known ? titleOf(known) : integrationId,
    integrationSlug: known?.slug ?? integrationId,
    kind: known?.kind ?? '',
    mode,
    settings,
    integration: known ?? null,
    health,
    createdAt,
  }
}
