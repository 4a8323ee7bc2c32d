import type { Context } from '../context.ts'

/**
 * Values by id, each read once for all who ask at the same time. A failure is not kept, and neither is a read that has
 * not ended within `ms`: it may belong to a request that is gone, and then it never will.
 */
export class LookupCache<T> {
  readonly #values = new Map<string, T>()
  readonly #reading = new Map<string, Promise<T>>()
  readonly #read: (id: string) => Promise<T>
  readonly #ctx: Pick<Context, 'sleep'>
  readonly #ms: number

  constructor(read: (id: string) => Promise<T>, ctx: Pick<Context, 'sleep'>, ms: number) {
    this.#read = read
    this.#ctx = ctx
    this.#ms = ms
  }

  /** Rejects when it cannot be read, or not in time. */
  async get(id: string): Promise<T> {
    if (this.#values.has(id)) return this.#values.get(id) as T
    const reading = this.#reading.get(id) ?? this.#begin(id)
    try {
      return await within(this.#ctx, reading, this.#ms)
    } catch (error) {
      if (this.#reading.get(id) === reading) this.#reading.delete(id)
      throw error
    }
  }

  /** One value, in the same way. */
  forget(id: string): void {
    this.#values.delete(id)
    this.#reading.delete(id)
  }

  /** What is being read at the moment counts for those who wait for it, and no longer. */
  clear(): void {
    this.#values.clear()
    this.#reading.clear()
  }

  #begin(id: string): Promise<T> {
    const reading = this.#read(id)
    this.#reading.set(id, reading)
    reading.then(
      (value) => {
        if (this.#reading.get(id) !== reading) return
        this.#reading.delete(id)
        this.#values.set(id, value)
      },
      () => undefined,
    )
    return reading
  }
}

/**
 * Work that one does for all who ask at the same time. It belongs to whoever began it, and dies with them: what has not
 * ended within `ms` is followed by the next.
 */
export class SingleFlight<T> {
  #running: { done: Promise<T>; since: number } | undefined
  readonly #ctx: Pick<Context, 'now'>
  readonly #ms: number

  constructor(ctx: Pick<Context, 'now'>, ms: number) {
    this.#ctx = ctx
    this.#ms = ms
  }

  get isRunning(): boolean {
    return this.#running !== undefined && this.#ctx.now() - this.#running.since < this.#ms
  }

  /** What is running already, or else `work`. */
  run(work: () => Promise<T>): Promise<T> {
    if (this.#running && this.isRunning) return this.#running.done
    const running = { done: work(), since: this.#ctx.now() }
    const over = () => {
      if (this.#running === running) this.#running = undefined
    }
    this.#running = running
    running.done.then(over, over)
    return running.done
  }
}

/** What `work` comes to, unless it takes longer than `ms`: then an error. The work itself goes on. */
export async function within<T>(ctx: Pick<Context, 'sleep'>, work: Promise<T>, ms: number): Promise<T> {
  const late = ctx.sleep(ms).then(() => {
    throw new Error(`no answer within ${ms} ms`)
  })
  return Promise.race([work, late])
}
