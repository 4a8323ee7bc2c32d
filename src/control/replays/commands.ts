/** What can be done with replays, by the Public API and by the panel alike. */
import { randomId } from '../../context.ts'
import { parseTime } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import type { ReplayOrder, ReplayReport } from '../../replay/index.ts'
import type { Database } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { can, getDestination } from '../destinations/index.ts'
import type { ControlDeps } from '../request.ts'
import { getSource } from '../sources/index.ts'
import { newReplay, replayChanges } from './input.ts'
import { getReplay, type ReplayRow } from './queries.ts'
import { insertReplay, removeReplay, updateReport } from './store.ts'

/**
 * Begins to count what a replay has. Throws `Refusal` 400 with every problem and its field, 404 where there is no such
 * source or destination, 409 when too many are not over.
 */
export async function createReplay(deps: ControlDeps, workspaceId: string, body: unknown): Promise<ReplayRow> {
  const { db, ctx, replay } = deps
  const { sourceId, destinationId, from, until, share, dryRun, ...filters } = checked(newReplay, body)
  await getSource(db, workspaceId, sourceId)
  const destination = await getDestination(db, workspaceId, destinationId)
  if (!can(destination, 'replay', deps))
    throw refusal(
      400,
      `${destination.name} gets no events from here, so none can be sent to it again.`,
      'destinationId',
    )
  const now = ctx.now()
  const range = {
    from: parseTime(from) ?? now,
    until: Math.min(until === undefined ? now : (parseTime(until) ?? now), now),
  }
  if (range.from >= range.until)
    throw refusal(400, 'The range is empty: it has to begin before it ends, and before now.', 'from')
  const order: ReplayOrder = {
    id: randomId(ctx, 'rpl_'),
    sourceId,
    destinationId,
    selection: { ...range, ...given(filters) },
    share,
    dryRun,
  }
  const row = await insertReplay(db, workspaceId, order)
  try {
    await replay(order.id).begin(order)
  } catch (error) {
    // Without an object it would stand in the list for ever; one that has begun after all finds no row, and stops.
    await removeReplay(db, order.id)
    throw error
  }
  return row
}

/** Starts, pauses, resumes or cancels a replay, or changes its share. Throws 400, 404, or 409 where its state forbids it. */
export async function changeReplay(
  { db, replay }: ControlDeps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<ReplayRow> {
  const { state, share } = checked(replayChanges, body)
  const row = await getReplay(db, workspaceId, id)
  const change = { ...(state && { state }), ...(share !== undefined && { share }) }
  if (await replay(id).change(change)) return row
  const report = await replay(id).report()
  const now = report?.state ?? 'over, and nothing of it is kept'
  throw refusal(409, `This replay is ${now}${state ? `, so it cannot become ${state}` : ''}.`, 'state')
}

/** How a replay stands, for lists, as its object says; `false`: nobody asks for it any more. */
export function publishReplay(db: Database, report: ReplayReport): Promise<boolean> {
  return updateReport(db, report)
}

/** Without what was left out. */
function given<T extends object>(filters: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as never
}
