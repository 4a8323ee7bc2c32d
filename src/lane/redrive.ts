import { setOf } from './event-set.ts'
import type { DeadLetter } from './protocol.ts'
import { count, newTally, type Work } from './work.ts'

/** The log of what is sent once more. It has seqs of its own, so that no id of work is used twice. */
export const REDRIVE_LOG = 'redrive'

/** Dead letters of one log as work again: their events are pending, and dead no longer. */
export function workOf(
  origin: string,
  letters: readonly DeadLetter[],
  { id, seq: to, now, due, deadline }: { id: number; seq: number; now: number; due: number; deadline: number },
): Work {
  const work: Work = { id, log: REDRIVE_LOG, origin, at: now, to, parts: [], groups: [], counts: newTally() }
  for (const { seq, key, chunks, first, events, reason } of letters) {
    work.counts.pending += events.length
    count(work.counts.dead, reason, -events.length)
    work.groups.push({ part: work.parts.length, events: setOf(events), attempt: 0, due, deadline })
    work.parts.push({ seq, key, chunks, first })
  }
  return work
}
