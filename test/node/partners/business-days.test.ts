import { describe, expect, it } from 'vitest'
import { afterBusinessDays } from '../../../src/control/partners/business-days.ts'
import { lookOf, strangeLetters } from '../../../src/control/look-alike.ts'

const after = (from: string, days: number) => new Date(afterBusinessDays(Date.parse(from), days)).toISOString()

describe('business days', () => {
  it.each([
    ['2026-11-23T10:30:00.000Z', 2, '2026-11-25T10:30:00.000Z'],
    ['2026-11-26T10:30:00.000Z', 2, '2026-11-30T10:30:00.000Z'],
    ['2026-11-27T23:59:00.000Z', 1, '2026-11-30T23:59:00.000Z'],
    ['2026-11-28T12:00:00.000Z', 2, '2026-12-02T00:00:00.000Z'],
    ['2026-11-29T23:00:00.000Z', 1, '2026-12-01T00:00:00.000Z'],
    ['2026-11-25T08:00:00.000Z', 10, '2026-12-09T08:00:00.000Z'],
    ['2026-11-25T08:00:00.000Z', 0, '2026-11-25T08:00:00.000Z'],
  ])('%s and %d are %s', (from, days, until) => {
    expect(after(from, days)).toBe(until)
  })
})

describe('names that look alike', () => {
  it.each([
    ['Acme', 'Аcme'],
    ['Acme', 'ACME Inc.'],
    ['Acme', 'Ácmé Ltd'],
    ['Acme', 'Acrne'],
    ['Google', 'G00gle'],
    ['Paypal', 'PaypaI'],
    ['Paypal', 'Раураl'],
    ['Wave', 'VVave'],
    ['Example Shop', 'example-shop GmbH'],
  ])('%s and %s', (one, other) => {
    expect(lookOf(other)).toBe(lookOf(one))
  })

  it.each([
    ['Acme', 'Acne'],
    ['Shopify', 'Spotify'],
    ['東京', '京都'],
    ['Inc', 'Ltd'],
  ])('not %s and %s', (one, other) => {
    expect(lookOf(other)).not.toBe(lookOf(one))
  })

  it('are told by their letters', () => {
    expect(strangeLetters('Аcme Ø 7')).toEqual(['А (U+0410)'])
    expect(strangeLetters('Acmé & Co')).toEqual([])
  })
})
