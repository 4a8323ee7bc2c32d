import type { Context } from '../context.ts'
import { bury, dropEmpty } from './settle.ts'
import type { Hold } from './backpressure.ts'
import type { DeadCode } from './codes.ts'
import { copyOf, notePast } from './buckets.ts'
import { endOf, isLeased, type LaneMode } from './due.ts'
import { indexesOf } from './event-set.ts'
import type { RedriveBooks } from './redrive-books.ts'
import type { UnitOfWork } from './unit-of-work.ts'
import { type Group, type Tally, wordsOf } from './work.ts'
import type { Works } from './works.ts'

export interface Endings {
  deleted: boolean
  mode: LaneMode
  hold: Hold | null
  /** By how much the lane's own time lags behind, in milliseconds. */
  lag: number
  /** Dead letters that one call makes at most. */
  slice: number
}

/** Buries every group whose time is over, but for those being sent just now. Whether it could not do all of it. */
export function giveUp(
  works: Works,
  { unit, books }: { unit: UnitOfWork; books: RedriveBooks },
  endings: Endings,
  ctx: Pick<Context, 'now'>,
): boolean {
  const now = ctx.now()
  const most = unit.buried + endings.slice
  for (const work of works) {
    const groups = work.groups.length
    let before: Tally | undefined
    let unfinished = false
    for (const group of work.groups) {
      const reason = isLeased(group, now) ? undefined : reasonToEnd(group, endings, now)
      if (reason === undefined) continue
      unfinished = unit.buried >= most
      if (unfinished) break
      before ??= copyOf(work.counts)
      const facts = { at: new Date(now).toISOString(), reason, attempts: group.attempt }
      const { letters } = bury(work, group, indexesOf(group.events), { ...facts, ...wordsOf(work, group.last) })
      for (const letter of letters) unit.bury(letter)
    }
    dropEmpty(work, now)
    if (before || work.groups.length !== groups) {
      if (before) {
        notePast(work, before, now)
        books.book(work, before)
      }
      unit.touch(work)
      works.foldIfDone(work)
    }
    if (unfinished) return true
  }
  return false
}

function reasonToEnd(group: Group, endings: Endings, now: number): DeadCode | undefined {
  if (endings.deleted) return 'destination_deleted'
  if (endOf(group, endings) > now) return undefined
  return endings.mode === 'disabled' ? 'destination_disabled' : (group.last?.code ?? 'expired')
}
