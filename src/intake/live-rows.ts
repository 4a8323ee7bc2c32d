import type { IntakeDials } from './dials.ts'

/** When a row was committed (milliseconds), its characters and bytes, and how many ids it has. */
interface RowFacts {
  at: number
  size: number
  ids: number
}

/** The rows of a log that are still in its object, and which of them leave it next. In memory only. */
export class LiveRows {
  /** But for those that an older version emptied. */
  readonly #rows = new Map<number, RowFacts>()
  readonly #dials: Pick<IntakeDials, 'segmentRows' | 'segmentChars' | 'segmentIds'>
  readonly #trimmed: number
  #first = 0

  /** `trimmed`: rows up to this one were emptied in place by an older version. */
  constructor(dials: Pick<IntakeDials, 'segmentRows' | 'segmentChars' | 'segmentIds'>, trimmed: number) {
    this.#dials = dials
    this.#trimmed = trimmed
  }

  /** The first row that is still here; one more than the last when there is none. */
  get first(): number {
    return this.#first
  }

  add(seq: number, row: RowFacts): void {
    this.#rows.set(seq, row)
  }

  /** `undefined`: it has left, or was emptied. */
  get(seq: number): RowFacts | undefined {
    return this.#rows.get(seq)
  }

  /** Where the rows begin that are still here. */
  startAt(first: number): void {
    this.#first = first
  }

  /** Rows up to `last` have left. */
  drop(last: number): void {
    for (let seq = this.#first; seq <= last; seq++) this.#rows.delete(seq)
    this.#first = last + 1
  }

  /**
   * The oldest rows that have to leave: committed at `before` (milliseconds) at the latest, as many as make a segment, none
   * beyond `limit`.
   */
  nextSegment(before: number, limit: number): { first: number; last: number } | null {
    const { segmentRows, segmentChars, segmentIds } = this.#dials
    const first = this.#first
    const most = first + segmentRows - 1
    // What an older version has emptied needs no more than its place.
    if (first <= this.#trimmed) {
      const last = Math.min(most, this.#trimmed, limit)
      return last < first ? null : { first, last }
    }
    let chars = 0
    let ids = 0
    for (let last = first; last <= limit; last++) {
      const row = this.#rows.get(last)
      if (!row || row.at > before) return null
      chars += row.size
      ids += row.ids
      if (last === most || chars >= segmentChars || ids >= segmentIds) return { first, last }
    }
    return null
  }
}
