import type { Commit, Counters, RefusedAt, Route } from './protocol.ts'

/** The part of a Durable Object's storage that an intake needs. */
export interface IntakeStorage {
  sql: Pick<SqlStorage, 'exec'>
  setAlarm(at: number): Promise<void>
}

/** One committed batch. */
export interface LogRow extends Omit<Commit, 'ids' | 'accepts' | 'routes' | 'counts' | 'refused' | 'shown'> {
  seq: number
  committedAt: string
  /** Figures of the source up to and with this row. */
  counters: Counters
}

/** What is needed of a row only while it is young: for deduplication and the push to the lanes. */
export interface Recent {
  accepts: string[]
  routes: Record<string, Route>
  /** A few events that were not accepted. */
  refused?: RefusedAt[]
}

export interface IntakeState {
  /** By destination: the last seq that its lane has answered for. May lag, never leads. */
  pushed: Record<string, number>
  /** No row up to this seq has a route to a destination that `pushed` lacks. */
  through: number
  /** Rows up to this seq are no longer young. */
  trimmed: number
  /** Milliseconds: archive objects begun before are in the log, or gone. */
  checked: number
}

interface Row extends Record<string, SqlStorageValue> {
  seq: number
  body: string
  recent: string | null
  ids: ArrayBuffer | null
}

/** `log` one row a committed batch, `intake` one row of state. Integer primary keys, no index. */
export class IntakeStore {
  readonly #storage: IntakeStorage

  constructor(storage: IntakeStorage) {
    this.#storage = storage
    storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, recent TEXT, ids BLOB)',
    )
    storage.sql.exec('CREATE TABLE IF NOT EXISTS intake (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  }

  state(): IntakeState {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM intake WHERE id = 1').toArray()
    const empty: IntakeState = { pushed: {}, through: 0, trimmed: 0, checked: 0 }
    return row ? { ...empty, ...(JSON.parse(row.body) as IntakeState) } : empty
  }

  saveState(state: IntakeState): void {
    this.#storage.sql.exec('INSERT OR REPLACE INTO intake (id, body) VALUES (1, ?)', JSON.stringify(state))
  }

  append(row: LogRow, recent: Recent, ids: Uint32Array): void {
    this.#storage.sql.exec(
      'INSERT INTO log (seq, body, recent, ids) VALUES (?, ?, ?, ?)',
      row.seq,
      JSON.stringify(row),
      JSON.stringify(recent),
      ids.slice().buffer,
    )
  }

  last(): LogRow | undefined {
    const [row] = this.#storage.sql.exec<Row>('SELECT body FROM log ORDER BY seq DESC LIMIT 1').toArray()
    return row && (JSON.parse(row.body) as LogRow)
  }

  /** Rows that are still young, oldest first. */
  *recent(): Generator<{ seq: number; batch: string; recent: Recent; ids: Uint32Array }> {
    for (const row of this.#storage.sql.exec<Row>('SELECT * FROM log WHERE recent IS NOT NULL ORDER BY seq')) {
      const { batch } = JSON.parse(row.body) as LogRow
      yield {
        seq: row.seq,
        batch,
        recent: JSON.parse(row.recent ?? '{}') as Recent,
        ids: new Uint32Array(row.ids ?? new ArrayBuffer(0)),
      }
    }
  }

  read(seq: number): { row: LogRow; recent: Recent | null } | undefined {
    const [row] = this.#storage.sql.exec<Row>('SELECT seq, body, recent FROM log WHERE seq = ?', seq).toArray()
    return (
      row && { row: JSON.parse(row.body) as LogRow, recent: row.recent ? (JSON.parse(row.recent) as Recent) : null }
    )
  }

  /** Batches that were committed in [from, to], in milliseconds. */
  batchesBetween(from: number, to: number): Set<string> {
    const rows = this.#storage.sql.exec<{ batch: string; at: string }>(
      `SELECT json_extract(body, '$.batch') AS batch, json_extract(body, '$.committedAt') AS at
       FROM log WHERE seq >= ? ORDER BY seq`,
      this.firstSince(from),
    )
    const batches = new Set<string>()
    for (const { batch, at } of rows) {
      if (Date.parse(at) > to) break
      batches.add(batch)
    }
    return batches
  }

  /** The seq of the first row committed at `time` (milliseconds) or later; one more than the last if there is none. */
  firstSince(time: number): number {
    let low = 1
    let high = (this.last()?.seq ?? 0) + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (Date.parse(this.read(middle)?.row.committedAt ?? '') < time) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Rows up to `seq` are no longer needed for deduplication or the push; they stay as the index of the archive. */
  trim(seq: number): void {
    this.#storage.sql.exec('UPDATE log SET recent = NULL, ids = NULL WHERE seq <= ? AND recent IS NOT NULL', seq)
  }

  /** Fingerprints row by row, newest first. */
  *ids(): Generator<{ seq: number; ids: Uint32Array }> {
    const rows = this.#storage.sql.exec<Row>('SELECT seq, ids FROM log WHERE ids IS NOT NULL ORDER BY seq DESC')
    for (const row of rows) yield { seq: row.seq, ids: new Uint32Array(row.ids ?? new ArrayBuffer(0)) }
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }
}
