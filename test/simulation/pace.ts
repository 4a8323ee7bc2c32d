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
