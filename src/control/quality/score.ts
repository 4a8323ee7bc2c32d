import { DAY_MS } from '../../statistics/index.ts'
import { type DayFigures, type FiguresRow, sumOfRows, faresOf } from './figures.ts'

/** The last finished days (UTC) that a score is of. */
export const SCORE_DAYS = 28
/** With fewer events, or days on which there were some, there is no score. */
export const LEAST_EVENTS = 1_000
export const LEAST_DAYS = 7

/** Codes that say nothing of an integration: of a customer's own keys and settings, and of the platform's own troubles. */
export const NOT_COUNTED: ReadonlySet<string> = new Set([
  'http_401',
  'http_403',
  'destination_disabled',
  'destination_deleted',
  'INVALID_SETTINGS',
  'DESTINATION_MISSING',
  'ARCHIVE_OBJECT_MISSING',
  'ARCHIVE_LINE_DAMAGED',
  'log_lost',
])

/** The bins of delays that are within a minute, or nearly: those below 2^16 ms. */
const LAST_PROMPT_BIN = 63

/** What a score is made of: points from nothing at `worst` to all of them at `best`, in a straight line between. */
export const SCORE_PARTS = {
  arrival: {
    points: 60,
    worst: 0.95,
    best: 0.999,
    words: 'Of events that were delivered or given up, those delivered',
  },
  attempts: { points: 20, worst: 0.8, best: 0.99, words: 'Of attempts, those that succeeded' },
  delay: { points: 10, worst: 0.8, best: 0.99, words: 'Of delivered events, those that took a minute at most' },
  calm: { points: 10, worst: 0.5, best: 0, words: 'How often a breaker opened, a customer and day' },
} as const satisfies Record<string, { points: number; worst: number; best: number; words: string }>
export type ScorePart = keyof typeof SCORE_PARTS
export const PART_NAMES = Object.keys(SCORE_PARTS) as ScorePart[]

/** From which score on, the best first. */
export const BANDS = { excellent: 95, good: 85, fair: 70, poor: 0 } as const
export type QualityBand = keyof typeof BANDS
export const BAND_NAMES = Object.keys(BANDS) as QualityBand[]

/** A row as a score is made of it. */
export interface ScoredRow extends FiguresRow {
  customers: number
}

export interface PartScore {
  part: ScorePart
  /** What was measured. */
  value: number
  points: number
}

export interface Score {
  /** 0 to 100, with one decimal; `null`: there were too few deliveries. */
  score: number | null
  band: QualityBand | null
  parts: PartScore[]
  /** Events that were delivered or given up, and days on which some were. */
  events: number
  days: number
}

/** What took points: events (of `calm`, openings) of one reason on one day (since 1970). */
export interface Cause {
  day: number
  part: ScorePart
  /** Code of the failure; of `delay` and `calm` empty. */
  reason: string
  count: number
  points: number
}

/** The day (since 1970) of a time. */
export const dayOf = (at: number) => Math.floor(at / DAY_MS)

export function bandOf(score: number): QualityBand {
  return BAND_NAMES.find((band) => score >= BANDS[band]) ?? 'poor'
}

/** Rows that the score of a day is made of: of finished days, and none of planned hours. */
function windowOf(rows: readonly ScoredRow[], day: number): ScoredRow[] {
  return rows.filter((row) => !row.planned && row.day < day && row.day >= day - SCORE_DAYS)
}

/** The score as it stands on a day. The formula is published: docs/quality.md. */
export function scoreOf(rows: readonly ScoredRow[], day: number): Score {
  const window = windowOf(rows, day)
  const { delivered, failed, failedAttempts, prompt, opened } = countedIn(sumOfRows(window))
  const days = new Set(window.filter(({ figures }) => endedIn(figures) > 0).map((row) => row.day)).size
  const events = delivered + failed
  if (events < LEAST_EVENTS || days < LEAST_DAYS) return { score: null, band: null, parts: [], events, days }
  const customerDays = window.reduce((n, { customers }) => n + customers, 0)
  const values: Record<ScorePart, number> = {
    arrival: delivered / events,
    attempts: delivered / (delivered + failedAttempts),
    delay: delivered === 0 ? 0 : prompt / delivered,
    calm: opened / Math.max(1, customerDays),
  }
  const parts = PART_NAMES.map((part) => {
    const { points, worst, best } = SCORE_PARTS[part]
    // Of nothing that was tried nothing is said.
    const value = Number.isFinite(values[part]) ? values[part] : 0
    return { part, value, points: points * Math.min(1, Math.max(0, (value - worst) / (best - worst))) }
  })
  const score = Math.round(parts.reduce((n, { points }) => n + points, 0) * 10) / 10
  return { score, band: bandOf(score), parts, events, days }
}

function countedIn(figures: DayFigures) {
  const { delivered, reasons, errors, delays, opened } = faresOf(figures)
  const theirs = (counts: Record<string, number>) =>
    Object.entries(counts).reduce((n, [code, some]) => n + (NOT_COUNTED.has(code) ? 0 : some), 0)
  const prompt = Object.entries(delays).reduce((n, [bin, some]) => n + (Number(bin) <= LAST_PROMPT_BIN ? some : 0), 0)
  return { delivered, failed: theirs(reasons), failedAttempts: theirs(errors), prompt, opened }
}

const endedIn = (figures: DayFigures) => {
  const { delivered, failed } = countedIn(figures)
  return delivered + failed
}

/** What has cost the score of a day its points, the most first: each part's loss, shared out by how much there was of each. */
export function causesOf(rows: readonly ScoredRow[], day: number): Cause[] {
  const { score, parts } = scoreOf(rows, day)
  if (score === null) return []
  return parts
    .flatMap(({ part, points }) => {
      const lost = SCORE_PARTS[part].points - points
      const found = windowOf(rows, day).flatMap((row) => countsOf(part, row))
      const all = found.reduce((n, { count }) => n + count, 0)
      return found.map((one) => ({ ...one, part, points: (lost * one.count) / all }))
    })
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points)
}

function countsOf(part: ScorePart, { day, figures }: ScoredRow): Pick<Cause, 'day' | 'reason' | 'count'>[] {
  const { delivered, reasons, errors, opened } = faresOf(figures)
  const byReason = (counts: Record<string, number>) =>
    Object.entries(counts)
      .filter(([code]) => !NOT_COUNTED.has(code))
      .map(([reason, count]) => ({ day, reason, count }))
  switch (part) {
    case 'arrival':
      return byReason(reasons)
    case 'attempts':
      return byReason(errors)
    case 'delay': {
      const count = delivered - countedIn(figures).prompt
      return count > 0 ? [{ day, reason: '', count }] : []
    }
    case 'calm':
      return opened > 0 ? [{ day, reason: '', count: opened }] : []
  }
}

/** What a fall from the day before to this one comes from: what costs more points now than it did then, the most first. */
export function causesOfFall(rows: readonly ScoredRow[], day: number, most: number): Cause[] {
  const keyOf = ({ day: at, part, reason }: Cause) => `${at} ${part} ${reason}`
  const before = new Map(causesOf(rows, day - 1).map((cause) => [keyOf(cause), cause.points]))
  return causesOf(rows, day)
    .map((cause) => ({ ...cause, points: cause.points - (before.get(keyOf(cause)) ?? 0) }))
    .filter(({ points }) => points > 0.05)
    .toSorted((a, b) => b.points - a.points)
    .slice(0, most)
    .map((cause) => ({ ...cause, points: Math.round(cause.points * 10) / 10 }))
}
