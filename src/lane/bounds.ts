/** What a lane holds in memory, in a row and in a call, however much it is owed. The simulation has smaller ones. */
export interface Bounds {
  /** Parts (batches) of the works in memory; what is beyond them waits in rows that are not read. */
  head: number
  /** Characters of a row of work, as it comes. */
  row: number
  /** Dead letters that one call makes, or sends once more. */
  slice: number
  /** Rows that one look for an event, or for the oldest, passes: beyond them it is told that it is not known. */
  search: number
  /** Dead letters, and events of them, whose payloads a redrive looks at in one go. */
  look: { letters: number; events: number }
}

export const BOUNDS: Bounds = {
  head: 2_000,
  row: 64_000,
  slice: 500,
  search: 20_000,
  look: { letters: 300, events: 5_000 },
}

/** Characters of one row at most, whatever receivers answer: at three bytes each still under a megabyte. */
export const MOST_ROW_CHARS = 300_000
