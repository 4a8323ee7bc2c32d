import { readDate } from './dates.ts'
import { isExactNumber } from './json.ts'

const DAY = /^\d{4}-\d\d-\d\d$/

/** The first and last instants that print as a four-digit year. */
const MIN = -62_135_596_800_000 // 0001-01-01T00:00:00.000Z
const MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * Milliseconds since 1970 of a client's time: text in one of the forms of `dates.ts`, or a number, also as text, of
 * seconds, milliseconds, microseconds or nanoseconds since 1970, by its size. `undefined` for everything else, for
 * impossible dates, and outside the years 1 to 9999.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'string') return parseIso(value) ?? parseText(value)
  if (typeof value === 'number') return parseText(String(value))
  return isExactNumber(value) ? parseText(value.rawJSON) : undefined
}

const [T, Z, COLON, DOT, ZERO] = [0x54, 0x5a, 0x3a, 0x2e, 0x30] as const
/** The last day that was read: nearly all times of an isolate are of one. */
let day = { text: '1970-01-01', ms: 0 }

/** Milliseconds since 1970 of a time that is written as `isoTime` prints it; `undefined` for all others. */
export function parseIso(text: string): number | undefined {
  if (text.length !== 24 || text.charCodeAt(10) !== T || text.charCodeAt(23) !== Z) return undefined
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON || text.charCodeAt(19) !== DOT) return undefined
  const hours = twoDigits(text, 11)
  const minutes = twoDigits(text, 14)
  const seconds = twoDigits(text, 17)
  const ms = twoDigits(text, 20) * 10 + (twoDigits(text, 21) % 10)
  if (!(hours < 24 && minutes < 60 && seconds < 60 && ms >= 0)) return undefined
  if (!text.startsWith(day.text) && !isNextDay(text.slice(0, 10))) return undefined
  return day.ms + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms
}

/** Remembers a day, if the calendar has it. */
function isNextDay(text: string): boolean {
  // `Date` takes February 30 for March 2.
  const date = new Date(DAY.test(text) ? `${text}T00:00:00.000Z` : NaN)
  if (date.getUTCDate() !== Number(text.slice(8)) || inRange(date.getTime()) === undefined) return false
  day = { text, ms: date.getTime() }
  return true
}

/** `NaN` unless there are two. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
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

function parseText(value: string): number | undefined {
  const ms = readDate(value)
  return ms === undefined ? undefined : inRange(Math.trunc(ms))
}

function inRange(ms: number): number | undefined {
  return ms >= MIN && ms <= MAX ? ms : undefined
}
