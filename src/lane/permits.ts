import { type Context, randomId } from '../context.ts'
import { CONNECTIONS } from './own-pace.ts'
import { freeConnections, type LaneLimits, type Live, narrowed, type Pace } from './pace.ts'
import { isOfTheDead, ofGeneration } from './generation.ts'
import type { Permit } from './protocol.ts'

/** A worker of a replay asks for no further grant after this. */
const RUN_MS = 10_000
/** Where there is one worker alone, or the rate is needed, what comes in meanwhile waits no longer than this. */
const BRIEF_MS = 750
/** A grant that gets less for a permit is asked for again after this. */
const BESIDE_MS = 500
/** A permit outlasts the last window and request of its run by this much, for the report to arrive. */
const MARGIN_MS = 10_000

/** One event that may go at once. */
const ONE_EVENT = { rate: null, windowMs: BRIEF_MS, events: 1 }

/** A permit that is out, as it is stored. */
export interface Permitted {
  id: string
  replay: string
  at: number
  until: number
  /** Requests per second that it may use. */
  rate: number
  /** Requests in flight at most; absent: as many as a worker can. */
  parallel?: number
  /** That of the platform when it was given, where it has one. */
  generation?: string
  /** Given while the breaker was open. */
  probe?: true
  /** With less than one request a second: it counts until then, though its worker is done. */
  busyUntil?: number
}

/** How the lane stands when somebody asks for a permit. */
export interface PermitTerms {
  /** Rate and number of grants that hold at the moment. */
  limits: LaneLimits
  timeoutMs: number
  /** Grants that are out. */
  leases: readonly Live[]
  /** Something that has just come in is due. */
  waiting: boolean
  /** With a rate below one a second: when the next request may go. */
  nextAt: number
  /** The breaker is open: one event may find out whether the receiver is there again. */
  probing: boolean
}

/**
 * The part of a destination's pace that is out with replays. A replay has a lane of its own, which knows what is to be sent;
 * how fast it may be, this lane alone decides, so that both together keep to what the receiver can take. What has just come
 * in goes first: while something waits, a permit leaves a worker and a quarter of the rate free.
 */
export class Permits {
  readonly #state: { permits: Permitted[] }
  readonly #ctx: Context

  /** Changes `state`, but leaves it to the lane to store it. */
  constructor(state: { permits: Permitted[] }, ctx: Context) {
    this.#state = state
    this.#ctx = ctx
    state.permits = state.permits.filter((permit) => !isOfTheDead(permit, ctx))
  }

  /** Those in force; each has a worker and its rate. */
  get live(): readonly Permitted[] {
    const now = this.#ctx.now()
    return this.#state.permits.filter(({ until }) => until > now)
  }

  get(id: string): Permitted | undefined {
    return this.live.find((permit) => permit.id === id)
  }

  /** A part of the pace for one worker of a replay, `share` (0 to 1) of it for all of its workers; `null`: not now. */
  give(replay: string, share: number, standing: PermitTerms): Permit | null {
    if (standing.probing) return this.#probe(replay, standing)
    const rate = this.#rateFor(replay, share, standing)
    if (rate === undefined) return null
    const { limits, timeoutMs, leases, waiting } = standing
    const parallel = freeConnections(limits.own, [...leases, ...this.live])
    if (parallel === 0) return null
    const now = this.#ctx.now()
    const alone = limits.concurrency === 1
    // Less than one a second is one event at a time, which may go at once; the permit counts until the next one may.
    const single = rate !== null && rate < 1
    const isNeeded = rate !== null && (leases.length > 0 || waiting)
    const brief = alone || isNeeded
    const windowMs = brief && !single ? Math.max(BRIEF_MS, 1_250 / (rate ?? Infinity)) : null
    const runMs = brief || single ? 0 : RUN_MS
    const permitted: Permitted = {
      id: randomId(this.#ctx, '', 16),
      replay,
      at: now,
      until: now + runMs + (windowMs ?? RUN_MS) + timeoutMs + MARGIN_MS,
      rate: rate ?? 0,
      ...ofGeneration(this.#ctx),
      ...narrow(parallel),
      ...(single && { busyUntil: now + 1_000 / rate }),
    }
    this.#state.permits = [...this.live, permitted]
    const { id } = permitted
    return single
      ? { id, runMs, ...ONE_EVENT, ...narrow(parallel) }
      : { id, runMs, rate, windowMs, events: null, ...narrow(parallel) }
  }

  /** For one event, when nobody else is at it. */
  #probe(replay: string, { timeoutMs, leases, waiting }: PermitTerms): Permit | null {
    if (waiting || leases.length + this.live.length > 0) return null
    const now = this.#ctx.now()
    const id = randomId(this.#ctx, '', 16)
    const until = now + BRIEF_MS + timeoutMs + MARGIN_MS
    this.#state.permits = [
      ...this.live,
      { id, replay, at: now, until, rate: 1, probe: true, ...ofGeneration(this.#ctx) },
    ]
    return { id, runMs: 0, ...ONE_EVENT }
  }

  /**
   * The pace of a grant of what has come in. A permit is over soon, and a grant keeps its rate: one that a permit has left less
   * than half of the lane's is brief, so that the rest has more.
   */
  beside(pace: Pace, { rate }: LaneLimits): Pace {
    const isLess = rate !== null && pace.rate !== null && pace.rate < rate / 2
    if (!isLess || pace.nextAt !== undefined || this.live.length === 0) return pace
    return narrowed(pace, { rate: null, windowMs: BESIDE_MS, events: null })
  }

  /** The worker is done. Below one request a second its time goes on until the next one may be sent. */
  end(id: string): void {
    const now = this.#ctx.now()
    this.#state.permits = this.live.flatMap((permit) => {
      if (permit.id !== id) return [permit]
      const { busyUntil = 0 } = permit
      return busyUntil > now ? [{ ...permit, until: busyUntil }] : []
    })
  }

  /** Requests a second, `null` for no limit; `undefined`: nothing is free. */
  #rateFor(replay: string, share: number, { limits, leases, waiting, nextAt }: PermitTerms): number | null | undefined {
    const own = this.live.filter((permit) => permit.replay === replay)
    const all = [...leases, ...this.live]
    const usual = shareOf(limits, share)
    if (all.length + (waiting ? 1 : 0) >= limits.concurrency || own.length >= usual.concurrency) return undefined
    if (limits.rate === null || usual.rate === null) return null
    if (limits.rate < 1) return all.length > 0 || nextAt > this.#ctx.now() ? undefined : usual.rate
    const free = limits.rate - sum(all) - (waiting ? limits.rate / 4 : 0)
    const rate = Math.min(free, usual.rate - sum(own))
    return rate < usual.rate / 4 ? undefined : rate
  }
}

/** Rate and workers of a replay that has a share (0 to 1) of a lane; `null` workers: as many as are found to be right. */
export function shareOf<C extends number | null>(
  { rate, concurrency }: { rate: number | null; concurrency: C },
  share: number,
): { rate: number | null; concurrency: C } {
  return {
    rate: rate === null ? null : rate * share,
    concurrency: (concurrency === null ? null : Math.max(1, Math.floor(concurrency * share))) as C,
  }
}

/** Fewer requests in flight than a worker can have. */
function narrow(parallel: number): { parallel?: number } {
  return parallel < CONNECTIONS ? { parallel } : {}
}

function sum(permits: readonly { rate: number }[]): number {
  return permits.reduce((all, { rate }) => all + rate, 0)
}
