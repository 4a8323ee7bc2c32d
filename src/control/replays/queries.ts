import { and, desc, eq, notInArray, sql } from 'drizzle-orm'
import type { ReplayOrder } from '../../replay/index.ts'
import { refusal } from '../../refusal.ts'
import {
  type Database,
  type Destination,
  destinationOfRow,
  destinations,
  integrations,
  type Listed,
  type Page,
  readPage,
  sources,
} from '../../settings/index.ts'
import { replays } from './schema.ts'

export type ReplayRow = typeof replays.$inferSelect

/** Those that are not over. */
export const openReplays = notInArray(replays.state, ['done', 'cancelled', 'failed'])
/** Earlier replays that are named where the same is asked for again. */
const MOST_REPEATS = 20

/** Throws 404 when the workspace has no such replay. */
export async function getReplay({ orm }: Database, workspaceId: string, id: string): Promise<ReplayRow> {
  const [row] = await orm
    .select()
    .from(replays)
    .where(and(eq(replays.id, id), eq(replays.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no replay ${id}.`)
  return row
}

/** A replay, and what it goes between as that is now; `null`: it is deleted. In one query. Throws 404. */
export async function getWithEnds(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<{ replay: ReplayRow; sourceName: string | null; destination: Destination | null }> {
  const [row] = await db.orm
    .select({ replay: replays, sourceName: sources.name, destination: destinations, integration: integrations })
    .from(replays)
    .leftJoin(sources, eq(sources.id, replays.sourceId))
    .leftJoin(destinations, eq(destinations.id, replays.destinationId))
    .leftJoin(integrations, eq(integrations.id, destinations.integrationId))
    .where(and(eq(replays.id, id), eq(replays.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no replay ${id}.`)
  const { replay, sourceName, destination, integration } = row
  return { replay, sourceName, destination: destination && (await destinationOfRow(db, { destination, integration })) }
}

/** Whose a replay is, and what its destination is called; `null`: there is no such replay. */
export async function findReplayNames({ orm }: Database, id: string) {
  const [row] = await orm
    .select({ workspaceId: replays.workspaceId, destinationName: destinations.name })
    .from(replays)
    .leftJoin(destinations, eq(destinations.id, replays.destinationId))
    .where(eq(replays.id, id))
  return row ?? null
}

/** A replay in a list, with the names of what it goes between; `null`: it is deleted. */
export interface NamedReplay {
  replay: ReplayRow
  sourceName: string | null
  destinationName: string | null
}

/** The newest first; those to one destination, if so wished. */
export function listReplays(
  { orm }: Database,
  workspaceId: string,
  page: Page,
  destinationId?: string,
): Promise<Listed<NamedReplay>> {
  const mine = and(
    eq(replays.workspaceId, workspaceId),
    destinationId === undefined ? undefined : eq(replays.destinationId, destinationId),
  )
  return readPage({ columns: [replays.createdAt, replays.id], desc: true }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ replay: replays, sourceName: sources.name, destinationName: destinations.name, ...sums })
        .from(replays)
        .leftJoin(sources, eq(sources.id, replays.sourceId))
        .leftJoin(destinations, eq(destinations.id, replays.destinationId))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(replays).where(mine),
    keyOf: ({ replay }) => [replay.createdAt, replay.id],
  })
}

/** Earlier replays of the same source to the same destination whose range overlaps, the newest first. */
export async function repeatsOf({ orm }: Database, { id, sourceId, destinationId, selection }: ReplayOrder) {
  const range = (name: 'from' | 'until') => sql<number>`json_extract(${replays.order}, ${`$.selection.${name}`})`
  const rows = await orm
    .select({ id: replays.id })
    .from(replays)
    .where(
      and(
        eq(replays.sourceId, sourceId),
        eq(replays.destinationId, destinationId),
        sql`${replays.id} <> ${id} and ${range('from')} < ${selection.until} and ${range('until')} > ${selection.from}`,
      ),
    )
    .orderBy(desc(replays.createdAt))
    .limit(MOST_REPEATS)
  return rows.map((row) => row.id)
}
