import type { Context } from '../context.ts'

/** How often it is told at most, milliseconds. */
const EVERY_MS = 60_000
/** A call that has not answered by then is taken for lost. */
const LOST_MS = 30_000

export interface FollowerDeps {
  ctx: Pick<Context, 'now'>
  /** Tells it; rejects when it does not answer. */
  tell: () => Promise<unknown>
  /** There is something to be told at this time (milliseconds), by `look`. */
  arm: (at: number) => void
  /** It has answered: how far it was told is to be stored. */
  onTold: () => void
}

/**
 * Whoever reads a log afterwards, the statistics of its source: hears now and then that there is more. Nothing waits for
 * it. What it was told is stored, so that an idle source's is not woken.
 */
export class Follower {
  readonly #deps: FollowerDeps
  #told: number
  #at = -Infinity
  #lostAt = 0

  constructor(told: number, deps: FollowerDeps) {
    this.#told = told
    this.#deps = deps
  }

  /** Rows of the log that it has been told of. */
  get told(): number {
    return this.#told
  }

  /** The log has so many rows. */
  look(rows: number): void {
    const { ctx, tell, arm, onTold } = this.#deps
    const now = ctx.now()
    if (rows <= this.#told || now < this.#lostAt) return
    const due = this.#at + EVERY_MS
    // A clock that went back has no say in it.
    if (now < due && now >= this.#at) return arm(due)
    this.#at = now
    this.#lostAt = now + LOST_MS
    tell().then(
      () => {
        this.#told = Math.max(this.#told, rows)
        this.#lostAt = 0
        onTold()
      },
      () => void (this.#lostAt = 0),
    )
  }
}
