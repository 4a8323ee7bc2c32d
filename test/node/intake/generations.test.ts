import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { FingerprintKey } from '../../../src/intake/fingerprint-key.ts'
import { FingerprintSet } from '../../../src/intake/fingerprint-set.ts'
import { Generations } from '../../../src/intake/generations.ts'
import { FILTER_BITS, IdFilter } from '../../../src/intake/id-filter.ts'
import { IdStore } from '../../../src/intake/id-store.ts'
import { fingerprints } from '../../../src/intake/ids.ts'
import { rowStorage } from '../../platform/objects.ts'
import { Sql } from '../../platform/sql.ts'

const key = new FingerprintKey(context)

/** `count` fingerprints that differ, made faster than by hashing. */
function words(count: number, seed: number): Uint32Array {
  const all = new Uint32Array(count * 2)
  for (let at = 0; at < count; at++) {
    all[at * 2] = Math.imul(at + seed * 100_000_007, 2_654_435_761)
    all[at * 2 + 1] = at
  }
  return all
}

function storage() {
  return rowStorage(new Sql())
}

function setIn(store: IdStore, generation: number, most = 20_000_000, filterBits = FILTER_BITS): Generations {
  return new Generations('ids', new FingerprintKey(context, store.key() ?? key.bytes), store, {
    most,
    generation,
    filterBits,
  })
}

/** Rows of the log, one after another, as an intake learns them. */
function learn(set: Generations, rows: readonly Uint32Array[], first = 1): void {
  for (const [at, row] of rows.entries()) {
    set.add(row, first + at)
    set.settle()
  }
}

/** The places of the fingerprints that a set does not have. */
function missing(set: Generations, some: Uint32Array): number[] {
  return Array.from({ length: some.length / 2 }, (_, at) => at).filter((at) => !set.has(some, at))
}

describe('generations', () => {
  it('know what they were given and nothing else, packed or not, before and after they are opened anew', () => {
    const rows = Array.from({ length: 30 }, (_, at) => words(1_000, at + 1))
    const store = new IdStore(storage())
    const sets = [setIn(store, 7_000)]
    learn(sets[0]!, rows)
    sets.push(setIn(store, 7_000))
    const { packedThrough } = sets[1]!
    // The youngest are in memory alone.
    expect(packedThrough).toBe(28)
    learn(sets[1]!, rows)
    const others = words(20_000, 99)
    for (const set of sets) {
      expect(rows.flatMap((row) => missing(set, row))).toEqual([])
      expect(missing(set, others)).toHaveLength(20_000)
    }
  })

  it('look up what a filter is wrong about', () => {
    const store = new IdStore(storage())
    // Two bits of each: of ten that are new nearly all pass the filter.
    const set = setIn(store, 5_000, 20_000_000, 2)
    learn(set, [words(5_000, 1)])
    expect(set.packedThrough).toBe(1)
    expect(missing(set, words(5_000, 2))).toHaveLength(5_000)
    expect(missing(set, words(5_000, 1))).toEqual([])
  })

  it('hold twelve million ids, and two million of requests, in less than forty megabytes', () => {
    const store = new IdStore(storage())
    const mixed = new FingerprintKey(context, key.bytes)
    const ids = setIn(store, 250_000, 12_000_000)
    const sizes = { most: 2_000_000, generation: 100_000, filterBits: FILTER_BITS }
    const accepts = new Generations('accepts', mixed, store, sizes)
    for (let part = 1; part <= 125; part++) learn(ids, [words(100_000, part)], part)
    for (let part = 1; part <= 21; part++) learn(accepts, [words(99_000, part), words(1_000, part + 500)], 2 * part)
    // Half a generation that is not packed yet.
    expect(ids.bytes + accepts.bytes).toBeLessThan(40_000_000)
    expect(ids.bytes).toBeGreaterThan(24_000_000)
    expect([1, 125, 126].map((part) => ids.has(words(1, part), 0))).toEqual([false, true, false])
    expect([2, 21, 22].map((part) => accepts.has(words(1, part), 0))).toEqual([true, true, false])
  })

  it('forget the oldest first when there are too many, in the storage too', () => {
    const own = storage()
    const store = new IdStore(own)
    const set = setIn(store, 1_000, 2_000)
    learn(
      set,
      [1, 2, 3, 4].map((part) => words(1_000, part)),
    )
    expect([1, 2, 3, 4].map((part) => set.has(words(1, part), 0))).toEqual([false, false, true, true])
    const kept = own.sql.exec('SELECT sum(length(words)) / 8 AS ids FROM runs').toArray()
    expect([kept, [...store.generations('ids')].map(({ last }) => last)]).toEqual([[{ ids: 2_000 }], [3, 4]])
  })

  it('forget what the log no longer needs, and keep what is younger', () => {
    const store = new IdStore(storage())
    const set = setIn(store, 1_000)
    learn(
      set,
      [1, 2, 3].map((part) => words(1_000, part)),
    )
    const late = fingerprints(['late'])
    set.add(late, 4)
    set.forget(2)
    expect([1, 2, 3].map((seq) => set.has(words(1, seq), 0))).toEqual([false, false, true])
    set.forget(3)
    expect(set.has(late, 0)).toBe(true)
    set.forget(4)
    expect(set.has(late, 0)).toBe(false)
    expect([...store.generations('ids')]).toEqual([])
  })

  it('tell ids from accept ids', () => {
    const store = new IdStore(storage())
    const set = setIn(store, 10)
    learn(set, [words(10, 1)])
    const sizes = { most: 100, generation: 10, filterBits: FILTER_BITS }
    const accepts = new Generations('accepts', key, store, sizes)
    expect([set.has(words(1, 1), 0), accepts.has(words(1, 1), 0), accepts.packedThrough]).toEqual([true, false, 0])
  })
})

describe('a filter', () => {
  it('has every fingerprint that it was made of, whatever their number', () => {
    const pairs = fc.uniqueArray(fc.nat(2 ** 32 - 1), { minLength: 1, maxLength: 500 })
    fc.assert(
      fc.property(pairs, (firsts) => {
        const filter = new IdFilter(IdFilter.of(Uint32Array.from(firsts.flatMap((first) => [first, 0]))))
        expect(firsts.filter((first) => !filter.mayHave(first))).toEqual([])
      }),
    )
  })

  it('says yes to one new fingerprint in some thousands', () => {
    const filter = new IdFilter(IdFilter.of(mixed(words(250_000, 1))))
    const others = mixed(words(200_000, 2))
    const wrong = Array.from({ length: 200_000 }, (_, at) => at).filter((at) => filter.mayHave(others[2 * at] ?? 0))
    // Thirty in a bucket, each with one chance in 65 536: ninety-three are to be expected.
    expect(wrong.length).toBeLessThan(200)
    expect(wrong.length).toBeGreaterThan(20)
  })
})

function mixed(all: Uint32Array): Uint32Array {
  const out = new Uint32Array(all.length)
  for (let at = 0; at < all.length / 2; at++) key.mix(all, at, out.subarray(2 * at, 2 * at + 2))
  return out
}

it('a set has the words of each of its fingerprints once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 2_000 }), (ids) => {
      const all = fingerprints(ids)
      const set = new FingerprintSet(key)
      ids.forEach((_, at) => set.add(all, at))
      const out = set.words()
      const seen = Array.from({ length: out.length / 2 }, (_, at) => `${out[2 * at]} ${out[2 * at + 1]}`)
      expect(new Set(seen).size).toBe(ids.length)
      expect(seen).toHaveLength(ids.length)
    }),
  )
})
