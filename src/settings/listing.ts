import { and, asc, eq, or, sql } from 'drizzle-orm'
import { BUILT_IN, type Integration, type Mode, titleOf } from '../integrations/index.ts'
import { contains, folded } from './contains.ts'
import type { Database } from './database.ts'
import { resolveIntegration } from './catalog.ts'
import { open } from './destinations.ts'
import { type Listed, mapPage, type Page, readPage } from './paged.ts'
import { destinations, integrations, sources, writeKeys } from './schema.ts'
import { type Destination, type Source, SettingsError } from './types.ts'

/**
 * What pages show, each of it by one query: a list of ten thousand costs as many as a list of ten. Secrets are opened for
 * the one destination that `describeDestination` is asked for, and for no list.
 */

/** A source in a list. */
export interface SourceLine extends Omit<Source, 'writeKeys'> {
  destinations: number
}

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
  /** `null`: it is gone. */
  integration: Integration | null
  createdAt: number
}

/** A source with all that its page shows: its keys and the first of its destinations. */
export interface SourceDescription extends Source {
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

/** Destinations whose name, source, integration or id has `text` in it, the newest first. */
export async function searchDestinations(
  { orm }: Database,
  workspaceId: string,
  text: string,
  page: Page,
): Promise<Listed<DestinationLine>> {
  const columns = [destinations.name, sources.name, destinations.integrationId, integrations.name]
  // The names of our own entries are in no table.
  const ours = BUILT_IN.filter(({ name }) => folded(name).includes(folded(text))).map(({ id }) => id)
  const found = or(
    contains(columns, text),
    sql`${destinations.integrationId} in (select value from json_each(${JSON.stringify(ours)}))`,
    eq(destinations.id, text.trim()),
  )
  const mine = and(eq(destinations.workspaceId, workspaceId), text.trim() === '' ? undefined : found)
  const listed = await readPage({ columns: [destinations.createdAt, destinations.id], desc: true }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ destination: destinations, integration: integrations, sourceName: sources.name, ...sums })
        .from(destinations)
        .innerJoin(sources, eq(destinations.sourceId, sources.id))
        .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) =>
      orm
        .select(sums)
        .from(destinations)
        .innerJoin(sources, eq(destinations.sourceId, sources.id))
        .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
        .where(mine),
    keyOf: ({ destination }) => [destination.createdAt, destination.id],
  })
  return mapPage(listed, lineOf)
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
      destination: destinations,
      integration: integrations,
      sourceName: sources.name,
      ofAll: sql<number>`count(*) OVER ()`,
    })
    .from(sources)
    .leftJoin(destinations, eq(destinations.sourceId, sources.id))
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
    .where(and(eq(sources.id, id), eq(sources.workspaceId, workspaceId)))
    .orderBy(asc(destinations.createdAt), asc(destinations.id))
    .limit(most)
  const [first] = rows
  if (!first) throw new SettingsError(404, `There is no source ${id}.`)
  const lines = rows.flatMap(({ destination, ...row }) => (destination ? [lineOf({ destination, ...row })] : []))
  return {
    ...first.source,
    writeKeys: JSON.parse(first.keys) as string[],
    destinations: lines,
    destinationTotal: lines.length === 0 ? 0 : first.ofAll,
  }
}

/** With its secrets in clear, as `getDestination`, and the name of its source. Throws 404. */
export async function describeDestination(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<Destination & { sourceName: string }> {
  const [row] = await db.orm
    .select({ destination: destinations, integration: integrations, sourceName: sources.name })
    .from(destinations)
    .innerJoin(sources, eq(destinations.sourceId, sources.id))
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
    .where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
  if (!row) throw new SettingsError(404, `There is no destination ${id}.`)
  return { ...(await open(db, row)), sourceName: row.sourceName }
}

/** In plain words: among the columns of a select from one table Drizzle leaves the table's name away. */
const countOfDestinations = sql<number>`(select count(*) from destinations where destinations.source_id = sources.id)`

interface Row {
  destination: typeof destinations.$inferSelect
  integration: typeof integrations.$inferSelect | null
  sourceName: string
}

function lineOf({ destination, integration, sourceName }: Row): DestinationLine {
  const { id, name, enabled, paused, notice, sourceId, integrationId, mode, createdAt } = destination
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
    integration: known ?? null,
    createdAt,
  }
}
