import { DamagedObject, readSegment } from '../archive/index.ts'
import type { LogEntry, LogFrom } from './protocol.ts'
import type { IntakeRemote } from './remote.ts'

export interface LogDeps {
  source: string
  /** The intake, from outside or from inside. */
  intake: Pick<IntakeRemote, 'log'>
  archive: R2Bucket
  /** Whether a segment that is gone or damaged is passed; without, it is an error. */
  passes?: (segment: Rows) => boolean
}

/** Rows of a log, the first and the last of them. */
interface Rows {
  first: number
  last: number
}

/** Whoever only reads passes a segment that is lost when so many tries in a row have failed. */
export const LOST_TRIES = 5

/**
 * The rows of a source's log in their order: from a seq on, or from the first that was committed at a time or later. Reads
 * segments itself and asks the intake for what has not left it, so that one segment or some rows are held at a time, however
 * long the log is. Ends with the last row there is. Throws when a segment cannot be read, and is not to be passed.
 */
export async function* readLog({ source, intake, archive, passes }: LogDeps, from: LogFrom): AsyncGenerator<LogEntry> {
  const rowsOf = async (segment: Rows) => {
    try {
      return await entriesOf(archive, source, segment)
    } catch (error) {
      if (error instanceof DamagedObject && passes?.(segment)) return null
      throw error
    }
  }
  const since = 'since' in from ? from.since : -Infinity
  let begun = !('since' in from)
  for (let next: LogFrom | null = from; next;) {
    const part = await intake.log(next)
    const entries = 'segment' in part ? await rowsOf(part.segment) : part.entries
    next = entries ? null : { seq: ('segment' in part ? part.segment.last : part.from) + 1 }
    for (const entry of entries ?? []) {
      if (entry.seq < part.from) continue
      next = { seq: entry.seq + 1 }
      begun ||= Date.parse(entry.committedAt) >= since
      if (begun) yield entry
    }
  }
}

/** All rows of a segment. */
export async function entriesOf(archive: R2Bucket, source: string, segment: Rows): Promise<LogEntry[]> {
  const lines = await readSegment(archive, source, segment)
  if (lines.length !== segment.last - segment.first + 1)
    throw new DamagedObject(`segment ${segment.first}-${segment.last} of ${source} has ${lines.length} rows`)
  return lines.map((line) => JSON.parse(line) as LogEntry)
}
