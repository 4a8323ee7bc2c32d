import type { Lane, LaneDials, Ledger, Period } from '../../src/lane/index.ts'

const FIGURES = ['accepted', 'delivered', 'filtered', 'dead'] as const
type Change = Record<(typeof FIGURES)[number], number>

const MINUTE_MS = 60_000
const PERIODS: readonly Period[] = ['1h', '24h', '7d']
/** A work that changed in more minutes than this tells of some of them only in which hour they were. */
const MOST_MOMENTS = 60

/** What is stored of a lane's history. */
export interface HistoryRows {
  hours: number
  /** Hours of which single minutes are known. */
  byMinutes: number
}

/** When a lane's ledger changed, and by how much, held against what the lane tells of its past. */
export class Past {
  readonly #minutes = new Map<number, Change>()
  #before: Change = nothing()
  #last = -Infinity

  /** After each call. `now`: on the lane's own clock. */
  note(ledger: Ledger, now: number): void {
    const before = this.#before
    if (FIGURES.every((name) => ledger[name] === before[name])) return
    const minute = Math.floor(now / MINUTE_MS)
    const change = this.#minutes.get(minute) ?? nothing()
    for (const name of FIGURES) {
      change[name] += ledger[name] - before[name]
      before[name] = ledger[name]
    }
    this.#minutes.set(minute, change)
    this.#last = now
  }

  /** What the lane tells of its past and is not so. `tolerance`: how far its clocks were apart. */
  *problems(core: Lane, rows: HistoryRows, now: number, dials: LaneDials, tolerance: number): Generator<string> {
    const { hourMinutes, minutesMs, hoursMs } = dials
    const hourMs = hourMinutes * MINUTE_MS
    const most = { hours: hoursMs / hourMs + 2, byMinutes: minutesMs / hourMs + 2 }
    if (rows.hours > most.hours) yield `has ${rows.hours} hours of its past`
    if (rows.byMinutes > most.byMinutes) yield `has the minutes of ${rows.byMinutes} hours`
    // What has just happened by one clock is still to come by another.
    if (this.#last > now - tolerance) return
    for (const period of PERIODS) {
      if (period !== '7d' && this.#minutes.size > MOST_MOMENTS) continue
      const { figures } = core.metrics(period)
      const stepMs = figures?.stepMs ?? 0
      const known = now - (stepMs < hourMs ? minutesMs : hoursMs) + hourMs
      for (const point of figures?.points ?? []) {
        const from = Date.parse(point.at)
        if (from < known) continue
        const { accepted, delivered, filtered } = point
        const told = { accepted, delivered, filtered, dead: point.dead - point.redriven }
        const was = this.#between(from, from + stepMs)
        const differs = FIGURES.find((name) => told[name] !== was[name])
        if (differs) yield `tells of ${told[differs]} ${differs} in ${point.at} (${period}), there were ${was[differs]}`
      }
    }
  }

  #between(from: number, to: number): Change {
    const sum = nothing()
    for (const [minute, change] of this.#minutes) {
      if (minute * MINUTE_MS < from || minute * MINUTE_MS >= to) continue
      for (const name of FIGURES) sum[name] += change[name]
    }
    return sum
  }
}

function nothing(): Change {
  return { accepted: 0, delivered: 0, filtered: 0, dead: 0 }
}
