import type { LaneConfig } from '../settings/index.ts'
import type { DeadLetter } from './protocol.ts'
import { decodeWork, encodeWork, newTally, type Tally, type Work } from './work.ts'

/** The part of a Durable Object's storage that a lane needs. */
export interface LaneStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** What the lane knows of itself, in one row. */
export interface LaneState {
  config: LaneConfig | null
  /** Figures of all work that is done. */
  totals: Tally
  /** Last seq of each log whose work is done. */
  marks: Record<string, number>
  /** Short numbers of the logs, in order of their first registration. */
  logs: Record<string, number>
  hold: { until: number; why: string } | null
  /** Milliseconds: with a rate below one a second, when the next request may go. */
  nextAt: number
}

/**
 * `lane` one row of JSON, `work` one row of JSON a registration that is not done, `dead` one row of JSON a group of
 * dead letters. Integer primary keys and no index: each change is one row written.
 */
export class LaneStore {
  readonly #storage: LaneStorage

  constructor(storage: LaneStorage) {
    this.#storage = storage
    storage.sql.exec('CREATE TABLE IF NOT EXISTS lane (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
    storage.sql.exec('CREATE TABLE IF NOT EXISTS work (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
    storage.sql.exec('CREATE TABLE IF NOT EXISTS dead (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  }

  load(): { state: LaneState; works: Work[] } {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM lane WHERE id = 1').toArray()
    const empty: LaneState = { config: null, totals: newTally(), marks: {}, logs: {}, hold: null, nextAt: 0 }
    const works = this.#storage.sql.exec<{ body: string }>('SELECT body FROM work ORDER BY id').toArray()
    return {
      state: row ? { ...empty, ...(JSON.parse(row.body) as LaneState) } : empty,
      works: works.map(({ body }) => decodeWork(body)),
    }
  }

  /** All changes of one call, together or not at all. */
  save(changes: {
    state?: LaneState
    works: Iterable<Work>
    done: Iterable<number>
    dead: Iterable<DeadLetter>
  }): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      for (const work of changes.works) {
        sql.exec('INSERT OR REPLACE INTO work (id, body) VALUES (?, ?)', work.id, encodeWork(work))
      }
      for (const id of changes.done) sql.exec('DELETE FROM work WHERE id = ?', id)
      for (const letter of changes.dead) {
        sql.exec('INSERT OR REPLACE INTO dead (id, body) VALUES (?, ?)', letter.id, JSON.stringify(letter))
      }
      if (changes.state) {
        sql.exec('INSERT OR REPLACE INTO lane (id, body) VALUES (1, ?)', JSON.stringify(changes.state))
      }
    })
  }

  /** Newest first. */
  deadLetters(before: number | null, limit: number): DeadLetter[] {
    return this.#storage.sql
      .exec<{ body: string }>(
        'SELECT body FROM dead WHERE id < ? ORDER BY id DESC LIMIT ?',
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .toArray()
      .map(({ body }) => JSON.parse(body) as DeadLetter)
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }
}
