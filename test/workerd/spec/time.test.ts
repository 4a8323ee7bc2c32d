import { describe, expect, it } from 'vitest'
import { correctSkew, isoTime, parseTime } from '../../../src/spec/index.ts'

const READABLE: [form: string, given: unknown, utc: string][] = [
  ['canonical', '2030-01-01T00:01:00.000Z', '2030-01-01T00:01:00.000Z'],
  ['without fraction', '2030-01-01T00:01:00Z', '2030-01-01T00:01:00.000Z'],
  ['without seconds', '2030-01-01T00:01Z', '2030-01-01T00:01:00.000Z'],
  ['one digit of fraction', '2030-01-01T00:00:09.5Z', '2030-01-01T00:00:09.500Z'],
  ['microseconds', '2030-01-01T00:00:00.123456Z', '2030-01-01T00:00:00.123Z'],
  ['microseconds of Python', '2030-01-01T00:00:00.999999+00:00', '2030-01-01T00:00:00.999Z'],
  ['nanoseconds of Go', '2030-01-01T00:00:00.123456789+02:00', '2029-12-31T22:00:00.123Z'],
  ['comma before the fraction', '2030-01-01T00:00:00,250Z', '2030-01-01T00:00:00.250Z'],
  ['offset with colon', '2030-01-01T02:00:00+02:00', '2030-01-01T00:00:00.000Z'],
  ['offset without colon', '2030-01-01T00:00:00.000+0000', '2030-01-01T00:00:00.000Z'],
  ['offset of hours', '2030-01-01T00:00:00-05', '2030-01-01T05:00:00.000Z'],
  ['offset of half an hour', '2030-01-01T05:30:00+05:30', '2030-01-01T00:00:00.000Z'],
  ['offset over the turn of the year', '2029-12-31T23:30:00-0100', '2030-01-01T00:30:00.000Z'],
  ['PHP', '2030-01-01T00:00:00+00:00', '2030-01-01T00:00:00.000Z'],
  ['a space for the T', '2030-01-01 00:00:01.5', '2030-01-01T00:00:01.500Z'],
  ['a space before the offset', '2030-01-01 02:00:00 +0200', '2030-01-01T00:00:00.000Z'],
  ['small letters', '2030-01-01t00:00:00z', '2030-01-01T00:00:00.000Z'],
  ['no offset is UTC', '2030-01-01T12:00:00', '2030-01-01T12:00:00.000Z'],
  ['date only', '2030-01-01', '2030-01-01T00:00:00.000Z'],
  ['milliseconds', 1893456000123, '2030-01-01T00:00:00.123Z'],
  ['fraction of milliseconds', 1893456000123.9, '2030-01-01T00:00:00.123Z'],
  ['zero', 0, '1970-01-01T00:00:00.000Z'],
  ['before 1970', -1, '1969-12-31T23:59:59.999Z'],
  ['leap day', '2028-02-29T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
  ['leap day of a century', '2000-02-29', '2000-02-29T00:00:00.000Z'],
  ['last day of a long month', '2030-12-31T23:59:59.999Z', '2030-12-31T23:59:59.999Z'],
  ['last day of a short month', '2030-04-30T10:00:00+02:00', '2030-04-30T08:00:00.000Z'],
  ['midnight at the end of a day', '2030-01-31T24:00:00Z', '2030-02-01T00:00:00.000Z'],
  ['the first year', '0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z'],
  ['the last year', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
]

const UNREADABLE: [form: string, given: unknown][] = [
  ['February 30', '2030-02-30T00:00:00.000Z'],
  ['February 30, date only', '2030-02-30'],
  ['February 30 with an offset', '2030-02-30T12:00:00+02:00'],
  ['February 29 of no leap year', '2030-02-29T00:00:00.000Z'],
  ['February 29 of a century', '2100-02-29T00:00:00Z'],
  ['April 31', '2030-04-31T00:00:00.000Z'],
  ['November 31', '2030-11-31 00:00'],
  ['day 32', '2030-01-32T00:00:00.000Z'],
  ['day 0', '2030-01-00T00:00:00.000Z'],
  ['month 13', '2030-13-01T00:00:00.000Z'],
  ['month 0', '2030-00-10'],
  ['hour 25', '2030-01-01T25:00:00.000Z'],
  ['minutes after 24:00', '2030-01-01T24:00:01Z'],
  ['minute 60', '2030-01-01T00:60:00.000Z'],
  ['second 61', '2030-01-01T00:00:61.000Z'],
  ['offset of 24 hours', '2030-01-01T00:00:00+24:00'],
  ['offset of 60 minutes', '2030-01-01T00:00:00+01:60'],
  ['the year 0', '0000-01-01T00:00:00.000Z'],
  ['a year of five digits', '+010000-01-01T00:00:00.000Z'],
  ['an offset out of the last year', '9999-12-31T23:59:59-01:00'],
  ['an offset out of the first year', '0001-01-01T00:00:00+01:00'],
  ['milliseconds after the year 9999', 253402300800000],
  ['milliseconds before the year 1', -62135596800001],
  ['infinity', Infinity],
  ['not a number', NaN],
  ['words', 'yesterday'],
  ['empty', ''],
  ['something after it', '2030-01-01T00:00:00.000Z and more'],
  ['something before it', ' 2030-01-01T00:00:00.000Z'],
  ['a line after it', '2030-01-01T00:00:00.000Z\n'],
  ['RFC 1123', 'Tue, 01 Jan 2030 00:00:00 GMT'],
  ['digits', '1893456000123'],
  ['null', null],
  ['true', true],
  ['an object', { time: 1 }],
  ['a list', ['2030-01-01']],
]

describe('a client’s time', () => {
  it.each(READABLE)('is read: %s', (_, given, utc) => {
    const ms = parseTime(given)
    expect(ms === undefined ? undefined : isoTime(ms)).toBe(utc)
  })

  it.each(UNREADABLE)('is not read: %s', (_, given) => {
    expect(parseTime(given)).toBeUndefined()
  })
})

describe('skew', () => {
  it.each<[string, number, number | undefined, number | undefined, number]>([
    ['the client’s clock is fast', 100_000, 160_000, 158_000, 98_000],
    ['the client’s clock is slow', 100_000, 40_000, 38_000, 98_000],
    ['both clocks agree', 100_000, 100_000, 99_000, 99_000],
    ['the result lies in the future', 100_000, 50_000, 60_000, 110_000],
    ['without sentAt the original stands', 100_000, undefined, 42_000, 42_000],
    ['without an original it is the time of receipt', 100_000, 90_000, undefined, 100_000],
    ['without both it is the time of receipt', 100_000, undefined, undefined, 100_000],
    ['the epoch is a time', 100_000, 0, 0, 100_000],
    ['the result would be beyond all years', 100_000, -62_135_596_800_000, 253_402_300_799_999, 100_000],
  ])('%s', (_, receivedAt, sentAt, original, expected) => {
    expect(correctSkew(receivedAt, sentAt, original)).toBe(expected)
  })
})
