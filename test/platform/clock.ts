/** A Monday, so that a run of some minutes stays within one day. */
export const BEGIN = Date.UTC(2030, 0, 7, 9)

interface Timer {
  at: number
  run: () => void
}

/**
 * Time that passes only when nothing else is left to do, so that a run takes the same course every time. It relies on
 * everything between two timers being a chain of promises: no real input or output may be under way.
 */
export class VirtualClock {
  now = BEGIN
  /** Ascending; those of the same time in the order in which they were set. */
  readonly #timers: Timer[] = []

  /** What it returns takes the timer back. */
  after(ms: number, run: () => void): () => void {
    const at = this.now + Math.max(0, ms)
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#timers[middle]?.at ?? Infinity) <= at) low = middle + 1
      else high = middle
    }
    const timer = { at, run }
    this.#timers.splice(low, 0, timer)
    return () => {
      const place = this.#timers.indexOf(timer)
      if (place >= 0) this.#timers.splice(place, 1)
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve))
  }

  /** Until `work` has come to its end, moving time on only when it waits for that. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    let over = false
    const watched = work.finally(() => (over = true))
    watched.catch(() => undefined)
    for (;;) {
      await turns()
      if (over) return watched
      if (!this.#step(Infinity)) throw new Error('what is waited for does not depend on the clock')
    }
  }

  async runFor(ms: number): Promise<void> {
    const end = this.now + ms
    do await turn()
    while (this.#step(end))
    this.now = end
  }

  /** Goes on to the next timer alone, and to no other of the same time; `false` when there is none up to `end`. */
  stepOne(end: number): boolean {
    const first = this.#timers[0]
    if (first === undefined || first.at > end) return false
    this.#timers.shift()
    // Late when the clock has jumped.
    this.now = Math.max(this.now, first.at)
    first.run()
    return true
  }

  /** Goes on to the next timers; `false` when there are none up to `end`. */
  #step(end: number): boolean {
    const at = this.#timers[0]?.at
    if (at === undefined || at > end) return false
    this.now = at
    let due = 0
    while (this.#timers[due]?.at === at) due++
    for (const { run } of this.#timers.splice(0, due)) run()
    return true
  }
}

/** Returns when every promise that can go on without a timer has gone on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A request's body comes through Node's streams, which take more than one turn. */
async function turns(): Promise<void> {
  for (let n = 0; n < 5; n++) await turn()
}

/** Mulberry32: uniform in [0, 1), the same for the same seed. */
export function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
