import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Counts, FailureCode, PeriodFigures, Grant, Outcome, Settlement } from '../../../src/lane/index.ts'
import { binOf } from '../../../src/lane/index.ts'
import { CONFIG, dead, delivered, part, register, retry, type Rig, settlement, T0, take, withLane } from './rig.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const UNWANTED = 'UNSUPPORTED_EVENT_TYPE'
const filtered: Outcome = { kind: 'filtered', code: UNWANTED }
const OUTCOMES: Outcome[] = [delivered, retry, dead, filtered]

const figures = (rig: Rig, period: '1h' | '24h' | '7d' = '7d'): PeriodFigures => {
  const { figures: of } = rig.lane.metrics(period)
  if (!of) throw new Error('no figures')
  return of
}

/** The figures that ledger and history both tell. */
function sums(rig: Rig, of: PeriodFigures) {
  const { ledger, filtered: unwanted, dead: lost, attempts } = rig.lane.metrics()
  const { accepted, delivered: done, filtered: some, dead: buried, redriven, breakdown } = of.total
  const failed = Object.entries(attempts).filter(([code]) => code !== 'delivered' && code !== UNWANTED)
  return {
    told: {
      accepted,
      done,
      some,
      dead: buried - redriven,
      byFilter: breakdown.filtered,
      failed: breakdown.failedAttempts,
    },
    ledger: {
      accepted: ledger.accepted,
      done: ledger.delivered,
      some: ledger.filtered,
      dead: ledger.dead,
      byFilter: unwanted,
      failed: Object.fromEntries(failed),
    },
    deadCodes: Object.keys(lost).every((code) => code in breakdown.dead),
  }
}

const KINDS = ['register', 'settle', 'settle', 'settle', 'fail', 'wait', 'reopen', 'alarm', 'redrive', 'again'] as const
const step = fc.record({ kind: fc.constantFrom(...KINDS), n: fc.nat(30), m: fc.nat(1_000) })

describe('the history of a lane', () => {
  it('adds up to the ledger after every call, whatever happens and however often the lane is evicted', () =>
    withLane((rig) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 50 }), fc.uuid(), (steps, log) => {
          let seq = 0
          let last: { settled: Settlement } | undefined
          const grants: Grant[] = []
          for (const { kind, n, m } of steps) {
            if (kind === 'register') register(rig, [part(++seq, n, undefined, m % 4 ? { X: m % 4 } : {})], CONFIG, log)
            else if (kind === 'settle' || kind === 'fail') {
              const grant = grants.length > 2 ? grants.shift() : (rig.lane.take() ?? grants.shift())
              if (!grant) continue
              const one = (event: number) => (kind === 'fail' ? retry : (OUTCOMES[(event + m) % 4] ?? delivered))
              last = { settled: settlement(grant, one) }
              const next = rig.lane.settle(last.settled, n % 2 === 0)
              if (next) grants.push(next)
            } else if (kind === 'again' && last) rig.lane.settle(last.settled, false)
            else if (kind === 'wait') rig.now += m * 1_000
            else if (kind === 'reopen') rig.reopen()
            else if (kind === 'alarm') rig.lane.alarm()
            else if (kind === 'redrive') rig.lane.redrive({ before: null })
            const { told, ledger, deadCodes } = sums(rig, figures(rig))
            expect(told).toEqual(ledger)
            expect(deadCodes).toBe(true)
          }
          // What the runs after this one see has to lie within their week.
          rig.now += 1_000
        }),
        { numRuns: 50 },
      )
    }))

  it('tells each minute what happened in it', () =>
    withLane((rig) => {
      register(rig, [part(1, 4, undefined, { X: 2 })])
      rig.now += 5 * MINUTE
      const grant = take(rig)
      rig.lane.settle(
        settlement(grant, (event) => OUTCOMES[event] ?? delivered),
        false,
      )
      const { points, total } = figures(rig, '1h')
      expect(points).toHaveLength(60)
      expect(points.at(-6)).toMatchObject({ at: new Date(T0).toISOString(), accepted: 6, filtered: 2, delivered: 0 })
      expect(points.at(-1)).toEqual({
        at: new Date(T0 + 5 * MINUTE).toISOString(),
        accepted: 0,
        delivered: 1,
        filtered: 1,
        dead: 1,
        redriven: 0,
        failedAttempts: 2,
        retried: 1,
        successRate: 1 / 3,
        p50Ms: expect.any(Number),
        p95Ms: expect.any(Number),
      })
      expect(total.breakdown).toEqual({
        filtered: { X: 2, UNSUPPORTED_EVENT_TYPE: 1 },
        dead: { http_400: 1 },
        failedAttempts: { http_400: 1, http_503: 1 },
      })
    }))

  it('tells when an event was given up and when it was sent once more, not when it came', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)])
      rig.now += 4 * HOUR + MINUTE
      rig.reopen()
      rig.lane.alarm()
      rig.now += 2 * MINUTE
      rig.lane.redrive({ before: null })
      rig.reopen()
      const { points } = figures(rig, '1h')
      const told = points.map(({ dead: lost, redriven, accepted }) => [lost, redriven, accepted])
      expect(told.slice(-3)).toEqual([
        [3, 0, 0],
        [0, 0, 0],
        [0, 3, 0],
      ])
      expect(told.flat().reduce((a, b) => a + b)).toBe(6)
    }))

  it.each([
    ['1h', 60, MINUTE],
    ['24h', 96, 15 * MINUTE],
    ['7d', 84, 2 * HOUR],
  ] as const)('of %s has %i steps, and nothing that is older', (period, steps, stepMs) =>
    withLane((rig) => {
      rig.now = T0 + 90_000
      const from = Date.parse(figures(rig, period).from)
      rig.now = from - 1
      hand(rig, 1, 3)
      rig.now = from
      hand(rig, 2, 5)
      rig.now = T0 + 90_000
      const { points, total, stepMs: told } = figures(rig, period)
      expect([points.length, told, total.delivered, points[0]?.delivered]).toEqual([steps, stepMs, 5, 5])
    }),
  )

  it('gives back delays within the width of a bin', () =>
    withLane((rig) => {
      let seq = 0
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 20, max: 10_000_000 }), { minLength: 1, maxLength: 200 }), (delays) => {
          rig.now += 2 * HOUR
          hand(rig, ++seq, delays.length, bins(delays))
          const sorted = delays.toSorted((a, b) => a - b)
          const { p50Ms, p95Ms } = figures(rig, '1h').total
          for (const [told, share] of [
            [p50Ms, 0.5],
            [p95Ms, 0.95],
          ] as const) {
            const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? NaN
            // Half a bin, and what rounding to a millisecond adds.
            expect(Math.abs((told ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.0906 + 0.5)
          }
        }),
      )
    }))

  it('counts the delay of an event once, however often its delivery is told', () =>
    withLane((rig) => {
      register(rig, [part(1, 10)])
      const grant = take(rig)
      const told = { ...settlement(grant, () => delivered), results: [result(grant, bins([1_000, 1_000]))] }
      rig.lane.settle(told, false)
      rig.lane.settle(told, false)
      rig.reopen()
      expect(figures(rig, '1h').total).toMatchObject({ delivered: grant.events.length })
    }))

  it('keeps minutes for two days and hours for thirty, in rows that stay small', () =>
    withLane((rig) => {
      let seq = 0
      for (let hour = 0; hour < 33 * 24; hour++) {
        for (let minute = 0; minute < (hour >= 31 * 24 ? 60 : 2); minute++) {
          rig.now = T0 + hour * HOUR + minute * MINUTE
          hand(rig, ++seq, 12, bins(Array.from({ length: 12 }, (_, n) => 40 * 1.3 ** n)))
          if (minute % 20 === 7) rig.reopen()
        }
      }
      const [rows] = rig.select<{ n: number; young: number; longest: number }>(
        'SELECT count(*) AS n, count(minutes) AS young, max(length(sum) + coalesce(length(minutes), 0)) AS longest FROM history',
      )
      expect(rows?.n).toBeGreaterThanOrEqual(30 * 24)
      expect(rows?.n).toBeLessThanOrEqual(30 * 24 + 1)
      expect(rows?.young).toBeGreaterThanOrEqual(47)
      expect(rows?.young).toBeLessThanOrEqual(49)
      expect(rows?.longest).toBeLessThan(20_000)
      const [lane] = rig.select<{ size: number }>('SELECT length(body) AS size FROM lane WHERE id = 1')
      expect(lane?.size).toBeLessThan(20_000)
      // The step under way has begun: a full day but for the quarter of an hour that is not over.
      const full = (23 * 60 + 45 + ((rig.now / MINUTE) % 15) + 1) * 12
      expect(figures(rig, '24h').total.delivered).toBe(full)
      expect(figures(rig, '7d').points.every(({ delivered: n }) => n > 0)).toBe(true)
    }))

  it('bounds a row whatever codes a receiver answers with, and its sum stays right', () =>
    withLane((rig) => {
      for (let seq = 1; seq <= 200; seq++) {
        const status = 410 + seq
        register(rig, [part(seq, 1)])
        rig.lane.settle(
          settlement(take(rig), () => ({ kind: 'dead', code: `http_${status}` })),
          false,
        )
      }
      const { total } = figures(rig, '1h')
      expect(total).toMatchObject({ dead: 200, failedAttempts: 200 })
      expect(Object.keys(total.breakdown.dead).length).toBeLessThanOrEqual(14)
    }))

  it('of a work that is tried for days stays short, and loses nothing', () =>
    withLane((rig) => {
      register(rig, [part(1, 400)], {
        ...CONFIG,
        schedule: { delaysSeconds: Array<number>(500).fill(1), ageSeconds: 500_000 },
      })
      let failed = 0
      for (let minute = 0; minute < 300; minute++) {
        rig.now += MINUTE
        const grant = rig.lane.take()
        if (!grant) continue
        failed += grant.events.length
        rig.lane.settle(
          settlement(grant, () => ({ kind: 'retry', code: 'http_423' })),
          false,
        )
      }
      const [work] = rig.select<{ past: number }>("SELECT json_array_length(body, '$.past') AS past FROM work")
      expect(failed).toBeGreaterThan(250)
      expect(work?.past).toBeLessThan(70)
      expect(figures(rig, '7d').total).toMatchObject({ failedAttempts: failed, retried: failed })
    }))

  it('costs no row but one an hour', () =>
    withLane((rig) => {
      let seq = 0
      // Grown grants, so that each batch is one.
      for (let n = 0; n < 4; n++) hand(rig, ++seq, 10)
      const rows = (minutes: number) => {
        rig.now += minutes * MINUTE
        const before = rig.written()
        hand(rig, ++seq, 10)
        return rig.written() - before
      }
      const within = rows(1)
      // One for the register, one for the lease, one for the end of the work.
      expect(within).toBe(3)
      expect(rows(60)).toBe(within + 1)
      expect(rows(1)).toBe(within)
    }))
})

describe('the last failures', () => {
  const sample = (status: number) => ({
    at: new Date(T0).toISOString(),
    request: { method: 'POST', url: 'https://x.example.com/', headers: {}, body: 'r'.repeat(4_096) },
    response: { status, headers: {}, body: 'a'.repeat(4_096) },
  })
  const fail = (rig: Rig, code: FailureCode, status: number, seq: number) => {
    register(rig, [part(seq, 1)])
    const { work, lease, events, ...grant } = take(rig)
    const outcome: Outcome = { kind: 'dead', code }
    const results = [{ outcome, events, status, tookMs: 1, sample: sample(status) }]
    rig.lane.settle({ work, lease, seq: grant.seq, version: grant.version, results }, false)
  }

  it('are the newest of each code, and outlive an eviction', () =>
    withLane((rig) => {
      for (let n = 0; n < 8; n++) {
        fail(rig, `http_${400 + n}`, 400 + n, n + 1)
        rig.now += 1_000
      }
      rig.reopen()
      const { failures } = rig.lane.metrics()
      expect(failures.map(({ code }) => code)).toEqual(['http_407', 'http_406', 'http_405', 'http_404', 'http_403'])
      expect(failures[0]).toMatchObject({ at: new Date(T0 + 7_000).toISOString(), status: 407, events: 1 })
      expect(failures[0]?.sample?.response?.body).toHaveLength(2_000)
      const [row] = rig.select<{ size: number }>('SELECT length(body) AS size FROM lane WHERE id = 2')
      expect(row?.size).toBeLessThan(25_000)
    }))

  it('cost one row a minute while one thing fails', () =>
    withLane((rig) => {
      const rows = Array.from({ length: 4 }, (_, n) => {
        const before = rig.written()
        rig.now += n === 3 ? 60_000 : 1_000
        fail(rig, 'http_400', 400, n + 1)
        return rig.written() - before
      })
      // Of these one is the dead letter, and one its place by its reason.
      expect([rows[1], rows[2], rows[3]]).toEqual([5, 5, 6])
    }))
})

describe('where an event went', () => {
  it('is known after an eviction: its last attempts, and that it arrived', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      const grant = take(rig)
      rig.lane.settle(
        settlement(grant, (event) => (event === 3 ? retry : delivered)),
        false,
      )
      const failed = { attempt: 1, outcome: 'http_503' }
      expect(rig.lane.traceOf('src', 1, 3)).toMatchObject({ state: 'pending', attempts: [{ ...failed, tookMs: 1 }] })
      // This settlement did not write the lane's row: when it was is forgotten, how it ended is not.
      rig.reopen()
      expect(rig.lane.traceOf('src', 1, 3)).toMatchObject({ state: 'pending', attempts: [{ ...failed, at: null }] })
      expect(rig.lane.traceOf('src', 1, 4)).toEqual({ state: 'settled', attempts: [], delivered: true })
      rig.now += 30_000
      rig.lane.settle(
        settlement(take(rig), () => delivered),
        false,
      )
      rig.reopen()
      expect(rig.lane.traceOf('src', 1, 3)).toEqual({
        state: 'settled',
        delivered: true,
        attempts: [{ at: new Date(T0 + 30_000).toISOString(), attempt: 2, outcome: 'delivered', tookMs: 1 }],
      })
    }))

  it('is not claimed where the receiver may not have wanted it', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)])
      rig.lane.settle(
        settlement(take(rig), (event) => (event ? filtered : delivered)),
        false,
      )
      for (let seq = 2; seq < 60; seq++) hand(rig, seq, 1)
      rig.reopen()
      expect(rig.lane.traceOf('src', 1, 1)).toEqual({ state: 'settled', attempts: [] })
      const [lane] = rig.select<{ n: number }>(
        "SELECT json_array_length(body, '$.attempts') AS n FROM lane WHERE id = 1",
      )
      expect(lane?.n).toBe(40)
    }))
})

/** Registers a batch and delivers it whole, with these delays. */
function hand(rig: Rig, seq: number, events: number, delays?: Counts): void {
  register(rig, [part(seq, events)])
  let left = delays
  while (rig.lane.ledger().pending > 0) {
    const grant = take(rig)
    const some = left && cut(left, grant.events.length)
    left = some?.rest
    rig.lane.settle({ ...settlement(grant, () => delivered), results: [result(grant, some?.taken)] }, false)
  }
}

function result(grant: Grant, delays?: Counts) {
  return { outcome: delivered, events: grant.events, tookMs: 1, ...(delays && { delays }) }
}

function bins(delays: readonly number[]): Counts {
  const counts: Counts = {}
  for (const ms of delays) counts[binOf(ms)] = (counts[binOf(ms)] ?? 0) + 1
  return counts
}

function cut(delays: Counts, n: number): { taken: Counts; rest: Counts } {
  const all = Object.entries(delays).flatMap(([bin, some]) => Array<string>(some).fill(bin))
  const of = (list: string[]) => {
    const counts: Counts = {}
    for (const bin of list) counts[bin] = (counts[bin] ?? 0) + 1
    return counts
  }
  return { taken: of(all.slice(0, n)), rest: of(all.slice(n)) }
}
