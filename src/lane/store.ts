import type { LaneConfig } from '../settings/index.ts'
import type { BrakeState } from './backpressure.ts'
import type { DeadRange } from './dead.ts'
import type { ToldHealth } from './health.ts'
import type { RecentWays } from './ways.ts'
import type { RecentPast } from './history.ts'
import type { DeadLetter, Failure, LostRows, RedriveFilter } from './protocol.ts'
import type { OwnPace } from './own-pace.ts'
import type { Permitted } from './permits.ts'
import type { StoredAttempt } from './recent-attempts.ts'
import { NEVER_STOOD, type PausedClock } from './paused-clock.ts'
import { newTally, type Place, type Tally } from './work.ts'

/** The part of a Durable Object's storage that a lane needs. */
export interface LaneStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** What the lane knows of itself, in one row. */
export interface LaneState extends BrakeState {
  config: LaneConfig | null
  /** Figures of all work that is done. */
  totals: Tally
  /** Last seq of each log whose work is done. */
  marks: Record<string, number>
  /** Short numbers of the logs, in order of their first registration. */
  logs: Record<string, number>
  standing: PausedClock
  /** The version of the settings under which the receiver said that it is gone for good. */
  goneAt: number | null
  /** The version of the settings that a person has changed last: what receivers say to older ones counts no longer. */
  mendedIn: number
  /** One event is to be tried now, whatever holds the lane. */
  tryOne: boolean
  /** Rows of `work` that are nobody's any more (`work-rows.ts`). */
  spare: number[]
  /** The row in which new works are put together while there is no room for them in memory. */
  tail: number | null
  /** Which dead letters are still to be sent once more: those of a filter below `before`, for the redrive of this number. */
  redrives: (RedriveFilter & { before: number; redrive?: number })[]
  /** Milliseconds: with a rate below one a second, when the next request may go. */
  nextAt: number
  past: RecentPast
  ways: RecentWays
  /** The last attempts. */
  attempts: StoredAttempt[]
  /** What replays have of the pace. */
  permits: Permitted[]
  /** Milliseconds; `null`: nothing was, as far as is known. Stored with whatever else changes. */
  lastDeliveredAt: number | null
  /** How it stood when it said so last. */
  health: ToldHealth | null
  /** What it has found out of its receiver's pace. */
  own: OwnPace | null
  /** Rows of its logs that are lost, and when the last were passed: milliseconds. */
  lost: (LostRows & { at: number }) | null
}

const NEW_LANE = {
  config: null,
  hold: null,
  breaker: null,
  slow: null,
  standing: NEVER_STOOD,
  goneAt: null,
  mendedIn: 0,
  tryOne: false,
  tail: null,
  nextAt: 0,
  lastDeliveredAt: null,
  health: null,
  own: null,
  lost: null,
}

/** Samples are counted in the first rows of an hour: where more die, those have had them. */
const MOST_COUNTED = 1_000
/** Rows that one call removes, so that it stays short. */
const MOST_DEAD = 500
/** Of a row of `dead`, as its index has it. */
const REASON = "json_extract(body, '$.reason')"

/**
 * `lane` one row of JSON, `work` one row of JSON a work that is in memory (`work-rows.ts`), `held` what waits outside (`held.ts`), `dead` one row of JSON a group of
 * dead letters, `redrive` one row a redrive (`redrive-books.ts`), `history` one row an hour (`history.ts`),
 * `ways` one row a day (`ways.ts`). Integer primary keys:
 * each change is one row written. The one index is that of dead letters by their reason; rows of any version are in it.
 */
export class LaneStore {
  readonly #storage: LaneStorage

  constructor(storage: LaneStorage) {
    this.#storage = storage
    storage.sql.exec('CREATE TABLE IF NOT EXISTS lane (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
    storage.sql.exec('CREATE TABLE IF NOT EXISTS work (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
    storage.sql.exec('CREATE TABLE IF NOT EXISTS dead (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
    storage.sql.exec(`CREATE INDEX IF NOT EXISTS dead_by_reason ON dead (${REASON})`)
  }

  /** One from before lanes knew of ways has none. */
  state(): Omit<LaneState, 'ways'> & Partial<Pick<LaneState, 'ways'>> {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM lane WHERE id = 1').toArray()
    const past = { rolled: 0, minutes: {} }
    const empty: Omit<LaneState, 'ways'> = {
      ...NEW_LANE,
      totals: newTally(),
      marks: {},
      logs: {},
      past,
      attempts: [],
      redrives: [],
      permits: [],
      spare: [],
    }
    return row ? { ...empty, ...(JSON.parse(row.body) as LaneState) } : empty
  }

  /** Removes all rows of all tables. */
  clear(): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      for (const table of ['lane', 'work', 'dead', 'held', 'ended', 'history', 'redrive', 'ways'])
        sql.exec(`DELETE FROM ${table}`)
    })
  }

  /** All changes of one call, and what `beside` writes, together or not at all. */
  save(changes: {
    state?: LaneState
    dead: Iterable<DeadLetter>
    redriven: Iterable<number>
    beside?: () => void
  }): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      changes.beside?.()
      for (const letter of changes.dead) {
        sql.exec('INSERT OR REPLACE INTO dead (id, body) VALUES (?, ?)', letter.id, JSON.stringify(letter))
      }
      for (const id of changes.redriven) sql.exec('DELETE FROM dead WHERE id = ?', id)
      if (changes.state) {
        sql.exec('INSERT OR REPLACE INTO lane (id, body) VALUES (1, ?)', JSON.stringify(changes.state))
      }
    })
  }

  /** The last failures, newest first: row 2 beside the lane's own. */
  failures(): Failure[] {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM lane WHERE id = 2').toArray()
    return row ? (JSON.parse(row.body) as Failure[]) : []
  }

  saveFailures(failures: readonly Failure[]): void {
    this.#storage.sql.exec('INSERT OR REPLACE INTO lane (id, body) VALUES (2, ?)', JSON.stringify(failures))
  }

  /** Newest first. Reads as many rows as it answers, whatever else there is. */
  deadLetters({ reason, from, before }: DeadRange, limit: number): DeadLetter[] {
    const mine = reason === undefined ? '' : `${REASON} = ? AND`
    return this.#storage.sql
      .exec<{ body: string }>(
        `SELECT body FROM dead WHERE ${mine} id >= ? AND id < ? ORDER BY id DESC LIMIT ?`,
        ...(reason === undefined ? [] : [reason]),
        from,
        before,
        limit,
      )
      .toArray()
      .map(({ body }) => letterOf(body))
  }

  /** Those of `ids` that are still there. */
  deadLettersOf(ids: readonly number[]): DeadLetter[] {
    return [...new Set(ids)].flatMap((id) =>
      this.#storage.sql
        .exec<{ body: string }>('SELECT body FROM dead WHERE id = ?', id)
        .toArray()
        .map(({ body }) => letterOf(body)),
    )
  }

  /**
   * The dead letter that has this event, of the newest rows; `isAll`: these are all `died` events that the lane counts as
   * dead. What a letter says of its place stands in its text as `bury` writes it, so that few rows are parsed.
   */
  findDead({ log, seq, event }: Place, { died, mostRows }: { died: number; mostRows: number }) {
    if (died === 0) return { isAll: true }
    const rows = this.#storage.sql
      .exec<{ body: string }>(
        'SELECT body FROM (SELECT id, body FROM dead ORDER BY id DESC LIMIT ?) WHERE instr(body, ?) > 0 ORDER BY id DESC',
        mostRows,
        `"log":${JSON.stringify(log)},"seq":${seq},`,
      )
      .toArray()
    const letter = rows.map(({ body }) => letterOf(body)).find(({ events }) => events.includes(event))
    if (letter) return { letter, isAll: true }
    const { events } = this.#storage.sql
      .exec<{ events: number | null }>(
        "SELECT sum(json_array_length(body, '$.events')) AS events FROM (SELECT body FROM dead ORDER BY id DESC LIMIT ?)",
        mostRows,
      )
      .one()
    return { isAll: events === died }
  }

  deadRange(): { oldest: number | null; newest: number | null } {
    return this.#storage.sql
      .exec<{ oldest: number | null; newest: number | null }>(
        'SELECT (SELECT min(id) FROM dead) AS oldest, (SELECT max(id) FROM dead) AS newest',
      )
      .one()
  }

  /** How many samples there are of each reason from this id on. */
  samplesSince(id: number): Map<string, number> {
    const rows = this.#storage.sql
      .exec<{ reason: string; n: number }>(
        `SELECT json_extract(body, '$.reason') AS reason, count(*) AS n
         FROM (SELECT body FROM dead WHERE id >= ? ORDER BY id LIMIT ?)
         WHERE json_extract(body, '$.sample') IS NOT NULL GROUP BY 1`,
        id,
        MOST_COUNTED,
      )
      .toArray()
    return new Map(rows.map(({ reason, n }) => [reason, n]))
  }

  /** Removes rows up to this id, the oldest first. */
  removeDead(id: number): void {
    const few = 'SELECT id FROM dead WHERE id <= ? ORDER BY id LIMIT ?'
    this.#storage.sql.exec(`DELETE FROM dead WHERE id IN (${few})`, id, MOST_DEAD)
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }
}

/** Rows from before dead letters knew their members can be shown, but not sent again. */
function letterOf(body: string): DeadLetter {
  return { chunks: [], first: 0, ...(JSON.parse(body) as Omit<DeadLetter, 'chunks' | 'first'>) }
}
