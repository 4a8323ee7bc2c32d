import type { Context } from '../context.ts'
import { isGone, type Grant } from '../lane/index.ts'
import type { Sent } from './send.ts'

/**
 * When the requests of a grant may begin: spaced by its rate, until its window is over or its receiver wants no more. The clock
 * runs from when the worker asked: a late answer must not bunch requests that were paced by the lane.
 */
export class Turns {
  readonly #ctx: Pick<Context, 'now' | 'sleep'>
  readonly #end: number
  readonly #gap: number
  #last: number
  #closed = false

  /** `asked`: milliseconds. */
  constructor(grant: Pick<Grant, 'windowMs' | 'rate'>, asked: number, ctx: Pick<Context, 'now' | 'sleep'>) {
    this.#ctx = ctx
    this.#end = asked + grant.windowMs
    this.#gap = grant.rate === null ? 0 : 1_000 / grant.rate
    this.#last = asked
  }

  /** Waits for the next turn, after a rest of so many milliseconds; whether a request may begin then. */
  async next(restMs: number): Promise<boolean> {
    if (restMs > 0 && !this.#closed) await this.#ctx.sleep(restMs)
    let now = this.#ctx.now()
    const turn = (this.#last = Math.max(this.#last + this.#gap, now))
    // Its own turn: while it waits, the others take theirs.
    if (this.#gap > 0 && turn > now && turn <= this.#end && !this.#closed) {
      await this.#ctx.sleep(turn - now)
      now = this.#ctx.now()
    }
    return !this.#closed && turn <= this.#end && now <= this.#end
  }

  get isClosed(): boolean {
    return this.#closed
  }

  close(): void {
    this.#closed = true
  }

  /** What is left of a grant is not sent to a receiver that says: not now, too fast, never again. */
  heed(sent: Sent): void {
    const { outcome } = sent
    this.#closed ||=
      isGone(sent) || (outcome.kind === 'retry' && (outcome.notBefore !== undefined || outcome.code === 'http_429'))
  }
}
