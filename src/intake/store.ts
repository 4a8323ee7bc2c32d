import type { Pushed } from './outbox.ts'
import type { LaneBehind } from './behind.ts'
import type { IdKind } from './id-store.ts'
import { splitText } from './pieces.ts'
import type { StoredTraffic } from './traffic.ts'
import type { Commit, Counters, LogEntry, RejectedAt, Route, Segment } from './protocol.ts'

/** The part of a Durable Object's storage that an intake needs. */
export interface IntakeStorage {
  sql: Pick<SqlStorage, 'exec' | 'databaseSize'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** One committed batch. */
export interface LogRow extends Omit<Commit, 'ids' | 'accepts' | 'routes' | 'counts' | 'refused' | 'shown' | 'after'> {
  seq: number
  committedAt: string
  /** Figures of the source up to and with this row. */
  counters: Counters
}

/** What is needed of a row beside that for deduplication, the push to the lanes, and whoever asks where an event went. */
export interface Recent {
  accepts: string[]
  routes: Record<string, Route>
  /** A few events that were not accepted. */
  refused?: RejectedAt[]
}

export interface IntakeState extends Pushed {
  /** Rows up to this seq have lost what is in `Recent`: an older version emptied them in place. */
  trimmed: number
  /** Milliseconds: archive objects begun before are in the log, or gone. */
  checked: number
  /** Rows that whoever follows the log was told of; absent: none. */
  told?: number
  /** The key up to which an orphan pass has come that is not over; absent: there is none. */
  after?: string
  /** Absent: an older version has stored it. */
  traffic?: StoredTraffic
}

/** Rows of the log that are in a segment, but whose ids are still remembered. */
export interface RememberedIds {
  /** The last row of the segment. */
  last: number
  /** Milliseconds: when it was committed. */
  at: number
  /** How many message ids there are. */
  ids: number
}

/** A live row, as far as its memory needs it. */
export interface LiveRow {
  row: LogRow
  recent: Recent | null
  ids: Uint32Array
  /** Characters and bytes of all of it. */
  size: number
}

interface Row extends Record<string, SqlStorageValue> {
  seq: number
  body: string
  recent: string | null
  ids: ArrayBuffer | null
}

interface SegmentRow extends Record<string, SqlStorageValue> {
  last: number
  first: number
  ended: number
}

/** Characters of one value: at three bytes each, and with the ids beside it, below a megabyte. */
const PIECE_CHARS = 200_000
/** Pieces are numbered within their row. */
const MOST_PIECES = 65_536

/**
 * `log` one row a committed batch, until it is in a segment; `more` what does not fit in one value of it; `segments` one row a
 * segment; `remembered` the ids of a segment while they are needed; `behind` one row a lane that is owed rows of segments; `intake` one row of state. No index.
 */
export class IntakeStore {
  readonly #storage: IntakeStorage

  constructor(storage: IntakeStorage) {
    this.#storage = storage
    for (const table of [
      'log (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, recent TEXT, ids BLOB)',
      'more (id INTEGER PRIMARY KEY, text TEXT NOT NULL)',
      'segments (last INTEGER PRIMARY KEY, first INTEGER NOT NULL, ended INTEGER NOT NULL)',
      'remembered (last INTEGER PRIMARY KEY, at INTEGER NOT NULL, accepts BLOB NOT NULL, ids BLOB NOT NULL)',
      'behind (destination TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID',
      'intake (id INTEGER PRIMARY KEY, body TEXT NOT NULL)',
    ])
      storage.sql.exec(`CREATE TABLE IF NOT EXISTS ${table}`)
  }

  /** Bytes in use. */
  get size(): number {
    return this.#storage.sql.databaseSize
  }

  state(): IntakeState {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM intake WHERE id = 1').toArray()
    const empty: IntakeState = { pushed: {}, through: 0, trimmed: 0, checked: 0 }
    return row ? { ...empty, ...(JSON.parse(row.body) as IntakeState) } : empty
  }

  saveState(state: IntakeState): void {
    this.#storage.sql.exec('INSERT OR REPLACE INTO intake (id, body) VALUES (1, ?)', JSON.stringify(state))
  }

  /** Answers how large the row is: characters and bytes. */
  append(row: LogRow, recent: Recent, ids: Uint32Array): number {
    const body = JSON.stringify(row)
    const text = JSON.stringify(recent)
    const pieces = splitText(text, PIECE_CHARS)
    const write = (column: string) =>
      this.#storage.sql.exec(
        'INSERT INTO log (seq, body, recent, ids) VALUES (?, ?, ?, ?)',
        row.seq,
        body,
        column,
        ids.slice().buffer,
      )
    if (pieces.length === 1) write(text)
    else
      this.#storage.transactionSync(() => {
        write(`@${pieces.length}`)
        for (const [at, piece] of pieces.entries())
          this.#storage.sql.exec('INSERT INTO more (id, text) VALUES (?, ?)', row.seq * MOST_PIECES + at, piece)
      })
    return body.length + text.length + ids.byteLength
  }

  /** The first row that is still here; one more than the last when there is none. */
  first(): number {
    const [row] = this.#storage.sql.exec<{ seq: number }>('SELECT seq FROM log ORDER BY seq LIMIT 1').toArray()
    return row?.seq ?? (this.#lastSegment()?.last ?? 0) + 1
  }

  last(): LogRow | undefined {
    const [row] = this.#storage.sql.exec<Row>('SELECT body FROM log ORDER BY seq DESC LIMIT 1').toArray()
    return row && (JSON.parse(row.body) as LogRow)
  }

  /** Rows [first, last], oldest first. */
  *live(first: number, last = Number.MAX_SAFE_INTEGER): Generator<LiveRow> {
    const query = 'SELECT * FROM log WHERE seq >= ? AND seq <= ? ORDER BY seq'
    for (const row of this.#storage.sql.exec<Row>(query, first, last)) {
      const text = this.#recentText(row)
      const ids = new Uint32Array(row.ids ?? new ArrayBuffer(0))
      const size = row.body.length + (text?.length ?? 0) + ids.byteLength
      yield { ...parsed(row.body, text), ids, size }
    }
  }

  read(seq: number): { row: LogRow; recent: Recent | null } | undefined {
    const [row] = this.#storage.sql.exec<Row>('SELECT seq, body, recent FROM log WHERE seq = ?', seq).toArray()
    if (!row) return undefined
    return parsed(row.body, this.#recentText(row))
  }

  /** The seq of the first live row committed at `time` (milliseconds) or later; one more than the last if there is none. */
  firstSince(time: number): number {
    let low = this.first()
    let high = (this.last()?.seq ?? 0) + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (Date.parse(this.read(middle)?.row.committedAt ?? '') < time) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Fingerprints row by row, newest first. */
  *ids(): Generator<{ seq: number; ids: Uint32Array }> {
    const rows = this.#storage.sql.exec<Row>('SELECT seq, ids FROM log WHERE ids IS NOT NULL ORDER BY seq DESC')
    for (const row of rows) yield { seq: row.seq, ids: new Uint32Array(row.ids ?? new ArrayBuffer(0)) }
  }

  /**
   * The rows of a segment leave the object, in one step with what remains of them: fingerprints, and the lanes that have
   * still to hear of them. Answers `false`, and changes nothing, when they are not the oldest ones any more.
   */
  seal(
    { first, last, ended: at }: Segment,
    accepts: Uint32Array,
    ids: Uint32Array,
    behind: readonly LaneBehind[] = [],
  ): boolean {
    const { sql } = this.#storage
    return this.#storage.transactionSync(() => {
      if (this.first() !== first) return false
      // A later segment never ends earlier, whatever the clocks of instances said.
      const ended = Math.max(at, this.#lastSegment()?.ended ?? 0)
      sql.exec('INSERT INTO segments (last, first, ended) VALUES (?, ?, ?)', last, first, ended)
      if (accepts.length + ids.length > 0)
        sql.exec(
          'INSERT INTO remembered (last, at, accepts, ids) VALUES (?, ?, ?, ?)',
          last,
          at,
          accepts.slice().buffer,
          ids.slice().buffer,
        )
      for (const one of behind) this.saveBehind(one)
      sql.exec('DELETE FROM log WHERE seq <= ?', last)
      sql.exec('DELETE FROM more WHERE id < ?', (last + 1) * MOST_PIECES)
      return true
    })
  }

  behind(): LaneBehind[] {
    const rows = this.#storage.sql.exec<{ body: string }>('SELECT body FROM behind').toArray()
    return rows.map(({ body }) => JSON.parse(body) as LaneBehind)
  }

  saveBehind(one: LaneBehind): void {
    const query = 'INSERT OR REPLACE INTO behind (destination, body) VALUES (?, ?)'
    this.#storage.sql.exec(query, one.destination, JSON.stringify(one))
  }

  removeBehind(destination: string): void {
    this.#storage.sql.exec('DELETE FROM behind WHERE destination = ?', destination)
  }

  /** Oldest first. */
  remembered(): RememberedIds[] {
    const query = 'SELECT last, at, length(ids) / 8 AS ids FROM remembered ORDER BY last'
    return this.#storage.sql.exec<RememberedIds & Record<string, number>>(query).toArray()
  }

  /** Fingerprints of the accept ids, or of the message ids in the order of the rows, of segments that end after row `after`; oldest first. */
  *fingerprints(kind: IdKind, after: number): Generator<{ seq: number; words: Uint32Array }> {
    const query = `SELECT last, ${kind} AS words FROM remembered WHERE last > ? ORDER BY last`
    for (const { last, words } of this.#storage.sql.exec<{ last: number; words: ArrayBuffer }>(query, after))
      yield { seq: last, words: new Uint32Array(words) }
  }

  /** Fingerprints of the message ids of the segment that ends with row `last`, in their order. */
  idsOf(last: number): Uint32Array {
    const query = 'SELECT ids FROM remembered WHERE last = ?'
    const [row] = this.#storage.sql.exec<{ ids: ArrayBuffer }>(query, last).toArray()
    return new Uint32Array(row?.ids ?? new ArrayBuffer(0))
  }

  /** The ids of segments up to the one that ends with row `last` are no longer needed. */
  forget(last: number): void {
    this.#storage.sql.exec('DELETE FROM remembered WHERE last <= ?', last)
  }

  /** The segment that holds a row. */
  segmentOf(seq: number): Segment | undefined {
    return this.#segment('WHERE last >= ? AND first <= ? ORDER BY last LIMIT 1', seq, seq)
  }

  /** The segment with the first row committed at `time` (milliseconds) or later. */
  segmentSince(time: number): Segment | undefined {
    let found: Segment | undefined
    let low = 1
    let high = this.first() - 1
    while (low <= high) {
      const one = this.#segment('WHERE last >= ? ORDER BY last LIMIT 1', Math.floor((low + high) / 2))
      if (!one) break
      if (one.ended < time) low = one.last + 1
      else {
        found = one
        high = one.first - 1
      }
    }
    return found
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }

  #lastSegment(): Segment | undefined {
    return this.#segment('ORDER BY last DESC LIMIT 1')
  }

  #segment(where: string, ...bindings: number[]): Segment | undefined {
    const query = `SELECT last, first, ended FROM segments ${where}`
    return this.#storage.sql.exec<SegmentRow>(query, ...bindings).toArray()[0]
  }

  #recentText({ seq, recent }: Row): string | null {
    if (!recent?.startsWith('@')) return recent
    const from = seq * MOST_PIECES
    return this.#storage.sql
      .exec<{ text: string }>('SELECT text FROM more WHERE id >= ? AND id < ? ORDER BY id', from, from + MOST_PIECES)
      .toArray()
      .map(({ text }) => text)
      .join('')
  }
}

function parsed(body: string, recent: string | null): { row: LogRow; recent: Recent | null } {
  return { row: JSON.parse(body) as LogRow, recent: recent === null ? null : (JSON.parse(recent) as Recent) }
}

/** A row as readers of the log get it. */
export function entryOf({ row, recent }: { row: LogRow; recent: Recent | null }): LogEntry {
  const { routes, refused } = recent ?? {}
  const told: NonNullable<LogEntry['routes']> = {}
  for (const [id, { config: _, ...route }] of Object.entries(routes ?? {})) told[id] = route
  return { ...row, routes: routes ? told : null, ...(refused && { refused }) }
}
