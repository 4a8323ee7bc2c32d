import type { Arrived } from './receivers.ts'

/** Windows that requests are counted in, in milliseconds: a second, in which what is too fast shows at once, and longer ones. */
const WINDOWS = [1_000, 5_000, 20_000]

interface Requested {
  at: number
  worker: object
}

/**
 * Requests at one receiver, or of one replay, held against the rate that settings or a share allow. Times are true times, in
 * milliseconds.
 */
export class PaceCheck {
  /** The highest rate that was in force in this run; `null`: no limit. */
  rate: number | null = null
  readonly #recent: Requested[] = []

  /** What is wrong with one more request, or `null`: in no window more than the rate and one for each worker. */
  request(at: number, worker: object): string | null {
    const recent = this.#recent
    recent.push({ at, worker })
    while ((recent[0]?.at ?? at) <= at - Math.max(...WINDOWS)) recent.shift()
    if (this.rate === null) return null
    for (const windowMs of WINDOWS) {
      const within = recent.filter((one) => one.at > at - windowMs)
      const workers = new Set(within.map((one) => one.worker)).size
      if (within.length > (this.rate * windowMs) / 1_000 + workers)
        return `${within.length} requests in ${windowMs} ms from ${workers} workers, at a rate of ${this.rate}`
    }
    return null
  }
}

/** Requests that a receiver has in hand, of workers that are alive, held against what its settings allow. */
export class InFlightCheck {
  readonly #open = new Set<Arrived>()
  /** The most that any settings of this run allow. */
  #most = 0

  allow(most: number): void {
    this.#most = Math.max(this.#most, most)
  }

  /** What is wrong with one more, or `null`. */
  begun(request: Arrived): string | null {
    for (const one of this.#open) if (one.from.over) this.#open.delete(one)
    this.#open.add(request)
    return this.#open.size <= this.#most ? null : `${this.#open.size} requests in flight, ${this.#most} allowed`
  }

  ended(request: Arrived): void {
    this.#open.delete(request)
  }

  /** Time has jumped, and with it whatever was under way. */
  forget(): void {
    this.#open.clear()
  }
}
