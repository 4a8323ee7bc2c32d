import type { LaneDials } from './dials.ts'
import type { DeadFilter, DeadLetter } from './protocol.ts'
import type { LaneStore } from './store.ts'

const HOUR_MS = 3_600_000
/** Samples of one reason in one hour; dead letters after them keep their pointer only. */
const SAMPLES = 10
/** Ids are milliseconds times this, so that an id also tells the time. */
const IDS_PER_MS = 1_000

/** What a filter means in ids: from `from` on, and below `before`. */
export interface DeadRange {
  reason?: string
  from: number
  before: number
}

/** The range of a filter, below the id `before`. */
export function rangeOf({ reason, from = 0, until = Infinity }: DeadFilter, before: number | null): DeadRange {
  const idAt = (ms: number) => Math.min(ms * IDS_PER_MS, Number.MAX_SAFE_INTEGER)
  return {
    ...(reason !== undefined && { reason }),
    from: idAt(from),
    before: Math.min(before ?? Infinity, idAt(until)),
  }
}

/** Gives dead letters their ids, keeps their samples few, and knows when they have to go. */
export class DeadLetters {
  readonly #store: LaneStore
  readonly #keptMs: number
  #oldest: number | null
  #newest: number
  /** How many samples each reason has in the hour that began at `from`. */
  #samples: { from: number; of: Map<string, number> } | undefined

  constructor(store: LaneStore, { deadMs }: LaneDials) {
    this.#store = store
    this.#keptMs = deadMs
    const { oldest, newest } = store.deadRange()
    this.#oldest = oldest
    this.#newest = newest ?? 0
  }

  /** The letter as it is to be stored; its id tells when it was given up. */
  make(letter: Omit<DeadLetter, 'id'>, now: number): DeadLetter {
    this.#newest = Math.max(this.#newest + 1, Date.parse(letter.at) * IDS_PER_MS)
    this.#oldest ??= this.#newest
    const { sample, ...rest } = letter
    return { id: this.#newest, ...rest, ...(sample && this.#hasRoom(letter.reason, now) && { sample }) }
  }

  /** Milliseconds when the oldest row has to go; not while some are asked for again, which may be among the oldest. */
  expiry(redriving: boolean): number {
    return this.#oldest === null || redriving ? Infinity : this.#oldest / IDS_PER_MS + this.#keptMs
  }

  /** Removes rows that are too old: some of them, when there are many. */
  expire(now: number, redriving: boolean): void {
    if (this.expiry(redriving) > now) return
    this.#store.removeDead((now - this.#keptMs) * IDS_PER_MS)
    this.refresh()
  }

  /** After rows have gone. */
  refresh(): void {
    this.#oldest = this.#store.deadRange().oldest
  }

  /** Counted from the rows once an hour, so that an eviction brings no new ones. */
  #hasRoom(reason: string, now: number): boolean {
    const from = now - (now % HOUR_MS)
    if (this.#samples?.from !== from) this.#samples = { from, of: this.#store.samplesSince(from * IDS_PER_MS) }
    const n = this.#samples.of.get(reason) ?? 0
    if (n < SAMPLES) this.#samples.of.set(reason, n + 1)
    return n < SAMPLES
  }
}
