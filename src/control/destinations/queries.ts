import { and, eq, or, sql } from 'drizzle-orm'
import { BUILT_IN, type Integration, type Mode, titleOf } from '../../integrations/index.ts'
import {
  contains,
  folded,
  type Database,
  resolveIntegration,
  open,
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
  return { ...withoutSecrets(await open(db, row)), sourceName: row.sourceName }
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
