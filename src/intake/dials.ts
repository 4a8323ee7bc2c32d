import { FILTER_BITS } from './id-filter.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Everything in an intake that takes long or is large. A simulated world sets them so that they happen in a run. */
export interface IntakeDials {
  /** Milliseconds for which an id is remembered at least, and rows of the log whatever their age. */
  windowMs: number
  windowRows: number
  /** A batch begun longer ago is refused: the orphan pass may have removed its object. */
  staleMs: number
  /** For so long after its begin a batch may be committed once more: longer than a route may live. */
  repeatMs: number
  /** Rows stay in the object for so long, at least `repeatMs`; then they leave it, a full segment at a time. */
  liveMs: number
  /** A segment is full with so many rows, so much text, or so many ids, whichever comes first. */
  segmentRows: number
  segmentChars: number
  segmentIds: number
  /** Segments that one alarm writes at most. */
  segmentsAtOnce: number
  /** Live rows that one answer to a reader of the log has at most: while it is made, nobody commits. */
  partRows: number
  /** Message ids that are packed together and forgotten together, and accept ids. */
  generation: number
  acceptGeneration: number
  /** Bits of each id that a filter goes by. */
  filterBits: number
  /** The orphan pass looks at what was begun so long ago, this often, and lists so many pages at a time. */
  orphanAgeMs: number
  orphanEveryMs: number
  orphanPages: number
}

export const INTAKE_DIALS: IntakeDials = {
  windowMs: 24 * HOUR_MS,
  windowRows: 1_000,
  staleMs: 10 * MINUTE_MS,
  repeatMs: 20 * MINUTE_MS,
  liveMs: 30 * MINUTE_MS,
  segmentRows: 4_000,
  segmentChars: 2_000_000,
  // Eight bytes each: with those of one more row they still fit in one value of SQLite.
  segmentIds: 150_000,
  segmentsAtOnce: 4,
  partRows: 200,
  // A filter of them, two bytes each, is one value of SQLite.
  generation: 250_000,
  acceptGeneration: 100_000,
  filterBits: FILTER_BITS,
  orphanAgeMs: 2 * HOUR_MS,
  orphanEveryMs: HOUR_MS,
  orphanPages: 50,
}
