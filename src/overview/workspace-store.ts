import type { OverviewMember, UsersOnDay, WaysAt } from './protocol.ts'
import { addUsers, decodeUsers, encodeUsers, noUsers, type StoredUsers } from './tracked-users.ts'
import { WAY_DIALS } from './way-rows.ts'
import { addWays, removeWays, type Ways } from './ways.ts'

/** The part of a Durable Object's storage that the overview of a workspace needs. */
export interface OverviewStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** What is known of a source or destination. */
export interface KnownMember {
  sourceId: string
  /** `at` of the list when it was asked last, if it could tell everything then. */
  seen: number | null
  /** Milliseconds: when it could tell everything last; 0: never. What happened since then may be missing. */
  asked: number
}

/** What a source or destination has told: all of its hours from `from` (milliseconds) on, and its slots. */
export interface ToldWays {
  from: number
  hours: readonly WaysAt[]
  slots: readonly WaysAt[]
  /** Of whom its events were, by day. */
  users: readonly UsersOnDay[]
}

/** By number of a step, from 1970. */
type Steps = Record<string, Ways>

const { slotMs, hourSlots, rowHours, slotsMs, hoursMs } = WAY_DIALS
const HOUR_MS = slotMs * hourSlots
const DAY_MS = HOUR_MS * rowHours
/** A row's id is its day × this and the number of whom it is of; instead of a day 0 has slots. */
const NUMBERS = 2 ** 24
/** For so long it is known of whom events were. */
const USERS_DAYS = 400
/** Kinds that a step of one source or destination tells apart; a sum tells more. */
const MOST_OF_MEMBER = 100

/**
 * `members` one row a source or destination, and one a sum; `ways` one row a day of each, for 32 days, and one of its slots.
 * What one tells anew takes the place of what it had told, in the sums of its source and of all as well, in one transaction:
 * so the sums are those of the members at every moment.
 */
export class OverviewStore {
  readonly #storage: OverviewStorage

  constructor(storage: OverviewStorage) {
    this.#storage = storage
    for (const table of [
      'members (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, seen INTEGER, asked INTEGER NOT NULL)',
      'ways (id INTEGER PRIMARY KEY, body TEXT NOT NULL)',
      'users (day INTEGER PRIMARY KEY, body TEXT NOT NULL)',
    ])
      storage.sql.exec(`CREATE TABLE IF NOT EXISTS ${table}`)
  }

  /** By id. */
  members(): Map<string, KnownMember> {
    const rows = this.#storage.sql.exec<{ id: string; source: string; seen: number | null; asked: number }>(
      "SELECT id, source, seen, asked FROM members WHERE id NOT LIKE '=%'",
    )
    return new Map(rows.toArray().map(({ id, source, seen, asked }) => [id, { sourceId: source, seen, asked }]))
  }

  /** Takes over what a member has told. `seen`: `null` when it has to be asked again; `now`: milliseconds. */
  tell(
    { id, sourceId }: OverviewMember,
    { from, hours, slots, users }: ToldWays,
    seen: number | null,
    now: number,
  ): void {
    this.#storage.transactionSync(() => {
      const n = this.#number(id, sourceId)
      const sums = [sumIdOf(''), sumIdOf(sourceId)].map((sum) => this.#number(sum, sourceId))
      const days = Map.groupBy(hours, ({ at }) => Math.floor(at / DAY_MS))
      for (let day = Math.floor(from / DAY_MS); day <= Math.floor(now / DAY_MS); day++)
        this.#replace(n, sums, day, stepsOf(days.get(day) ?? [], HOUR_MS))
      const oldest = Math.ceil((now - slotsMs) / slotMs)
      this.#replace(n, sums, 0, sinceStep(stepsOf(slots, slotMs), oldest), oldest)
      for (const one of users) this.#addUsers(one)
      const { sql } = this.#storage
      if (seen === null) sql.exec('UPDATE members SET seen = NULL WHERE n = ?', n)
      else sql.exec('UPDATE members SET seen = ?, asked = ? WHERE n = ?', seen, now, n)
    })
  }

  /** A source or destination is gone, and with it what it had in the sums. */
  forget(id: string, { sourceId }: KnownMember, now: number): void {
    this.#storage.transactionSync(() => {
      const n = this.#find(id)
      if (n === null) return
      const sums = [sumIdOf(''), sumIdOf(sourceId)].flatMap((sum) => this.#find(sum) ?? [])
      for (const day of [0, ...daysOf(now - hoursMs, now)]) this.#replace(n, sums, day, {})
      this.#remove(n)
      const own = id === sourceId ? this.#find(sumIdOf(sourceId)) : null
      if (own === null) return
      for (const day of [0, ...daysOf(now - hoursMs, now)]) this.#write(own, day, {})
      this.#remove(own)
    })
  }

  /** What is too old goes. */
  prune(now: number): void {
    const oldest = Math.floor((now - hoursMs) / DAY_MS)
    this.#storage.sql.exec('DELETE FROM ways WHERE id >= ? AND id < ?', NUMBERS, oldest * NUMBERS)
    this.#storage.sql.exec('DELETE FROM users WHERE day < ?', Math.floor(now / DAY_MS) - USERS_DAYS)
  }

  /** Steps of a member, or of the sum of a source and of all (`sumIdOf`), in their order: hours, or slots of two hours. */
  read(id: string, step: 'hour' | 'slot', from: number, until: number): WaysAt[] {
    const n = this.#find(id)
    if (n === null) return []
    const ms = step === 'hour' ? HOUR_MS : slotMs
    return (step === 'hour' ? daysOf(from, until) : [0])
      .flatMap((day) => Object.entries(this.#read(n, day)))
      .map(([at, ways]) => ({ at: Number(at) * ms, ways }))
      .filter(({ at }) => at >= from && at < until)
  }

  /** Of whom events of all were, on the days [from, until). */
  users(from: number, until: number): UsersOnDay[] {
    const query = 'SELECT day, body FROM users WHERE day >= ? AND day < ? ORDER BY day'
    const rows = this.#storage.sql.exec<{ day: number; body: string }>(query, from, until).toArray()
    return rows.map(({ day, body }) => ({ day, users: JSON.parse(body) as StoredUsers }))
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }

  /** Puts steps of a day in the place of those of before. Steps below `oldest` are in no sum that is told any more. */
  #replace(n: number, sums: readonly number[], day: number, after: Steps, oldest = 0): void {
    const stored = this.#read(n, day)
    if (JSON.stringify(stored) === JSON.stringify(after)) return
    const before = sinceStep(stored, oldest)
    this.#write(n, day, after)
    for (const sum of sums) {
      const all = sinceStep(this.#read(sum, day), oldest)
      for (const at of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const [more, less] = changesOf(before[at] ?? {}, after[at] ?? {})
        const ways = (all[at] ??= {})
        removeWays(ways, less)
        addWays(ways, more)
        if (Object.keys(ways).length === 0) delete all[at]
      }
      this.#write(sum, day, all)
    }
  }

  /** Those of one who is told again are there already. */
  #addUsers({ day, users }: UsersOnDay): void {
    const [known] = this.users(day, day + 1)
    const sum = known ? decodeUsers(known.users) : noUsers()
    if (!addUsers(sum, decodeUsers(users))) return
    const body = JSON.stringify(encodeUsers(sum))
    this.#storage.sql.exec('INSERT OR REPLACE INTO users (day, body) VALUES (?, ?)', day, body)
  }

  #find(id: string): number | null {
    const [row] = this.#storage.sql.exec<{ n: number }>('SELECT n FROM members WHERE id = ?', id).toArray()
    return row?.n ?? null
  }

  #number(id: string, source: string): number {
    const known = this.#find(id)
    if (known !== null) return known
    const { sql } = this.#storage
    sql.exec('INSERT INTO members (id, source, seen, asked) VALUES (?, ?, NULL, 0)', id, source)
    return this.#find(id) ?? 0
  }

  #remove(n: number): void {
    this.#storage.sql.exec('DELETE FROM members WHERE n = ?', n)
  }

  #read(n: number, day: number): Steps {
    const query = 'SELECT body FROM ways WHERE id = ?'
    const [row] = this.#storage.sql.exec<{ body: string }>(query, day * NUMBERS + n).toArray()
    return row ? (JSON.parse(row.body) as Steps) : {}
  }

  #write(n: number, day: number, steps: Steps): void {
    const id = day * NUMBERS + n
    if (Object.keys(steps).length === 0) this.#storage.sql.exec('DELETE FROM ways WHERE id = ?', id)
    else this.#storage.sql.exec('INSERT OR REPLACE INTO ways (id, body) VALUES (?, ?)', id, JSON.stringify(steps))
  }
}

/** The id of the sum of a source; of nothing: of the workspace. */
export function sumIdOf(sourceId: string): string {
  return `=${sourceId}`
}

function stepsOf(points: readonly WaysAt[], ms: number): Steps {
  const steps: Steps = {}
  for (const { at, ways } of points) addWays((steps[Math.floor(at / ms)] ??= {}), ways, MOST_OF_MEMBER)
  return steps
}

function sinceStep(steps: Steps, oldest: number): Steps {
  return Object.fromEntries(Object.entries(steps).filter(([at]) => Number(at) >= oldest))
}

/** What comes to `before`, and what goes, to make `after` of it. */
function changesOf(before: Ways, after: Ways): [more: Ways, less: Ways] {
  const [more, less]: [Ways, Ways] = [{}, {}]
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const change = (after[key] ?? 0) - (before[key] ?? 0)
    if (change > 0) more[key] = change
    if (change < 0) less[key] = -change
  }
  return [more, less]
}

function daysOf(from: number, until: number): number[] {
  const first = Math.floor(from / DAY_MS)
  return Array.from({ length: Math.floor(until / DAY_MS) - first + 1 }, (_, n) => first + n)
}
