import type { Arrived } from './receivers.ts'

/** Requests at one receiver, held against the rate that its settings allow. Times are true times, in milliseconds. */
export class PaceCheck {
  /** The highest rate that was in force lately; `null`: no limit. */
  rate: number | null = null
  readonly #recent: { at: number; worker: object }[] = []
  /** The most that any second has had above the rate, and what it was allowed. */
  worst = 0

  /** What is wrong with one more request, or `null`: never more than the rate and one for each worker in any second. */
  request(at: number, worker: object): string | null {
    const recent = this.#recent
    recent.push({ at, worker })
    while ((recent[0]?.at ?? at) <= at - 1_000) recent.shift()
    if (this.rate === null) return null
    const workers = new Set(recent.map((one) => one.worker)).size
    this.worst = Math.max(this.worst, recent.length - this.rate)
    if (recent.length <= this.rate + workers) return null
    return `${recent.length} requests in a second from ${workers} workers, at a rate of ${this.rate}`
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
