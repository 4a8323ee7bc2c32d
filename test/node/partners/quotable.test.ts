import { describe, expect, it } from 'vitest'
import { quotableOf, quotableWords } from '../../../src/control/co-marketing/quotable.ts'

const day = (n: number, customers: number, delivered: number, failed = 0) => ({
  day: n,
  version: 1,
  planned: false,
  customers,
  figures: { delivered, ...(failed > 0 && { 'failed|http_400': failed }) },
})

describe('figures that a partner may quote', () => {
  it('are none with fewer than five customers', () => {
    expect(quotableOf({ connected: 4, days: [day(1, 9, 1_000_000)] })).toBe(undefined)
    expect(quotableOf({ connected: 5, days: [] })).toEqual({ customers: 5, events: null, arrived: null })
  })

  it('leave out days on which fewer than five were delivered to', () => {
    const days = [day(1, 4, 900_000), day(2, 5, 2_100, 3)]
    expect(quotableOf({ connected: 12, days })).toEqual({ customers: 10, events: 2_000, arrived: 99.8 })
  })

  it('tell nothing of fewer than a thousand events', () => {
    expect(quotableOf({ connected: 5, days: [day(1, 5, 999)] })).toMatchObject({ events: null, arrived: null })
  })

  it.each([
    [5, 5],
    [9, 5],
    [10, 10],
    [19, 10],
    [20, 20],
    [49, 20],
    [50, 50],
    [1_999, 1_000],
  ])('round %i customers down to %i', (connected, customers) => {
    expect(quotableOf({ connected, days: [] })?.customers).toBe(customers)
  })

  it.each([
    [1_000, 1_000],
    [19_999, 10_000],
    [99_999, 90_000],
    [1_234_567, 1_000_000],
  ])('round %i events down to %i', (delivered, events) => {
    expect(quotableOf({ connected: 5, days: [day(1, 5, delivered)] })).toMatchObject({ events, arrived: 100 })
  })

  it('are words that are never more than is so', () => {
    const quotable = { customers: 10, events: 20_000, arrived: 99.8 }
    expect(quotableWords(quotable, 'Acme', 'Sluice')).toBe(
      '10 companies or more use Acme with Sluice: over 20,000 events delivered in thirty days, 99.8 % of all that were sent.',
    )
    expect(quotableWords({ ...quotable, events: null }, 'Acme', 'Sluice')).toBe(
      '10 companies or more use Acme with Sluice.',
    )
  })
})
