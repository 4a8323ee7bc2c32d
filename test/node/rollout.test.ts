import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstOfRollout, type Rollout, ROLLOUT_SHARES, type RolloutShare, versionOf } from '../../src/settings/index.ts'

const sent: Rollout['sent'] = {
  endpoint: 'https://p.example.com/v2',
  regions: null,
  supports: ['track'],
  device: null,
  rate: null,
  maxInFlight: null,
  batch: null,
}
const shared = (number: number, share: RolloutShare, first: string | null = null) => ({
  live: number - 1,
  rollout: { number, share, first, sent, reach: [] },
})
const ALPHABET = Array.from('abcdefghijklmnopqrstuvwxyz234567')
const destinationIds = fc
  .array(fc.constantFrom(...ALPHABET), { minLength: 20, maxLength: 20 })
  .map((letters) => `dst_${letters.join('')}`)
const numbers = fc.integer({ min: 2, max: 10_000 })

/** Ids that differ in their last letters only, and ids that are alike in nothing. */
const near = Array.from({ length: 20_000 }, (_, n) => `dst_aaaaaaaaaaaaaaa${n.toString(32).padStart(5, '2')}`)
const far = fc.sample(destinationIds, { numRuns: 20_000, seed: 4_711 })

describe('which destinations have a version that is being rolled out', () => {
  it('who has it at one share has it at every greater one, and at the last all have', () => {
    fc.assert(
      fc.property(destinationIds, numbers, fc.option(destinationIds), (id, number, first) => {
        const has = ROLLOUT_SHARES.map((share) => versionOf(shared(number, share, first), id) === number)
        expect(has).toEqual(has.toSorted((a, b) => Number(a) - Number(b)))
        expect(has.at(-1)).toBe(true)
      }),
    )
  })

  it('always the same, and without a rollout the live one', () => {
    fc.assert(
      fc.property(destinationIds, numbers, fc.constantFrom(...ROLLOUT_SHARES), (id, number, share) => {
        expect(versionOf(shared(number, share), id)).toBe(versionOf(shared(number, share), id))
        expect(versionOf({ live: number, rollout: null }, id)).toBe(number)
      }),
    )
  })

  it.each([
    ['ids that differ in their last letters', near],
    ['ids that are alike in nothing', far],
  ] as const)('as many as the share says, of %s', (_, ids) => {
    for (const number of [2, 3, 4, 17, 1_000]) {
      for (const share of ROLLOUT_SHARES) {
        const have = ids.filter((id) => versionOf(shared(number, share), id) === number).length
        const expected = (ids.length * share) / 100
        // Four standard deviations of a fair draw.
        const off = 4 * Math.sqrt(expected * (1 - share / 100))
        expect(Math.abs(have - expected)).toBeLessThanOrEqual(off)
      }
    }
  })

  it('others with every version: of those who are first with one, no more than by chance are with the next', () => {
    const first = far.filter((id) => versionOf(shared(7, 10), id) === 7)
    const again = first.filter((id) => versionOf(shared(8, 10), id) === 8)
    expect(again.length).toBeGreaterThan(first.length * 0.06)
    expect(again.length).toBeLessThan(first.length * 0.14)
  })

  it('at least one of them, however few there are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(destinationIds, { minLength: 1, maxLength: 30 }), numbers, (ids, number) => {
        const first = firstOfRollout(number, ids)
        expect(ids).toContain(first)
        expect(firstOfRollout(number, ids.toReversed())).toBe(first)
        for (const share of ROLLOUT_SHARES) {
          const have = ids.filter((id) => versionOf(shared(number, share, first), id) === number)
          expect(have).toContain(first)
        }
      }),
    )
    expect(firstOfRollout(2, [])).toBeNull()
  })

  it('and named is the one that would have it next, so that naming it adds none that the next share would not', () => {
    fc.assert(
      fc.property(fc.uniqueArray(destinationIds, { minLength: 1, maxLength: 300 }), numbers, (ids, number) => {
        const first = firstOfRollout(number, ids)
        const byHash = ids.filter((id) => versionOf(shared(number, 10), id) === number)
        expect(byHash.length === 0 || byHash.includes(first ?? '')).toBe(true)
      }),
    )
  })
})
