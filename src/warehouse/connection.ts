import { type Context } from '../context.ts'
import { WarehouseError, type WarehouseSession } from '../connectors/index.ts'
import { patiently } from '../settings/index.ts'
import type { WarehouseTerms } from './protocol.ts'

/** The connection of one step: opened when it is first needed, and no call of it waits for ever. */
export class Connection {
  readonly #terms: WarehouseTerms
  readonly #ctx: Context
  readonly #callMs: number
  #session: WarehouseSession | undefined

  constructor(terms: WarehouseTerms, ctx: Context, callMs: number) {
    this.#terms = terms
    this.#ctx = ctx
    this.#callMs = callMs
  }

  get isOpen(): boolean {
    return this.#session !== undefined
  }

  /** Throws a `WarehouseError`, whatever is wrong. */
  async session(): Promise<WarehouseSession> {
    return (this.#session ??= this.#patient(await this.#within(this.#terms.open())))
  }

  /** What it is opened to next is a new one. */
  async end(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await session
      ?.end()
      .catch((error: unknown) => this.#ctx.log('info', 'a warehouse was not left in order', { error: String(error) }))
  }

  #patient(session: WarehouseSession): WarehouseSession {
    const { retyping, rereading } = session
    return {
      catalogue: (schema) => this.#within(session.catalogue(schema)),
      cursor: (schema, reader) => this.#within(session.cursor(schema, reader)),
      extend: (schema, additions) => this.#within(session.extend(schema, additions)),
      load: (load) => this.#within(session.load(load)),
      erase: (schema, table, userId, from) => this.#within(session.erase(schema, table, userId, from)),
      drop: (schema, table) => this.#within(session.drop(schema, table)),
      ...(rereading && {
        rereading: {
          load: (load) => this.#within(rereading.load(load)),
          take: (...of) => this.#within(rereading.take(...of)),
          close: (...of) => this.#within(rereading.close(...of)),
        },
      }),
      ...(retyping && {
        retyping: {
          begin: (...of) => this.#within(retyping.begin(...of)),
          fill: (...of) => this.#within(retyping.fill(...of)),
          refold: (...of) => this.#within(retyping.refold(...of)),
          finish: (...of) => this.#within(retyping.finish(...of)),
          cancel: (...of) => this.#within(retyping.cancel(...of)),
        },
      }),
      end: () => this.#within(session.end()),
    }
  }

  async #within<T>(call: Promise<T>): Promise<T> {
    let timeIsOver = false
    const timed = call.catch((error: unknown) => {
      throw error instanceof WarehouseError
        ? error
        : new WarehouseError('broken', 'The connection broke.', true, { cause: error })
    })
    try {
      return await patiently(
        this.#ctx,
        timed.finally(() => void (timeIsOver = true)),
        this.#callMs,
      )
    } catch (error) {
      if (timeIsOver || error instanceof WarehouseError) throw error
      const seconds = Math.round(this.#callMs / 1_000)
      throw new WarehouseError('silent', `The warehouse has not answered within ${seconds} seconds.`, true, {
        cause: error,
      })
    }
  }
}
