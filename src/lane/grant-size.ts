import type { SendResult } from './protocol.ts'

export const MAX_GRANT = 500

/** How many events the next grant should have. In memory only: a lane that was evicted starts small. */
export class GrantSize {
  events: number

  constructor(events: number) {
    this.events = events
  }

  /** Grants double up to `most` while everything arrives in its window, and shrink to what did. */
  adapt(results: readonly SendResult[], most: number = MAX_GRANT): void {
    const sum = (kinds: string[]) =>
      results.reduce((n, { outcome, events }) => n + (kinds.includes(outcome.kind) ? events.length : 0), 0)
    const arrived = sum(['delivered', 'filtered', 'dead'])
    if (arrived + sum(['retry']) === 0) return
    if (arrived === 0) this.events = 1
    else if (sum(['unsent']) > 0) this.events = arrived
    else this.events = Math.min(most, this.events * 2)
  }
}
