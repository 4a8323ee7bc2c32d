import type { Context } from '../context.ts'
import type { Backpressure, Hold } from './backpressure.ts'
import type { Bucket } from './buckets.ts'
import type { DeadCode, FailureCode } from './codes.ts'
import type { LaneDials } from './dials.ts'
import type { LaneMode } from './due.ts'
import type { Counts } from './protocol.ts'
import type { LaneState } from './store.ts'
import { type Tally, total } from './work.ts'

/**
 * How a lane stands, in one word. `failing`: most attempts fail, and what waits is tried again; `held`: the receiver asked to
 * wait; `giving_up`: events were given up within a day and not sent since; `gone`: the receiver answered 410; `paused` and
 * `disabled`: by a person; `ok`, and `idle` when nothing has come for a day.
 */
export const HEALTH_STATES = ['ok', 'idle', 'failing', 'held', 'giving_up', 'gone', 'paused', 'disabled'] as const
export type HealthState = (typeof HEALTH_STATES)[number]

/** What happened in a span of time. Unit: events, and attempts of one event each. */
export interface HealthFigures {
  accepted: number
  delivered: number
  failedAttempts: number
  /** Given up, without those that were put on their way again meanwhile. */
  dead: number
}

/** What lists show of a destination, and what alerts go by. Times are milliseconds. */
export interface LaneHealth {
  state: HealthState
  /** Since when it is in this state. */
  since: number
  /** The code of the failure, or of the reason for giving up. */
  why: FailureCode | DeadCode | null
  /** When one is tried again, while it is failing or held. */
  nextTryAt: number | null
  waiting: number
  /** Since when the oldest that waits is owed; `null`: none does, or it is not known. */
  oldestAt: number | null
  lastDeliveredAt: number | null
  /** Of the last 24 hours, and of the last 15 minutes. */
  day: HealthFigures
  quarter: HealthFigures
  /** When this was so. */
  at: number
}

/** As lists have it: with the figures of the day alone. */
export type HealthRow = Omit<LaneHealth, 'day' | 'quarter'> & HealthFigures

/** What was told last, as it is stored with the lane. */
export interface ToldHealth {
  at: number
  /** What it was made of, to see whether anything has moved. */
  key: string
  state: HealthState
  since: number
  /** When to tell again though nothing moves: something is open that time alone may change. */
  again: number | null
}

/** Tells the control plane; milliseconds after which it wants to hear again though nothing moves, `null`: never. */
export type TellHealth = (health: LaneHealth) => Promise<number | null>

/** What a lane's health is made of, without its past. */
export interface Stand {
  state: LaneState
  brake: Backpressure
  mode: LaneMode
  /** Figures of all work. */
  sum: Tally
}

/** Work that has just come is given so long to be settled before it is told of. */
const SETTLING_MS = 10_000
/** After a failure: twice as long each time, up to the last. */
const RETRY_MS = 15_000
const LONGEST_RETRY_MS = 10 * 60_000
/** Below this share of attempts that succeed, of so many at least, a lane is failing. */
const FAILING = 0.9
const FAILING_ATTEMPTS = 5
const DAY_MS = 24 * 3_600_000

/**
 * When a lane has something to tell: its word has changed or its figures have moved since the last time, at most once in
 * `healthMs`. What was told is stored with the lane, and that there is more is seen from the figures themselves when it opens:
 * a death in between loses nothing.
 */
export class HealthReports {
  readonly #ctx: Pick<Context, 'now'>
  readonly #dials: Pick<LaneDials, 'healthMs'>
  /** Something was stored since it was told last: its figures may have moved. */
  #moved = false
  #telling = false
  #failures = 0
  #notBefore = 0

  constructor(ctx: Pick<Context, 'now'>, dials: Pick<LaneDials, 'healthMs'>) {
    this.#ctx = ctx
    this.#dials = dials
  }

  /** Looks whether there is more than was told. */
  compare(stand: Stand): boolean {
    this.#moved = hasMoved(stand)
    return this.#moved
  }

  touch(): void {
    this.#moved = true
  }

  /** Milliseconds when the alarm has to look; `Infinity`: there is nothing to tell. */
  next({ config, health }: LaneState): number {
    const at = this.#due(config, health)
    const now = this.#ctx.now()
    return at > now ? at : now + SETTLING_MS
  }

  isDue({ config, health }: LaneState): boolean {
    return this.#due(config, health) <= this.#ctx.now()
  }

  /** One at a time: until `end` there is nothing more to tell. */
  begin(): void {
    this.#telling = true
  }

  /** After a failure it waits longer each time. */
  end(heard: boolean): void {
    this.#telling = false
    const wait = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(this.#failures, 10))
    this.#failures = heard ? 0 : this.#failures + 1
    this.#notBefore = heard ? 0 : this.#ctx.now() + wait
  }

  #due(config: LaneState['config'], told: ToldHealth | null): number {
    if (this.#telling || !config || config.deleted || config.replay) return Infinity
    const moved = this.#moved ? (told?.at ?? 0) + this.#dials.healthMs : Infinity
    return Math.max(Math.min(moved, told?.again ?? Infinity), this.#notBefore)
  }
}

/** What a lane is told of with; `day` and `quarter` are its past. */
export function healthOf(
  stand: Stand,
  past: { day: Bucket; quarter: Bucket },
  { oldestAt, now }: { oldestAt: number | null; now: number },
): LaneHealth {
  const { state, sum, brake } = stand
  const [day, quarter] = [figuresOf(past.day), figuresOf(past.quarter)]
  const [word, why] = stateOf(stand, past, now)
  const { breaker, health, standing } = state
  const began = word === 'failing' && breaker ? breaker.since : word === 'paused' ? standing.since : null
  return {
    state: word,
    since: health?.state === word ? health.since : (began ?? now),
    why,
    nextTryAt: (word === 'failing' || word === 'held') && brake.closedUntil > now ? brake.closedUntil : null,
    waiting: sum.pending,
    oldestAt,
    lastDeliveredAt: state.lastDeliveredAt,
    day,
    quarter,
    at: now,
  }
}

export function toldOf({ at, state, since }: LaneHealth, key: string, again: number | null): ToldHealth {
  return { at, key, state, since, again: again === null ? null : at + again }
}

/** Of what a lane's health is made, in short. */
export function keyOfStand(stand: Stand): string {
  const { accepted, delivered, filtered, pending, dead } = stand.sum
  const [word, hold] = heldAs(stand)
  const key = [word, hold?.until ?? 0, accepted, delivered, total(filtered), pending, total(dead)]
  // What was dead may have been sent once more in vain.
  if (total(dead) > 0) key.push(total(stand.sum.attempts))
  // One that has lost nothing has the key that earlier versions have told.
  if (stand.state.lost) key.push(stand.state.lost.rows)
  return key.join()
}

function hasMoved(stand: Stand): boolean {
  const { health, goneAt, lost } = stand.state
  if (health) return health.key !== keyOfStand(stand)
  // One that never had an event is as its settings say.
  return stand.sum.accepted > 0 || goneAt !== null || lost !== null
}

function stateOf(
  stand: Stand,
  { day, quarter }: { day: Bucket; quarter: Bucket },
  now: number,
): [HealthState, LaneHealth['why']] {
  const {
    state,
    sum: { pending },
  } = stand
  const [word, hold] = heldAs(stand)
  if (word !== 'open') return [word, hold?.why ?? null]
  const failed = total(quarter.failed)
  const attempts = failed + quarter.delivered
  const fails = failed >= FAILING_ATTEMPTS && quarter.delivered < attempts * FAILING
  if (fails && pending > 0) return ['failing', mostOf(quarter.failed)]
  if (state.lost && now - state.lost.at < DAY_MS) return ['giving_up', 'log_lost']
  if (figuresOf(day).dead > 0) return ['giving_up', mostOf(day.dead)]
  return [day.accepted === 0 && pending === 0 ? 'idle' : 'ok', null]
}

/** What settings or receiver keep a lane from sending with. */
function heldAs({
  state,
  brake,
  mode,
  sum,
}: Stand): [Exclude<HealthState, 'ok' | 'idle' | 'giving_up'> | 'open', Hold?] {
  if (state.goneAt !== null) return ['gone', { until: 0, why: 'http_410' }]
  if (mode !== 'open') return [mode]
  if (state.breaker) return ['failing', state.breaker]
  const { hold } = brake
  // Where nothing waits, nothing is held.
  return hold && sum.pending > 0 ? ['held', hold] : ['open']
}

function figuresOf({ accepted, delivered, failed, dead, redriven }: Bucket): HealthFigures {
  return { accepted, delivered, failedAttempts: total(failed), dead: Math.max(0, total(dead) - total(redriven)) }
}

function mostOf(counts: Counts): LaneHealth['why'] {
  const [first] = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
  return (first?.[0] ?? null) as LaneHealth['why']
}
