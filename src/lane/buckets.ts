import type { Counts, SendResult } from './protocol.ts'
import { binOf } from './delay.ts'
import { count, type Tally, total, type Work } from './work.ts'

/** What happened in a span of time, in events; each figure is that of the ledger or of its attempts. */
export interface Bucket {
  accepted: number
  delivered: number
  filtered: Counts
  /** Given up. What was sent once more since is not taken off here, but counted as `redriven`. */
  dead: Counts
  redriven: Counts
  /** Attempts that failed, by the code of the failure; of these, `retried` are to be tried again. */
  failed: Counts
  retried: number
  /** How often the breaker opened. */
  opened: number
  /** Delivered events by the bin of their delay from accepted to delivered (`delay.ts`). */
  delays: Counts
}

/** A bucket as it is stored: without what is nothing. */
export type Sparse = Partial<Bucket>

/** What happened to a work in one minute, counted from 1970. */
export interface Moment extends Sparse {
  minute: number
}

export const MINUTE_MS = 60_000
const MINUTES_PER_HOUR = 60
/** A work that changed in more minutes than this knows of the older half only the hours. */
const MOST_MOMENTS = 60

export function newBucket(): Bucket {
  return {
    accepted: 0,
    delivered: 0,
    filtered: {},
    dead: {},
    redriven: {},
    failed: {},
    retried: 0,
    opened: 0,
    delays: {},
  }
}

const NUMBERS = ['accepted', 'delivered', 'retried', 'opened'] as const
const COUNTS = ['filtered', 'dead', 'redriven', 'failed', 'delays'] as const

export function addBucket(into: Sparse, from: Sparse): void {
  for (const name of NUMBERS) if (from[name]) into[name] = (into[name] ?? 0) + from[name]
  for (const name of COUNTS) {
    for (const [code, n] of Object.entries(from[name] ?? {})) count((into[name] ??= {}), code, n)
  }
}

/**
 * Notes in a work's own row what a change of its counts was, beside the counts themselves. `results` are those of the
 * settlement that made the change, if one did.
 */
export function notePast(work: Work, before: Tally, now: number, results: readonly SendResult[] = []): void {
  const change = changeOf(before, work.counts)
  if (change.delivered) change.delays = delaysOf(results, change.delivered, now - work.at)
  if (Object.keys(change).length === 0) return
  const minute = Math.floor(now / MINUTE_MS)
  const past = (work.past ??= [])
  const last = past.at(-1)
  if (last?.minute === minute) addBucket(last, change)
  else past.push({ minute, ...change })
  if (past.length > MOST_MOMENTS) work.past = shorten(past)
}

/** All moments of a work. What none of its past holds came with it: that costs a work nothing to know. */
export function momentsOf(work: Work): Moment[] {
  const { past, counts } = work
  // After an outage there are a hundred thousand of these.
  if (!past) return [{ minute: Math.floor(work.at / MINUTE_MS), ...whole(counts) }]
  const began = { accepted: 0, delivered: 0, filtered: {}, dead: {}, attempts: {} }
  for (const { accepted = 0, delivered = 0, filtered, dead, redriven, failed } of past) {
    began.accepted += accepted
    began.delivered += delivered
    for (const [code, n] of Object.entries(filtered ?? {})) count(began.filtered, code, n)
    for (const [code, n] of Object.entries(dead ?? {})) count(began.dead, code, n)
    for (const [code, n] of Object.entries(redriven ?? {})) count(began.dead, code, -n)
    for (const [code, n] of Object.entries(failed ?? {})) count(began.attempts, code, n)
  }
  return [{ minute: Math.floor(work.at / MINUTE_MS), ...registered(began, counts) }, ...past]
}

export function copyOf({ filtered, dead, attempts, ...numbers }: Tally): Tally {
  return { ...numbers, filtered: { ...filtered }, dead: { ...dead }, attempts: { ...attempts } }
}

type Figures = Omit<Tally, 'pending'>

/** An attempt that ended with the receiver not wanting the event is no failure. */
function changeOf(before: Figures, after: Figures): Sparse {
  const filtered = minus(after.filtered, before.filtered)
  const dead = minus(after.dead, before.dead)
  const { delivered: _, ...attempts } = minus(after.attempts, before.attempts)
  const failed = minus(attempts, filtered, (code) => attempts[code] !== undefined)
  const retried = total(failed) - total(dead)
  return sparse({
    accepted: after.accepted - before.accepted,
    delivered: after.delivered - before.delivered,
    filtered,
    dead: only(dead, 1),
    redriven: only(dead, -1),
    failed,
    retried: Math.max(0, retried),
  })
}

function whole({ accepted, delivered, filtered, dead }: Tally): Sparse {
  return sparse({ accepted, delivered, filtered, dead: only(dead, 1), redriven: only(dead, -1) })
}

/** What a registration or a redrive brought: nothing has been tried then. */
function registered(past: Figures, counts: Tally): Sparse {
  const { failed: _, retried: _none, ...rest } = changeOf(past, counts)
  return rest
}

function minus(a: Counts, b: Counts, wanted: (code: string) => boolean = () => true): Counts {
  const left: Counts = {}
  for (const code of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const n = (a[code] ?? 0) - (b[code] ?? 0)
    if (n !== 0 && wanted(code)) left[code] = n
  }
  return left
}

function only(counts: Counts, sign: 1 | -1): Counts {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([code, n]) => (n * sign > 0 ? [[code, n * sign] as const] : [])),
  )
}

function sparse(bucket: Sparse): Sparse {
  const kept = Object.entries(bucket).filter(([, value]) =>
    typeof value === 'number' ? value !== 0 : Object.keys(value).length > 0,
  )
  return Object.fromEntries(kept)
}

/**
 * The delays of `n` events that were delivered just now. A settlement that is repeated brings more than were new; one
 * that says nothing of delays is taken by how long the lane has had the work.
 */
function delaysOf(results: readonly SendResult[], n: number, laneMs: number): Counts {
  const delays: Counts = {}
  let left = n
  for (const { outcome, delays: told } of results) {
    if (outcome.kind !== 'delivered') continue
    for (const [bin, some] of Object.entries(told ?? {})) {
      const taken = Math.min(some, left)
      if (taken > 0) count(delays, bin, taken)
      left -= taken
    }
  }
  if (left > 0) count(delays, binOf(laneMs), left)
  return delays
}

function shorten(past: readonly Moment[]): Moment[] {
  const young = past.slice(-MOST_MOMENTS / 2)
  const hours = new Map<number, Moment>()
  for (const { minute, ...change } of past.slice(0, -young.length)) {
    const hour = minute - (minute % MINUTES_PER_HOUR)
    const known = hours.get(hour) ?? { minute: hour }
    hours.set(hour, known)
    addBucket(known, change)
  }
  return [...hours.values(), ...young]
}
