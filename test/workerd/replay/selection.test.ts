import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/intake/index.ts'
import { batches } from '../../../src/replay/read.ts'
import { type Selection, selector } from '../../../src/replay/selection.ts'
import { newEvent } from '../deliver/stand-ins.ts'

const ALL: Selection = { from: 0, until: Infinity }
const at = (ms: number) => new Date(ms).toISOString()
const takes = (selection: Partial<Selection>, event: Record<string, unknown>, salt = 's') =>
  selector({ ...ALL, ...selection }, salt)(newEvent({ receivedAt: at(1_000), ...event }))

describe('a selection', () => {
  it('has the beginning of its range, and not its end', () => {
    const inRange = [999, 1_000, 1_999, 2_000].map((ms) => takes({ from: 1_000, until: 2_000 }, { receivedAt: at(ms) }))
    expect(inRange).toEqual([false, true, true, false])
    expect(takes({}, { receivedAt: 'never' })).toBe(false)
  })

  it('is of calls and of people, by either id', () => {
    expect(takes({ types: ['page'] }, { type: 'track' })).toBe(false)
    expect(takes({ types: ['page', 'track'] }, { type: 'track' })).toBe(true)
    expect(takes({ userIds: ['u'] }, { userId: 'u' })).toBe(true)
    expect(takes({ userIds: ['a'] }, { userId: null, anonymousId: 'a' })).toBe(true)
    expect(takes({ userIds: ['x'] }, { userId: 'u', anonymousId: 'a' })).toBe(false)
  })

  it('names pages and screens too, and takes no call without a name', () => {
    expect(takes({ events: ['Home'] }, { type: 'page', event: undefined, name: 'Home' })).toBe(true)
    expect(takes({ events: ['*'] }, { type: 'identify', event: undefined })).toBe(false)
  })

  it.each([
    ['Order *', ['Order Completed', 'Order '], ['Order', 'An Order ']],
    ['*ed', ['Signed', 'ed'], ['edit']],
    ['a?c', ['abc', 'a*c'], ['ac', 'abbc']],
    ['a*b*c', ['abc', 'aXbYc', 'abcbc'], ['acb', 'abcd']],
    ['a.c', ['a.c'], ['abc']],
    ['*', ['', 'x'], []],
  ])('%j takes what it stands for', (pattern, good, bad) => {
    expect(good.filter((event) => !takes({ events: [pattern] }, { event }))).toEqual([])
    expect(bad.filter((event) => takes({ events: [pattern] }, { event }))).toEqual([])
  })

  it('takes no pattern for long', () => {
    expect(takes({ events: ['*a'.repeat(100) + 'b'] }, { event: 'a'.repeat(30_000) })).toBe(false)
  })

  it('samples people, each with all of theirs, others for another replay', () => {
    const people = Array.from({ length: 2_000 }, (_, n) => `user-${n}`)
    const sampled = (salt: string) => people.filter((userId) => takes({ sample: 0.1 }, { userId }, salt))
    const some = sampled('one')
    expect(some.length).toBeGreaterThan(140)
    expect(some.length).toBeLessThan(260)
    expect(sampled('one')).toEqual(some)
    expect(sampled('two')).not.toEqual(some)
    expect(people.filter((userId) => !takes({ sample: 1 }, { userId }))).toEqual([])
  })
})

describe('rows that have nothing for it', () => {
  const row = (seq: number, received: number): LogEntry =>
    ({
      seq,
      key: 'k',
      chunks: [[0, 10, 1]],
      committedAt: at(seq),
      firstReceivedAt: at(received),
      lastReceivedAt: at(received),
    }) as unknown as LogEntry
  const archive = { get: () => Promise.resolve(null) } as unknown as R2Bucket

  it('are passed by hundreds, and each few says how far it has come', async () => {
    async function* rows() {
      for (let seq = 1; seq <= 2_001; seq++) yield row(seq, seq === 3 ? 50 : 5_000)
    }
    const read: [number, number][] = []
    for await (const { some, last } of batches(archive, rows(), { from: 0, until: 100 })) read.push([some.length, last])
    expect(read).toEqual([
      [1, 500],
      [0, 1_000],
      [0, 1_500],
      [0, 2_000],
      [0, 2_001],
    ])
  })
})
