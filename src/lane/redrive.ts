import { setOf } from './event-set.ts'
import type { DeadLetter } from './protocol.ts'
import { count, newTally, type Work } from './work.ts'

/** The log of what is sent once more. It has seqs of its own, so that no id of work is used twice. */
export const REDRIVE_LOG = 'redrive'

/** A dead letter as work again: its events are pending, and dead no longer. */
export function workOf(
  letter: DeadLetter,
  { id, seq: to, now, due, deadline }: { id: number; seq: number; now: number; due: number; deadline: number },
): Work {
  const { log, seq, key, chunks, first, events, reason } = letter
  const counts = newTally()
  counts.pending = events.length
  count(counts.dead, reason, -events.length)
  return {
    id,
    log: REDRIVE_LOG,
    origin: log,
    at: now,
    to,
    parts: [{ seq, key, chunks, first }],
    groups: [{ part: 0, events: setOf(events), attempt: 0, due, deadline }],
    counts,
  }
}
