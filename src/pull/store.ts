import type { PullRun, PullTrouble } from './protocol.ts'

/** The part of a Durable Object's storage that a puller needs. */
export interface PullerStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** A pass of a run. */
export interface StoredPass {
  pass: string
  /** Milliseconds: what has changed since then is read; `null`: everything. */
  since: number | null
}

/** A run as it is stored: which passes are to come, the first of them under way. */
export interface StoredRun extends PullRun {
  toCome: StoredPass[]
  /** All of its passes. */
  asked: string[]
  /** Those that could not be read. */
  unread: string[]
  /** What the next page of the first of them is asked by; `null`: it has not begun. */
  cursor: string | null
  /** Pages of it that were read. */
  page: number
  /** How often it had to begin anew. */
  begun: number
  /** Collections that are known when it is over. */
  wholes: string[]
  /** Objects by pass, as the vendor says; `null`: it was not asked yet. */
  sizes: Record<string, number> | null
  /** Objects of the pass under way that were read. */
  read: number
  /** Milliseconds: events since then go to destinations; absent: none do. */
  eventsSince?: number
}

export interface StoredPuller {
  /** Grows with each write: whoever has an older one in memory writes no more. */
  version: number
  /** Of the terms that it goes by. */
  terms: number
  /** Collections that were once read whole, each with the begin of the last run that read what had changed, milliseconds. */
  known: Record<string, number>
  /** Passes that are read more rarely than others, each with the begin of the last run that read it, milliseconds. */
  rare: Record<string, number>
  /** Collections of which it is not known any more what has changed, each with since when, milliseconds. */
  missed: Record<string, number>
  /** Begin of the last run that was told of all changes, milliseconds. */
  heard: number | null
  run: StoredRun | null
  last: PullRun | null
  nextAt: number | null
  wanted: PullRun['cause'] | null
  failures: number
  error: PullTrouble | null
  /** Why it waits though nothing has failed. */
  waiting: PullTrouble | null
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

/** What is kept of tokens: nobody reads them here. */
export interface SealedTokens {
  sealed: string
  keyId: string
  /** Fingerprint of the account and client that they are of. */
  of: string
}

/**
 * One row is all that a puller knows. Beside it ids that passes have listed, a row a page, and the tokens of its vendor. The
 * objects are in their log.
 */
export class PullerStore {
  readonly #storage: PullerStorage

  constructor(storage: PullerStorage) {
    this.#storage = storage
    const { sql } = storage
    sql.exec('CREATE TABLE IF NOT EXISTS puller (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
    sql.exec(
      'CREATE TABLE IF NOT EXISTS listed (pass TEXT, run TEXT, page INTEGER, ids TEXT NOT NULL, PRIMARY KEY (pass, run, page))',
    )
    sql.exec(
      'CREATE TABLE IF NOT EXISTS tokens (id INTEGER PRIMARY KEY, sealed TEXT NOT NULL, key_id TEXT NOT NULL, of TEXT NOT NULL)',
    )
  }

  read(): StoredPuller | null {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM puller WHERE id = 1').toArray()
    return row ? (JSON.parse(row.body) as StoredPuller) : null
  }

  /** Throws when another instance has written meanwhile. `beside` is of the same transaction. */
  save(state: StoredPuller, beside?: () => void): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      const query = "SELECT body ->> 'version' AS version FROM puller WHERE id = 1"
      const [stored] = sql.exec<{ version: number }>(query).toArray()
      if (stored && stored.version !== state.version) throw new Error('another instance has gone on')
      const body = JSON.stringify({ ...state, version: state.version + 1 })
      sql.exec('INSERT OR REPLACE INTO puller (id, body) VALUES (1, ?)', body)
      beside?.()
    })
    state.version++
  }

  /** Ids that a page of a pass has listed. */
  noteListed(pass: string, run: string, page: number, ids: readonly string[]): void {
    const query = 'INSERT OR REPLACE INTO listed (pass, run, page, ids) VALUES (?, ?, ?, ?)'
    this.#storage.sql.exec(query, pass, run, page, JSON.stringify(ids))
  }

  /** Ids that a pass has listed in this run, or in the last one before it that came to its end. */
  *listed(pass: string, run: string, isThis: boolean): Generator<string> {
    const query = `SELECT ids FROM listed WHERE pass = ? AND run ${isThis ? '=' : '<>'} ? ORDER BY page`
    for (const { ids } of this.#storage.sql.exec<{ ids: string }>(query, pass, run)) yield* JSON.parse(ids) as string[]
  }

  /** Of what a pass has listed that of this run stays, or that of all others. */
  keepListed(pass: string, run: string, isThis: boolean): void {
    this.#storage.sql.exec(`DELETE FROM listed WHERE pass = ? AND run ${isThis ? '<>' : '='} ?`, pass, run)
  }

  /** Another account has other ids. */
  forgetListed(): void {
    this.#storage.sql.exec('DELETE FROM listed')
  }

  tokens(): SealedTokens | null {
    const query = 'SELECT sealed, key_id AS keyId, of FROM tokens WHERE id = 1'
    const [row] = this.#storage.sql.exec<{ sealed: string; keyId: string; of: string }>(query).toArray()
    return row ?? null
  }

  keepTokens({ sealed, keyId, of }: SealedTokens): void {
    const query = 'INSERT OR REPLACE INTO tokens (id, sealed, key_id, of) VALUES (1, ?, ?, ?)'
    this.#storage.sql.exec(query, sealed, keyId, of)
  }

  clear(): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      for (const table of ['puller', 'listed', 'tokens']) sql.exec(`DELETE FROM ${table}`)
    })
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }
}
