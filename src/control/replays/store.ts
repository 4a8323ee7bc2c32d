import { and, eq } from 'drizzle-orm'
import type { ReplayOrder, ReplayReport } from '../../replay/index.ts'
import { type Database, takeBack, unlessFull } from '../../settings/index.ts'
import { openReplays, type ReplayRow } from './queries.ts'
import { replays } from './schema.ts'

/** Throws 409 when the workspace has as many that are not over as it may. */
export async function insertReplay(db: Database, workspaceId: string, order: ReplayOrder): Promise<ReplayRow> {
  const { id, sourceId, destinationId } = order
  const row = { id, workspaceId, sourceId, destinationId, order, state: 'counting' as const, createdAt: db.ctx.now() }
  const mine = and(eq(replays.workspaceId, workspaceId), openReplays) ?? openReplays
  const [[inserted], takenBack] = await db.orm.batch([
    db.orm.insert(replays).values(row).returning(),
    takeBack(db, replays, eq(replays.id, id), { mine, what: 'replays' }),
  ])
  unlessFull(takenBack, db, 'replays')
  if (!inserted) throw new Error(`replay ${id} was not written`)
  return inserted
}

export async function removeReplay({ orm }: Database, id: string): Promise<void> {
  await orm.delete(replays).where(eq(replays.id, id))
}

/** Kinds of events that a list keeps of what was counted: rows of lists are read by the page. */
const MOST_KINDS = 20

/** Notes how a replay stands; `false`: there is no such row. */
export async function updateReport({ orm }: Database, report: ReplayReport): Promise<boolean> {
  const { order, state, counted } = report
  const kinds = counted.kinds.toSorted((a, b) => b.events - a.events).slice(0, MOST_KINDS)
  const otherKinds = counted.events - kinds.reduce((n, { events }) => n + events, 0)
  const written = await orm
    .update(replays)
    .set({ state, report: { ...report, counted: { ...counted, kinds, otherKinds }, samples: [] } })
    .where(eq(replays.id, order.id))
    .returning({ id: replays.id })
  return written.length > 0
}
