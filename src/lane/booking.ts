import { copyOf, notePast } from './buckets.ts'
import type { Granting } from './granting.ts'
import type { LaneMemory } from './memory.ts'
import type { GrantProgress, Settlement } from './protocol.ts'
import { applyArrived, applySettlement, dropEmpty, type EndedAlike } from './settle.ts'
import { originLog, type Tally, type Work } from './work.ts'

/** Books what came of a grant of this work, in all of the lane's books, and has the lane heed what its receiver said. */
export function book(memory: LaneMemory, granting: Granting, work: Work, settlement: Settlement): void {
  const { state, unit, terms, failures, recent, works, ctx } = memory
  const { results } = settlement
  const before = copyOf(work.counts)
  const rules = { schedule: terms.schedule, lag: terms.lag, ctx }
  const { dead, settled, lease, attempt } = applySettlement(work, settlement, rules)
  noteChange(memory, work, { before, settled, settlement })
  if (failures.note(results, ctx.now())) unit.touchFailures()
  for (const letter of dead) unit.bury(letter)
  if (lease && settlement.version >= state.mendedIn) granting.heed(settlement, lease)
  recent.note(originLog(work), settlement, attempt + 1, ctx.now())
  works.foldIfDone(work)
}

/** Books what has arrived so far of a grant that goes on. What its receiver said is heeded when all of it is told. */
export function bookProgress(memory: LaneMemory, work: Work, progress: GrantProgress): void {
  const before = copyOf(work.counts)
  const settled = applyArrived(work, progress)
  if (settled.every(({ events }) => events.length === 0)) return
  dropEmpty(work, memory.ctx.now())
  noteChange(memory, work, { before, settled, settlement: progress })
  memory.works.foldIfDone(work)
}

/** Has all books that go by a work's counts know what has changed in them. */
function noteChange(
  { state, unit, books, ways, ctx }: LaneMemory,
  work: Work,
  { before, settled, settlement }: { before: Tally; settled: readonly EndedAlike[]; settlement: GrantProgress },
): void {
  notePast(work, before, ctx.now(), settlement.results)
  if (ways.note(state.ways, work, settled, settlement.kinds, ctx.now())) unit.touchState()
  books.book(work, before)
  unit.touch(work)
  if (work.counts.delivered > before.delivered) state.lastDeliveredAt = ctx.now()
}
