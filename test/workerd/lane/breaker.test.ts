import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/lane/index.ts'
import {
  busy,
  CONFIG,
  dead,
  delivered,
  part,
  register,
  retry,
  type Rig,
  run,
  settlement,
  T0,
  take,
  unsent,
  withLane,
} from './rig.ts'

/** Fails the first five events, which opens the breaker; the pause before the first probe is then over. */
function open(rig: Rig, events = 5) {
  register(rig, [part(1, events)])
  run(rig, retry)
  rig.now = until(rig)
}

const until = (rig: Rig) => Date.parse(rig.lane.metrics().hold?.until ?? '')

describe('opens', () => {
  it.each<[string, Outcome]>([
    ['an answer 503', retry],
    ['an answer 500', { kind: 'retry', code: 'http_500' }],
    ['a timeout', { kind: 'retry', code: 'timeout' }],
    ['no connection', { kind: 'retry', code: 'network' }],
  ])('at the fifth %s in a row, and not before', (_, failure) =>
    withLane((rig) => {
      register(rig, [part(1, 20)])
      rig.lane.settle(
        settlement(take(rig), (event) => (event < 4 ? delivered : failure)),
        false,
      )
      expect(rig.lane.metrics()).toMatchObject({ hold: null, breaker: null })
      rig.lane.settle(
        settlement(take(rig), (event) => (event === 8 ? failure : unsent)),
        false,
      )
      const why = 'code' in failure ? failure.code : ''
      expect(rig.lane.metrics()).toMatchObject({
        hold: { until: '2030-01-01T00:00:01.000Z', why },
        breaker: { failures: 5, since: '2030-01-01T00:00:00.000Z' },
      })
      expect(rig.lane.take()).toBeNull()
    }),
  )

  it.each<[string, Outcome]>([
    ['a delivery', delivered],
    ['a refusal', dead],
    ['"not this type"', { kind: 'filtered', code: 'UNSUPPORTED_EVENT_TYPE' }],
  ])('not when there is %s between the failures', (_, answer) =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      const grant = take(rig)
      rig.lane.settle(
        settlement(grant, (event) => (event === 4 ? answer : retry)),
        false,
      )
      expect(rig.lane.metrics().breaker).toBeNull()
    }),
  )

  it('by the order of the events, not of the results', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      const grant = take(rig)
      const results = [
        { outcome: delivered, events: [0, 2, 4, 6], tookMs: 1 },
        { outcome: retry, events: [1, 3, 5, 7], tookMs: 1 },
      ]
      rig.lane.settle({ ...settlement(grant, () => delivered), results }, false)
      rig.now += 5_000
      run(rig, { kind: 'retry', code: 'http_500' })
      expect(rig.lane.metrics().breaker).toMatchObject({ failures: 5 })
    }))

  it.each<[string, Outcome]>([
    ['429', busy()],
    ['423', { kind: 'retry', code: 'http_423' }],
    ['an archive that is away', { kind: 'retry', code: 'ARCHIVE_OBJECT_MISSING' }],
    ['a line that is damaged', { kind: 'dead', code: 'ARCHIVE_LINE_DAMAGED' }],
  ])('not for %s', (_, outcome) =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      run(rig, outcome)
      expect(rig.lane.metrics().breaker).toBeNull()
    }),
  )

  it('not for what a worker reports whose lease has ended', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      const late = take(rig)
      rig.now += 60_000
      take(rig)
      rig.lane.settle(
        settlement(late, () => retry),
        false,
      )
      expect(rig.lane.metrics().breaker).toBeNull()
    }))
})

describe('while it is open', () => {
  it('nothing is granted before its time, and then one event, to one worker', () =>
    withLane((rig) => {
      register(rig, [part(1, 50)])
      run(rig, retry)
      rig.reopen()
      rig.now = T0 + 999
      expect(rig.lane.take()).toBeNull()
      rig.now = T0 + 1_000
      expect(take(rig).events).toHaveLength(1)
      expect(rig.lane.take()).toBeNull()
    }))

  it('pauses grow from one second to five minutes, and are jitter from end to end', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)])
      run(rig, retry)
      const pauses = [until(rig) - rig.now]
      for (let probe = 1; probe <= 10; probe++) {
        rig.now = until(rig)
        run(rig, retry)
        pauses.push(until(rig) - rig.now)
      }
      expect(pauses.map((ms) => ms / 1_000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
      rig.now = until(rig)
      rig.random = 0.25
      run(rig, retry)
      expect(until(rig) - rig.now).toBe(75_000)
    }))

  it('only probes lengthen the pause, not what was under way when it opened', () =>
    withLane((rig) => {
      register(rig, [part(1, 50)])
      const others = [take(rig), take(rig)]
      run(rig, retry)
      const before = until(rig)
      for (const grant of others) {
        rig.lane.settle(
          settlement(grant, () => retry),
          true,
        )
      }
      expect(until(rig)).toBe(before)
      expect(rig.lane.metrics().breaker).toMatchObject({ failures: 24 })
    }))

  it.each([false, true])(
    'probes another group each time, so that one event cannot keep it open (evicted: %s)',
    (evicted) =>
      withLane((rig) => {
        register(rig, [part(1, 5), part(2, 5)])
        rig.random = 0
        // The first event of all is poison: it fails whenever it is tried.
        const probed: string[] = []
        run(rig, retry)
        rig.now += 30 * 60_000
        for (let n = 0; n < 4; n++) {
          const { seq, events } = run(rig, retry)
          probed.push(`${seq}:${events.join(' ')}`)
          rig.now += 30 * 60_000
          if (evicted) rig.reopen()
        }
        expect(new Set(probed).size).toBe(4)
      }),
  )

  it('a probe whose worker dies is granted again, another group if there is one', () =>
    withLane((rig) => {
      open(rig, 8)
      rig.now += 5_000
      const lost = take(rig)
      expect(rig.lane.take()).toBeNull()
      rig.now += 5_000 + CONFIG.timeoutMs + 5_000
      rig.reopen()
      const second = take(rig)
      expect([lost.events, second.events]).toEqual([[0], [1]])
      expect(second.attempt).toBe(1)
      expect(rig.lane.ledger()).toMatchObject({ pending: 8 })
    }))

  it('a probe that could not be sent says nothing, and another follows', () =>
    withLane((rig) => {
      open(rig, 8)
      rig.now += 5_000
      run(rig, unsent)
      expect(until(rig) - rig.now).toBe(5_000)
      rig.now += 5_000
      run(rig, retry)
      expect(until(rig) - rig.now).toBe(2_000)
    }))

  it('costs an alarm at the end of the pause, whatever comes in, and no wake-up', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      for (let n = 0; n < 8; n++) {
        run(rig, retry)
        rig.now = Math.max(until(rig), rig.now + 30_000)
      }
      run(rig, retry)
      const [wakeUps, end] = [rig.wakeUps, until(rig)]
      rig.reopen()
      rig.alarms = []
      for (let seq = 2; seq < 20; seq++) {
        register(rig, [part(seq, 5)])
        rig.now += 1_000
      }
      expect(rig.wakeUps).toBe(wakeUps)
      expect(rig.alarms).toEqual([end])
      rig.now = end
      rig.lane.alarm()
      expect(rig.wakeUps).toBe(wakeUps + 1)
    }))
})

describe('closes', () => {
  it('with the first success, and grants grow again from there', () =>
    withLane((rig) => {
      register(rig, [part(1, 50)])
      run(rig, retry)
      rig.now = until(rig)
      const sizes: number[] = []
      let grant = take(rig)
      for (let n = 0; n < 4; n++) {
        sizes.push(grant.events.length)
        grant = rig.lane.settle(
          settlement(grant, () => delivered),
          true,
        )!
      }
      expect(sizes).toEqual([1, 2, 4, 8])
      expect(rig.lane.metrics()).toMatchObject({ hold: null, breaker: null })
    }))

  it('also after an eviction, with small grants', () =>
    withLane((rig) => {
      register(rig, [part(1, 50)])
      run(rig, retry)
      rig.reopen()
      rig.now = until(rig)
      const next = rig.lane.settle(
        settlement(take(rig), () => delivered),
        true,
      )
      expect(next?.events).toHaveLength(2)
    }))

  it('and begins with one second again the next time', () =>
    withLane((rig) => {
      register(rig, [part(1, 100)])
      run(rig, retry)
      for (let n = 0; n < 5; n++) {
        rig.now = until(rig)
        run(rig, retry)
      }
      rig.now = until(rig)
      run(rig, delivered)
      while (!rig.lane.metrics().breaker) run(rig, retry)
      expect(until(rig) - rig.now).toBe(1_000)
    }))
})
