import { readDate } from './dates.ts'
import { isExactNumber } from './json.ts'

const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** The first and last instants that print as a four-digit year. */
const MIN = -62_135_596_800_000 // 0001-01-01T00:00:00.000Z
const MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * Milliseconds since 1970 of a client's time: text in one of the forms of `dates.ts`, or a number, also as text, of
 * seconds, milliseconds, microseconds or nanoseconds since 1970, by its size. `undefined` for everything else, for
 * impossible dates, and outside the years 1 to 9999.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'string') return CANONICAL.test(value) ? parseCanonical(value) : parseText(value)
  if (typeof value === 'number') return parseText(String(value))
  return isExactNumber(value) ? parseText(value.rawJSON) : undefined
}

/** Whether a client gave a time, readable or not: `null` and blank text are none. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && (typeof value !== 'string' || value.trim() !== '')
}

/** The client's own text of a time that cannot be read. */
export function textOfTime(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const remembered = new Map<number, string>()
const REMEMBERED = 64

/** Prints an instant. The events of a batch share most of their times, so the last few are remembered. */
export function isoTime(ms: number): string {
  const known = remembered.get(ms)
  if (known !== undefined) return known
  const text = new Date(ms).toISOString()
  if (remembered.size >= REMEMBERED) remembered.clear()
  remembered.set(ms, text)
  return text
}

const DAY_MS = 86_400_000
/** What an event may lie behind its receipt: clocks that are set to local time are up to 14 hours ahead. */
const FUTURE_MS = DAY_MS
/** A clock that is further off than this is wrong, and times so far apart were not taken from one and the same wrong clock. */
const APART_MS = 365 * DAY_MS

/**
 * The event's time on the server's clock, in milliseconds: `receivedAt − (sentAt − original)`; without `sentAt` the
 * original as it is, without an original the time of receipt (Segment Spec, common fields). `believed` is false when that
 * would be wrong because a clock is, and then it is the original as it is, or, if that is wrong too, the time of receipt:
 * nothing has happened a day after it was received, and no correction is made by a `sentAt` a year off that the
 * original, a year away from it, does not share.
 */
export function correctSkew(
  receivedAt: number,
  sentAt: number | undefined,
  original: number | undefined,
): { at: number; believed: boolean } {
  if (original === undefined) return { at: receivedAt, believed: true }
  const isPlausible = (ms: number) => ms <= receivedAt + FUTURE_MS
  const at = sentAt === undefined ? original : receivedAt - (sentAt - original)
  const alone =
    sentAt !== undefined && Math.abs(sentAt - receivedAt) > APART_MS && Math.abs(sentAt - original) > APART_MS
  if (isPlausible(at) && !alone && inRange(at) !== undefined) return { at, believed: true }
  return { at: isPlausible(original) ? original : receivedAt, believed: false }
}

function parseCanonical(value: string): number | undefined {
  // `Date.parse` takes February 30 for March 2.
  const day = Number(value.slice(8, 10))
  const isDay = day <= 28 || new Date(value.slice(0, 10)).getUTCDate() === day
  const ms = isDay ? Date.parse(value) : NaN
  return Number.isNaN(ms) ? readDate(value) : inRange(ms)
}

function parseText(value: string): number | undefined {
  const ms = readDate(value)
  return ms === undefined ? undefined : inRange(Math.trunc(ms))
}

function inRange(ms: number): number | undefined {
  return ms >= MIN && ms <= MAX ? ms : undefined
}
