import fc from 'fast-check'
import { expect, it } from 'vitest'
import { correctSkew, isoTime, parseTime } from '../../../src/event/index.ts'

const MIN = Date.parse('0001-01-01T00:00:00.000Z')
const MAX = Date.parse('9999-12-31T23:59:59.999Z')
const YEAR_MS = 366 * 86_400_000

const anyInstant = fc.integer({ min: MIN, max: MAX })
/** Far enough from both ends that an offset or a skew does not leave the range. */
const instant = fc.integer({ min: MIN + YEAR_MS, max: MAX - YEAR_MS })

const two = (n: number) => String(n).padStart(2, '0')

it('reads back what it prints, over the whole range', () => {
  fc.assert(fc.property(anyInstant, (ms) => void expect(parseTime(isoTime(ms))).toBe(ms)))
})

it('prints 24 characters, over the whole range', () => {
  fc.assert(
    fc.property(anyInstant, (ms) => void expect(isoTime(ms)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
  )
})

it('takes every form of an offset for the same instant in UTC', () => {
  const offset = fc.record({
    sign: fc.constantFrom(1, -1),
    hours: fc.integer({ min: 0, max: 23 }),
    minutes: fc.integer({ min: 0, max: 59 }),
    colon: fc.constantFrom(':', ''),
    gap: fc.constantFrom('', ' '),
    between: fc.constantFrom('T', 't', ' '),
  })
  fc.assert(
    fc.property(instant, offset, (ms, { sign, hours, minutes, colon, gap, between }) => {
      const local = isoTime(ms + sign * (hours * 60 + minutes) * 60_000).slice(0, -1)
      const zone = `${sign === 1 ? '+' : '-'}${two(hours)}${colon}${two(minutes)}`
      expect(parseTime(`${local.replace('T', between)}${gap}${zone}`)).toBe(ms)
    }),
  )
})

it('cuts the digits after the milliseconds', () => {
  const digits = fc.stringMatching(/^\d{1,6}$/)
  fc.assert(
    fc.property(instant, digits, (ms, more) => void expect(parseTime(isoTime(ms).replace('Z', `${more}Z`))).toBe(ms)),
  )
})

it('reads a date exactly when the calendar has it, and as that day', () => {
  const parts = fc.record({
    year: fc.integer({ min: 1, max: 9999 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 27, max: 31 }),
    tail: fc.constantFrom('', 'T12:00:00.000Z', 'T12:00:00Z'),
  })
  fc.assert(
    fc.property(parts, ({ year, month, day, tail }) => {
      const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
      const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
      const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
      const ms = parseTime(date + tail)
      expect(ms === undefined ? undefined : isoTime(ms).slice(0, 10)).toBe(day <= days ? date : undefined)
    }),
    { numRuns: 500 },
  )
})

it('gives undefined or a time of the years 1 to 9999 for anything', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.double(), fc.string()), (value) => {
      const ms = parseTime(value)
      expect(ms === undefined || (Number.isInteger(ms) && ms >= MIN && ms <= MAX)).toBe(true)
    }),
  )
})

it('corrects by the same instant however wrong the client’s clock is', () => {
  const shift = fc.integer({ min: -YEAR_MS / 2, max: YEAR_MS / 2 })
  // Longer ago is another clock's time, if the clock is as wrong as that.
  const age = fc.integer({ min: 0, max: 365 * 86_400_000 })
  fc.assert(
    fc.property(instant, instant, shift, age, (receivedAt, sentAt, wrong, before) => {
      const honest = correctSkew(receivedAt, sentAt, sentAt - before)
      expect(correctSkew(receivedAt, sentAt + wrong, sentAt - before + wrong)).toEqual(honest)
      expect(honest).toEqual({ at: receivedAt - before, believed: true })
    }),
  )
})
