import type { Grant, LaneMetrics } from '../../src/lane/index.ts'

/** What the documentation says of a 429: half the rate, a twentieth more for each good ten seconds, one worker for ten minutes. */
const GOOD_MS = 10_000
const GROWTH = 1.05
export const ONE_WORKER_MS = 10 * 60_000
/** No 429 slows a lane below this many requests a second, unless its own rate is lower. */
const LEAST_RATE = 0.1
/** Rounding. */
const EPSILON = 1.001

type Told = LaneMetrics['slowed']

interface Base {
  /** Requests a second, at `from`. */
  rate: number
  /** Milliseconds on the lane's clock: since when it grows, and when the 429 was heard. */
  from: number
  at: number
  /** Of a lane without a rate of its own: where the slow one is dropped again, at least. */
  ceiling: number
}

/** What a lane has heard and not yet been held to. */
interface Heard {
  from: number
  at: number
  /** When what was answered so had been granted; `null`: so late that the lane may take it or leave it. */
  granted: number | null
}

/** The pace that a 429 leaves, counted beside the lane. Times are those of the lane's own clock. */
export class Slowed {
  #base: Base | null = null
  #heard: Heard | null = null

  tooMany(heard: Heard): void {
    this.#heard = heard
  }

  /** A person has changed something: the pace is that of the settings. */
  forget(): void {
    this.#base = null
    this.#heard = null
  }

  /** What is wrong with what the lane says of its pace, or `null`. `own`: the rate of its settings. */
  problem(told: Told, own: number | null, now: number, tolerance: number): string | null {
    const heard = this.#heard
    this.#heard = null
    if (heard) return this.#slowedDown(heard, told, own)
    if (!this.#base) return told ? `is slow at ${told.rate}, and no 429 is the reason` : null
    const { from, ceiling } = this.#base
    const [least, most] = [this.#rateAt(now - tolerance), this.#rateAt(now + tolerance)]
    const end = own ?? ceiling
    if (!told || told.rate === own) {
      if (most * EPSILON < end) return `is as fast as ever, where a 429 has left ${most} a second`
      if (told && now > from + ONE_WORKER_MS + tolerance) return 'is left to one worker for too long'
      return !told && now < from + ONE_WORKER_MS - tolerance ? 'is left to all workers too soon' : null
    }
    const rate = told.rate ?? Infinity
    if (rate > most * EPSILON || rate * EPSILON < Math.min(least, end))
      return `is slow at ${rate}, where a 429 has left ${least} to ${most} a second`
    const until = Date.parse(told.oneWorkerUntil)
    return Math.abs(until - from - ONE_WORKER_MS) > 1 ? `is left to one worker for ${until - from} ms` : null
  }

  /** What is wrong with a grant's share of the rate, or `null`. */
  granted({ events, batches, rate, windowMs }: Grant, now: number, tolerance: number): string | null {
    const requests = batches ? batches.cuts.length + 1 : events.length
    // At about one a second the lane grants single requests, and no rate.
    if (rate === null && requests <= 1) return null
    const most = this.#rateAt(now + tolerance) * EPSILON
    // Below one a second the lane grants one event at a time, and no rate.
    if (!this.#base || most > this.#base.ceiling || this.#rateAt(now - tolerance) < EPSILON) return null
    return (rate ?? Infinity) > most ? `a grant of ${rate} a second for ${windowMs} ms, a 429 has left ${most}` : null
  }

  #slowedDown({ from, at, granted }: Heard, told: Told, own: number | null): string | null {
    const before = this.#base
    const rate = told?.rate ?? null
    if (granted === null) {
      // Taken or left: from here on what the lane says of it is what it is held to.
      if (!told || rate === null || rate === own) return null
      const since = Date.parse(told.oneWorkerUntil) - ONE_WORKER_MS
      this.#base = { rate: rate / grown(at - since), from: since, at, ceiling: this.#ceiling(rate) }
      return null
    }
    if (!told || rate === null) return 'goes on as before after a 429'
    const halves = !before || granted >= before.at
    const least = Math.min(LEAST_RATE, own ?? LEAST_RATE)
    const known = before ? Math.min(this.#rateAt(at), own ?? Infinity) : (own ?? Infinity)
    const most = halves ? Math.max(least, known / 2) : known
    this.#base = { rate, from, at: halves ? at : before.at, ceiling: this.#ceiling(rate) }
    return rate > most * EPSILON ? `is slow at ${rate} after a 429, where ${most} is left` : null
  }

  /** A first rate is half of what was seen, and dropped at twice that. */
  #ceiling(rate: number): number {
    return this.#base?.ceiling ?? rate * 4
  }

  #rateAt(now: number): number {
    const { rate, from } = this.#base ?? { rate: Infinity, from: now }
    return rate * grown(now - from)
  }
}

function grown(ms: number): number {
  return GROWTH ** Math.floor(Math.max(0, ms) / GOOD_MS)
}
