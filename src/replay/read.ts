import { readLines } from '../archive/index.ts'
import type { LogEntry } from '../intake/index.ts'

/** Objects that are read side by side, and bytes of them as they lie there. */
const ABREAST = 4
const BYTES_ABREAST = 1_000_000
/** Rows after which whoever reads hears how far it is, however few of them have something. */
const MOST_ROWS = 500

/** A row of the log with the lines of its events; `null`: its object is not there any more. */
export interface Batch {
  entry: LogEntry
  lines: string[] | null
}

/** Those rows of `entries` that have events received in [from, until), a few at a time, each few with the last row that was passed. */
export async function* batches(
  archive: R2Bucket,
  entries: AsyncIterable<LogEntry>,
  { from, until }: { from: number; until: number },
): AsyncGenerator<{ some: Batch[]; last: number; committedAt: string }> {
  let few: LogEntry[] = []
  let bytes = 0
  let rows = 0
  let seen: LogEntry | undefined
  for await (const entry of entries) {
    const within = Date.parse(entry.firstReceivedAt) < until && Date.parse(entry.lastReceivedAt) >= from
    const isWanted = within && entry.key !== null
    const own = isWanted ? entry.chunks.reduce((n, [, length]) => n + length, 0) : 0
    const isFull = few.length === ABREAST || (few.length > 0 && bytes + own > BYTES_ABREAST)
    if (seen && ((isWanted && isFull) || rows === MOST_ROWS)) {
      yield await read(archive, few, seen)
      few = []
      bytes = 0
      rows = 0
    }
    seen = entry
    rows++
    bytes += own
    if (isWanted) few.push(entry)
  }
  if (seen) yield await read(archive, few, seen)
}

/** `seen`: the last row that was looked at. */
async function read(
  archive: R2Bucket,
  entries: readonly LogEntry[],
  seen: LogEntry,
): Promise<{ some: Batch[]; last: number; committedAt: string }> {
  const some = await Promise.all(
    entries.map(async (entry) => ({ entry, lines: await readLines(archive, entry.key ?? '', entry.chunks) })),
  )
  return { some, last: seen.seq, committedAt: seen.committedAt }
}
