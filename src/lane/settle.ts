import type { Context } from '../context.ts'
import { compact, say } from './compact.ts'
import { cutGrant } from './cut-grant.ts'
import { isLeased, SPARED_MS } from './due.ts'
import { indexesOf, isEmpty, setOf } from './event-set.ts'
import { byPiece } from './pieces.ts'
import { MAX_GRANT } from './grant-size.ts'
import type { DeadLetter, Outcome, SendResult, Settlement } from './protocol.ts'
import { delayMs } from './schedule.ts'
import type { Schedule } from '../settings/index.ts'
import { count, type Group, type Lease, originLog, type Work } from './work.ts'

/** A group whose grant could not even begin (archive or settings out of reach) waits this long. */
const UNSENT_PAUSE_MS = 5_000

/** By what a lane books: its schedule, and how far its own time, in which deadlines are told, lags behind. */
export interface Rules {
  schedule: Schedule
  lag: number
  ctx: Pick<Context, 'now' | 'random'>
}

/** Events that ended alike. `reason`: the code; empty of delivered ones. */
export interface EndedAlike {
  step: 'delivered' | 'filtered' | 'failed'
  reason: string
  events: readonly number[]
}

/** What a settlement means beside the change of its work. */
export interface Booking {
  dead: Omit<DeadLetter, 'id'>[]
  /** The lease of the grant, if it is in force. */
  lease?: Lease
  /** Events that have found their end by it, each once. */
  settled: EndedAlike[]
  /** The attempt that the settlement reports about, 0 for the first. */
  attempt: number
}

/**
 * Books a settlement. The first final outcome of an event stands, under whatever lease: delivered and filtered are true
 * even when they come late. What would send again or give up counts only under the lease that is in force.
 */
export function applySettlement(work: Work, settlement: Settlement, rules: Rules): Booking {
  const current = work.groups.find((group) => group.lease?.id === settlement.lease)
  const booking: Booking = {
    dead: [],
    settled: applyArrived(work, settlement),
    attempt: current?.attempt ?? 0,
    ...(current?.lease && { lease: current.lease }),
  }
  if (current) bookUnfinished(work, current, settlement.results, { ...rules, booking })
  dropEmpty(work, rules.ctx.now())
  compact(work, rules.ctx.now())
  return booking
}

/** Books what has arrived or is not wanted, whatever becomes of the rest of its grant. */
export function applyArrived(
  work: Work,
  { results, ...whose }: Pick<Settlement, 'seq' | 'part' | 'results'>,
): EndedAlike[] {
  const ended: EndedAlike[] = []
  for (const { outcome, events } of results) {
    if (outcome.kind !== 'delivered' && outcome.kind !== 'filtered') continue
    const settled = settleEvents(work, whose, events)
    const n = settled.length
    const reason = outcome.kind === 'filtered' ? outcome.code : ''
    ended.push({ step: outcome.kind, reason, events: settled })
    if (outcome.kind === 'delivered') work.counts.delivered += n
    else count(work.counts.filtered, outcome.code, n)
    count(work.counts.attempts, outcome.kind === 'filtered' ? outcome.code : 'delivered', n)
  }
  return ended
}

/**
 * Gives up those of `events` that the group still holds, and answers them with their dead letters: of each archived batch its
 * own, and none longer than a grant may be, since somebody will read it.
 */
export function bury(
  work: Work,
  group: Group,
  events: readonly number[],
  facts: Pick<DeadLetter, 'at' | 'reason' | 'attempts' | 'status' | 'message' | 'sample' | 'batch'>,
): { dying: number[]; letters: Omit<DeadLetter, 'id'>[] } {
  const dying = takeFrom(group, events)
  const part = work.parts[group.part]
  if (dying.length === 0 || !part) return { dying: [], letters: [] }
  work.counts.pending -= dying.length
  count(work.counts.dead, facts.reason, dying.length)
  const again = work.redrive === undefined ? {} : { redrive: work.redrive }
  const letters: Omit<DeadLetter, 'id'>[] = []
  for (const { piece, events } of byPiece(part, dying)) {
    const { seq, key, chunks, base } = piece
    const batch = { chunks, first: piece.first - base }
    for (let left = events.map((event) => event - base); left.length > 0;) {
      const { events, rest, chunks, first } = cutGrant(left, batch, MAX_GRANT)
      letters.push({ ...facts, log: originLog(work), seq, key, chunks, first, events, ...again })
      left = rest
    }
  }
  return { dying, letters }
}

/** A group whose events a late settlement has taken away stays while its worker may still be sending: its share is in use. */
export function dropEmpty(work: Work, now: number): void {
  work.groups = work.groups.filter((group) => !isEmpty(group.events) || isLeased(group, now))
}

/** What of a result is kept with the events. */
export function responseOf({ status, message, batch }: Pick<SendResult, 'status' | 'message' | 'batch'>): {
  status?: number
  message?: string
  batch?: number
} {
  return {
    ...(status !== undefined && { status }),
    ...(message !== undefined && { message }),
    ...(batch && { batch: batch.size }),
  }
}

function bookUnfinished(
  work: Work,
  current: Group,
  results: readonly SendResult[],
  rules: Rules & { booking: Booking },
): void {
  const { booking, lag } = rules
  const now = rules.ctx.now()
  for (const result of results) {
    const { outcome, events, sample } = result
    if (outcome.kind === 'unsent' && result.batch)
      current.cuts = [...(current.cuts ?? []), Math.min(...events)].toSorted((a, b) => a - b)
    if (outcome.kind !== 'dead' && outcome.kind !== 'retry') continue
    count(work.counts.attempts, outcome.code, events.length)
    const next = outcome.kind === 'retry' ? nextAttempt(current, outcome, rules) : null
    const left = next && timeLeft(current, next.due, outcome, lag)
    if (next && left) {
      const { status } = result
      const last = { code: outcome.code, ...(status !== undefined && { status }) }
      say(work, outcome.code, result.message)
      const group = { part: current.part, events: setOf(takeFrom(current, events)), ...next }
      // What failed as one request is tried again as one. What failed for itself was no request, and is put together anew.
      const same = result.batch && !result.batch.isOwn ? { cuts: [] } : {}
      work.groups.push({ ...group, ...left, ...same, last })
      continue
    }
    const attempts = current.attempt + 1
    const facts = { at: new Date(now).toISOString(), reason: outcome.code, attempts, ...responseOf(result) }
    const { dying, letters } = bury(work, current, events, { ...facts, ...(sample && { sample }) })
    booking.dead.push(...letters)
    booking.settled.push({ step: 'failed', reason: outcome.code, events: dying })
  }
  delete current.lease
  if (results.every(({ outcome, batch }) => outcome.kind === 'unsent' && !batch)) current.due = now + UNSENT_PAUSE_MS
}

/**
 * When events that failed are tried again, and as which attempt; `null`: their schedule is over. A receiver that is only
 * busy, and says until when, costs them no attempt.
 */
function nextAttempt(
  { attempt }: Group,
  { code, notBefore = 0 }: Extract<Outcome, { kind: 'retry' }>,
  { schedule, ctx }: Rules,
): { attempt: number; due: number } | null {
  if (code === 'http_429' && notBefore > ctx.now()) return { attempt, due: notBefore }
  const delay = delayMs(ctx, schedule, attempt + 1)
  return delay === null ? null : { attempt: attempt + 1, due: Math.max(ctx.now() + delay, notBefore) }
}

/**
 * Until when the next attempt may be made; `null`: it would come too late. A receiver that names a time beyond it gets the
 * events once more, at that time.
 */
function timeLeft(
  { deadline, spared }: Group,
  due: number,
  outcome: Outcome,
  lag: number,
): Pick<Group, 'deadline' | 'spared'> | null {
  if (spared) return null
  if (due <= deadline + lag) return { deadline }
  const named = outcome.kind === 'retry' && outcome.notBefore !== undefined
  return named ? { deadline: due - lag + SPARED_MS, spared: true } : null
}

/**
 * Takes events out of whichever groups of the part hold them, and answers those. What was sent once more may be in a work several
 * times: another part with the same batch has events of its own.
 */
function settleEvents(
  work: Work,
  { seq, part }: Pick<Settlement, 'seq' | 'part'>,
  events: readonly number[],
): number[] {
  const isKnown = part !== undefined && work.parts[part]?.seq === seq
  let left = events
  const settled: number[] = []
  for (const group of work.groups) {
    if (isKnown ? group.part !== part : work.parts[group.part]?.seq !== seq) continue
    if (left.length === 0) break
    const taken = new Set(takeFrom(group, left))
    settled.push(...taken)
    if (taken.size > 0) left = left.filter((event) => !taken.has(event))
  }
  work.counts.pending -= settled.length
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
