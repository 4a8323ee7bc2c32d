import type { Context } from '../context.ts'
import type { LaneConfig } from '../settings/index.ts'
import type { FailureCode } from './codes.ts'
import type { Outcome, SendResult } from './protocol.ts'
import type { Lease } from './work.ts'

/** Failures in a row that open the breaker. */
const FAILURES = 5
/** The pause before a probe doubles from the first of these to the second; all of it is jitter. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 5 * 60_000
/** A probe that could not even be sent says nothing of the receiver. */
const UNSENT_PAUSE_MS = 5_000
/** After a 429 one worker has the lane to itself, so that nothing can be in flight elsewhere. */
const ONE_WORKER_MS = 10 * 60_000
/** A rate that a 429 has halved grows by a twentieth with each of these that passes without another. */
const GOOD_MS = 10_000
const GROWTH = 1.05
/** No 429 slows a lane below this many requests a second, unless its own rate is lower. */
const LEAST_RATE = 0.1

/** A time before which nothing is granted, and the code of the answer that is the reason. */
export interface Hold {
  until: number
  why: FailureCode
}

/** The receiver fails: until a probe succeeds, one event at a time is granted, and between them nothing. */
export interface Breaker extends Hold {
  failures: number
  since: number
  probes: number
  /** The group that was probed last, so that the next probe is another. */
  last?: ProbeKey
}

/** Where a group stands among all: its work, its part, its first event. */
export type ProbeKey = [work: number, part: number, event: number]

/** The receiver said 429: `rate` requests a second held from `from`, and have grown since. */
export interface Slow {
  rate: number
  /** Where a rate that the destination does not have itself is dropped again. */
  ceiling: number
  /** When the rate was halved: what was granted before then does not halve it again. */
  at: number
  from: number
  oneWorkerUntil: number
}

/** What of it is stored. */
export interface BrakeState {
  hold: Hold | null
  breaker: Breaker | null
  slow: Slow | null
}

/** What the receiver's answers do to the whole lane: `Retry-After`, the breaker, and the slower pace after a 429. */
export class Backpressure {
  readonly #state: BrakeState
  readonly #ctx: Pick<Context, 'now' | 'random'>
  /** In a row, over events in the order of their settlement. */
  #failures: number

  /** Changes `state`, and says so, but leaves it to the lane to store it. */
  constructor(state: BrakeState, ctx: Pick<Context, 'now' | 'random'>) {
    this.#state = state
    this.#ctx = ctx
    this.#failures = state.breaker?.failures ?? 0
  }

  /** Whether only a probe may be granted. */
  get probing(): boolean {
    return this.#state.breaker !== null
  }

  /** Whether nothing that a receiver has said keeps back any worker of the lane. */
  get isEasy(): boolean {
    const now = this.#ctx.now()
    return !this.probing && this.closedUntil <= now && (this.#state.slow?.oneWorkerUntil ?? 0) <= now
  }

  /** Milliseconds before which nothing is granted. */
  get closedUntil(): number {
    return Math.max(this.#state.hold?.until ?? 0, this.#state.breaker?.until ?? 0)
  }

  /** The hold in force, if any. */
  get hold(): Hold | null {
    const { hold, breaker } = this.#state
    const last = (hold?.until ?? 0) > (breaker?.until ?? 0) ? hold : breaker
    return last && last.until > this.#ctx.now() ? { until: last.until, why: last.why } : null
  }

  /**
   * The reason is gone: nothing is held any more, and the pace is that of the settings. Who waited for the hold keeps the
   * time that is theirs after it.
   */
  lift(): void {
    const now = this.#ctx.now()
    const { hold } = this.#state
    if (hold && hold.until > now) this.#state.hold = { ...hold, until: now }
    this.#state.breaker = null
    this.#state.slow = null
    this.#failures = 0
  }

  /** Rate and number of grants that hold at the moment. */
  limits(config: { rate: number | null; concurrency: number }): { rate: number | null; concurrency: number } {
    const single = this.probing || this.#ctx.now() < (this.#state.slow?.oneWorkerUntil ?? 0)
    return { rate: this.#rate(config), concurrency: single ? 1 : config.concurrency }
  }

  /** What a 429 has made of the pace, as long as it is not back to normal. */
  slowed(config: LaneConfig): { rate: number | null; oneWorkerUntil: number } | null {
    const { slow } = this.#state
    const rate = this.#rate(config)
    if (!slow || (rate === config.rate && slow.oneWorkerUntil <= this.#ctx.now())) return null
    return { rate, oneWorkerUntil: slow.oneWorkerUntil }
  }

  /** Notes which group is being probed. */
  probe(key: ProbeKey): void {
    if (this.#state.breaker) this.#state.breaker.last = key
  }

  get lastProbe(): ProbeKey | undefined {
    return this.#state.breaker?.last
  }

  /** Takes the results of a grant to heart; `live` counts the grants that were out. Whether there is something to store. */
  heed(results: readonly SendResult[], lease: Lease, config: LaneConfig, live: () => number): boolean {
    const slowed = this.#slowDown(results, lease, config, live)
    return this.#count(results, lease) || slowed
  }

  /** Heeds every `Retry-After`, however late it comes: what counts is the time that it names. Whether it changes anything. */
  holdFor(results: readonly SendResult[]): boolean {
    let held = false
    for (const { outcome } of results) {
      if (outcome.kind !== 'retry' || outcome.notBefore === undefined) continue
      if (outcome.notBefore <= Math.max(this.#ctx.now(), this.#state.hold?.until ?? 0)) continue
      this.#state.hold = { until: outcome.notBefore, why: outcome.code }
      held = true
    }
    return held
  }

  #slowDown(results: readonly SendResult[], lease: Lease, config: LaneConfig, live: () => number): boolean {
    if (!results.some(({ outcome }) => outcome.kind === 'retry' && outcome.code === 'http_429')) return false
    const now = this.#ctx.now()
    const { slow } = this.#state
    const current = this.#rate(config)
    const from = Math.max(now, this.#state.hold?.until ?? 0)
    const rest = { from, oneWorkerUntil: from + ONE_WORKER_MS }
    if (slow && current !== null && lease.at < slow.at) {
      this.#state.slow = { ...slow, ...rest, rate: current }
      return true
    }
    const rate = current ?? observedRate(results, now - lease.at) * live()
    const least = Math.min(LEAST_RATE, config.rate ?? LEAST_RATE)
    const ceiling = current === null ? rate * 2 : (slow?.ceiling ?? rate)
    this.#state.slow = { ...rest, at: now, ceiling, rate: Math.max(least, rate / 2) }
    return true
  }

  #rate(config: Pick<LaneConfig, 'rate'>): number | null {
    const { slow } = this.#state
    if (!slow) return config.rate
    const good = Math.max(0, Math.floor((this.#ctx.now() - slow.from) / GOOD_MS))
    const rate = slow.rate * GROWTH ** good
    return rate >= (config.rate ?? slow.ceiling) ? config.rate : rate
  }

  #count(results: readonly SendResult[], lease: Lease): boolean {
    const wasOpen = this.#state.breaker
    let why = wasOpen?.why
    for (const result of inOrder(results)) {
      const { outcome } = result
      const sign = signFrom(result)
      if (sign === 'answer') {
        this.#failures = 0
        this.#state.breaker = null
      } else if (sign === 'failure') {
        this.#failures++
        why = outcome.kind === 'retry' ? outcome.code : why
      }
    }
    const { breaker } = this.#state
    if (breaker) this.#stayOpen(breaker, why ?? breaker.why, results, lease)
    else if (why !== undefined && this.#failures >= FAILURES) this.#open(why)
    return this.#state.breaker !== wasOpen || (breaker !== null && lease.probe === true)
  }

  #open(why: FailureCode): void {
    const now = this.#ctx.now()
    this.#state.breaker = { failures: this.#failures, since: now, probes: 0, why, until: now + this.#pause(0) }
  }

  /** Only probes lengthen the pause: what others bring was granted before the breaker opened. */
  #stayOpen(breaker: Breaker, why: FailureCode, results: readonly SendResult[], lease: Lease): void {
    breaker.failures = this.#failures
    breaker.why = why
    if (!lease.probe) return
    const sent = results.some(({ outcome }) => outcome.kind !== 'unsent')
    if (sent) breaker.probes++
    breaker.until = this.#ctx.now() + (sent ? this.#pause(breaker.probes) : UNSENT_PAUSE_MS)
  }

  #pause(probes: number): number {
    return Math.round(this.#ctx.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** probes))
  }
}

/** 410: the receiver wants nothing more, ever. What it says of one event in a list is of that event alone. */
export function isGone({ outcome, batch }: Pick<SendResult, 'outcome' | 'batch'>): boolean {
  return outcome.kind === 'dead' && outcome.code === 'http_410' && !batch?.isOwn
}

/** An answer, even a refusal, shows that somebody is there; 408, 423 and 429 and our own troubles say neither. */
export function signOf(outcome: Outcome): 'answer' | 'failure' | undefined {
  if (outcome.kind === 'delivered' || outcome.kind === 'filtered') return 'answer'
  if (outcome.kind === 'dead') return outcome.code.startsWith('http_') ? 'answer' : undefined
  if (outcome.kind === 'unsent') return undefined
  return /^(?:timeout|network|http_5\d\d)$/.test(outcome.code) ? 'failure' : undefined
}

/** What a result says of its receiver: a list is an answer, whatever it says of the events in it. */
export function signFrom({ outcome, batch }: Pick<SendResult, 'outcome' | 'batch'>): ReturnType<typeof signOf> {
  return batch?.isOwn ? 'answer' : signOf(outcome)
}

/** Requests in the order of their events' indexes, whichever result they are part of. */
function inOrder(results: readonly SendResult[]): SendResult[] {
  if (results.length < 2 && !results[0]?.batch)
    return results.flatMap((result) => Array<SendResult>(result.events.length).fill(result))
  const all = results.flatMap((result) => {
    const events = result.batch ? result.events.slice(0, 1) : result.events
    return events.map((event) => ({ event, result }))
  })
  return all.toSorted((a, b) => a.event - b.event).map(({ result }) => result)
}

/** Requests a second of a grant that took `ms`, at least one. */
function observedRate(results: readonly SendResult[], ms: number): number {
  const sent = results.filter(({ outcome }) => outcome.kind !== 'unsent')
  const single = sent.reduce((n, { events, batch }) => n + (batch ? 0 : events.length), 0)
  const batches = new Set(sent.flatMap(({ batch }) => batch?.requests ?? [])).size
  return Math.max(1, ((single + batches) * 1_000) / Math.max(ms, 1_000))
}
