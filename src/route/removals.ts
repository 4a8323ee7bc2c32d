import { removeInbox } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { within } from '../settings/index.ts'

/** Milliseconds: what is not removed in time is removed when it comes again, and its message need not wait for that. */
const REMOVE_MS = 20_000

/**
 * What is done and may be forgotten in the inbox: objects of which that is said in the same turn are removed by one call, since
 * each call is a way to R2 and back. Of one handler, which has a hundred messages at most.
 */
export class Removals {
  readonly #ctx: Pick<Context, 'log' | 'sleep'>
  readonly #archive: R2Bucket
  #accepts: string[] = []
  #next: Promise<void> | undefined

  constructor({ ctx, archive }: { ctx: Pick<Context, 'log' | 'sleep'>; archive: R2Bucket }) {
    this.#ctx = ctx
    this.#archive = archive
  }

  /** Resolves when it is gone, or could not be removed: then it comes again, is known, and is removed then. */
  remove(accept: string): Promise<void> {
    this.#accepts.push(accept)
    this.#next ??= Promise.resolve().then(() => this.#removeAll())
    return this.#next
  }

  async #removeAll(): Promise<void> {
    const accepts = this.#accepts
    this.#accepts = []
    this.#next = undefined
    await within(this.#ctx, removeInbox(this.#archive, accepts), REMOVE_MS).catch((error: unknown) =>
      this.#ctx.log('warn', 'inbox objects not removed', { inbox: accepts, error: String(error) }),
    )
  }
}
