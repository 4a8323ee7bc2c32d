import type { Chunk } from '../archive/index.ts'
import { decodeSet, has } from '../lane/index.ts'
import { type Fate, type LogEntry, type LogPage, type LogQuery, MOST_REASONS, type Slice } from './protocol.ts'

/** Rows that one page looks at, so that the call stays short. */
const MOST_ROWS = 500

/**
 * The last events of a log, backwards, by what the log knows of them; the events themselves are in the archive. `read` gives
 * a row, wherever it is.
 */
export async function pageOfLog(
  read: (seq: number) => Promise<LogEntry | undefined>,
  last: number,
  { before, count, only }: LogQuery,
): Promise<LogPage> {
  const slices: Slice[] = []
  const start = before?.seq ?? last
  let left = count
  let seq = Math.min(start, last)
  for (; seq > 0 && start - seq < MOST_ROWS && left > 0; seq--) {
    const entry = await read(seq)
    if (!entry) continue
    const slice = sliceOf(entry, before?.seq === seq ? before.event : Infinity, left, only)
    const size = slice.to - slice.from + slice.refused.length
    if (size > 0) slices.push(slice)
    left -= size
    if (slice.from > 0) return { slices, next: { seq, event: slice.from } }
  }
  return { slices, next: seq > 0 ? { seq, event: Number.MAX_SAFE_INTEGER } : null }
}

/** What a batch has before event `end`. Its rejected events come after its last one. */
function sliceOf(row: LogEntry, end: number, most: number, only: LogQuery['only']): Slice {
  const { seq, committedAt, key, routes } = row
  const size = row.chunks.reduce((n, [, , events]) => n + events, 0)
  const refused = end <= size || only === 'accepted' ? [] : (row.refused ?? [])
  const wanted = only !== 'rejected' && key !== null
  const to = wanted ? Math.min(size, end) : 0
  const from = Math.max(0, to - Math.max(most - refused.length, 1))
  return {
    seq,
    committedAt,
    key,
    ...cutChunks(row.chunks, from, to),
    from,
    to,
    fates: routes && fatesOf(routes, from, to),
    refused,
  }
}

/** The consecutive members that hold events [from, to), and the index of the first event of the first. */
function cutChunks(chunks: readonly Chunk[], from: number, to: number): { chunks: Chunk[]; first: number } {
  const cut: Chunk[] = []
  let first = 0
  let at = 0
  for (const chunk of chunks) {
    const end = at + chunk[2]
    if (end > from && at < to) {
      if (cut.length === 0) first = at
      cut.push(chunk)
    }
    at = end
  }
  return { chunks: cut, first }
}

function fatesOf(routes: NonNullable<LogEntry['routes']>, from: number, to: number): Fate[] {
  const all = Object.entries(routes).map(([id, { events, filtered }]) => {
    return { id, set: decodeSet(events), codes: Object.keys(filtered) }
  })
  return Array.from({ length: to - from }, (_, n) => {
    const kept = all.filter(({ set }) => !has(set, from + n))
    const reasons = kept.slice(0, MOST_REASONS).map(({ id, codes }) => [id, codes] as const)
    return { matched: all.length - kept.length, filtered: kept.length, reasons: Object.fromEntries(reasons) }
  })
}
