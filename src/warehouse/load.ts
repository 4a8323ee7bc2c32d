import { type Connector, type Cursor, WarehouseError, type WarehouseSession } from '../connectors/index.ts'
import { archivedEvent, eventName, type SpecEvent } from '../event/index.ts'
import { type IntakeRemote, type LogEntry, portions, readLog } from '../intake/index.ts'
import {
  type Catalogue,
  type LooseRow,
  type LoadPlan,
  looseRows,
  Names,
  planLoad,
  type Remark,
  type TableSelection,
  type SyncNotice,
} from '../tables/index.ts'
import type { LeftOut } from './protocol.ts'

/** What is read, and where it is loaded to. */
export interface Reading {
  sourceId: string
  schema: string
  /** Whose cursor it is: `sync`, or `backfill:<id>`. */
  reader: string
  /** Milliseconds: where a reader without a cursor begins; `null`: at the beginning. */
  since: number | null
  /** The last row of the log that belongs to it. */
  last: number
  leftOut: LeftOut
  /** Only these tables; `null`: all. */
  only: readonly string[] | null
  /** Whether an event is loaded at all. */
  takes(event: SpecEvent): boolean
}

export interface LoadingDeps {
  now(): number
  archive: R2Bucket
  intake(source: string): Pick<IntakeRemote, 'log'>
  connector: Pick<Connector, 'limits' | 'portion'>
  session: WarehouseSession
  /** Whether a segment of the log that is lost is passed: its rows are a notice. */
  passes(): boolean
  /** Chunks of the archive that are held beside a portion. */
  chunks: number
  /** What is there is to be loaded now, though it is no whole portion: time is over. */
  enough(): boolean
}

/** One portion that is in the warehouse. */
export interface LoadedPortion {
  to: Cursor
  /** ISO time of the last row of the log that is loaded whole; `null`: none is. */
  committedAt: string | null
  events: number
  inserted: Record<string, number>
  notices: SyncNotice[]
  /** The tables of the source as they are now. */
  catalogue: Catalogue
}

/** Times that tables are made wider for one portion: others may do so at the same time. */
const MOST_EXTENSIONS = 5

/**
 * Loads what a source's log has from where its reader stands in the warehouse, a portion at a time: rows and cursor in one
 * transaction. One whose answer was lost, or that somebody else has loaded, is found by the cursor and not loaded again.
 * Holds one portion and some chunks of the archive, however long the log is. Ends with row `last`.
 */
export async function* loadLog(reading: Reading, deps: LoadingDeps): AsyncGenerator<LoadedPortion> {
  const { session } = deps
  const { schema, reader } = reading
  let catalogue = await session.catalogue(schema)
  let at = catalogue && (await session.cursor(schema, reader))
  const names = new Names(deps.connector.limits.nameBytes)
  const selection = selectionOf(reading)
  for (let moved = true; moved;) {
    moved = false
    for await (const portion of cuts(at, reading, deps)) {
      // A source that has never had an event has no schema either.
      if (catalogue === null && portion.events.length === 0) continue
      const planned: Extended = await extended(rowsOf(portion, names, selection), catalogue, schema, deps)
      catalogue = planned.catalogue
      const { tables, upserts } = planned
      const loaded = await session.load({ schema, tables, upserts, cursor: { reader, from: at, to: portion.to } })
      if (loaded.state === 'moved') {
        at = loaded.to
        moved = true
        break
      }
      at = portion.to
      yield {
        to: portion.to,
        committedAt: portion.committedAt,
        events: portion.events.length,
        inserted: loaded.inserted,
        notices: [...portion.notices, ...planned.notices, ...loaded.notices],
        catalogue,
      }
    }
  }
}

interface Made {
  rows: LooseRow[]
  remarks: Remark[]
}

function rowsOf({ events }: Portion, names: Names, selection: TableSelection | undefined): Made {
  const made: Made = { rows: [], remarks: [] }
  for (const event of events) {
    const { rows, remarks } = looseRows(event, names, selection)
    made.rows.push(...rows)
    made.remarks.push(...remarks)
  }
  return made
}

/** `undefined`: all is loaded. */
function selectionOf({ leftOut, only }: Reading): TableSelection | undefined {
  const collections = new Set(leftOut.collections)
  const properties = new Map(Object.entries(leftOut.properties).map(([table, names]) => [table, new Set(names)]))
  if (only === null && collections.size === 0 && properties.size === 0) return undefined
  const wanted = only && new Set(only)
  return (table, column) =>
    column === null ? !collections.has(table) && wanted?.has(table) !== false : !properties.get(table)?.has(column)
}

type Extended = LoadPlan & { catalogue: Catalogue }

/** What is loaded into the tables as they are, after those were made wide enough. */
async function extended(
  { rows, remarks }: Made,
  before: Catalogue | null,
  schema: string,
  { session, connector: { limits }, now }: LoadingDeps,
): Promise<Extended> {
  const loadedAt = new Date(now()).toISOString()
  let catalogue = before
  for (let tries = 0; tries < MOST_EXTENSIONS; tries++) {
    const plan = planLoad(rows, { catalogue, limits, loadedAt, remarks })
    if (catalogue && plan.additions.length === 0) return { ...plan, catalogue }
    await session.extend(schema, plan.additions)
    // By what is there now: others make tables too.
    catalogue = (await session.catalogue(schema)) ?? new Map()
  }
  throw new WarehouseError('not_extended', `The tables of ${schema} lack columns that were just added to them.`, true)
}

/** Events that are loaded together. */
interface Portion {
  events: SpecEvent[]
  /** Characters of their JSON. */
  size: number
  to: Cursor
  committedAt: string | null
  /** Calls and names of its events: each makes a table. */
  kinds: Set<string>
  /** What the archive could not give. */
  notices: SyncNotice[]
}

/** The log from a place on, in portions as the connector wants them. */
async function* cuts(
  from: Cursor | null,
  reading: Reading,
  { archive, intake, connector, chunks, enough, passes }: LoadingDeps,
): AsyncGenerator<Portion> {
  const { sourceId, since, last, takes } = reading
  const { events: mostEvents, bytes: mostBytes, tables: mostTables = Infinity } = connector.portion
  const start = from ?? { seq: 0, index: 0 }
  const log = readLog(
    { source: sourceId, intake: intake(sourceId), archive, passes },
    from ? { seq: from.seq } : since === null ? { seq: 1 } : { since },
  )
  let portion: Portion | null = null
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
        const event = archivedEvent(line)
        if (!event) addUnreadable(portion, 1, line)
        else if (takes(event)) {
          portion.events.push(event)
          portion.kinds.add(`${event.type} ${event.type === 'track' ? (eventName(event) ?? '') : ''}`)
        }
        portion.size += line.length
        portion.to = { seq, index: index }
        const { events, size, kinds } = portion
        if (events.length < mostEvents && size < mostBytes && kinds.size + FIXED_TABLES < mostTables) continue
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
/** Beside those of events by name: at most so many are in every portion. */
const FIXED_TABLES = 9
const MOST_SAMPLES = 3

function nothing(to: Cursor): Portion {
  return { events: [], size: 0, to, committedAt: null, kinds: new Set(), notices: [] }
}

/** However many objects are gone, it is one notice. */
function addUnreadable({ notices }: Portion, count: number, what: string): void {
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
