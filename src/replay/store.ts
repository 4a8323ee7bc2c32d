import type { Counts } from '../lane/index.ts'
import type { LaneConfig } from '../settings/index.ts'
import type { Counted, ReplayFailure, ReplayOrder, ReplayState } from './protocol.ts'

/** The part of a Durable Object's storage that a replay needs. */
export interface ReplayStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** How far a pass through the log has come. */
export interface Pass {
  /** The next row to look at; `null`: it has not begun. */
  next: number | null
  /** The first row that it looked at. */
  first: number | null
  done: boolean
}

/** All that a replay knows, in one row. */
export interface StoredReplay {
  order: ReplayOrder
  state: ReplayState
  failure: ReplayFailure | null
  share: number
  /** Grows with each change of what its lane has to know. */
  revision: number
  /** What its lane was told last. */
  told: LaneConfig | null
  /** The last row of the log when counting began: what is committed later is not part of it. `null`: not known yet. */
  last: number | null
  counting: Pass
  reading: Pass
  counted: Counted
  samples: string[]
  /** How far its lane has come in the log. */
  mark: number
  /** Figures of its lane, when they were last asked for. */
  lane: { accepted: number; delivered: number; filtered: Counts; pending: number; dead: Counts }
  /** Steps in a row that have failed. */
  failures: number
  startedAt: number | null
  endedAt: number | null
}

/** `replay` one row of JSON, and `people` (`people.ts`). */
export class ReplayStore {
  readonly #storage: ReplayStorage

  constructor(storage: ReplayStorage) {
    this.#storage = storage
    storage.sql.exec('CREATE TABLE IF NOT EXISTS replay (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  }

  read(): StoredReplay | null {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM replay WHERE id = 1').toArray()
    return row ? (JSON.parse(row.body) as StoredReplay) : null
  }

  /** With what `beside` writes, together or not at all. */
  save(row: StoredReplay, beside: () => void = () => undefined): void {
    this.#storage.transactionSync(() => {
      beside()
      this.#storage.sql.exec('INSERT OR REPLACE INTO replay (id, body) VALUES (1, ?)', JSON.stringify(row))
    })
  }

  /** Nothing is left of it. */
  clear(): void {
    this.#storage.sql.exec('DELETE FROM replay')
    this.#storage.sql.exec('DELETE FROM people')
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }
}
