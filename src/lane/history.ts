import { addBucket, type Bucket, MINUTE_MS, type Moment, momentsOf, newBucket, type Sparse } from './buckets.ts'
import { OTHER } from './codes.ts'
import { percentile } from './delay.ts'
import type { LaneDials } from './dials.ts'
import type { Counts, PeriodFigures, Period, Point } from './protocol.ts'
import { isoTime } from '../event/index.ts'
import { total, type Work } from './work.ts'

const HOUR_MS = 60 * MINUTE_MS
/** Minutes that the lane's own row holds at most. */
const MOST_RECENT = 120
const QUARTER_MINUTES = 15
/** Codes that one bucket tells apart: an answer's status is the receiver's choice, and a row's size must not be. */
const MOST_CODES = 12

/** How finely each period is told, ending with the step that is under way. */
const STEPS: Record<Period, { steps: number; stepMs: number }> = {
  '1h': { steps: 60, stepMs: MINUTE_MS },
  '24h': { steps: 96, stepMs: 15 * MINUTE_MS },
  '7d': { steps: 84, stepMs: 2 * HOUR_MS },
}

/** What of it is in the lane's own row: minutes of work that is done, until their hour is over. */
export interface RecentPast {
  /** The hour, counted from 1970, in which hours were last given rows of their own. */
  rolled: number
  minutes: Record<string, Sparse>
}

/** From when on and until when, in milliseconds since 1970. */
export interface Span {
  from: number
  until: number
}

/** What happened in the hour that begins at `at`, milliseconds since 1970. */
export interface HourFigures extends Sparse {
  at: number
}

interface HourRow extends Record<string, SqlStorageValue> {
  hour: number
  sum: string
  minutes: string | null
}

/**
 * What happened when, of all work: in the work's own row as long as it is not done, in the lane's row with its totals,
 * and once an hour in a row for each hour. Each change is stored in the write that makes it, so that the sum of all is
 * the ledger; none costs a row but those of the hours.
 */
export class History {
  readonly #sql: Pick<SqlStorage, 'exec'>
  readonly #dials: LaneDials

  constructor(sql: Pick<SqlStorage, 'exec'>, dials: LaneDials) {
    this.#sql = sql
    this.#dials = dials
    sql.exec('CREATE TABLE IF NOT EXISTS history (hour INTEGER PRIMARY KEY, sum TEXT NOT NULL, minutes TEXT)')
  }

  /** Takes over what a work knows of its past, at the moment in which its counts go into the totals. */
  absorb(recent: RecentPast, work: Work): void {
    for (const { minute, ...change } of momentsOf(work)) {
      // What came back to memory has brought its past before.
      if (Object.keys(change).length === 0) continue
      const into = (recent.minutes[minute] ??= {})
      addBucket(into, change)
      bound(into)
    }
  }

  /** Gives hours that are over their rows, once an hour, in the same transaction that stores `recent` without them. */
  roll(recent: RecentPast, now: number): void {
    const { hourMinutes, minutesMs, hoursMs } = this.#dials
    const hour = Math.floor(now / this.#hourMs)
    const minutes = Object.keys(recent.minutes)
    if (recent.rolled === hour && minutes.length <= MOST_RECENT) return
    recent.rolled = hour
    const over = minutes.filter((minute) => Number(minute) < hour * hourMinutes || minutes.length > MOST_RECENT)
    for (const [of, some] of Map.groupBy(over, (minute) => Math.floor(Number(minute) / hourMinutes))) {
      this.#add(of, Object.fromEntries(some.map((minute) => [minute, recent.minutes[minute] ?? {}])), now)
      for (const minute of some) delete recent.minutes[minute]
    }
    const hourBefore = (ms: number) => Math.floor((now - ms) / this.#hourMs)
    if (over.length > 0) this.#forget(hourBefore(minutesMs), hourBefore(hoursMs))
  }

  /** Notes that the breaker has opened, in the lane's own row, which is written for that anyway. */
  opened(recent: RecentPast, now: number): void {
    addBucket((recent.minutes[Math.floor(now / MINUTE_MS)] ??= {}), { opened: 1 })
  }

  /** What happened in each hour of [`from`, `until`), milliseconds, in which something did; the oldest first. */
  byHour({ from, until }: Span, recent: RecentPast, works: Iterable<Work>): HourFigures[] {
    const hours = new Map<number, Sparse>()
    const put = (at: number, change: Sparse) => {
      const hour = Math.floor(at / HOUR_MS) * HOUR_MS
      if (hour < from || hour >= until || Object.keys(change).length === 0) return
      const sum = hours.get(hour) ?? {}
      hours.set(hour, sum)
      addBucket(sum, change)
    }
    this.#each(from, this.#hourMs > HOUR_MS, put)
    for (const [minute, change] of Object.entries(recent.minutes)) put(Number(minute) * MINUTE_MS, change)
    for (const work of works) {
      for (const { minute, ...change } of momentsOf(work)) put(minute * MINUTE_MS, change)
    }
    return [...hours].toSorted(([a], [b]) => a - b).map(([at, figures]) => ({ at, ...figures }))
  }

  /** The hours that have rows, each by its first minute. */
  *hours(): Generator<Moment> {
    const rows = this.#sql.exec<Pick<HourRow, 'hour' | 'sum'>>('SELECT hour, sum FROM history')
    for (const { hour, sum } of rows) yield { minute: hour * this.#dials.hourMinutes, ...(JSON.parse(sum) as Sparse) }
  }

  /** The figures of a period that ends now. */
  figures(period: Period, recent: RecentPast, works: Iterable<Work>, now: number): PeriodFigures {
    const { steps, stepMs } = STEPS[period]
    const from = (Math.floor(now / stepMs) - steps + 1) * stepMs
    const points = Array.from({ length: steps }, newBucket)
    const sum = newBucket()
    const put = (at: number, change: Sparse) => {
      const point = points[Math.floor((at - from) / stepMs)]
      if (!point) return
      addBucket(point, change)
      addBucket(sum, change)
    }
    this.#each(from, stepMs < this.#hourMs, put)
    for (const [minute, change] of Object.entries(recent.minutes)) put(Number(minute) * MINUTE_MS, change)
    for (const work of works) {
      for (const { minute, ...change } of momentsOf(work)) put(minute * MINUTE_MS, change)
    }
    return {
      period,
      from: isoTime(from),
      until: isoTime(now),
      stepMs,
      total: {
        ...pointOf(sum),
        deliveredPerSecond: sum.delivered / Math.max(1, (now - from) / 1_000),
        breakdown: { filtered: sum.filtered, dead: sum.dead, failedAttempts: sum.failed },
      },
      points: points.map((point, at) => ({ at: isoTime(from + at * stepMs), ...pointOf(point) })),
    }
  }

  /** What happened in the last 24 hours, in the span for which `figures` tells it, and in the last 15 minutes. */
  sums(recent: RecentPast, works: Iterable<Work>, now: number): { day: Bucket; quarter: Bucket } {
    const { steps, stepMs } = STEPS['24h']
    const from = (Math.floor(now / stepMs) - steps + 1) * stepMs
    const late = (Math.floor(now / MINUTE_MS) - QUARTER_MINUTES + 1) * MINUTE_MS
    const [day, quarter] = [newBucket(), newBucket()]
    const put = (at: number, change: Sparse) => {
      if (at >= from) addBucket(day, change)
      if (at >= late) addBucket(quarter, change)
    }
    // Minutes are read where a span begins or ends within their hour.
    this.#each(from, [from, late], put)
    for (const [minute, change] of Object.entries(recent.minutes)) put(Number(minute) * MINUTE_MS, change)
    for (const work of works) {
      for (const { minute, ...change } of momentsOf(work)) put(minute * MINUTE_MS, change)
    }
    return { day, quarter }
  }

  get #hourMs(): number {
    return this.#dials.hourMinutes * MINUTE_MS
  }

  /** Hours from `from` on, by their minutes: `byMinutes`, all of them, or those hours that two spans begin in. */
  #each(from: number, byMinutes: boolean | [number, number], put: (at: number, change: Sparse) => void): void {
    const hourOf = (ms: number) => Math.floor(ms / this.#hourMs)
    const [first, last] =
      byMinutes === true ? [0, 0] : byMinutes === false ? [Infinity, Infinity] : byMinutes.map(hourOf)
    const rows = this.#sql.exec<HourRow>(
      'SELECT hour, sum, CASE WHEN hour = ? OR hour >= ? THEN minutes END AS minutes FROM history WHERE hour >= ?',
      first ?? 0,
      last ?? 0,
      hourOf(from),
    )
    for (const { hour, sum, minutes } of rows) {
      if (minutes === null) put(hour * this.#hourMs, JSON.parse(sum) as Sparse)
      else {
        const all = JSON.parse(minutes) as Record<string, Sparse>
        for (const [minute, change] of Object.entries(all)) put(Number(minute) * MINUTE_MS, change)
      }
    }
  }

  #add(hour: number, more: Record<string, Sparse>, now: number): void {
    const [row] = this.#sql.exec<HourRow>('SELECT * FROM history WHERE hour = ?', hour).toArray()
    const sum = row ? (JSON.parse(row.sum) as Sparse) : {}
    const minutes = row?.minutes ? (JSON.parse(row.minutes) as Record<string, Sparse>) : {}
    for (const [minute, change] of Object.entries(more)) {
      addBucket(sum, change)
      addBucket((minutes[minute] ??= {}), change)
      bound(minutes[minute])
    }
    bound(sum)
    const young = (!row || row.minutes !== null) && now - hour * this.#hourMs < this.#dials.minutesMs
    this.#sql.exec(
      'INSERT OR REPLACE INTO history (hour, sum, minutes) VALUES (?, ?, ?)',
      hour,
      JSON.stringify(sum),
      young ? JSON.stringify(minutes) : null,
    )
  }

  #forget(minutesBefore: number, hoursBefore: number): void {
    this.#sql.exec('UPDATE history SET minutes = NULL WHERE hour < ? AND minutes IS NOT NULL', minutesBefore)
    this.#sql.exec('DELETE FROM history WHERE hour < ?', hoursBefore)
  }
}

function pointOf(bucket: Bucket): Omit<Point, 'at'> {
  const { accepted, delivered, retried, delays } = bucket
  const failedAttempts = total(bucket.failed)
  const tried = delivered + failedAttempts
  return {
    accepted,
    delivered,
    filtered: total(bucket.filtered),
    dead: total(bucket.dead),
    redriven: total(bucket.redriven),
    failedAttempts,
    retried,
    successRate: tried === 0 ? null : delivered / tried,
    p50Ms: percentile(delays, 0.5),
    p95Ms: percentile(delays, 0.95),
  }
}

/** What is beyond the codes that a bucket tells apart is counted as one. */
function bound(bucket: Sparse): void {
  for (const name of ['filtered', 'dead', 'redriven', 'failed'] as const) {
    const counts: Counts = bucket[name] ?? {}
    for (const [code, n] of Object.entries(counts).slice(MOST_CODES)) {
      if (code === OTHER) continue
      delete counts[code]
      counts[OTHER] = (counts[OTHER] ?? 0) + n
    }
  }
}
