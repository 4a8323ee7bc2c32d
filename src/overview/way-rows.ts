import type { WayQuery, WaysAt } from './protocol.ts'
import { addWays, type Ways } from './ways.ts'

/** Ways by the slot in which it was decided, numbered from 1970. */
export type Slots = Record<string, Ways>

/** How finely ways are known, and how long. A simulated world sets it so that it happens in a run. */
export interface WayDials {
  /** Milliseconds. */
  slotMs: number
  /** Slots of an hour, and hours of a row. */
  hourSlots: number
  rowHours: number
  /** Milliseconds: of so much of the past slots are told, and of so much hours. */
  slotsMs: number
  hoursMs: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export const WAY_DIALS: WayDials = {
  slotMs: 10 * MINUTE_MS,
  hourSlots: 6,
  rowHours: 24,
  slotsMs: 2 * HOUR_MS,
  hoursMs: 32 * DAY_MS,
}

/** What a row holds: ways of its hours, and of those of its slots that are still told apart. */
interface Row {
  hours: Record<string, Ways>
  slots: Slots
}

/** The past of ways in rows of a day: what comes is added some hours or a day at a time, so that it costs few rows. */
export class WayRows {
  readonly #sql: Pick<SqlStorage, 'exec'>
  readonly #dials: WayDials

  constructor(sql: Pick<SqlStorage, 'exec'>, dials: WayDials) {
    this.#sql = sql
    this.#dials = dials
    sql.exec('CREATE TABLE IF NOT EXISTS ways (day INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  }

  slotOf(time: number): number {
    return Math.floor(time / this.#dials.slotMs)
  }

  /** The number of the row that has this slot. */
  rowOf(slot: number): number {
    return Math.floor(slot / (this.#dials.hourSlots * this.#dials.rowHours))
  }

  /** Adds slots to their rows, in a transaction of the caller; what is too old goes. `now`: milliseconds. */
  add(more: Slots, now: number): void {
    const { hourSlots, slotsMs, hoursMs, slotMs } = this.#dials
    const oldest = this.slotOf(now - slotsMs)
    for (const [row, slots] of Map.groupBy(Object.entries(more), ([slot]) => this.rowOf(Number(slot)))) {
      const body = this.#read(row)
      for (const [slot, ways] of slots) {
        addWays((body.hours[Math.floor(Number(slot) / hourSlots)] ??= {}), ways)
        addWays((body.slots[slot] ??= {}), ways)
      }
      body.slots = Object.fromEntries(Object.entries(body.slots).filter(([slot]) => Number(slot) >= oldest))
      this.#sql.exec('INSERT OR REPLACE INTO ways (day, body) VALUES (?, ?)', row, JSON.stringify(body))
    }
    this.#sql.exec('DELETE FROM ways WHERE day < ?', this.rowOf(Math.floor((now - hoursMs) / slotMs)))
  }

  /** Hours or slots in their order, those that are not stored yet among them; those in which nothing was decided are left out. */
  read({ step, from, until }: WayQuery, unstored: Iterable<Slots>): WaysAt[] {
    const { slotMs, hourSlots } = this.#dials
    const stepMs = step === 'hour' ? slotMs * hourSlots : slotMs
    const points = new Map<number, Ways>()
    const put = (at: number, ways: Ways) => {
      if (at < from || at >= until) return
      const known = points.get(at) ?? {}
      points.set(at, known)
      addWays(known, ways)
    }
    const rows = this.#sql.exec<{ body: string }>(
      'SELECT body FROM ways WHERE day BETWEEN ? AND ? ORDER BY day',
      this.rowOf(Math.floor(from / slotMs)),
      this.rowOf(Math.floor(until / slotMs)),
    )
    for (const { body } of rows) {
      const { hours, slots } = JSON.parse(body) as Row
      for (const [n, ways] of Object.entries(step === 'hour' ? hours : slots)) put(Number(n) * stepMs, ways)
    }
    for (const slots of unstored) {
      for (const [slot, ways] of Object.entries(slots)) put(Math.floor((Number(slot) * slotMs) / stepMs) * stepMs, ways)
    }
    return [...points].toSorted(([a], [b]) => a - b).map(([at, ways]) => ({ at, ways }))
  }

  #read(row: number): Row {
    const [stored] = this.#sql.exec<{ body: string }>('SELECT body FROM ways WHERE day = ?', row).toArray()
    return stored ? (JSON.parse(stored.body) as Row) : { hours: {}, slots: {} }
  }
}
