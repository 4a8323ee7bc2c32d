import { gather, waitingIn } from './batches.ts'
import { copyOf, notePast } from './buckets.ts'
import type { Granting } from './granting.ts'
import type { LaneMemory } from './memory.ts'
import type { GrantProgress, Part, Settlement } from './protocol.ts'
import { applyArrived, applySettlement, dropEmpty, type EndedAlike } from './settle.ts'
import { addTally, originLog, type Tally, type Work } from './work.ts'

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
  recent.note(originLog(work), settlement, {
    part: work.parts[settlement.part ?? -1],
    attempt: attempt + 1,
    now: ctx.now(),
  })
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

/** Takes over what a registration brings: as a work of its own, or together with what waits to be sent with it. */
export function bookNew(memory: LaneMemory, work: Work, parts: readonly Part[]): void {
  const { state, works, unit, ways, bounds, ctx } = memory
  const batch = state.config?.batch
  const [group] = work.groups
  const into = works.last
  const now = ctx.now()
  const waiting = batch && group && into ? waitingIn(into, work, now, bounds.row) : null
  if (batch && group && into && waiting) {
    const before = copyOf(into.counts)
    gather(work, batch, group.due, { work: into, waiting })
    addTally(into.counts, work.counts)
    into.to = work.to
    notePast(into, before, now)
    if (ways.joined(state.ways, into, parts, now)) unit.touchState()
    return works.joined(into)
  }
  ways.came(work, parts)
  if (batch && group) gather(work, batch, group.due)
  works.add(work)
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
