const WINDOW_MS = 10_000

/** How much of its limit a source has used. */
export interface Usage {
  /** Of the current window's limit; may be over 100. */
  percent: number
  /** Milliseconds: until when no more is taken; 0: go on. */
  overUntil: number
}

/** Counts a source's events in windows of ten seconds. In memory: an eviction forgives one window. */
export class UsageWindow {
  #began = 0
  #used = 0

  /** Adds `events` to the window of `now`. The limit is `perSecond` on the window's average. */
  spend(now: number, events: number, perSecond: number): Usage {
    if (now - this.#began >= WINDOW_MS) {
      this.#began = now
      this.#used = 0
    }
    this.#used += events
    const limit = (perSecond * WINDOW_MS) / 1_000
    return {
      percent: Math.round((this.#used / limit) * 100),
      overUntil: this.#used > limit ? this.#began + WINDOW_MS : 0,
    }
  }
}
