import { describe, expect, it } from 'vitest'
import { busy, CONFIG, delivered, part, register, type Rig, run, settlement, T0, take, withLane } from './rig.ts'

const rate = (rig: Rig) => rig.lane.metrics().slowed?.rate
const MIN = 60_000

describe('429 with Retry-After', () => {
  it('holds the lane until then and costs no attempt', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      expect(run(rig, busy(T0 + 20_000)).attempt).toBe(0)
      expect(rig.lane.metrics().hold).toEqual({ until: '2030-01-01T00:00:20.000Z', why: 'http_429' })
      rig.reopen()
      rig.now = T0 + 19_999
      expect(rig.lane.take()).toBeNull()
      rig.now = T0 + 20_000
      expect(take(rig)).toMatchObject({ attempt: 0, events: [0] })
      expect(rig.lane.metrics()).toMatchObject({ hold: null, attempts: { http_429: 8 } })
    }))

  it('costs no attempt a hundred times, but the deadline stands', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      let tries = 0
      for (; rig.lane.ledger().pending > 0; tries++) {
        expect(run(rig, busy(rig.now + 2 * MIN)).attempt).toBe(0)
        rig.now += 2 * MIN
      }
      // Whoever would have to wait beyond the four hours is tried once more, when the receiver said.
      expect(tries).toBe(122)
      expect(rig.lane.metrics().dead).toEqual({ http_429: 1 })
    }))

  it('leaves the lane to one worker for ten minutes after it', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)])
      run(rig, busy(T0 + 20_000))
      rig.reopen()
      rig.now = T0 + 20_000 + 10 * MIN - 1
      const only = take(rig)
      expect(rig.lane.take()).toBeNull()
      expect(rig.lane.metrics().slowed?.oneWorkerUntil).toBe('2030-01-01T00:10:20.000Z')
      rig.lane.settle(
        settlement(only, () => delivered),
        false,
      )
      rig.now += 1
      take(rig)
      expect(rig.lane.take()).not.toBeNull()
    }))

  it('asks for one worker only', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)])
      run(rig, busy(T0 + 20_000))
      const before = rig.wakeUps
      rig.now = T0 + 20_000
      rig.lane.nudge()
      rig.lane.nudge()
      expect(rig.wakeUps).toBe(before + 1)
    }))
})

describe('the rate after a 429', () => {
  it('is half, and comes back by a twentieth for each ten good seconds', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)], { ...CONFIG, rate: 40 })
      run(rig, busy(T0 + 20_000))
      expect(rate(rig)).toBe(20)
      rig.now = T0 + 29_999
      expect(rate(rig)).toBe(20)
      rig.now = T0 + 30_000
      expect(rate(rig)).toBeCloseTo(21)
      rig.reopen()
      rig.now = T0 + 40_000
      expect(rate(rig)).toBeCloseTo(22.05)
      expect(take(rig).rate).toBeCloseTo(22.05)
      // 1.05¹⁵ is more than two.
      rig.now = T0 + 20_000 + 150_000
      expect(rate(rig)).toBe(40)
      rig.now += 10 * MIN
      expect(rig.lane.metrics().slowed).toBeNull()
    }))

  it('halves once for what was granted before it was halved, and again for what came after', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)], { ...CONFIG, rate: 40 })
      const grants = [take(rig), take(rig)]
      rig.now += 100
      for (const grant of grants) {
        rig.lane.settle(
          settlement(grant, () => busy()),
          false,
        )
      }
      expect(rate(rig)).toBe(20)
      // Also what was granted by the very answer to the first.
      const next = rig.lane.settle(
        settlement(take(rig), () => busy()),
        true,
      )
      expect([rate(rig), next?.rate]).toEqual([10, 10])
      rig.lane.settle(
        settlement(next!, () => busy()),
        false,
      )
      expect(rate(rig)).toBe(5)
    }))

  it('has no say over a lower rate that is set meanwhile', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)], { ...CONFIG, rate: 40 })
      run(rig, busy())
      rig.lane.configure({ ...CONFIG, version: 2, rate: 5 })
      expect(take(rig).rate).toBe(5)
    }))

  it('is made from what was seen where none is set, and dropped at twice that', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)])
      const grant = take(rig)
      rig.now += 2_000
      rig.lane.settle(
        settlement(grant, () => busy()),
        false,
      )
      // Eight events in two seconds.
      expect(rate(rig)).toBe(2)
      rig.now += 280_000
      expect(rate(rig)).toBeCloseTo(2 * 1.05 ** 28)
      rig.now += 10_000
      expect(rate(rig)).toBeNull()
      rig.now += 10 * MIN
      expect(rig.lane.metrics().slowed).toBeNull()
      expect(take(rig).rate).toBeNull()
    }))

  it('counts all workers that were out', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)])
      const [one] = [take(rig), take(rig), take(rig)]
      rig.now += 1_000
      rig.lane.settle(
        settlement(one, () => busy()),
        false,
      )
      expect(rate(rig)).toBe((8 * 3) / 2)
    }))

  it('never falls below one in ten seconds', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)], { ...CONFIG, rate: 0.3 })
      for (let n = 0; n < 6; n++) {
        run(rig, busy())
        rig.now += 11_000
      }
      expect(rate(rig)).toBeGreaterThanOrEqual(0.1)
      expect(rate(rig)).toBeLessThan(0.12)
    }))
})

it('a 429 without a time costs an attempt and holds nothing', () =>
  withLane((rig) => {
    register(rig, [part(1, 4)])
    run(rig, busy())
    expect(rig.lane.metrics().hold).toBeNull()
    rig.now += 5_000
    expect(take(rig).attempt).toBe(1)
  }))

it('a 503 that names a time holds the lane, and costs an attempt', () =>
  withLane((rig) => {
    register(rig, [part(1, 30)])
    run(rig, { kind: 'retry', code: 'http_503', notBefore: T0 + 50_000 })
    expect(rig.lane.metrics().hold).toMatchObject({ why: 'http_503', until: '2030-01-01T00:00:50.000Z' })
    expect(rig.lane.metrics().slowed).toBeNull()
  }))

describe('a hold that is longer than what an event has left', () => {
  const HOUR = 60 * MIN
  const short = { ...CONFIG, schedule: { delaysSeconds: [0, 1, 5, 20], ageSeconds: 300 } }
  const asked = (rig: Rig) => ({ kind: 'retry', code: 'http_503', notBefore: rig.now + HOUR }) as const

  it('kills neither the event that it answered nor those that wait, until each was tried', () =>
    withLane((rig) => {
      register(rig, [part(1, 8), part(2, 8)], short)
      run(rig, asked(rig))
      for (let n = 0; n < 59; n++) {
        rig.now += MIN
        rig.lane.alarm()
        if (n % 20 === 0) rig.reopen()
      }
      expect(rig.lane.ledger()).toMatchObject({ pending: 16, dead: 0 })
      rig.now = T0 + HOUR
      rig.lane.alarm()
      expect(rig.lane.ledger()).toMatchObject({ pending: 16, dead: 0 })
      const sent = []
      for (let grant = rig.lane.take(); grant;) {
        sent.push(...grant.events)
        grant = rig.lane.settle(
          settlement(grant, () => delivered),
          true,
        )
      }
      expect(sent).toHaveLength(16)
    }))

  it('is not a new life: what fails after it is over, and what nobody came to try a day later too', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)], short)
      register(rig, [part(2, 1)], short)
      run(rig, asked(rig))
      rig.now += HOUR
      run(rig, asked(rig))
      expect(rig.lane.metrics()).toMatchObject({ dead: { http_503: 1 }, ledger: { pending: 1 } })
      rig.now += HOUR
      for (let n = 0; n < 26; n++) {
        rig.lane.alarm()
        rig.now += HOUR
      }
      expect(rig.lane.metrics().dead).toEqual({ http_503: 1, expired: 1 })
    }))

  it('rings for what is spared when it is over, and not before', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)], short)
      run(rig, asked(rig))
      register(rig, [part(2, 1)], short)
      rig.now += 10 * MIN
      rig.alarms = []
      rig.reopen()
      rig.lane.alarm()
      expect(rig.alarms).toEqual([T0 + HOUR])
    }))
})
