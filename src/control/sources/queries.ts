import { and, asc, desc, eq, inArray, isNull, or, sql, type SQLWrapper } from 'drizzle-orm'
import {
  contains,
  type Database,
  type Listed,
  mapPage,
  type Page,
  readPage,
  destinations,
  integrations,
  sources,
  writeKeys,
  type Source,
} from '../../settings/index.ts'
import { destinationHealth, type DestinationLine, lineOf, needing } from '../destinations/index.ts'
import { type Label, LABELS_OF_SOURCE } from '../labels/index.ts'
import { sourceHealth } from './schema.ts'
import { DAY_MS } from '../../statistics/index.ts'
import { refusal } from '../../refusal.ts'

/** The oldest first. */
export async function listSources(db: Database, workspaceId: string, page: Page): Promise<Listed<Source>> {
  const mine = eq(sources.workspaceId, workspaceId)
  const listed = await readPage({ columns: [sources.createdAt, sources.id] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ source: sources, ...sums })
        .from(sources)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => db.orm.select(sums).from(sources).where(mine),
    keyOf: ({ source }) => [source.createdAt, source.id],
  })
  return {
    ...listed,
    lines: await withKeys(
      db,
      listed.lines.map(({ source }) => source),
    ),
  }
}

/** Throws 404 when the workspace has no such source. */
export async function getSource(db: Database, workspaceId: string, id: string): Promise<Source> {
  const rows = await db.orm
    .select()
    .from(sources)
    .where(and(eq(sources.id, id), eq(sources.workspaceId, workspaceId)))
  const [source] = await withKeys(db, rows)
  if (!source) throw refusal(404, `There is no source ${id}.`)
  return source
}

/** Those of a workspace that have these ids, in their order. */
export async function sourcesByIds(db: Database, workspaceId: string, ids: readonly string[]): Promise<Source[]> {
  const named = sql`${sources.id} in (select value from json_each(${JSON.stringify(ids)}))`
  const rows = await db.orm
    .select()
    .from(sources)
    .where(and(eq(sources.workspaceId, workspaceId), named))
  const place = new Map(ids.map((id, at) => [id, at]))
  return (await withKeys(db, rows)).toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
}

/** D1 takes a hundred parameters in a query. */
const MOST_PARAMETERS = 90

async function withKeys(db: Database, rows: (typeof sources.$inferSelect)[]): Promise<Source[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const parts = Array.from({ length: Math.ceil(ids.length / MOST_PARAMETERS) }, (_, n) =>
    ids.slice(n * MOST_PARAMETERS, (n + 1) * MOST_PARAMETERS),
  )
  const found = parts.map((part) =>
    db.orm
      .select()
      .from(writeKeys)
      .where(and(inArray(writeKeys.sourceId, part), isNull(writeKeys.revokedAt))),
  )
  const keys = (await Promise.all(found)).flat()
  return rows.map((row) => ({ ...row, writeKeys: keys.filter((key) => key.sourceId === row.id).map((key) => key.key) }))
}

/** Of every source of a workspace, the newest first. */
export async function sourceIds({ orm }: Database, workspaceId: string): Promise<string[]> {
  const mine = eq(sources.workspaceId, workspaceId)
  const rows = await orm.select({ id: sources.id }).from(sources).where(mine).orderBy(desc(sources.createdAt))
  return rows.map(({ id }) => id)
}

/** What pages show of sources, each of it by one query: a list of ten thousand costs as many as a list of ten. */

/** A source in a list. */
export interface SourceLine extends Omit<Source, 'writeKeys'> {
  destinations: number
}

/** A source with all that its page shows: its keys, its labels and the first of its destinations. */
export interface SourceDescription extends Source {
  labels: Label[]
  destinations: DestinationLine[]
  destinationTotal: number
}

/** Sources whose name, slug, id or write key has `text` in it, the newest first. */
export async function searchSources(
  { orm }: Database,
  workspaceId: string,
  text: string,
  page: Page,
): Promise<Listed<SourceLine>> {
  const whole = text.trim()
  const found = or(
    contains([sources.name, sources.slug], text),
    eq(sources.id, whole),
    sql`exists (select 1 from ${writeKeys} where ${writeKeys.key} = ${whole} and ${writeKeys.sourceId} = ${sources.id})`,
  )
  const mine = and(eq(sources.workspaceId, workspaceId), whole === '' ? undefined : found)
  const listed = await readPage({ columns: [sources.createdAt, sources.id], desc: true }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ source: sources, destinations: countOfDestinations, ...sums })
        .from(sources)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(sources).where(mine),
    keyOf: ({ source }) => [source.createdAt, source.id],
  })
  return mapPage(listed, ({ source, destinations }) => ({ ...source, destinations }))
}

/** A source as the picture of a workspace has it. Unit: events of 24 hours. */
export interface BusySource {
  id: string
  name: string
  enabled: boolean
  accepted: number
  rejected: number
}

/**
 * The sources to show, at most `most`: those with a destination that needs somebody first, then those with most events; and
 * the sums of all. One query, however many there are.
 */
export async function listBusiest(
  { orm, ctx }: Database,
  workspaceId: string,
  most: number,
): Promise<{ lines: BusySource[]; totals: { count: number; accepted: number; rejected: number } }> {
  const now = ctx.now()
  const mine = eq(sources.workspaceId, workspaceId)
  const ofDay = (column: SQLWrapper) =>
    sql<number>`coalesce(iif(${sourceHealth.at} > ${now - DAY_MS}, ${column}, 0), 0)`
  const [accepted, rejected] = [ofDay(sourceHealth.accepted), ofDay(sourceHealth.rejected)]
  const needs = sql<number>`exists (select 1 from ${destinations} left join ${destinationHealth}
    on ${destinationHealth.destinationId} = ${destinations.id} where ${destinations.sourceId} = ${sources.id} and ${needing(now)})`
  const totals = sql<string>`(select json_object('count', count(*), 'accepted', total(${accepted}), 'rejected', total(${rejected}))
    from ${sources} left join ${sourceHealth} on ${sourceHealth.sourceId} = ${sources.id} where ${mine})`
  const rows = await orm
    .select({ id: sources.id, name: sources.name, enabled: sources.enabled, accepted, rejected, totals })
    .from(sources)
    .leftJoin(sourceHealth, eq(sourceHealth.sourceId, sources.id))
    .where(mine)
    .orderBy(sql`${needs} desc, ${accepted} desc, ${sources.createdAt} desc, ${sources.id} desc`)
    .limit(most)
  const [first] = rows
  return {
    lines: rows.map(({ totals: _totals, ...line }) => line),
    totals: first
      ? (JSON.parse(first.totals) as { count: number; accepted: number; rejected: number })
      : { count: 0, accepted: 0, rejected: 0 },
  }
}

/** Throws 404 when the workspace has no such source. */
export async function describeSource(
  { orm }: Database,
  workspaceId: string,
  id: string,
  most: number,
): Promise<SourceDescription> {
  const rows = await orm
    .select({
      source: sources,
      keys: sql<string>`(select json_group_array(${writeKeys.key}) from ${writeKeys} where ${writeKeys.sourceId} = ${sources.id} and ${writeKeys.revokedAt} is null)`,
      labels: LABELS_OF_SOURCE,
      destination: destinations,
      integration: integrations,
      health: destinationHealth,
      sourceName: sources.name,
      ofAll: sql<number>`count(*) OVER ()`,
    })
    .from(sources)
    .leftJoin(destinations, eq(destinations.sourceId, sources.id))
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
    .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
    .where(and(eq(sources.id, id), eq(sources.workspaceId, workspaceId)))
    .orderBy(asc(destinations.createdAt), asc(destinations.id))
    .limit(most)
  const [first] = rows
  if (!first) throw refusal(404, `There is no source ${id}.`)
  const lines = rows.flatMap(({ destination, ...row }) => (destination ? [lineOf({ destination, ...row })] : []))
  return {
    ...first.source,
    writeKeys: JSON.parse(first.keys) as string[],
    labels: JSON.parse(first.labels) as Label[],
    destinations: lines,
    destinationTotal: lines.length === 0 ? 0 : first.ofAll,
  }
}

/** In plain words: among the columns of a select from one table Drizzle leaves the table's name away. */
const countOfDestinations = sql<number>`(select count(*) from destinations where destinations.source_id = sources.id)`
