import { CONNECTIONS } from './own-pace.ts'
import type { GrantLimits, SendResult } from './protocol.ts'

/** How long the requests of one grant may go on. */
const WINDOW_MS = 5_000

/** What holds for all grants of a lane together. */
export interface LaneLimits {
  /** Requests a second; `null`: no limit. */
  rate: number | null
  /** Grants that may be out at once. */
  concurrency: number
  /** Where the lane finds its own pace. */
  own?: {
    /** Requests that may be in flight. */
    inFlight: number
    /** Milliseconds that one takes; `null`: not known yet. */
    latencyMs: number | null
  }
}

/** Somebody who may be sending: requests a second, and in flight (absent: as many as a worker can). */
export interface Live {
  rate: number
  parallel?: number
}

/** What one more grant may do. */
export interface Pace {
  /** Requests per second; `null`: no limit. */
  rate: number | null
  /** Requests in flight. */
  parallel: number
  maxRequests: number
  windowMs(requests: number): number
  /** With a rate below one a second: when the request after this grant may go. */
  nextAt?: number
}

/**
 * The share of the destination's rate that is free. A live grant owns its share until it settles or its lease ends, and
 * the shares never add up to more than the rate; a share under a quarter of it, or half of what a worker can send, is not
 * worth a worker, and a worker that must be the only one has all of it. Below one request a second there is one grant of one request at a time, paced by the lane instead of the worker.
 * `null`: nothing may be granted now.
 */
export function freeShare(
  { rate, concurrency, own }: LaneLimits,
  live: readonly Live[],
  nextAt: number,
  now: number,
): Pace | null {
  if (live.length >= concurrency) return null
  const parallel = freeConnections(own, live)
  if (parallel === 0) return null
  if (rate === null) return { rate: null, parallel, maxRequests: Infinity, windowMs: () => WINDOW_MS }
  if (rate < 1) {
    if (live.length > 0 || now < nextAt) return null
    return { rate, parallel, maxRequests: 1, windowMs: () => WINDOW_MS, nextAt: now + 1_000 / rate }
  }
  const free = rate - live.reduce((sum, lease) => sum + lease.rate, 0)
  // More than its connections can send is of no use to a worker.
  const useful = own?.latencyMs ? (CONNECTIONS * 1_000) / own.latencyMs : Infinity
  const worth = Math.min(rate / 2, useful)
  if (free < worth / 2) return null
  const share = concurrency === 1 ? free : Math.min(free, Math.max(worth, 1))
  return {
    rate: share,
    parallel,
    maxRequests: Math.max(1, Math.floor((share * WINDOW_MS) / 1_000)),
    windowMs: (requests) => windowOf(requests, share),
  }
}

/** What is left of a pace within limits. In its window there is room for one request in any case. */
export function narrowed(pace: Pace, { rate: most, windowMs, events, parallel = CONNECTIONS }: GrantLimits): Pace {
  const rate = most === null || pace.rate === null ? (pace.rate ?? most) : Math.min(pace.rate, most)
  const longest = windowMs ?? WINDOW_MS
  const fitting = rate === null ? Infinity : Math.max(1, Math.floor((rate * longest) / 1_000))
  return {
    ...pace,
    rate,
    parallel: Math.min(pace.parallel, parallel),
    maxRequests: Math.min(pace.maxRequests, events ?? Infinity, fitting),
    windowMs: (n) => (rate === null || pace.nextAt !== undefined ? longest : windowOf(n, rate)),
  }
}

/**
 * Requests that one worker more may have in flight, all workers alike; 0: what is free is not worth one. Where the lane does
 * not find its own pace, as many as a worker can.
 */
export function freeConnections(own: LaneLimits['own'], live: readonly Live[]): number {
  if (!own) return CONNECTIONS
  const each = Math.ceil(own.inFlight / Math.ceil(own.inFlight / CONNECTIONS))
  const free = own.inFlight - inFlightOf(live)
  return free < each / 2 ? 0 : Math.min(each, free)
}

/** Requests that may be in flight. */
export function inFlightOf(live: readonly Live[]): number {
  return live.reduce((sum, { parallel = CONNECTIONS }) => sum + parallel, 0)
}

/** Milliseconds for so many requests, at requests per second. */
function windowOf(requests: number, rate: number): number {
  return Math.ceil((requests / rate) * 1_000) + 250
}

/**
 * With a rate below one a second: when the request after those of a settled grant may go. A worker may have been slow to
 * begin, so this is counted from its request and not from its grant. Milliseconds; 0: it sent nothing.
 */
export function nextAfter(results: readonly SendResult[], rate: number, now: number): number {
  const took = results.filter(({ outcome, batch }) => outcome.kind !== 'unsent' || batch).map(({ tookMs }) => tookMs)
  return took.length === 0 ? 0 : now - Math.max(...took) + 1_000 / rate
}
