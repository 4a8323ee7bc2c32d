import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Counts, Outcome, Settlement } from '../../../src/lane/index.ts'
import { addWays, stepSums, wayOf, type Ways, type WayQuery } from '../../../src/overview/index.ts'
import { CONFIG, dead, delivered, part, register, retry, type Rig, settlement, T0, take, withLane } from './rig.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const filtered: Outcome = { kind: 'filtered', code: 'UNSUPPORTED_EVENT_TYPE' }
const OUTCOMES: Outcome[] = [delivered, retry, dead, filtered]

/** As deliver says it: every third event is called otherwise. */
function named(one: Settlement, kindOf = (event: number) => `track ${'ABC'[event % 3] ?? ''}`): Settlement {
  const events = one.results.flatMap((result) => result.events)
  const kinds: Record<string, number[]> = {}
  for (const event of events) (kinds[kindOf(event)] ??= []).push(event)
  return { ...one, kinds }
}

function waysOf(rig: Rig, query: Partial<WayQuery> = {}): Ways {
  const sum: Ways = {}
  for (const { ways } of rig.lane.ways({ step: 'hour', from: 0, until: rig.now + DAY, ...query }))
    addWays(sum, ways, 10_000)
  return sum
}

/** By step and reason, as the ledger has it. */
function byReason(ways: Ways): Record<'delivered' | 'filtered' | 'failed', Counts> {
  const sums: Record<'delivered' | 'filtered' | 'failed', Counts> & Record<string, Counts> = {
    delivered: {},
    filtered: {},
    failed: {},
  }
  for (const [key, n] of Object.entries(ways)) {
    const { step, reason } = wayOf(key)
    const of = (sums[step === 'resent' ? 'failed' : step] ??= {})
    of[reason] = (of[reason] ?? 0) + (step === 'resent' ? -n : n)
  }
  for (const of of Object.values(sums)) for (const [code, n] of Object.entries(of)) if (n === 0) delete of[code]
  return sums
}

function ledgerOf(rig: Rig): ReturnType<typeof byReason> {
  const { ledger, filtered: of, dead: lost } = rig.lane.metrics()
  return { delivered: ledger.delivered > 0 ? { '': ledger.delivered } : {}, filtered: of, failed: lost }
}

/** Of all steps, those events whose kind nobody has told. */
function unknown(ways: Ways): Ways {
  return Object.fromEntries(Object.entries(ways).filter(([key]) => wayOf(key).kind === undefined))
}

const KINDS = ['register', 'settle', 'settle', 'settle', 'fail', 'wait', 'reopen', 'alarm', 'redrive', 'again'] as const
const step = fc.record({ kind: fc.constantFrom(...KINDS), n: fc.nat(30), m: fc.nat(4_000) })

describe('what became of a lane’s events', () => {
  it('comes to the ledger after every call, by step and reason, and has the name of what a worker has ended', () =>
    withLane((rig) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 50 }), fc.uuid(), (steps, log) => {
          let seq = 0
          let last: Settlement | undefined
          for (const { kind, n, m } of steps) {
            if (kind === 'register') {
              const some = part(++seq, n, undefined, { X: (m % 4) + 1 })
              register(rig, [{ ...some, filteredKinds: { X: { 'page Home': m % 4, '+page': 1 } } }], CONFIG, log)
            } else if (kind === 'settle' || kind === 'fail') {
              const grant = rig.lane.take()
              if (!grant) continue
              const one = (event: number) => (kind === 'fail' ? retry : (OUTCOMES[(event + m) % 4] ?? delivered))
              last = named(settlement(grant, one))
              rig.lane.settle(last, n % 2 === 0)
            } else if (kind === 'again' && last) rig.lane.settle(last, false)
            else if (kind === 'wait') rig.now += m * 1_000
            else if (kind === 'reopen') rig.reopen()
            else if (kind === 'alarm') rig.lane.alarm()
            else if (kind === 'redrive') rig.lane.redrive({ before: null })
            const ways = waysOf(rig)
            expect(byReason(ways)).toEqual(ledgerOf(rig))
            // What nobody has looked at again was given up or sent once more by the lane itself.
            const { delivered: some = 0, filtered: others = 0 } = stepSums(unknown(ways))
            expect({ some, others }).toEqual({ some: 0, others: 0 })
          }
        }),
        { numRuns: 60 },
      )
    }))

  it('is told by name, call and reason, and by the time in which it was decided', () =>
    withLane((rig) => {
      register(rig, [{ ...part(1, 6, undefined, { X: 2 }), filteredKinds: { X: { page: 1, 'track C': 1 } } }])
      const grant = take(rig)
      rig.now += 11 * MINUTE
      const outcome = (event: number) => (event === 5 ? dead : event === 4 ? retry : delivered)
      rig.lane.settle(named(settlement(grant, outcome)), false)
      expect(waysOf(rig)).toEqual({
        'f|X|page': 1,
        'f|X|track C': 1,
        'd||track A': 2,
        'd||track B': 1,
        'd||track C': 1,
        'x|http_400|track C': 1,
      })
      expect(waysOf(rig, { step: 'slot', until: T0 + 10 * MINUTE })).toEqual({ 'f|X|page': 1, 'f|X|track C': 1 })
      expect(stepSums(waysOf(rig, { step: 'slot', from: T0 + 10 * MINUTE }))).toEqual({ delivered: 4, failed: 1 })
      rig.reopen()
      expect(stepSums(waysOf(rig))).toEqual({ filtered: 2, delivered: 4, failed: 1 })
      // What its own clock has ended, nobody looked at.
      rig.now += DAY
      rig.lane.alarm()
      expect(waysOf(rig, { from: T0 + DAY })).toEqual({ 'x|http_503|': 1 })
    }))

  it('has rows of a day, and of many names one more in ten minutes at most', () =>
    withLane((rig) => {
      let seq = 0
      const round = (kindOf: (event: number) => string) => {
        register(rig, [part(++seq, 8)])
        rig.lane.settle(
          named(
            settlement(take(rig), () => delivered),
            kindOf,
          ),
          false,
        )
      }
      round(() => 'track A')
      const before = rig.written()
      round(() => 'track A')
      const each = rig.written() - before
      for (let hour = 1; hour < 20; hour++) {
        rig.now += HOUR
        round(() => 'track A')
      }
      // One of the history an hour, and nothing else.
      expect(rig.written() - before).toBeLessThanOrEqual(each * 20 + 20 * 2)
      expect(rig.select('SELECT * FROM ways')).toEqual([])
      rig.now = T0 + DAY
      round(() => 'track A')
      expect(rig.select('SELECT day FROM ways')).toHaveLength(1)
      for (let n = 0; n < 100; n++) round((event) => `track ${n} ${event}`)
      const ways = waysOf(rig, { from: T0 + DAY })
      expect(Object.keys(ways).length).toBeLessThan(500)
      expect(stepSums(ways)).toEqual({ delivered: 8 * 101 })
      expect(ways['d||+track']).toBeGreaterThan(0)
      // Rows of 32 days are kept.
      rig.now += 33 * DAY
      round(() => 'track A')
      expect(rig.select('SELECT day FROM ways')).toEqual([])
      expect(stepSums(waysOf(rig))).toEqual({ delivered: 8 })
    }))

  it('begins with what a lane from before knew of its past', () =>
    withLane((rig) => {
      const round = () => {
        register(rig, [part(1, 4)], CONFIG, `log ${rig.now}`)
        rig.lane.settle(
          settlement(take(rig), (event) => (event === 0 ? dead : delivered)),
          false,
        )
      }
      round()
      rig.now += 3 * HOUR
      round()
      rig.now += 2 * MINUTE
      register(rig, [part(1, 4)], CONFIG, 'open')
      rig.sql('DELETE FROM ways')
      rig.sql("UPDATE lane SET body = json_remove(body, '$.ways')")
      rig.reopen()
      const expected = { delivered: 6, failed: 2 }
      expect(stepSums(waysOf(rig))).toEqual(expected)
      rig.lane.settle(named(settlement(take(rig), () => delivered)), false)
      rig.reopen()
      expect(stepSums(waysOf(rig))).toEqual({ delivered: 10, failed: 2 })
      expect(stepSums(waysOf(rig, { until: T0 + HOUR }))).toEqual({ delivered: 3, failed: 1 })
      expect(waysOf(rig)['d||track A']).toBe(2)
    }))
})
