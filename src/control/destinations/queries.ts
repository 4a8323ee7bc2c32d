import { and, asc, eq, or, sql } from 'drizzle-orm'
import { BUILT_IN, type Integration, type Mode, titleOf } from '../../integrations/index.ts'
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
  return { ...listed, lines: await Promise.all(listed.lines.map((row) => destinationOfRow(db, row))) }
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
  /** `null`: it is gone. */
  integration: Integration | null
  createdAt: number
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

/** Without its secrets, and with the name of its source. Throws 404. */
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
  if (!row) throw refusal(404, `There is no destination ${id}.`)
  return { ...withoutSecrets(await destinationOfRow(db, row)), sourceName: row.sourceName }
}

/** A row of a select that joins all three. */
interface Row {
  destination: typeof destinations.$inferSelect
  integration: typeof integrations.$inferSelect | null
  sourceName: string
}

export function lineOf({ destination, integration, sourceName }: Row): DestinationLine {
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
