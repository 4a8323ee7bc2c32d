import type { Context } from '../context.ts'
import { signFrom } from './backpressure.ts'
import type { SendResult } from './protocol.ts'

/** Requests that one invocation may have waiting for an answer, and so those of one worker. */
export const CONNECTIONS = 6
/** Requests in flight at most, where a destination finds its own pace and nothing else is said. */
export const CEILING = 300
/** Where a lane begins that knows nothing of its receiver: four workers. */
const START = 4 * CONNECTIONS
/** Answers that take so many times what they take at rest are too slow, and below the other there is room for more. */
const TOO_SLOW = 1.85
const ROOMY = 1.6
/** Up to here there is no sign of a queue. */
const AT_REST = 1.2
/** Where answers come at once a few milliseconds more say nothing. */
const LEAST_BASE_MS = 5
/** So many failures more than usual are because of too many requests. */
const FAILING = 0.02
/** What the limit falls to when answers are too slow: at least so far that it is seen whether it helps. */
const FALL = 0.7
/** A limit at which a receiver failed is not tried again before this. */
const LID_MS = 60_000
/** Then a tenth more, and so on each time that this has passed. */
const LIFT_MS = 15_000
/** What an answer takes at rest is looked for again after this, with a part of the requests. */
const BASE_MS = 10 * 60_000
const DIP = 0.25

/** What a lane has found out of how many requests its receiver takes at a time. Times are milliseconds. */
export interface OwnPace {
  /** Requests in flight at most. */
  limit: number
  /** What an answer takes when the receiver has little to do, and when that was seen last; `null`: not known yet. */
  base: number | null
  baseAt: number
  /** What it takes now. */
  latency: number | null
  /** It has not been too much yet. */
  young: boolean
  /** It grew the last time. */
  grows: boolean
  /** The share of requests that fail however few there are. */
  usual: number
  /** The limit fell: the next round says whether that helps. */
  fall: { from: number; latency: number | null; failing: number } | null
  /** The limit is low to see what an answer takes at rest; this is where it goes back to. */
  dip: number | null
  lid: { limit: number; until: number } | null
}

/** What has come back since the limit was changed last: once around all that is in flight. */
interface Round {
  settled: number
  inFlight: number
  latencies: { ms: number; answers: number }[]
  answers: number
  failures: number
}

/**
 * How many requests a receiver takes at a time, found out by its own latency and errors. In rounds, as TCP Vegas does it: what
 * an answer takes now is held against what it takes at rest, and more in flight than the receiver works at shows as the
 * difference (Brakmo, O'Malley, Peterson: TCP Vegas, SIGCOMM 1994; as limits of concurrency: `VegasLimit` and `Gradient2Limit`
 * of Netflix's concurrency-limits). It doubles at first, then grows by steps, and falls when answers are too slow or fail. Two
 * things are its own: a fall that does not help is taken back, since then it was not the number of requests; and what an answer takes
 * at rest is looked for anew every ten minutes, with a quarter of the requests, as BBR does it.
 */
export class PaceFinder {
  readonly #state: { own: OwnPace | null }
  readonly #ctx: Pick<Context, 'now'>
  #round = newRound()
  /** What was granted before says nothing of the limit of now. */
  #since = 0

  /** Changes `state`, but leaves it to the lane to store it. */
  constructor(state: { own: OwnPace | null }, ctx: Pick<Context, 'now'>) {
    this.#state = state
    this.#ctx = ctx
  }

  /** Requests in flight at most; `ceiling`: that of the settings. */
  limit(ceiling: number = CEILING): number {
    return Math.max(1, Math.min(ceiling, this.#state.own?.limit ?? START))
  }

  /** The limit is about to change with what comes back next. */
  get isSearching(): boolean {
    const { own } = this.#state
    return own !== null && (own.young || own.grows || own.dip !== null || own.fall !== null)
  }

  /** Milliseconds that an answer takes at rest; `null`: not known yet. */
  get base(): number | null {
    return this.#state.own?.base ?? null
  }

  /** Milliseconds that an answer takes; `null`: not known yet. */
  get latency(): number | null {
    return this.#state.own?.latency ?? null
  }

  /**
   * Takes to heart what came of a grant: `latencyMs` the median of its answers, `inFlight` all that was in flight with it.
   * Whether it has to be stored at once.
   */
  note(
    { at, parallel = CONNECTIONS, probe }: { at: number; parallel?: number; probe?: true },
    { results, latencyMs }: { results: readonly SendResult[]; latencyMs?: number },
    { inFlight, ceiling = CEILING }: { inFlight: number; ceiling?: number | undefined },
  ): boolean {
    if (probe || at < this.#since) return false
    const failures = eventsOf(results, 'failure')
    const answers = eventsOf(results, 'answer')
    if (failures + answers === 0) return false
    const round = this.#round
    round.settled += parallel
    round.inFlight = Math.max(round.inFlight, inFlight)
    round.failures += failures
    round.answers += answers
    if (latencyMs !== undefined) round.latencies.push({ ms: latencyMs, answers })
    if (round.settled < round.inFlight) return false
    const own = (this.#state.own ??= newOwnPace())
    own.grows = false
    own.limit = this.limit(ceiling)
    const before = own.limit
    this.#step(own, round, ceiling)
    this.#round = newRound()
    if (own.limit !== before) this.#since = this.#ctx.now()
    // A batch that is done stores it in any case; that it was too much is not to be found out again.
    return own.fall !== null
  }

  /** The receiver is away: it is found out anew what it takes when it is there again, quickly, from where a lane begins. */
  interrupt(): void {
    const { own } = this.#state
    if (!own) return
    const limit = own.dip ?? own.limit
    const lid = { limit: Math.max(1, Math.floor(limit * 0.9)), until: this.#ctx.now() + LID_MS }
    Object.assign(own, { limit: Math.min(limit, START), lid, dip: null, fall: null, young: true })
    this.#round = newRound()
    this.#since = this.#ctx.now()
  }

  #step(own: OwnPace, { latencies, failures, answers, inFlight }: Round, ceiling: number): void {
    const now = this.#ctx.now()
    const latency = medianOf(latencies)
    const failing = failures / (failures + answers)
    if (own.dip !== null) {
      own.limit = own.dip
      own.dip = null
      if (latency !== null) this.#rest(own, latency)
      return
    }
    if (own.fall && this.#tookBack(own, own.fall, { latency, failing })) return
    own.fall = null
    if (latency !== null) {
      own.latency = latency
      if (own.base === null || latency < own.base) this.#rest(own, latency)
      else if (latency <= own.base * 1.1) own.baseAt = now
    }
    if (now - own.baseAt > BASE_MS && own.limit > 1) {
      own.dip = own.limit
      own.limit = Math.max(1, Math.floor(own.limit * DIP))
      return
    }
    const excess = failing - own.usual
    if (excess > FAILING && failures > 1)
      return this.#fallTo(own, 1 - Math.min(0.5, Math.max(0.1, excess)), { latency, failing })
    own.usual = Math.min(own.usual, failing)
    const ratio = latency === null || own.base === null ? 1 : latency / Math.max(own.base, LEAST_BASE_MS)
    if (ratio > TOO_SLOW)
      return this.#fallTo(own, Math.max(0.5, Math.min(FALL, ROOMY / ratio)), { latency, failing: 0 })
    if (ratio >= AT_REST) own.young = false
    // Where few are in flight that says nothing of more.
    if (ratio < ROOMY && inFlight >= own.limit * 0.75) this.#grow(own, ratio, ceiling)
  }

  #grow(own: OwnPace, ratio: number, ceiling: number): void {
    const now = this.#ctx.now()
    if (own.lid && own.lid.until <= now) own.lid = { limit: Math.ceil(own.lid.limit * 1.1), until: now + LIFT_MS }
    if (own.lid && own.lid.limit >= ceiling) own.lid = null
    const factor = own.young ? 2 : ratio < AT_REST ? 1.5 : 1.1
    const next = Math.min(Math.ceil(own.limit * factor), ceiling, own.lid?.limit ?? ceiling)
    own.grows = next > own.limit
    own.limit = Math.max(own.limit, next)
    if (own.limit >= ceiling) own.young = false
  }

  /** `failing`: 0 where it falls because answers are slow. */
  #fallTo(own: OwnPace, factor: number, { latency, failing }: { latency: number | null; failing: number }): void {
    own.young = false
    const from = own.limit
    own.limit = Math.max(1, Math.floor(from * factor))
    if (failing > 0) own.lid = { limit: Math.max(1, Math.floor(from * 0.97)), until: this.#ctx.now() + LID_MS }
    if (own.limit < from) own.fall = { from, latency, failing }
  }

  /** A receiver that is as slow, or fails as often, with fewer requests is so for another reason. */
  #tookBack(
    own: OwnPace,
    fall: NonNullable<OwnPace['fall']>,
    { latency, failing }: { latency: number | null; failing: number },
  ): boolean {
    const half = (1 + own.limit / fall.from) / 2
    if (fall.failing > 0) {
      if (failing < fall.failing * 0.7) return false
      own.usual = failing
      own.lid = null
    } else {
      if (latency === null || fall.latency === null || latency < fall.latency * half) return false
      own.latency = latency
      this.#rest(own, latency)
    }
    own.limit = fall.from
    own.fall = null
    return true
  }

  #rest(own: OwnPace, latency: number): void {
    own.base = latency
    own.baseAt = this.#ctx.now()
  }
}

function newOwnPace(): OwnPace {
  return {
    limit: START,
    base: null,
    baseAt: 0,
    latency: null,
    young: true,
    grows: false,
    usual: 0,
    fall: null,
    dip: null,
    lid: null,
  }
}

function newRound(): Round {
  return { settled: 0, inFlight: 0, latencies: [], answers: 0, failures: 0 }
}

/** The middle of what grants say, each as often as it had answers. */
function medianOf(latencies: Round['latencies']): number | null {
  const sorted = latencies.toSorted((a, b) => a.ms - b.ms)
  const half = sorted.reduce((n, { answers }) => n + answers, 0) / 2
  let seen = 0
  for (const { ms, answers } of sorted) if ((seen += answers) >= half) return ms
  return null
}

function eventsOf(results: readonly SendResult[], sign: ReturnType<typeof signFrom>): number {
  return results.reduce((n, result) => n + (signFrom(result) === sign ? result.events.length : 0), 0)
}
