import { eventName, type SpecEvent } from '../event/index.ts'
import { nameKey, othersOf } from '../overview/index.ts'

export interface Line {
  text: string
  event: SpecEvent
}

/** Names that a batch tells of what its destinations do not get, all together: its row of the log is bounded. */
const MOST_NAMED = 100

/** What the events of a batch are, for those that a destination does not get. */
export class KindsOfBatch {
  readonly #lines: readonly Line[]
  readonly #known: string[] = []
  #named = 0

  constructor(lines: readonly Line[]) {
    this.#lines = lines
  }

  /** Counts an event by its call and name; beyond the names that a batch tells, by its call alone. */
  count(into: Record<string, number>, index: number): void {
    const kind = this.#kindOf(index)
    const isNew = into[kind] === undefined
    const key = isNew && this.#named >= MOST_NAMED ? othersOf(kind) : kind
    if (isNew && key === kind) this.#named++
    into[key] = (into[key] ?? 0) + 1
  }

  #kindOf(index: number): string {
    const event = this.#lines[index]?.event
    return (this.#known[index] ??= event ? nameKey(event.type, eventName(event)) : '')
  }
}
