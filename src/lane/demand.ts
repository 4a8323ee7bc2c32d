import type { Context } from '../context.ts'
import { CONNECTIONS } from './own-pace.ts'

/** What waits beside what has just come is to be sent within this. */
const CATCH_UP_MS = 30_000
/** Registrations that are not farther apart are one: a large batch of the router comes in several. */
const BURST_MS = 1_000
/** Until a second one says how often they come. */
const FIRST_GAP_MS = 30_000
/** How much the last one says of the next. */
const WEIGHT = 0.3
/** What is needed at the least leaves no time for anything. */
const HEADROOM = 1.15

/**
 * How many events come in, and so how many workers they need (Little's law: requests in flight = requests a second × what one
 * takes). In memory only: after a few registrations it is known again.
 */
export class Demand {
  readonly #ctx: Pick<Context, 'now'>
  /** Of bursts that are over, on the average; `null`: there was none. */
  #usual: { events: number; gapMs: number } | null = null
  /** The one of now. */
  #burst: { at: number; events: number } | null = null

  constructor(ctx: Pick<Context, 'now'>) {
    this.#ctx = ctx
  }

  /** So many events have just been registered. */
  note(events: number): void {
    if (events === 0) return
    const now = this.#ctx.now()
    const burst = this.#burst
    if (burst && now - burst.at < BURST_MS) {
      burst.events += events
      return
    }
    if (burst) {
      const before = this.#usual ?? { events: burst.events, gapMs: now - burst.at }
      const towards = (from: number, to: number) => from + (to - from) * WEIGHT
      this.#usual = { events: towards(before.events, burst.events), gapMs: towards(before.gapMs, now - burst.at) }
    }
    this.#burst = { at: now, events }
  }

  /** Workers that keep up with what comes in and with `due` events that wait; `latencyMs`: what one request takes. */
  workers(due: number, latencyMs: number): number {
    const burst = this.#burst ?? { at: -Infinity, events: 0 }
    const { events, gapMs } = this.#usual ?? { events: burst.events, gapMs: FIRST_GAP_MS }
    // When nothing has come for long, less does.
    const perMs = events / Math.max(gapMs, this.#ctx.now() - burst.at, 1)
    const waiting = Math.max(0, due - Math.max(events, burst.events)) / CATCH_UP_MS
    return Math.ceil(((perMs + waiting) * latencyMs * HEADROOM) / CONNECTIONS)
  }
}
