/** A day with or without a time; a time with or without seconds, fraction and offset. */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?(?:[Zz]|([-+])(\d\d)(?::?(\d\d))?)?)?$/

const LONGEST = 48
/** The first and the last moment that is written with a year of four digits. */
const FIRST = -62_135_596_800_000 // 0001-01-01T00:00:00.000Z
const LAST = 253_402_300_799_999 // 9999-12-31T23:59:59.999Z
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * A text that is a moment in ISO 8601's extended form, as `2026-01-02T03:04:05.678Z`: in UTC, where it names no offset, a
 * day at its midnight. Digits beyond milliseconds follow when there are some, up to microseconds. `null` for everything
 * else, days that the calendar does not have, and years that are not 1 to 9999: a warehouse's own reading of texts takes
 * `now`, `20240101` and the 30th of February for times.
 */
export function momentOf(text: string): string | null {
  // The hyphen is looked at first, since nearly all texts are no times.
  if (text.length < 10 || text.length > LONGEST || text.charCodeAt(4) !== 0x2d) return null
  if (isWritten(text)) return text
  const match = ISO.exec(text)
  if (!match) return null
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = ''] = match
  if (!isDay(Number(year), Number(month), Number(day)) || !isTime(hour, minute, second, fraction)) return null
  const [, , , , , , , , sign = '+', offsetHours = '00', offsetMinutes = '00'] = match
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return null
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000
  const midnight = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  const ms = midnight + (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000 - offset
  const at = ms + Number(fraction.slice(0, 3).padEnd(3, '0'))
  if (at < FIRST || at > LAST) return null
  const micros = fraction.slice(3, 6).padEnd(3, '0')
  const written = new Date(at).toISOString()
  return micros === '000' ? written : `${written.slice(0, -1)}${micros}Z`
}

/** Positions of the digits in `2026-01-02T03:04:05.678Z`. */
const DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22]

/** Whether a moment is written already as it shall be, as nearly all are: seen without taking it apart. */
function isWritten(text: string): boolean {
  if (text.length !== 24 || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return false
  if (text[19] !== '.' || text[23] !== 'Z') return false
  for (const at of DIGITS) {
    const code = text.charCodeAt(at)
    if (code < 0x30 || code > 0x39) return false
  }
  const two = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * 0x30
  const year = two(0) * 100 + two(2)
  return year > 0 && isDay(year, two(5), two(8)) && two(11) < 24 && two(14) < 60 && two(17) < 60
}

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day >= 1 && day <= (month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0))
}

/** Second 60 is a leap second, and 24:00 the end of a day. */
function isTime(hour: string, minute: string, second: string, fraction: string): boolean {
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return false
  return hour !== '24' || (minute === '00' && second === '00' && !/[1-9]/.test(fraction))
}
