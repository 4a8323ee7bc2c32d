import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSet, encodeSet, has, indexesOf, setOf, sizeOf } from '../../../src/lane/event-set.ts'
import { cutGrant } from '../../../src/lane/cut-grant.ts'
import type { Chunk } from '../../../src/archive/index.ts'

const indexes = fc.uniqueArray(fc.nat(5_000), { maxLength: 300 }).map((all) => all.toSorted((a, b) => a - b))

describe('event set', () => {
  it('holds exactly what was put in, through its stored form', () => {
    fc.assert(
      fc.property(indexes, fc.nat(5_000), (all, probe) => {
        const set = decodeSet(encodeSet(setOf(all)))
        expect(indexesOf(set)).toEqual(all)
        expect(sizeOf(set)).toBe(all.length)
        expect(has(set, probe)).toBe(all.includes(probe))
      }),
    )
  })

  it('of a whole range is stored as that', () => {
    expect(encodeSet(setOf([3, 4, 5]))).toBe('3-6')
    expect(encodeSet(setOf([]))).toBe('0-0')
  })
})

describe('cutting a grant', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 })

  it('takes the first events, and exactly the members that hold them', () => {
    fc.assert(
      fc.property(counts, fc.infiniteStream(fc.boolean()), fc.integer({ min: 1, max: 50 }), (sizes, choose, most) => {
        const chunks = sizes.map((count, at): Chunk => [at * 1_000, 1_000, count])
        const starts = sizes.map((_, at) => sizes.slice(0, at).reduce((a, b) => a + b, 0))
        const total = sizes.reduce((a, b) => a + b, 0)
        const all = Array.from({ length: total }, (_, index) => index).filter(() => choose.next().value)
        if (all.length === 0) return
        const cut = cutGrant(all, { chunks }, most)
        expect([...cut.events, ...cut.rest]).toEqual(all)
        expect(cut.chunks.length).toBeLessThanOrEqual(10)
        const next = cut.rest[0] ?? 0
        const reach = starts.findLastIndex((start) => start <= next) - chunks.indexOf(cut.chunks[0]!)
        expect(cut.events.length === Math.min(most, all.length) || reach >= 10).toBe(true)
        const from = chunks.indexOf(cut.chunks[0]!)
        expect(cut.chunks).toEqual(chunks.slice(from, from + cut.chunks.length))
        expect(cut.first).toBe(starts[from])
        const span = cut.chunks.reduce((sum, [, , count]) => sum + count, 0)
        expect(cut.events[0]! - cut.first).toBeLessThan(cut.chunks[0]![2])
        expect(cut.events.at(-1)! - cut.first).toBeLessThan(span)
        expect(cut.events.at(-1)! - cut.first).toBeGreaterThanOrEqual(span - cut.chunks.at(-1)![2])
      }),
    )
  })

  it('reads no more than about a megabyte of text, however well it was compressed', () => {
    const chunks = Array.from({ length: 40 }, (_, at): Chunk => [at * 900, 900, 10])
    const cut = cutGrant(
      Array.from({ length: 400 }, (_, index) => index),
      { chunks },
      500,
    )
    expect(cut.chunks).toHaveLength(10)
    expect(cut.events).toHaveLength(100)
    const sparse = cutGrant([5, 205, 395], { chunks }, 500)
    expect([sparse.events, sparse.rest, sparse.chunks.length]).toEqual([[5], [205, 395], 1])
  })
})
