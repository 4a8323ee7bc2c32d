import { eventName, type SpecEvent } from '../event/index.ts'
import type { Counted } from './protocol.ts'

/** Kinds of events that are told apart. */
const MOST_KINDS = 1_000
/** Letters of a name: one may have 32 KB. */
const NAME_CHARS = 100

export function nothingCounted(): Counted {
  return { events: 0, bytes: 0, users: 0, kinds: [], otherKinds: 0, filtered: {}, unreadable: 0 }
}

/** Counts events into a `Counted`; whose they are is counted elsewhere. */
export class Counting {
  readonly #counted: Counted
  readonly #kinds: Map<string, Counted['kinds'][number]>

  constructor(counted: Counted) {
    this.#counted = counted
    this.#kinds = new Map(counted.kinds.map((kind) => [keyOf(kind.type, kind.name), kind]))
  }

  /** `code`: why the destination does not get it. */
  add(event: SpecEvent, bytes: number, code: string | undefined): void {
    const counted = this.#counted
    counted.events++
    counted.bytes += bytes
    if (code !== undefined) counted.filtered[code] = (counted.filtered[code] ?? 0) + 1
    const name = eventName(event)?.slice(0, NAME_CHARS) ?? null
    const key = keyOf(event.type, name)
    const kind = this.#kinds.get(key)
    if (kind) kind.events++
    else if (counted.kinds.length === MOST_KINDS) counted.otherKinds++
    else {
      const fresh = { type: event.type, name, events: 1 }
      counted.kinds.push(fresh)
      this.#kinds.set(key, fresh)
    }
  }
}

function keyOf(type: string, name: string | null): string {
  return name === null ? type : `${type} ${name}`
}
