import { copyOf, notePast } from './buckets.ts'
import type { Granting } from './granting.ts'
import type { LaneMemory } from './memory.ts'
import type { Settlement } from './protocol.ts'
import { applySettlement } from './settle.ts'
import { originLog, type Work } from './work.ts'

/** Books what came of a grant of this work, in all of the lane's books, and has the lane heed what its receiver said. */
export function book(memory: LaneMemory, granting: Granting, work: Work, settlement: Settlement): void {
  const { state, unit, terms, books, failures, recent, ways, works, ctx } = memory
  const { results } = settlement
  const before = copyOf(work.counts)
  const rules = { schedule: terms.schedule, lag: terms.lag, ctx }
  const { dead, settled, lease, attempt } = applySettlement(work, settlement, rules)
  notePast(work, before, ctx.now(), results)
  if (ways.note(state.ways, work, settled, settlement.kinds, ctx.now())) unit.touchState()
  books.book(work, before)
  if (failures.note(results, ctx.now())) unit.touchFailures()
  unit.touch(work)
  if (work.counts.delivered > before.delivered) state.lastDeliveredAt = ctx.now()
  for (const letter of dead) unit.bury(letter)
  if (lease && settlement.version >= state.mendedIn) granting.heed(settlement, lease)
  recent.note(originLog(work), settlement, attempt + 1, ctx.now())
  works.foldIfDone(work)
}
