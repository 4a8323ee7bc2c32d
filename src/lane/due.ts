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

/** The first group that may be granted now. */
export function firstDue(works: Iterable<Work>, now: number): { work: Work; group: Group } | null {
  for (const work of works) {
    for (const group of work.groups) if (group.due <= now && !isLeased(group, now)) return { work, group }
  }
  return null
}

/**
 * When the lane has to look at its works again, if nobody calls before: a lease ends, a retry is due, a deadline passes;
 * for what is due already, soon. Nothing is granted before `notBefore`; a lane that is `closed` only keeps deadlines.
 */
export function nextLook(works: Iterable<Work>, now: number, notBefore: number, closed: boolean): number {
  let next = Infinity
  for (const work of works) {
    for (const group of work.groups) {
      next = Math.min(next, Math.max(group.deadline, now + 1_000))
      if (group.lease && isLeased(group, now)) next = Math.min(next, group.lease.until)
      else if (!closed) {
        const due = Math.max(group.due, notBefore)
        next = Math.min(next, due > now ? due : now + SAFETY_MS)
      }
    }
  }
  return next
}
