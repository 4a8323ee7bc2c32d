import type { Context } from '../../context.ts'
import { type Database, within } from '../../settings/index.ts'
import { inTurns } from '../in-turns.ts'
import { idsAfter, progressOf, saveProgress } from './progress.ts'

/** Objects that are asked at the same time. */
const PARALLEL = 20
/** One that has not answered by then is passed over. */
const PATIENCE_MS = 10_000
/** Objects that one invocation asks, well below the calls that it may make, and those between two notes of how far it is. */
const SLICE = 8_000
const PORTION = 1_000
/** Objects that did not answer and are named in the log. */
const NAMED = 5

/**
 * Asks the next objects of a round, noting how far it has come. Answers whether that was the end; the next time begins anew
 * then. Those that do not answer are one line in the log together.
 */
export async function goRound(
  name: string,
  kinds: 'all' | 'sources',
  look: (id: string) => Promise<void>,
  { db, ctx }: { db: Database; ctx: Context },
): Promise<boolean> {
  const failed: { id: string; error: string }[] = []
  let after = await progressOf(db, name)
  let over = false
  for (let asked = 0; asked < SLICE && !over; asked += PORTION) {
    const ids = await idsAfter(db, after, PORTION, kinds)
    await inTurns(ids, PARALLEL, (id) =>
      within(ctx, look(id), PATIENCE_MS).catch((error: unknown) => void failed.push({ id, error: String(error) })),
    )
    over = ids.length < PORTION
    const next = over ? '' : (ids.at(-1) ?? '')
    if (next !== after) await saveProgress(db, name, next)
    after = next
  }
  if (failed.length > 0) {
    ctx.log('warn', 'objects gave no answer', { to: name, objects: failed.length, some: failed.slice(0, NAMED) })
  }
  return over
}
