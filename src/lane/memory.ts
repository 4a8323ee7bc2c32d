import { type EventSet, has, setOf } from './event-set.ts'
import type { Attempt } from './protocol.ts'

const MOST = 500

/** The last attempts of a lane, for whoever asks where an event went. In memory only: what counts is in the ledger. */
export class RecentAttempts {
  #all: { log: string; seq: number; events: EventSet; attempt: Attempt }[] = []

  add(log: string, seq: number, events: readonly number[], attempt: Attempt): void {
    this.#all.push({ log, seq, events: setOf(events.toSorted((a, b) => a - b)), attempt })
    if (this.#all.length > MOST) this.#all = this.#all.slice(-MOST / 2)
  }

  of(log: string, seq: number, event: number): Attempt[] {
    return this.#all
      .filter((one) => one.log === log && one.seq === seq && has(one.events, event))
      .map(({ attempt }) => attempt)
  }
}
