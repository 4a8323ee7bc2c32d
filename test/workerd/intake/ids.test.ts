import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { FingerprintKey } from '../../../src/intake/fingerprint-key.ts'
import { FingerprintSet } from '../../../src/intake/fingerprint-set.ts'
import { IdFilter } from '../../../src/intake/id-filter.ts'
import { fingerprints, indexOfFingerprint } from '../../../src/intake/ids.ts'

const key = new FingerprintKey(context)

it('knows what it was given and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 3_000 }), (ids) => {
      const [known, other] = [ids.slice(0, ids.length / 2), ids.slice(ids.length / 2)]
      const set = new FingerprintSet(key)
      const words = fingerprints(known)
      known.forEach((_, at) => expect(set.add(words, at)).toBe(true))
      known.forEach((_, at) => expect([set.has(words, at), set.add(words, at)]).toEqual([true, false]))
      const others = fingerprints(other)
      other.forEach((_, at) => expect(set.has(others, at)).toBe(false))
    }),
  )
})

it('tells a million ids apart, alike as they are', () => {
  const set = new FingerprintSet(key)
  let collisions = 0
  for (let from = 0; from < 1_000_000; from += 10_000) {
    const words = fingerprints(Array.from({ length: 10_000 }, (_, n) => `ajs-next-1795445201251-${from + n}`))
    for (let at = 0; at < 10_000; at++) if (!set.add(words, at)) collisions++
  }
  expect(collisions).toBe(0)
})

it('spreads every bit: no half of a fingerprint repeats more than chance allows', () => {
  const words = fingerprints(Array.from({ length: 100_000 }, (_, n) => `m-${n}`))
  const halves = [new Set<number>(), new Set<number>()]
  words.forEach((word, at) => halves[at % 2]!.add(word))
  // 100 000 of 2³² collide about once.
  for (const half of halves) expect(half.size).toBeGreaterThan(99_980)
})

it('holds the fingerprint of two zero words like any other', () => {
  const set = new FingerprintSet(key)
  const zero = new Uint32Array(2)
  expect([set.has(zero, 0), set.add(zero, 0), set.has(zero, 0), set.add(zero, 0)]).toEqual([false, true, true, false])
})

it('finds an id among others', () => {
  const words = fingerprints(['a', 'b', 'c'])
  expect(['a', 'c', 'd'].map((id) => indexOfFingerprint(words, fingerprints([id])))).toEqual([0, 2, -1])
})

describe('ids that somebody has chosen', () => {
  const COUNT = 20_000
  /** Families of fingerprints that are alike in what a table might go by. */
  const FAMILIES: Record<string, (n: number) => [number, number]> = {
    'equal low bits of both words': (n) => [(n << 15) | 1, (Math.imul(n, 0x9e3779b1) & 0xffff8000) | 3],
    'words that cancel each other out': (n) => [n, n],
    'an equal first word': (n) => [7, n],
    'an equal second word': (n) => [n, 7],
    'equal high bits': (n) => [0xabcd0000 | (n & 0xffff), n],
    'differing in one high bit each': (n) => [1 << (n % 32), (n << 12) >>> 0],
  }

  it.each(Object.entries(FAMILIES))('are spread like any others: %s', (_, wordsOf) => {
    const words = new Uint32Array(Array.from({ length: COUNT }, (__, n) => wordsOf(n)).flat())
    const set = new FingerprintSet(key)
    for (let at = 0; at < COUNT; at++) set.add(words, at)
    // At 0.7 full a new one looks at six places on average; growing adds each again, once in all.
    expect(set.probes).toBeLessThan(8 * COUNT)
    const mixed = new Uint32Array(words.length)
    for (let at = 0; at < COUNT; at++) key.mix(words, at, mixed.subarray(2 * at, 2 * at + 2))
    // Thirty-two are meant for each bucket.
    expect(new IdFilter(IdFilter.of(mixed)).fullestBucket).toBeLessThan(70)
  })

  it('lie elsewhere in each instance', () => {
    const words = fingerprints(['one', 'other'])
    const places = [key, new FingerprintKey(context)].map((one) => {
      const mixed = new Uint32Array(2)
      one.mix(words, 0, mixed)
      return [...mixed]
    })
    expect(places[0]).not.toEqual(places[1])
  })

  it('still differ when they are mixed', () => {
    const mixed = new Uint32Array(2)
    const seen = new Set<string>()
    for (let n = 0; n < 100_000; n++) {
      key.mix(new Uint32Array([n & 1023, n >>> 10]), 0, mixed)
      seen.add(mixed.join())
    }
    expect(seen.size).toBe(100_000)
  })
})
