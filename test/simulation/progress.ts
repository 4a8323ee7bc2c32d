import type { ProgressTerms } from '../../src/lane/index.ts'
import type { Actor } from './actors.ts'

/** To be told takes its time, and so does a clock that is behind. */
const TELLING_MS = 500

/** What workers of one lane have heard of events that arrived, and not told their lane; one whose telling went wrong is not asked. */
export class ProgressBooks {
  readonly #untold = new Map<Actor, Map<number, number>>()
  #excused = new WeakSet<Actor>()
  readonly #terms: ProgressTerms | null

  /** `null`: nothing is told before the end. */
  constructor(terms: ProgressTerms | null) {
    this.#terms = terms
  }

  /** The receiver has taken an event; `now` in milliseconds. */
  heard(worker: Actor, event: number, now: number): void {
    const events = this.#untold.get(worker) ?? new Map<number, number>()
    this.#untold.set(worker, events)
    events.set(event, now)
  }

  told(worker: Actor | null, events: readonly number[]): void {
    const untold = worker && this.#untold.get(worker)
    for (const event of events) untold?.delete(event)
  }

  settled(worker: Actor | null): void {
    if (worker) this.#untold.delete(worker)
  }

  /** A call in which it tells its lane has met with a fault. */
  excuse(worker: Actor | null): void {
    if (worker) this.#excused.add(worker)
  }

  /** Time has jumped: nobody could tell anything. */
  forget(): void {
    for (const worker of this.#untold.keys()) this.#excused.add(worker)
    this.#untold.clear()
  }

  /** What a worker that has died has kept to itself for too long; `null`: nothing. */
  problem(worker: Actor, now: number): string | null {
    const untold = this.#untold.get(worker)
    this.#untold.delete(worker)
    if (!untold || !this.#terms || this.#excused.has(worker)) return null
    const { everyMs, leastEvents } = this.#terms
    const old = [...untold.values()].filter((at) => at < now - everyMs - TELLING_MS).length
    return old < leastEvents
      ? null
      : `${worker.name} died, ${old} events had arrived long before and its lane was not told`
  }
}
