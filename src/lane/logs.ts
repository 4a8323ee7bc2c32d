import type { LaneState } from './store.ts'
import type { Work } from './work.ts'

/** How long a lane knows of a log that it is over: far longer than any call may be on its way. */
const KEPT_MS = 30 * 24 * 3_600_000
/** Logs with a number below this have 2⁴⁰ rows, the million after them 2³² each: ids stay whole numbers of JavaScript. */
const FEW = 4_096

interface Ended extends Record<string, SqlStorageValue> {
  id: number
  log: string
  mark: number
  at: number
}

/**
 * The logs that register with a lane, and how far it has come in each. The lane's own row names those that go on. One whose
 * owner says that it has ended leaves that row for one of `ended`, so that a lane may be sent any number of replays; changes
 * are kept until `write`.
 */
export class Logs {
  readonly #sql: Pick<SqlStorage, 'exec'>
  readonly #state: Pick<LaneState, 'marks' | 'logs'>
  readonly #marks: Map<string, number>
  readonly #ending: Ended[] = []

  /** Changes `state`, but leaves it to the lane to store it. */
  constructor(sql: Pick<SqlStorage, 'exec'>, state: Pick<LaneState, 'marks' | 'logs'>) {
    this.#sql = sql
    this.#state = state
    this.#marks = new Map(Object.entries(state.marks))
    sql.exec(
      'CREATE TABLE IF NOT EXISTS ended (id INTEGER PRIMARY KEY, log TEXT NOT NULL, mark INTEGER NOT NULL, at INTEGER NOT NULL)',
    )
  }

  /** Last row of the log that the lane has; 0: none. */
  mark(log: string): number {
    return this.#marks.get(log) ?? 0
  }

  /** The mark of a log that is over; `null`: it goes on, or the lane has never heard of it. */
  ended(log: string): number | null {
    if (this.#state.logs[log] !== undefined) return null
    const [row] = this.#sql.exec<Pick<Ended, 'mark'>>('SELECT mark FROM ended WHERE log = ?', log).toArray()
    return row?.mark ?? null
  }

  /** Whether the log had no number before: the lane's own row has to be stored with it. */
  enter(log: string): boolean {
    if (this.#state.logs[log] !== undefined) return false
    const { last } = this.#sql.exec<{ last: number | null }>('SELECT max(id) AS last FROM ended').one()
    this.#state.logs[log] = Math.max(last ?? 0, ...Object.values(this.#state.logs)) + 1
    return true
  }

  /** The id of the work that ends with row `to`: never used again, so that a late settlement cannot hit other events. */
  workId(log: string, to: number): number {
    const number = this.#state.logs[log] ?? 0
    return number < FEW ? number * 2 ** 40 + to : FEW * 2 ** 40 + (number - FEW) * 2 ** 32 + to
  }

  /** The lane has a work, new or from its row. Of a log that is over nothing is to be known. */
  has({ log, to }: Pick<Work, 'log' | 'to'>): void {
    if (this.#state.logs[log] !== undefined) this.#marks.set(log, Math.max(this.mark(log), to))
  }

  /** The lane has come to row `to` without a work: what is lost has none. The lane's own row has to be stored with it. */
  pass(log: string, to: number): void {
    this.enter(log)
    this.has({ log, to })
    this.done({ log, to })
  }

  /** A work is done, so that its row no longer says how far the lane has come. */
  done({ log, to }: Pick<Work, 'log' | 'to'>): void {
    if (this.#state.logs[log] !== undefined) this.#state.marks[log] = Math.max(this.#state.marks[log] ?? 0, to)
  }

  /** Nothing more comes of this log. What is still pending of it stays as it is. */
  end(log: string, now: number): void {
    this.enter(log)
    this.#ending.push({ id: this.#state.logs[log] ?? 0, log, mark: this.mark(log), at: now })
    delete this.#state.logs[log]
    delete this.#state.marks[log]
    this.#marks.delete(log)
  }

  /** Stores which logs have ended, in a transaction of the caller. Numbers go on from the last row, so that one stays. */
  write(): void {
    for (const { id, log, mark, at } of this.#ending) {
      this.#sql.exec('INSERT OR REPLACE INTO ended (id, log, mark, at) VALUES (?, ?, ?, ?)', id, log, mark, at)
      this.#sql.exec('DELETE FROM ended WHERE at < ? AND id < (SELECT max(id) FROM ended)', at - KEPT_MS)
    }
  }

  /** After the transaction. */
  written(): void {
    this.#ending.length = 0
  }
}
