import type { PullRun, PullTrouble } from './protocol.ts'

/** The part of a Durable Object's storage that a puller needs. */
export interface PullerStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** A run as it is stored: which passes are to come, the first of them under way. */
export interface StoredRun extends PullRun {
  toCome: string[]
  /** What the next page of the first of them is asked by; `null`: it has not begun. */
  cursor: string | null
  /** Milliseconds: what has changed since then is read; `null`: nothing of the kind. */
  since: number | null
  /** Collections that are whole when it is over. */
  wholes: string[]
  /** Milliseconds: events since then go to destinations; absent: none do. */
  eventsSince?: number
}

export interface StoredPuller {
  /** Grows with each write: whoever has an older one in memory writes no more. */
  version: number
  /** Of the terms that it goes by. */
  terms: number
  /** Begin of the last run that is over, milliseconds; `null`: there was none. */
  since: number | null
  /** Collections that were once read whole. */
  whole: string[]
  /** Of collections that were left out since when what changed of them is not known, milliseconds. */
  missed?: Record<string, number>
  run: StoredRun | null
  last: PullRun | null
  nextAt: number | null
  wanted: PullRun['cause'] | null
  failures: number
  error: PullTrouble | null
  /** Milliseconds: since when events are wanted for destinations; absent: they are not. */
  eventsSince?: number
  /** Of how many failures in a row others were told. */
  told?: number
  /** Fingerprint of the settings that it was read with; none: nothing was. */
  account?: string | null
  objects: number
  calls: number
  /** Of each collection. */
  counts: Record<string, number>
}

/** One row: all that a puller knows. The objects are in their log. */
export class PullerStore {
  readonly #storage: PullerStorage

  constructor(storage: PullerStorage) {
    this.#storage = storage
    storage.sql.exec('CREATE TABLE IF NOT EXISTS puller (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  }

  read(): StoredPuller | null {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM puller WHERE id = 1').toArray()
    return row ? (JSON.parse(row.body) as StoredPuller) : null
  }

  /** Throws when another instance has written meanwhile. */
  save(state: StoredPuller): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      const query = "SELECT body ->> 'version' AS version FROM puller WHERE id = 1"
      const [stored] = sql.exec<{ version: number }>(query).toArray()
      if (stored && stored.version !== state.version) throw new Error('another instance has gone on')
      const body = JSON.stringify({ ...state, version: state.version + 1 })
      sql.exec('INSERT OR REPLACE INTO puller (id, body) VALUES (1, ?)', body)
    })
    state.version++
  }

  clear(): void {
    this.#storage.sql.exec('DELETE FROM puller')
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }
}
