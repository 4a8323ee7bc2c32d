import { readLines } from '../archive/index.ts'
import { parseJson, type SpecEvent } from '../event/index.ts'
import type { LogEntry } from '../intake/index.ts'

/** Objects that are read side by side, and bytes of them as they lie there. */
const ABREAST = 4
const BYTES_ABREAST = 1_000_000

/** A row of the log with the lines of its events; `null`: its object is not there any more. */
export interface Batch {
  entry: LogEntry
  lines: string[] | null
}

/** Those rows of `entries` that have events received in [from, until), a few at a time, each few with the last row's seq. */
export async function* batches(
  archive: R2Bucket,
  entries: AsyncIterable<LogEntry>,
  { from, until }: { from: number; until: number },
): AsyncGenerator<{ some: Batch[]; last: number; committedAt: string }> {
  let few: LogEntry[] = []
  let bytes = 0
  let seen: LogEntry | undefined
  for await (const entry of entries) {
    seen = entry
    const within = Date.parse(entry.firstReceivedAt) < until && Date.parse(entry.lastReceivedAt) >= from
    if (!within || entry.key === null) {
      if (few.length === 0) yield { some: [], last: entry.seq, committedAt: entry.committedAt }
      continue
    }
    const own = entry.chunks.reduce((n, [, length]) => n + length, 0)
    if (few.length > 0 && bytes + own > BYTES_ABREAST) {
      yield await read(archive, few)
      few = []
      bytes = 0
    }
    few.push(entry)
    bytes += own
    if (few.length < ABREAST) continue
    yield await read(archive, few)
    few = []
    bytes = 0
  }
  if (few.length > 0) yield await read(archive, few)
  if (seen) yield { some: [], last: seen.seq, committedAt: seen.committedAt }
}

async function read(
  archive: R2Bucket,
  entries: readonly LogEntry[],
): Promise<{ some: Batch[]; last: number; committedAt: string }> {
  const some = await Promise.all(
    entries.map(async (entry) => ({ entry, lines: await readLines(archive, entry.key ?? '', entry.chunks) })),
  )
  const last = entries.at(-1)
  return { some, last: last?.seq ?? 0, committedAt: last?.committedAt ?? '' }
}

/** `null`: a line that cannot be read. */
export function eventOf(line: string): SpecEvent | null {
  try {
    return parseJson(line) as SpecEvent
  } catch {
    return null
  }
}
