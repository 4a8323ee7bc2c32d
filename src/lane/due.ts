import type { Hold, ProbeKey } from './backpressure.ts'
import { isEmpty, sizeOf } from './event-set.ts'
import type { Group, Lease, Work } from './work.ts'

/** After a lost answer or wake-up the lane looks again no later than this. */
export const SAFETY_MS = 10_000

export function isLeased(group: Group, now: number): boolean {
  return group.lease !== undefined && group.lease.until > now
}

/** Leases that are in force. */
export function liveLeases(works: Iterable<Work>, now: number): Lease[] {
  const live: Lease[] = []
  for (const work of works) {
    for (const { lease } of work.groups) if (lease && lease.until > now) live.push(lease)
  }
  return live
}

/** After a hold whoever waited for it has this long to be tried, and no event waits longer than the other beyond its time. */
export const SPARED_MS = 3_600_000
const MOST_SPARED_MS = 24 * 3_600_000

/**
 * Milliseconds when a group is given up. A hold that a receiver asked for lets no event die that was never tried, for a day.
 * Whatever stands in a disabled lane is not spared: nobody is going to try it.
 */
export function endOf(group: Group, { lag, hold, mode }: { lag: number; hold: Hold | null; mode: LaneMode }): number {
  const end = group.deadline + lag
  if (!hold || mode === 'disabled' || group.attempt > 0 || group.last) return end
  return Math.max(end, Math.min(hold.until + SPARED_MS, end + MOST_SPARED_MS))
}

/** What settings allow: `paused` keeps leases only, `disabled` deadlines too. */
export type LaneMode = 'open' | 'paused' | 'disabled'

export interface Due {
  work: Work
  group: Group
}

/** The first group that may be granted now. */
export function firstDue(works: Iterable<Work>, now: number): Due | null {
  for (const work of works) {
    for (const group of work.groups) if (isDue(group, now)) return { work, group }
  }
  return null
}

/** A group that waits, whenever its time is: one that is due, else the next. */
export function firstOfAll(works: Iterable<Work>, now: number): Due | null {
  let first: Due | null = null
  for (const work of works) {
    for (const group of work.groups) {
      if (isLeased(group, now) || isEmpty(group.events)) continue
      if (!first || group.due < first.group.due) first = { work, group }
    }
  }
  return first
}

/** How many events may be granted now, counted up to `most`. */
export function dueEvents(works: Iterable<Work>, now: number, most: number): number {
  let due = 0
  for (const work of works) {
    if (due >= most) return due
    for (const group of work.groups) if (isDue(group, now)) due += sizeOf(group.events)
  }
  return due
}

function isDue(group: Group, now: number): boolean {
  return group.due <= now && !isLeased(group, now) && !isEmpty(group.events)
}

/** The group that is due and next after the one that was probed last, in the order of their keys; then from the start. */
export function nextProbe(works: Iterable<Work>, now: number, last: ProbeKey | undefined): Due | null {
  let first: Due | null = null
  let after: Due | null = null
  for (const work of works) {
    for (const group of work.groups) {
      if (!isDue(group, now)) continue
      const key = keyOf(work, group)
      if (!first || isBefore(key, keyOf(first.work, first.group))) first = { work, group }
      if (last && !isBefore(last, key)) continue
      if (!after || isBefore(key, keyOf(after.work, after.group))) after = { work, group }
    }
  }
  return after ?? first
}

export function keyOf(work: Work, group: Group): ProbeKey {
  return [work.id, group.part, group.events.from]
}

function isBefore(a: ProbeKey, b: ProbeKey): boolean {
  const at = a.findIndex((one, index) => one !== b[index])
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0)
}

/**
 * When the lane has to look at its works again, if nobody calls before: a lease ends, a retry is due, a deadline passes;
 * for what is due already, soon. Nothing is granted before `notBefore`; deadlines are those of `endOf`.
 */
export function nextLook(
  works: Iterable<Work>,
  now: number,
  { notBefore, ...rules }: { notBefore: number; mode: LaneMode; lag: number; hold: Hold | null },
): number {
  const { mode } = rules
  let next = Infinity
  for (const work of works) {
    for (const group of work.groups) {
      if (isEmpty(group.events)) {
        next = Math.min(next, Math.max(group.lease?.until ?? 0, now + 1_000))
        continue
      }
      if (mode !== 'paused') next = Math.min(next, Math.max(endOf(group, rules), now + 1_000))
      if (group.lease && isLeased(group, now)) next = Math.min(next, group.lease.until)
      else if (mode === 'open') {
        const due = Math.max(group.due, notBefore)
        next = Math.min(next, due > now ? due : now + SAFETY_MS)
      }
    }
  }
  return next
}
