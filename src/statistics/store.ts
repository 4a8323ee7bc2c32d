import type { Counters, LogPlace } from '../intake/index.ts'
import type { Counts } from '../lane/index.ts'
import { addName, type StoredName, type StoredProperties } from './names.ts'
import { type Arrived, DAY_MS, HOUR_MS, KEPT_MS, type Said, STEP_MS, type StepName } from './protocol.ts'
import {
  addUsers,
  countUsers,
  decodeUsers,
  encodeUsers,
  noUsers,
  type Slots,
  type StoredUsers,
  type TrackedUsers,
  type UserCounts,
  type UsersOnDay,
} from '../overview/index.ts'
import { addSlots } from './ways.ts'
import { addArrived, addTool, type HourTally, noTool, nothing, type PortionTally, type ToolTally } from './tally.ts'

/** The part of a Durable Object's storage that statistics need. */
export interface StatisticsStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** What is known beside the counts, in one row. */
export interface StoredState {
  /** Grows with each write: whoever has an older one in memory writes no more. */
  version: number
  /** What of the log is counted next. */
  next: LogPlace
  /** Figures of the source up to the last row that is counted whole. */
  counters: Counters
  /** Of its figures, what no day has: from before counting began, and from days that are not kept any more. */
  base: Arrived
  /** ISO times: the first request that is counted, and the last commit; `null`: there is none yet. */
  since: string | null
  until: string | null
  /** Names that are told apart, and events of those that are not. */
  names: number
  others: number
  /** Day (since 1970) on which names that nobody sends any more have made room last. */
  cleared: number
  /** What came in and was rejected in the last two hours; absent in a row from before it was counted. */
  slots?: Slots
  /** Days whose figures are not published as they are now. */
  unpublished: number[]
  /** Milliseconds. */
  publishedAt: number
  /** Milliseconds since when its source may be being deleted; `null`: it is not. */
  leaving: number | null
  /** Its source is gone: nothing is counted any more. */
  ended: boolean
  /** Steps in a row that have failed. */
  failures: number
}

/** What is told apart. */
export interface StatisticsBounds {
  /** Names of a source. */
  names: number
  /** Properties of a name. */
  properties: number
  /** Names and tools of one hour or day. */
  namesOfStep: number
  toolsOfStep: number
  /** Milliseconds: a name that did not come for so long makes room when there is none. */
  nameMs: number
}

export const STATISTICS_BOUNDS: StatisticsBounds = {
  names: 4_000,
  properties: 300,
  namesOfStep: 200,
  toolsOfStep: 50,
  nameMs: 90 * DAY_MS,
}

type StepRow = Record<'figures' | 'names' | 'tools', string>
type NameRow = { key: string; total: number; first: number; last: number; hours: string }

interface StoredTools {
  said: Said
  tools: [name: string, tool: ToolTally][]
}

const TABLES: Readonly<Record<StepName, string>> = { hour: 'hours', day: 'days' }

/**
 * `statistics` one row of state; `names` one row a name of events, its properties in it; `hours` and `days` one row each,
 * numbered from 1970. A portion of the log is added in one transaction with the place up to which it goes.
 */
export class StatisticsStore {
  readonly #storage: StatisticsStorage
  readonly #bounds: StatisticsBounds

  constructor(storage: StatisticsStorage, bounds: StatisticsBounds) {
    this.#storage = storage
    this.#bounds = bounds
    for (const table of [
      'statistics (id INTEGER PRIMARY KEY, body TEXT NOT NULL)',
      'names (key TEXT PRIMARY KEY, total INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, hours TEXT NOT NULL, properties TEXT NOT NULL) WITHOUT ROWID',
      'hours (at INTEGER PRIMARY KEY, figures TEXT NOT NULL, names TEXT NOT NULL, tools TEXT NOT NULL)',
      'days (at INTEGER PRIMARY KEY, figures TEXT NOT NULL, names TEXT NOT NULL, tools TEXT NOT NULL)',
    ])
      storage.sql.exec(`CREATE TABLE IF NOT EXISTS ${table}`)
    // Days from before people were counted have none.
    const columns = storage.sql.exec<{ name: string }>("SELECT name FROM pragma_table_info('days')").toArray()
    if (!columns.some(({ name }) => name === 'users')) storage.sql.exec('ALTER TABLE days ADD COLUMN users TEXT')
  }

  read(): StoredState | null {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM statistics WHERE id = 1').toArray()
    return row ? (JSON.parse(row.body) as StoredState) : null
  }

  /** Throws when another instance has written meanwhile: what is in memory is not what is stored. */
  save(state: StoredState): void {
    const query = "SELECT body ->> 'version' AS version FROM statistics WHERE id = 1"
    const [stored] = this.#storage.sql.exec<{ version: number }>(query).toArray()
    if (stored && stored.version !== state.version) throw new Error('another instance has gone on')
    state.version++
    this.#storage.sql.exec('INSERT OR REPLACE INTO statistics (id, body) VALUES (1, ?)', JSON.stringify(state))
  }

  /** Adds a portion, and how far it goes, together or not at all; `state` says of its names and days what comes of it. */
  add(tally: PortionTally, state: StoredState, now: number): void {
    this.#storage.transactionSync(() => {
      for (const [key, name] of tally.names) this.#addName(key, name, state, now)
      const days = new Map<number, HourTally[]>()
      for (const [hour, more] of tally.hours) {
        // One that is too old to be kept by the hour still has its day.
        if (hour * HOUR_MS > now - KEPT_MS.hour) this.#addStep('hour', hour, [more])
        const day = Math.floor(hour / 24)
        days.set(day, [...(days.get(day) ?? []), more])
      }
      for (const [day, all] of days) {
        this.#addStep('day', day, all, tally.users.get(day))
        // People of a month are counted up to each day, so those after it change too.
        for (const one of [day, ...this.#laterInMonth(day)])
          if (!state.unpublished.includes(one)) state.unpublished.push(one)
      }
      state.slots = addSlots(state.slots ?? {}, tally.slots, now)
      this.#prune(state, now)
      this.save(state)
    })
  }

  /** Figures of the steps [from, until), numbered from 1970. */
  arrived(step: StepName, from: number, until: number): { at: number; value: Arrived }[] {
    return this.#steps(step, 'figures', from, until).map(({ at, text }) => ({ at, value: JSON.parse(text) as Arrived }))
  }

  /** Events by key of their name; those beyond the first so many names are in no row. */
  named(step: StepName, from: number, until: number): { at: number; value: Counts }[] {
    return this.#steps(step, 'names', from, until).map(({ at, text }) => ({ at, value: JSON.parse(text) as Counts }))
  }

  tools(step: StepName, from: number, until: number): StoredTools[] {
    return this.#steps(step, 'tools', from, until).map(({ text }) => JSON.parse(text) as StoredTools)
  }

  /** All names, without their properties. */
  names(): StoredName[] {
    const rows = this.#storage.sql.exec<NameRow>('SELECT key, total, first, last, hours FROM names').toArray()
    return rows.map(({ hours, ...row }) => ({ ...row, hours: JSON.parse(hours) as StoredName['hours'] }))
  }

  name(key: string): (StoredName & { properties: StoredProperties }) | undefined {
    const [row] = this.#storage.sql
      .exec<NameRow & { properties: string }>('SELECT * FROM names WHERE key = ?', key)
      .toArray()
    if (!row) return undefined
    const hours = JSON.parse(row.hours) as StoredName['hours']
    return { ...row, hours, properties: JSON.parse(row.properties) as StoredProperties }
  }

  /** Nothing is left but `state`. */
  clear(state: StoredState): void {
    this.#storage.transactionSync(() => {
      for (const table of ['names', 'hours', 'days']) this.#storage.sql.exec(`DELETE FROM ${table}`)
      this.save(state)
    })
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }

  #addName(key: string, more: Parameters<typeof addName>[1], state: StoredState, now: number): void {
    const known = this.name(key)
    if (!known) {
      if (state.names >= this.#bounds.names) this.#makeRoom(state, now)
      if (state.names >= this.#bounds.names) {
        state.others += more.events
        return
      }
      state.names++
    }
    const { total, first, last, hours, properties } = addName(known, more, now, this.#bounds.properties)
    this.#storage.sql.exec(
      'INSERT OR REPLACE INTO names (key, total, first, last, hours, properties) VALUES (?, ?, ?, ?, ?, ?)',
      key,
      total,
      first,
      last,
      JSON.stringify(hours),
      JSON.stringify(properties),
    )
  }

  /** Names that nobody sends any more go, once a day at most. */
  #makeRoom(state: StoredState, now: number): void {
    const day = Math.floor(now / DAY_MS)
    if (state.cleared === day) return
    state.cleared = day
    const { sql } = this.#storage
    const before = now - this.#bounds.nameMs
    const gone = 'SELECT count(*) AS names, coalesce(sum(total), 0) AS events FROM names WHERE last < ?'
    const { names, events } = sql.exec<{ names: number; events: number }>(gone, before).one()
    sql.exec('DELETE FROM names WHERE last < ?', before)
    state.names -= names
    state.others += events
  }

  /** Of whom events were on the days [from, until) since 1970, as far as it is known. */
  users(from: number, until = Number.MAX_SAFE_INTEGER): UsersOnDay[] {
    const query = 'SELECT at, users FROM days WHERE at >= ? AND at < ? AND users IS NOT NULL ORDER BY at'
    const rows = this.#storage.sql.exec<{ at: number; users: string }>(query, from, until).toArray()
    return rows.map(({ at, users }) => ({ day: at, users: JSON.parse(users) as StoredUsers }))
  }

  /** How many people there had been in the month of a day, up to and with it. */
  usersOfMonth(day: number): UserCounts {
    const sum = noUsers()
    for (const { users } of this.users(monthOfDay(day).from, day + 1)) addUsers(sum, decodeUsers(users))
    return countUsers(sum)
  }

  #laterInMonth(day: number): number[] {
    const query = 'SELECT at FROM days WHERE at > ? AND at < ?'
    const rows = this.#storage.sql.exec<{ at: number }>(query, day, monthOfDay(day).until).toArray()
    return rows.map(({ at }) => at)
  }

  #addStep(step: StepName, at: number, all: readonly HourTally[], users?: TrackedUsers): void {
    const table = TABLES[step]
    const { sql } = this.#storage
    const [row] = sql.exec<StepRow & { users?: string | null }>(`SELECT * FROM ${table} WHERE at = ?`, at).toArray()
    const figures = row ? (JSON.parse(row.figures) as Arrived) : nothing()
    const names = new Map(Object.entries(row ? (JSON.parse(row.names) as Counts) : {}))
    const stored = row ? (JSON.parse(row.tools) as StoredTools) : { said: { events: 0, views: 0 }, tools: [] }
    const tools = new Map(stored.tools)
    for (const more of all) {
      addArrived(figures, more.arrived)
      for (const [key, events] of more.names) {
        const known = names.get(key)
        if (known !== undefined || names.size < this.#bounds.namesOfStep) names.set(key, (known ?? 0) + events)
      }
      stored.said.events += more.said.events
      stored.said.views += more.said.views
      for (const [name, tool] of more.tools) {
        if (!tools.has(name) && tools.size >= this.#bounds.toolsOfStep) continue
        const sum = tools.get(name) ?? noTool()
        addTool(sum, tool)
        tools.set(name, sum)
      }
    }
    const values = [
      JSON.stringify(figures),
      JSON.stringify(Object.fromEntries(names)),
      JSON.stringify({ said: stored.said, tools: [...tools] }),
    ]
    if (step === 'hour') {
      sql.exec('INSERT OR REPLACE INTO hours (at, figures, names, tools) VALUES (?, ?, ?, ?)', at, ...values)
      return
    }
    const known = row?.users ?? null
    const sum = known === null ? noUsers() : decodeUsers(JSON.parse(known) as StoredUsers)
    const text = users && addUsers(sum, users) ? JSON.stringify(encodeUsers(sum)) : known
    sql.exec(
      'INSERT OR REPLACE INTO days (at, figures, names, tools, users) VALUES (?, ?, ?, ?, ?)',
      at,
      ...values,
      text,
    )
  }

  /** What is too old goes; of days the figures stay in the sum. */
  #prune(state: StoredState, now: number): void {
    const { sql } = this.#storage
    sql.exec('DELETE FROM hours WHERE at <= ?', Math.floor((now - KEPT_MS.hour) / HOUR_MS))
    const last = Math.floor((now - KEPT_MS.day) / DAY_MS)
    const gone = this.arrived('day', 0, last + 1)
    if (gone.length === 0) return
    for (const { value } of gone) addArrived(state.base, value)
    sql.exec('DELETE FROM days WHERE at <= ?', last)
    state.unpublished = state.unpublished.filter((day) => day > last)
  }

  #steps(step: StepName, column: keyof StepRow, from: number, until: number): { at: number; text: string }[] {
    const query = `SELECT at, ${column} AS text FROM ${TABLES[step]} WHERE at >= ? AND at < ? ORDER BY at`
    return this.#storage.sql.exec<{ at: number; text: string }>(query, from, until).toArray()
  }
}

/** The numbers, from 1970, of the steps that begin in [from, until), milliseconds. */
export function numbersOf(step: StepName, from: number, until: number): [from: number, until: number] {
  return [Math.ceil(from / STEP_MS[step]), Math.ceil(until / STEP_MS[step])]
}

/** The month of a day, as days since 1970, UTC: [from, until). */
function monthOfDay(day: number): { from: number; until: number } {
  const date = new Date(day * DAY_MS)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { from: Date.UTC(year, month) / DAY_MS, until: Date.UTC(year, month + 1) / DAY_MS }
}
