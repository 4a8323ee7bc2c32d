/**
 * The longest that an answer can hold a lane: an hour. An event lives for four in the schedule that destinations have by
 * default, so no answer alone uses up its time; a receiver that needs longer is asked once an hour, with one request.
 */
export const LONGEST_HOLD_MS = 3_600_000

/** Seconds from here on (the year 2001) are no wait but a time; in milli-, micro- and nanoseconds they are 10³, 10⁶, 10⁹ more. */
const FIRST_TIME = 1e9

/** The three forms of RFC 9110, 5.6.7, and ISO 8601, by their beginning. `Date.parse` alone takes "retry in 3000" for a year. */
const DATE = /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d|\d{4}-\d\d-\d\dt\d\d:\d\d)/i
/** A header that was sent twice comes as one with a comma, which dates have too, after their weekday. */
const LISTED = /\s*(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*, [^,]*|[^,]+/gi
const DURATION = /^(?:\d+(?:\.\d*)?|\.\d+)(?:\s*(ms|milliseconds?|s|secs?|seconds?|m|min|mins|minutes?|h|hours?))?$/i
const UNITS: Record<string, number> = { ms: 1, mi: 60_000, m: 60_000, h: 3_600_000, s: 1_000 }

/** Names that services have for the end of a window of theirs, beside the one of the standards' drafts. */
const RESETS = ['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset']
const REMAINS = ['ratelimit-remaining', 'x-ratelimit-remaining', 'x-rate-limit-remaining']

/**
 * Milliseconds since 1970 before which a receiver wants nothing more, at most `LONGEST_HOLD_MS` from `now`; `undefined`:
 * it names no time, or one that has passed. Read are `Retry-After` (RFC 9110, 10.2.3) in seconds, with a fraction or a
 * unit, as a date, or as a time in seconds or finer since 1970; `Retry-After-Ms`; and beside a 429 the end of the window
 * that is used up. Of several the longest counts.
 */
export function notBeforeOf(status: number, headers: Headers, now: number): number | undefined {
  const wait =
    waitOf(headers.get('retry-after'), now) ??
    waitOf(headers.get('retry-after-ms'), now, 1) ??
    (status === 429 && isUsedUp(headers) ? longest(RESETS.map((name) => waitOf(headers.get(name), now))) : undefined)
  return wait !== undefined && wait > 0 ? now + Math.ceil(Math.min(wait, LONGEST_HOLD_MS)) : undefined
}

/** Milliseconds, negative for a time that has passed; `undefined`: nothing that can be read. `unit`: of a bare number. */
function waitOf(value: string | null, now: number, unit = 1_000): number | undefined {
  const texts = value?.match(LISTED) ?? []
  return longest(
    texts.map((text) =>
      waitOfOne(
        text
          .trim()
          .replace(/^"(.*)"$/, '$1')
          .trim(),
        now,
        unit,
      ),
    ),
  )
}

function waitOfOne(text: string, now: number, unit: number): number | undefined {
  if (DATE.test(text)) {
    // The form of C's asctime names no zone; it is UTC all the same.
    const at = Date.parse(/(?:gmt|utc|z|[+-]\d\d:?\d\d)$/i.test(text) ? text : zoned(text))
    return Number.isNaN(at) ? undefined : at - now
  }
  const named = DURATION.exec(text)
  if (!named) return undefined
  const n = Number.parseFloat(text)
  if (named[1] !== undefined) return n * unitOf(named[1].toLowerCase())
  return n < FIRST_TIME || unit !== 1_000 ? n * unit : timeOf(n) - now
}

function zoned(text: string): string {
  return /^\d/.test(text) ? `${text}Z` : `${text} GMT`
}

function unitOf(name: string): number {
  if (name.startsWith('milli')) return 1
  return UNITS[name] ?? UNITS[name.slice(0, 2)] ?? UNITS[name.slice(0, 1)] ?? 1_000
}

/** Milliseconds since 1970 of a number of seconds or of something finer. */
function timeOf(n: number): number {
  const finer = n < FIRST_TIME * 100 ? 1 : n < FIRST_TIME * 1e5 ? 1e3 : n < FIRST_TIME * 1e8 ? 1e6 : 1e9
  return (n / finer) * 1_000
}

/** What a window still has room for says when it ends, and asks nobody to wait. */
function isUsedUp(headers: Headers): boolean {
  return !REMAINS.some((name) => Number.parseFloat(headers.get(name) ?? '0') > 0)
}

function longest(waits: readonly (number | undefined)[]): number | undefined {
  const read = waits.filter((wait) => wait !== undefined)
  return read.length === 0 ? undefined : Math.max(...read)
}
