import { readSegment } from '../archive/index.ts'
import type { LogEntry, LogFrom } from './protocol.ts'
import type { IntakeRemote } from './remote.ts'

export interface LogDeps {
  source: string
  /** The intake, from outside or from inside. */
  intake: Pick<IntakeRemote, 'log'>
  archive: R2Bucket
}

/**
 * The rows of a source's log in their order: from a seq on, or from the first that was committed at a time or later. Reads
 * segments itself and asks the intake for what has not left it, so that one segment or some rows are held at a time, however
 * long the log is. Ends with the last row there is. Throws when a segment cannot be read.
 */
export async function* readLog({ source, intake, archive }: LogDeps, from: LogFrom): AsyncGenerator<LogEntry> {
  const since = 'since' in from ? from.since : -Infinity
  let begun = !('since' in from)
  for (let next: LogFrom | null = from; next;) {
    const part = await intake.log(next)
    const entries = 'segment' in part ? await entriesOf(archive, source, part.segment) : part.entries
    next = null
    for (const entry of entries) {
      if (entry.seq < part.from) continue
      next = { seq: entry.seq + 1 }
      begun ||= Date.parse(entry.committedAt) >= since
      if (begun) yield entry
    }
  }
}

/** All rows of a segment. */
export async function entriesOf(
  archive: R2Bucket,
  source: string,
  segment: { first: number; last: number },
): Promise<LogEntry[]> {
  const lines = await readSegment(archive, source, segment)
  if (lines.length !== segment.last - segment.first + 1)
    throw new Error(`segment ${segment.first}-${segment.last} of ${source} has ${lines.length} rows`)
  return lines.map((line) => JSON.parse(line) as LogEntry)
}
