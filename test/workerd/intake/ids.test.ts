import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FingerprintSet, fingerprints, indexOfFingerprint } from '../../../src/intake/ids.ts'

it('knows what it was given and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 3_000 }), (ids) => {
      const [known, other] = [ids.slice(0, ids.length / 2), ids.slice(ids.length / 2)]
      const set = new FingerprintSet()
      const words = fingerprints(known)
      known.forEach((_, at) => expect(set.add(words, at)).toBe(true))
      known.forEach((_, at) => expect([set.has(words, at), set.add(words, at)]).toEqual([true, false]))
      const others = fingerprints(other)
      other.forEach((_, at) => expect(set.has(others, at)).toBe(false))
    }),
  )
})

it('tells a million ids apart, alike as they are', () => {
  const set = new FingerprintSet()
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
  const set = new FingerprintSet()
  const zero = new Uint32Array(2)
  expect([set.has(zero, 0), set.add(zero, 0), set.has(zero, 0), set.add(zero, 0)]).toEqual([false, true, true, false])
})

it('finds an id among others', () => {
  const words = fingerprints(['a', 'b', 'c'])
  expect(['a', 'c', 'd'].map((id) => indexOfFingerprint(words, fingerprints([id])))).toEqual([0, 2, -1])
})
