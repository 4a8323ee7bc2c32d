import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Generations } from '../../../src/intake/generations.ts'
import { context } from '../../../src/context.ts'
import { FingerprintKey } from '../../../src/intake/fingerprint-key.ts'
import { FingerprintSet } from '../../../src/intake/fingerprint-set.ts'
import { fingerprints } from '../../../src/intake/ids.ts'

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

describe('generations', () => {
  it('know what they were given and nothing else, packed or not', () => {
    const known = words(1_200_000, 1)
    const set = new Generations(key, 5_000_000)
    for (let at = 0; at < 1_200_000; at++) set.add(known, at, 1)
    let missing = 0
    for (let at = 0; at < 1_200_000; at += 7) if (!set.has(known, at)) missing++
    const others = words(1_200_000, 2)
    let invented = 0
    for (let at = 0; at < 1_200_000; at += 7) if (set.has(others, at)) invented++
    expect([missing, invented]).toEqual([0, 0])
  })

  it('know what they are loaded with as what they are given one by one', () => {
    const rows = [1, 2, 3, 4, 5].map((seq) => ({ seq, words: words(300, seq) }))
    // Generations of seven hundred: full ones, and a rest.
    const loaded = new Generations(key, 10_000, 700)
    loaded.load(rows)
    const count = (seq: number) => rows.filter((row) => row.seq === seq && all(row.words)).length
    const all = (some: Uint32Array) => Array.from({ length: 300 }, (_, at) => at).every((at) => loaded.has(some, at))
    expect([1, 2, 3, 4, 5].map(count)).toEqual([1, 1, 1, 1, 1])
    expect(loaded.has(words(1, 6), 0)).toBe(false)
    // The first generation ends within the third row, the second within the fifth, the rest with it.
    loaded.forget(2)
    expect(loaded.has(words(1, 1), 0)).toBe(true)
    loaded.forget(3)
    expect([1, 2, 3, 4, 5].map((seq) => loaded.has(words(1, seq), 0))).toEqual([false, false, false, true, true])
    // What comes afterwards is added to it, and what is too much goes, the oldest first.
    const small = new Generations(key, 700, 700)
    small.load(rows)
    expect([1, 5].map((seq) => small.has(words(300, seq), 299))).toEqual([false, true])
    small.add(words(1, 6), 0, 6)
    expect(small.has(words(1, 6), 0)).toBe(true)
  })

  it('hold ten million ids in seventy megabytes', () => {
    const set = new Generations(key, 12_000_000)
    for (let part = 0; part < 20; part++) {
      const some = words(500_000, part)
      for (let at = 0; at < 500_000; at++) set.add(some, at, part)
    }
    expect(set.bytes).toBeLessThan(70_000_000)
    expect([set.has(words(1, 0), 0), set.has(words(1, 19), 0), set.has(words(1, 20), 0)]).toEqual([true, true, false])
  })

  it('forget the oldest first when there are too many', () => {
    const set = new Generations(key, 1_000_000)
    for (let part = 0; part < 4; part++) {
      const some = words(500_000, part)
      for (let at = 0; at < 500_000; at++) set.add(some, at, part)
    }
    expect([0, 1, 2, 3].map((part) => set.has(words(1, part), 0))).toEqual([false, false, true, true])
  })

  it('forget what the log no longer needs, and keep what is younger', () => {
    const set = new Generations(key, 5_000_000)
    for (let seq = 1; seq <= 3; seq++) {
      const some = words(500_000, seq)
      for (let at = 0; at < 500_000; at++) set.add(some, at, seq)
    }
    const late = fingerprints(['late'])
    set.add(late, 0, 4)
    set.forget(2)
    expect([1, 2, 3].map((seq) => set.has(words(1, seq), 0))).toEqual([false, false, true])
    set.forget(3)
    expect(set.has(late, 0)).toBe(true)
    set.forget(4)
    expect(set.has(late, 0)).toBe(false)
  })
})

it('a set visits each of its fingerprints once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 2_000 }), (ids) => {
      const all = fingerprints(ids)
      const set = new FingerprintSet(key)
      ids.forEach((_, at) => set.add(all, at))
      const seen: string[] = []
      set.each((a, b) => seen.push(`${a} ${b}`))
      expect(new Set(seen).size).toBe(ids.length)
      expect(seen).toHaveLength(ids.length)
    }),
  )
})
