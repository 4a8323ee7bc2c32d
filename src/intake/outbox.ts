import type { Context } from '../context.ts'
import type { LaneRemote, Part } from '../lane/index.ts'
import type { LaneConfig } from '../settings/index.ts'

/** A push that has not ended by then is taken for lost. */
export const PUSH_MS = 10_000
export const RETRY_MS = 5_000
/** Rows of the log that one registration carries at most. */
export const PUSH_ROWS = 50

/** What a row of the log has for one lane. */
export interface Owed {
  part: Part
  config: LaneConfig
}

export interface OutboxDeps {
  /** The log's name in the lanes. */
  log: string
  ctx: Pick<Context, 'now' | 'log'>
  lane: (destination: string) => Pick<LaneRemote, 'register'>
  /** Of the row `seq`; `undefined`: it has nothing for this destination. */
  read: (seq: number, destination: string) => Owed | undefined
  /** Something has failed: to be tried again at this time (milliseconds), by `push`. */
  arm: (at: number) => void
  /** Whether a lane has first to hear of rows that are no longer here: until `caughtUp` it is told nothing. */
  isBehind?: (destination: string) => boolean
}

/** How far the lanes are, as it is stored: may lag behind them, never leads. */
export interface Pushed {
  /** By destination: the last seq that its lane has answered for. */
  pushed: Record<string, number>
  /** No row up to this seq is owed to a destination that `pushed` lacks. */
  through: number
}

/**
 * What a log owes to lanes: registers its rows in each lane in their order, one call at a time, until the lane has answered
 * for them. Everything but the answers is in the log: after an eviction `remember` brings it back.
 */
export class Outbox {
  readonly #deps: OutboxDeps
  readonly #through: number
  readonly #pushed: Map<string, number>
  readonly #unpushed = new Map<string, number[]>()
  /** By destination: the last row of the log with something for it. */
  readonly #routed = new Map<string, number>()
  /** Until when a push is taken for under way. */
  readonly #pushing = new Map<string, number>()

  constructor(deps: OutboxDeps, { pushed, through }: Pushed) {
    this.#deps = deps
    this.#through = through
    this.#pushed = new Map(Object.entries(pushed))
  }

  /** Whether every lane has answered for all that it was owed. */
  get isEmpty(): boolean {
    return this.#unpushed.size === 0
  }

  /** The lanes that have still to hear of rows up to `last`: which they answered for, and the first that they did not. */
  lacking(last: number): { destination: string; mark: number; first: number }[] {
    return [...this.#unpushed].flatMap(([destination, [first = Infinity]]) =>
      first > last ? [] : [{ destination, mark: this.#pushed.get(destination) ?? 0, first }],
    )
  }

  /** Rows up to `last` are registered by somebody else, after `mark`: see `isBehind`. */
  leave(destination: string, last: number, mark: number): void {
    this.#pushed.set(destination, mark)
    this.#keep(destination, last)
  }

  /** All that somebody else registers is, up to `mark`. */
  caughtUp(destination: string, mark: number): void {
    this.#settle(destination, mark)
    this.push()
  }

  /** A new row has something for this destination. */
  owe(destination: string, seq: number): void {
    this.#routed.set(destination, seq)
    const rows = this.#unpushed.get(destination)
    if (rows) rows.push(seq)
    else this.#unpushed.set(destination, [seq])
  }

  /** A row from before has something for this destination, in ascending order: owed unless its lane has answered for it. */
  remember(destination: string, seq: number): void {
    if (seq > (this.#pushed.get(destination) ?? this.#through)) this.owe(destination, seq)
    else this.#routed.set(destination, seq)
  }

  /** The log has no rows up to `last` any more: of lanes that are owed none and have none beyond, nothing is to be known. */
  forget(last: number): void {
    for (const destination of new Set([...this.#pushed.keys(), ...this.#routed.keys()])) {
      if ((this.#routed.get(destination) ?? 0) > last || this.#unpushed.has(destination)) continue
      if (this.#isBehind(destination)) continue
      this.#routed.delete(destination)
      this.#pushed.delete(destination)
    }
  }

  /** To be stored beside the log, whose last row is `through`. */
  stored(through: number): Pushed {
    const pushed = Object.fromEntries(this.#pushed)
    // A lane that has answered nothing yet still has to be found again, from before its first row.
    for (const [destination, [first]] of this.#unpushed) pushed[destination] ??= (first ?? 1) - 1
    return { pushed, through }
  }

  /** Registers what each lane lacks, one call at a time a lane; a slow lane delays only itself. */
  push(): void {
    const { ctx, log, arm } = this.#deps
    const now = ctx.now()
    for (const destination of this.#unpushed.keys()) {
      if (this.#isBehind(destination)) continue
      if ((this.#pushing.get(destination) ?? 0) > now) continue
      this.#pushing.set(destination, now + PUSH_MS)
      this.#pushTo(destination)
        .catch((error: unknown) => {
          ctx.log('warn', 'push to lane failed', { log, destination, error: String(error) })
          arm(ctx.now() + RETRY_MS)
        })
        .finally(() => this.#pushing.delete(destination))
    }
  }

  async #pushTo(destination: string): Promise<void> {
    const { ctx, log, lane, read } = this.#deps
    for (let owed = this.#unpushed.get(destination); owed; owed = this.#unpushed.get(destination)) {
      if (this.#isBehind(destination)) return
      const some = owed.slice(0, PUSH_ROWS)
      const found = some.flatMap((seq) => read(seq, destination) ?? [])
      const last = found.at(-1)
      if (!last) throw new Error(`log rows ${some.join()} have nothing for this destination`)
      const from = this.#pushed.get(destination) ?? 0
      const { mark } = await lane(destination).register({
        log,
        from,
        to: last.part.seq,
        parts: found.map(({ part }) => part),
        config: last.config,
      })
      this.#settle(destination, mark)
      this.#pushing.set(destination, ctx.now() + PUSH_MS)
    }
  }

  #settle(destination: string, mark: number): void {
    this.#pushed.set(destination, mark)
    this.#keep(destination, mark)
  }

  #isBehind(destination: string): boolean {
    return this.#deps.isBehind?.(destination) === true
  }

  /** Rows beyond `last` are owed, no others. */
  #keep(destination: string, last: number): void {
    const left = (this.#unpushed.get(destination) ?? []).filter((seq) => seq > last)
    if (left.length > 0) this.#unpushed.set(destination, left)
    else this.#unpushed.delete(destination)
  }
}
