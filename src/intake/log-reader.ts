import { DamagedObject } from '../archive/index.ts'
import { entriesOf } from './log.ts'
import type { Found, LogEntry, LogFrom, LogPart, Segment } from './protocol.ts'
import { entryOf, type IntakeStore } from './store.ts'

/** Characters that one part of the log has at most, where it is not a segment. */
const PART_CHARS = 1_000_000

/** Reads the rows of a log wherever they are: live in its object, or in a segment. */
export class LogReader {
  readonly #source: string
  readonly #store: IntakeStore
  readonly #archive: R2Bucket
  readonly #partRows: number

  /** `partRows`: rows that one part has at most, where it is not a segment. */
  constructor(source: string, store: IntakeStore, archive: R2Bucket, partRows: number) {
    this.#source = source
    this.#store = store
    this.#archive = archive
    this.#partRows = partRows
  }

  /** Gives a row by its number; of segments it keeps the last one that it has read. */
  rows(): (seq: number) => Promise<LogEntry | undefined> {
    let read: { segment: Segment; entries: LogEntry[] } | undefined
    return async (seq) => {
      const row = this.#store.read(seq)
      if (row) return entryOf(row)
      if (read && seq >= read.segment.first && seq <= read.segment.last) return read.entries[seq - read.segment.first]
      const segment = this.#store.segmentOf(seq)
      if (!segment) return undefined
      read = { segment, entries: await this.segment(segment) }
      return read.entries[seq - segment.first]
    }
  }

  /** New events of rows that are lost, as the counters of those around them say; `null`: these are lost too. */
  async eventsBetween({ first, last }: Pick<Segment, 'first' | 'last'>): Promise<number | null> {
    const row = this.rows()
    try {
      const before = first === 1 ? 0 : (await row(first - 1))?.counters.archived
      const next = await row(last + 1)
      return next && before !== undefined ? next.counters.archived - eventsOf(next) - before : null
    } catch (error) {
      if (error instanceof DamagedObject) return null
      throw error
    }
  }

  segment(segment: Segment): Promise<LogEntry[]> {
    return entriesOf(this.#archive, this.#source, segment)
  }

  /** The next part of the log, whose last row is `last`. `sizeOf`: characters of a live row. */
  part(where: LogFrom, last: number, sizeOf: (seq: number) => number): LogPart {
    const from = 'seq' in where ? { seq: Math.max(where.seq, 1) } : where
    const seq = 'seq' in from ? from.seq : undefined
    const segment = 'since' in from ? this.#store.segmentSince(from.since) : this.#store.segmentOf(from.seq)
    if (segment) {
      const { first, last } = segment
      return { from: seq ?? first, segment: { first, last } }
    }
    const entries: LogEntry[] = []
    const start = seq ?? this.#store.firstSince('since' in from ? from.since : 0)
    for (let at = start, chars = 0; at <= last && entries.length < this.#partRows && chars < PART_CHARS; at++) {
      const row = this.#store.read(at)
      if (row) entries.push(entryOf(row))
      chars += sizeOf(at)
    }
    return { from: start, entries }
  }
}

/** Where an event of a row lies; `null`: it has no such event. */
export function foundIn(entry: LogEntry, event: number): Found | null {
  const { seq, batch, key, chunks, committedAt, routes } = entry
  if (!key || event >= eventsOf(entry)) return null
  return { seq, batch, key, chunks, event, committedAt, routes }
}

/** How many events a row has. */
export function eventsOf({ chunks }: Pick<LogEntry, 'chunks'>): number {
  return chunks.reduce((n, [, , events]) => n + events, 0)
}
