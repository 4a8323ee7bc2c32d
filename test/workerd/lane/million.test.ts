import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/lane/index.ts'
import { CONFIG, dead, delivered, part, register, type Rig, run, settlement, T0, take, withLane } from './rig.ts'

const pause = (rig: Rig, version: number, paused = true) => rig.lane.configure({ ...CONFIG, version, paused })
const longest = (rig: Rig, table: string) =>
  rig.select<{ n: number }>(`SELECT coalesce(max(length(body)), 0) AS n FROM ${table}`)[0]?.n ?? 0

/** Sends everything, whatever has to be waited for; answers how often each event was sent. */
function sendAll(rig: Rig): Map<string, number> {
  const sent = new Map<string, number>()
  for (let round = 0; rig.lane.ledger().pending > 0 && round < 20_000; round++) {
    const grant = rig.lane.take()
    if (!grant) {
      rig.now += 1_000
      rig.lane.alarm()
      continue
    }
    for (const event of grant.events) sent.set(`${grant.seq} ${event}`, (sent.get(`${grant.seq} ${event}`) ?? 0) + 1)
    rig.lane.settle(
      settlement(grant, () => delivered),
      false,
    )
  }
  return sent
}

describe('a lane that is paused for long', () => {
  it('puts together what comes in, and sends all of it once', () =>
    withLane((rig) => {
      rig.bounds = { ...rig.bounds, head: 200 }
      rig.reopen()
      pause(rig, 2)
      for (let seq = 1; seq <= 600; seq++) {
        if (seq % 140 === 0) rig.reopen()
        rig.now += 200
        register(rig, [part(seq, 1, undefined, seq % 10 ? {} : { X: 1 })])
      }
      expect(rig.rows('work')).toBe(200)
      expect(rig.rows('held')).toBeLessThan(10)
      expect(longest(rig, 'held')).toBeLessThan(70_000)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 660, filtered: 60, pending: 600 })
      expect(rig.lane.metrics('1h').figures?.total.accepted).toBe(660)
      // An event that waits outside of memory is found there.
      expect(rig.lane.traceOf('src', 590, 0)).toMatchObject({ state: 'pending' })
      expect(register(rig, [part(600, 1)])).toEqual({ mark: 600 })
      rig.reopen()
      pause(rig, 3, false)
      const sent = sendAll(rig)
      expect(sent.size).toBe(600)
      expect([...sent.values()].every((n) => n === 1)).toBe(true)
      expect([rig.rows('work'), rig.rows('held')]).toEqual([0, 0])
      expect(rig.lane.ledger()).toMatchObject({ accepted: 660, delivered: 600, filtered: 60, pending: 0 })
    }))

  it('is ended by portions when it is deleted', () =>
    withLane((rig) => {
      pause(rig, 2)
      register(
        rig,
        Array.from({ length: 4_000 }, (_, n) => part(n + 1, 1)),
      )
      rig.lane.configure({ ...CONFIG, version: 9, enabled: false, deleted: true })
      expect(rig.lane.ledger()).toMatchObject({ dead: 500, pending: 3_500 })
      for (let n = 0; n < 12; n++) {
        rig.now = rig.alarms.at(-1)!
        if (n === 3) rig.reopen()
        rig.lane.alarm()
      }
      expect(rig.lane.ledger()).toMatchObject({ accepted: 4_000, dead: 4_000, pending: 0 })
    }))

  it('gives up by portions what nobody could send in time', () =>
    withLane((rig) => {
      register(
        rig,
        Array.from({ length: 3_000 }, (_, n) => part(n + 1, 1)),
      )
      rig.now = T0 + 4 * 3_600_000
      rig.lane.alarm()
      expect(rig.lane.ledger()).toMatchObject({ dead: 500, pending: 2_500 })
      for (let n = 0; n < 5; n++) {
        rig.now = rig.alarms.at(-1)!
        rig.lane.alarm()
      }
      expect(rig.lane.ledger()).toMatchObject({ dead: 3_000, pending: 0 })
      // Once more, all of them: some now, the rest by the alarm.
      rig.lane.configure({ ...CONFIG, version: 2 })
      expect(rig.lane.redrive({ before: null })).toMatchObject({ deadLetters: 500, events: 500 })
      expect(rig.lane.metrics().redriving).toBe(true)
      for (let n = 0; n < 8; n++) {
        rig.now += 1_000
        if (n === 2) rig.reopen()
        rig.lane.alarm()
      }
      expect(rig.lane.metrics()).toMatchObject({ redriving: false, ledger: { dead: 0, pending: 3_000 } })
      expect(sendAll(rig).size).toBe(3_000)
    }))

  it('lets what waits for a retry give way to what is due', () =>
    withLane((rig) => {
      register(
        rig,
        Array.from({ length: 2_500 }, (_, n) => part(n + 1, 1)),
        { ...CONFIG, settings: 'mine' },
      )
      const wait: Outcome = { kind: 'retry', code: 'http_423', notBefore: T0 + 3_600_000 }
      const seen = new Set<number>()
      for (let n = 0; n < 2_500; n++) {
        const grant = rig.lane.take()
        if (!grant) break
        seen.add(grant.seq)
        rig.lane.settle(
          settlement(grant, () => wait),
          false,
        )
        // The hold that it asked for is over for those that nobody tried.
        rig.lane.configure({ ...CONFIG, version: n + 2, settings: String(n) })
      }
      expect(seen.size).toBe(2_500)
    }))
})

describe('a lane from before works were held', () => {
  it('opens with the first of its works in memory, and holds the others, none lost', () =>
    withLane((rig) => {
      pause(rig, 2)
      register(rig, [part(1, 2)])
      const [{ id, body }] = rig.select<{ id: number; body: string }>('SELECT id, body FROM work') as [
        { id: number; body: string },
      ]
      const row = JSON.parse(body) as { parts: { seq: number }[] }
      const bodyOf = (seq: number) =>
        JSON.stringify({ ...row, id: id + seq - 1, to: seq, parts: row.parts.map((one) => ({ ...one, seq })) })
      for (let seq = 2; seq <= 5_000; seq++) rig.sql(`INSERT INTO work VALUES (${id + seq - 1}, '${bodyOf(seq)}')`)
      rig.reopen()
      expect(rig.rows('work')).toBe(2_000)
      expect(rig.rows('held')).toBeLessThan(30)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 10_000, pending: 10_000 })
      expect(register(rig, [part(5_000, 2)])).toEqual({ mark: 5_000 })
      const written = rig.written()
      rig.reopen()
      expect(rig.written()).toBe(written)
      pause(rig, 3, false)
      expect(sendAll(rig).size).toBe(10_000)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 10_000, delivered: 10_000, pending: 0 })
    }))
})

describe('an event among many', () => {
  const busyUntil = (rig: Rig, ms: number): Outcome => ({ kind: 'retry', code: 'http_429', notBefore: rig.now + ms })

  it('is told as pending wherever it waits, or as not looked for', () =>
    withLane((rig) => {
      rig.bounds = { ...rig.bounds, head: 10, row: 300, search: 20 }
      rig.reopen()
      pause(rig, 2)
      for (let seq = 1; seq <= 100; seq++) register(rig, [part(seq, 1)])
      expect(rig.rows('held')).toBeGreaterThan(40)
      expect(rig.lane.traceOf('src', 12, 0)).toMatchObject({ state: 'pending' })
      expect(rig.lane.traceOf('src', 100, 0)).toEqual({ state: 'unsearched', attempts: [] })
      expect(rig.lane.traceOf('src', 101, 0)).toMatchObject({ state: 'unknown' })
      // Nor does the lane name a time that it does not know.
      expect(rig.lane.ledger().oldestPendingAt).toBeNull()
      rig.bounds = { ...rig.bounds, search: 1_000 }
      rig.reopen()
      expect(rig.lane.traceOf('src', 100, 0)).toMatchObject({ state: 'pending' })
      expect(rig.lane.ledger().oldestPendingAt).toBe(new Date(T0).toISOString())
    }))

  it('is told as dead however many died after it, or as not looked for', () =>
    withLane((rig) => {
      rig.bounds = { ...rig.bounds, slice: 5, search: 20 }
      rig.reopen()
      for (let seq = 1; seq <= 30; seq++) {
        register(rig, [part(seq, 1)])
        run(rig, dead)
      }
      expect(rig.lane.traceOf('src', 15, 0)).toMatchObject({ state: 'dead', reason: 'http_400' })
      rig.now += 60_000
      rig.reopen()
      expect(rig.lane.traceOf('src', 1, 0)).toMatchObject({ state: 'unsearched' })
    }))

  it('is found when others of its batch are in memory, or in rows about it', () =>
    withLane((rig) => {
      rig.bounds = { ...rig.bounds, head: 1 }
      rig.reopen()
      register(rig, [part(1, 1), part(2, 2), part(3, 1)], { ...CONFIG, concurrency: 1 })
      for (let n = 0; n < 4 && rig.lane.ledger().pending > 0; n++) run(rig, dead)
      const letters = rig.lane.deadLetters(null, 10)
      const idOf = (seq: number) => letters.filter((one) => one.seq === seq).map(({ id }) => id)
      pause(rig, 2)
      register(rig, [part(4, 1)])
      rig.lane.redrive({ ids: [...idOf(1), ...idOf(3)] })
      rig.lane.redrive({ ids: idOf(2) })
      for (const seq of [1, 2, 3]) expect(rig.lane.traceOf('src', seq, 0)).toMatchObject({ state: 'pending' })
    }))

  it('counts in how long the oldest waits, though others are due before it', () =>
    withLane((rig) => {
      rig.bounds = { ...rig.bounds, head: 1 }
      rig.reopen()
      register(rig, [part(1, 1)], { ...CONFIG, concurrency: 1 })
      run(rig, busyUntil(rig, 3_600_000))
      rig.now += 60_000
      register(rig, [part(2, 1)])
      register(rig, [part(3, 1)])
      pause(rig, 2)
      pause(rig, 3, false)
      rig.lane.nudge()
      rig.now += 1_000
      expect(rig.lane.ledger()).toMatchObject({ pending: 3, oldestPendingAt: new Date(T0).toISOString() })
    }))
})

describe('a receiver with a message of its own for each event', () => {
  const words = (n: number) => `Internal error, request ${n} ${'ü'.repeat(470)}`

  it('makes no row long, and loses no outcome', () =>
    withLane((rig) => {
      const codes = ['http_500', 'http_502', 'http_503', 'http_423', 'http_408'] as const
      register(
        rig,
        Array.from({ length: 20 }, (_, n) => part(n + 1, 500)),
        { ...CONFIG, concurrency: 1 },
      )
      let done = 0
      for (let round = 0; round < 300; round++) {
        const grant = rig.lane.take()
        if (!grant) {
          rig.now += 5_000
          rig.lane.alarm()
          continue
        }
        const { work, lease, seq, version } = grant
        const results = grant.events.map((event) => {
          const at = (event * 7 + round) % 5
          const outcome: Outcome = at === 0 ? delivered : { kind: 'retry', code: codes[at] ?? 'http_500' }
          done += at === 0 ? 1 : 0
          return { outcome, events: [event], tookMs: 1, message: words(event + round) }
        })
        rig.lane.settle({ work, lease, seq, version, results }, false)
        expect(rig.lane.ledger().delivered).toBe(done)
      }
      expect(done).toBeGreaterThan(1_000)
      expect(longest(rig, 'work')).toBeLessThan(300_000)
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ accepted: 10_000, delivered: done })
    }))

  it('loses its words, and no outcome, when storage refuses them', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      rig.refuse = (text) => text.includes('ü') || text.includes('"sample"')
      const grant = take(rig)
      const { work, lease, seq, version } = grant
      const sample = { at: '', request: { method: 'POST', url: '', headers: {}, body: 'b' } }
      const results = grant.events.map((event) => ({
        outcome: event % 2 ? dead : event ? ({ kind: 'retry', code: 'http_423' } as const) : delivered,
        events: [event],
        tookMs: 1,
        message: words(event),
        sample,
      }))
      rig.lane.settle({ work, lease, seq, version, results }, false)
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ delivered: 1, dead: 4, pending: 3 })
      expect(rig.lane.deadLetters(null, 10).some(({ sample: kept }) => kept)).toBe(false)
    }))
})

it('a registration of many batches becomes works of bounded rows', () =>
  withLane((rig) => {
    register(
      rig,
      Array.from({ length: 1_500 }, (_, n) => part(n + 1, 30)),
    )
    expect(longest(rig, 'work')).toBeLessThan(70_000)
    expect(run(rig, delivered).events).toHaveLength(8)
  }))
