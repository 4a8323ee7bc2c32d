import type { Context } from '../context.ts'
import { indexesOf, setOf, sizeOf } from './event-set.ts'
import type { DeadLetter, Result, Settlement } from './protocol.ts'
import { retryDelayMs } from './schedule.ts'
import type { ScheduleName } from '../settings/index.ts'
import { count, type Group, type Work } from './work.ts'

/** A group whose grant could not even begin (archive or settings out of reach) waits this long. */
const UNSENT_PAUSE_MS = 5_000

/** What a settlement means beside the change of its work. */
export interface Booking {
  dead: Omit<DeadLetter, 'id'>[]
  /** Milliseconds until which the receiver asked for silence. */
  hold?: { until: number; why: string }
  /** The attempt that the settlement reports about, 0 for the first. */
  attempt: number
}

/**
 * Books a settlement. The first final outcome of an event stands, under whatever lease: delivered and filtered are true
 * even when they come late. What would send again or give up counts only under the lease that is in force.
 */
export function book(
  work: Work,
  settlement: Settlement,
  schedule: ScheduleName,
  ctx: Pick<Context, 'now' | 'random'>,
): Booking {
  const part = work.parts.findIndex((one) => one.seq === settlement.seq)
  const current = work.groups.find((group) => group.lease?.id === settlement.lease)
  const booking: Booking = { dead: [], attempt: current?.attempt ?? 0 }
  for (const { outcome, events } of settlement.results) {
    if (outcome.kind !== 'delivered' && outcome.kind !== 'filtered') continue
    const n = settleEvents(work, part, events)
    if (outcome.kind === 'delivered') work.counts.delivered += n
    else count(work.counts.filtered, outcome.code, n)
    count(work.counts.attempts, outcome.kind === 'filtered' ? outcome.code : 'delivered', n)
  }
  if (current) bookUnfinished(work, current, settlement.results, { booking, schedule, ctx })
  dropEmpty(work)
  return booking
}

/** Gives up those of `events` that the group still holds. */
export function bury(
  work: Work,
  group: Group,
  events: readonly number[],
  facts: Pick<DeadLetter, 'at' | 'reason' | 'attempts' | 'status' | 'message' | 'sample'>,
): Omit<DeadLetter, 'id'>[] {
  const dying = takeFrom(group, events)
  const part = work.parts[group.part]
  if (dying.length === 0 || !part) return []
  work.counts.pending -= dying.length
  count(work.counts.dead, facts.reason, dying.length)
  return [{ ...facts, log: work.log, seq: part.seq, key: part.key, events: dying }]
}

export function dropEmpty(work: Work): void {
  work.groups = work.groups.filter((group) => sizeOf(group.events) > 0)
}

/** What of a result is kept with the events. */
export function responseOf({ status, message }: { status?: number; message?: string }): {
  status?: number
  message?: string
} {
  return { ...(status !== undefined && { status }), ...(message !== undefined && { message }) }
}

interface Bookkeeping {
  booking: Booking
  schedule: ScheduleName
  ctx: Pick<Context, 'now' | 'random'>
}

function bookUnfinished(work: Work, current: Group, results: readonly Result[], keeping: Bookkeeping): void {
  const { booking, schedule, ctx } = keeping
  const now = ctx.now()
  const attempt = current.attempt + 1
  const delay = retryDelayMs(ctx, schedule, attempt)
  for (const result of results) {
    const { outcome, events, sample } = result
    if (outcome.kind !== 'dead' && outcome.kind !== 'retry') continue
    count(work.counts.attempts, outcome.code, events.length)
    const notBefore = outcome.kind === 'retry' ? (outcome.notBefore ?? 0) : 0
    const due = Math.max(now + delay, notBefore)
    if (notBefore > (booking.hold?.until ?? now)) booking.hold = { until: notBefore, why: outcome.code }
    if (outcome.kind === 'retry' && due <= current.deadline) {
      const last = { code: outcome.code, ...responseOf(result) }
      const group = { part: current.part, events: setOf(takeFrom(current, events)), attempt, due }
      work.groups.push({ ...group, deadline: current.deadline, last })
      continue
    }
    const facts = { at: new Date(now).toISOString(), reason: outcome.code, attempts: attempt, ...responseOf(result) }
    booking.dead.push(...bury(work, current, events, { ...facts, ...(sample && { sample }) }))
  }
  delete current.lease
  if (results.every(({ outcome }) => outcome.kind === 'unsent')) current.due = now + UNSENT_PAUSE_MS
}

/** Takes events out of whichever groups of the part hold them; how many there were. */
function settleEvents(work: Work, part: number, events: readonly number[]): number {
  let left = events
  for (const group of work.groups) {
    if (group.part !== part || left.length === 0) continue
    const taken = new Set(takeFrom(group, left))
    if (taken.size > 0) left = left.filter((event) => !taken.has(event))
  }
  const settled = events.length - left.length
  work.counts.pending -= settled
  return settled
}

/** Takes those of `events` out of the group that it holds, and answers them, ascending. */
function takeFrom(group: Group, events: readonly number[]): number[] {
  const wanted = new Set(events)
  const held = indexesOf(group.events)
  const taken = held.filter((event) => wanted.has(event))
  if (taken.length > 0) group.events = setOf(held.filter((event) => !wanted.has(event)))
  return taken
}
