import type { Connector, Cursor } from '../connectors/index.ts'
import { type IntakeRemote, type LogEntry, portions, readLog } from '../intake/index.ts'
import type { SyncNotice } from '../tables/index.ts'
import type { LogContent } from './content.ts'
import type { LeftOut } from './protocol.ts'

/** What is read, and where it is loaded to. */
export interface Reading<T> {
  /** The log: a source's id, or that of its objects. */
  log: string
  content: LogContent<T>
  schema: string
  /** Whose cursor it is: `sync`, `objects`, or `backfill:<id>`. */
  reader: string
  /** Milliseconds: where a reader without a cursor begins; `null`: at the beginning. */
  since: number | null
  /** The last row of the log that belongs to it. */
  last: number
  leftOut: LeftOut
  /** Only these tables; `null`: all. */
  only: readonly string[] | null
  /** Whether an event or object is loaded at all. */
  takes(one: T): boolean
}

/** Where a log is read from, and how much of it at a time. */
export interface PortionDeps {
  archive: R2Bucket
  intake(source: string): Pick<IntakeRemote, 'log'>
  connector: Pick<Connector, 'limits' | 'portion'>
  /** Whether a segment of the log that is lost is passed: its rows are a notice. */
  passes(): boolean
  /** Chunks of the archive that are held beside a portion. */
  chunks: number
  /** What is there is to be loaded now, though it is no whole portion: time is over. */
  enough(): boolean
}

/** Events or objects that are loaded together. */
export interface Portion<T> {
  all: T[]
  /** Behind each of them. */
  ends: Cursor[]
  /** Characters of their JSON. */
  size: number
  to: Cursor
  committedAt: string | null
  /** Calls and names of its events, or collections: each makes a table. */
  kinds: Set<string>
  /** What the archive could not give. */
  notices: SyncNotice[]
}

/** The log from a place on, in portions as the connector wants them. */
export async function* cuts<T>(
  from: Cursor | null,
  reading: Pick<Reading<T>, 'log' | 'content' | 'since' | 'last' | 'takes'>,
  { archive, intake, connector, chunks, enough, passes }: PortionDeps,
): AsyncGenerator<Portion<T>> {
  const { log: source, content, since, last, takes } = reading
  const { events: mostEvents, bytes: mostBytes, tables: mostTables = Infinity } = connector.portion
  const start = from ?? { seq: 0, index: 0 }
  const log = readLog(
    { source, intake: intake(source), archive, passes },
    from ? { seq: from.seq } : since === null ? { seq: 1 } : { since },
  )
  let portion: Portion<T> | null = null
  let next = from || since === null ? Math.max(1, start.seq) : Infinity
  for await (const pieces of portions(archive, upTo(log, last), start, chunks)) {
    for (const { entry, chunk, sizes, lines, ends } of pieces) {
      const { seq, key, committedAt } = entry
      let index = eventsIn(entry.chunks.slice(0, chunk))
      portion ??= nothing({ seq, index })
      if (next === Infinity) next = seq
      if (seq > next) addUnreadable(portion, seq - next, `rows ${next}-${seq - 1} of the log`)
      next = Math.max(next, ends ? seq + 1 : seq)
      if (lines === null) {
        addUnreadable(
          portion,
          sizes.reduce((a, b) => a + b, 0),
          key ?? '',
        )
      }
      for (const line of lines ?? []) {
        const at = index++
        if (seq === start.seq && at < start.index) continue
        portion ??= nothing({ seq, index: at })
        const one = content.read(line)
        if (one === null) addUnreadable(portion, 1, line)
        else if (takes(one)) {
          portion.all.push(one)
          portion.ends.push({ seq, index })
          portion.kinds.add(content.kindOf(one))
        }
        portion.size += line.length
        portion.to = { seq, index: index }
        const { all, size, kinds } = portion
        if (all.length < mostEvents && size < mostBytes && kinds.size + content.fixedTables < mostTables) continue
        yield portion
        portion = null
      }
      if (!ends) {
        index = eventsIn(entry.chunks.slice(0, chunk + sizes.length))
        if (portion) portion.to = { seq, index }
        continue
      }
      portion ??= nothing({ seq: seq + 1, index: 0 })
      portion.to = { seq: seq + 1, index: 0 }
      portion.committedAt = committedAt
    }
    if (!portion || !enough()) continue
    yield portion
    portion = null
  }
  if (portion) yield portion
}

const SAMPLE_CHARS = 200
const MOST_SAMPLES = 3

function nothing<T>(to: Cursor): Portion<T> {
  return { all: [], ends: [], size: 0, to, committedAt: null, kinds: new Set(), notices: [] }
}

/** However many objects are gone, it is one notice. */
function addUnreadable({ notices }: Pick<Portion<unknown>, 'notices'>, count: number, what: string): void {
  const [known] = notices
  const sample = { id: '', value: what.slice(0, SAMPLE_CHARS) }
  if (!known) notices.push({ code: 'unreadable', table: '', column: null, count, samples: [sample] })
  else {
    known.count += count
    if (known.samples.length < MOST_SAMPLES) known.samples.push(sample)
  }
}

function eventsIn(chunks: LogEntry['chunks']): number {
  return chunks.reduce((n, [, , events]) => n + events, 0)
}

/** The rows up to `last`. */
async function* upTo(log: AsyncIterable<LogEntry>, last: number): AsyncGenerator<LogEntry> {
  for await (const entry of log) {
    if (entry.seq > last) return
    yield entry
  }
}
