import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/lane/index.ts'
import type { LaneConfig } from '../../../src/settings/index.ts'
import { busy, CONFIG, delivered, part, register, retry, type Rig, run, settlement, T0, take, withLane } from './rig.ts'

const HOUR = 3_600_000
const before = { ...CONFIG, settings: 'a' }
const wait: Outcome = { kind: 'retry', code: 'http_503', notBefore: T0 + HOUR }
let version = 1
const change = (rig: Rig, changes: Partial<LaneConfig>) =>
  rig.lane.configure({ ...before, version: ++version, ...changes })
const held = (rig: Rig) => rig.lane.metrics().hold?.why

/** A lane whose receiver has asked to wait for an hour. */
const withHeld = (body: (rig: Rig) => void) =>
  withLane((rig) => {
    register(rig, [part(1, 20)], before)
    run(rig, wait)
    expect(held(rig)).toBe('http_503')
    body(rig)
  })

describe('a hold is over', () => {
  it.each<[string, Partial<LaneConfig>[]]>([
    ['when settings or secrets are written anew', [{ settings: 'b' }]],
    ['when it is disabled and enabled', [{ enabled: false }, {}]],
    ['when it is paused and resumed', [{ paused: true }, {}]],
  ])('%s', (_, changes) =>
    withHeld((rig) => {
      const wakeUps = rig.wakeUps
      for (const one of changes) change(rig, one)
      expect(rig.lane.metrics()).toMatchObject({ hold: null, breaker: null, slowed: null })
      expect(rig.wakeUps).toBe(wakeUps + 1)
      rig.reopen()
      expect(take(rig).events).not.toEqual([])
    }),
  )

  it('also when the lane hears of the change with its next batch only', () =>
    withHeld((rig) => {
      register(rig, [part(2, 1)], { ...before, version: ++version, settings: 'b' })
      expect(held(rig)).toBeUndefined()
      take(rig)
    }))

  it('and with it the breaker and the slow pace', () =>
    withLane((rig) => {
      register(rig, [part(1, 40)], { ...before, rate: 40 })
      run(rig, retry)
      rig.now += HOUR / 2
      run(rig, busy(rig.now + HOUR / 2))
      expect(rig.lane.metrics()).toMatchObject({ breaker: { failures: 8 }, slowed: { rate: 20 } })
      change(rig, { settings: 'b', rate: 40 })
      expect(rig.lane.metrics()).toMatchObject({ hold: null, breaker: null, slowed: null })
      expect([take(rig).rate, take(rig).rate]).toEqual([20, 20])
    }))

  it('not when it is renamed, or its pace is changed', () =>
    withHeld((rig) => {
      change(rig, {})
      change(rig, { rate: 5, concurrency: 1 })
      expect(held(rig)).toBe('http_503')
      expect(rig.lane.take()).toBeNull()
    }))

  it('for good: what was granted before and is settled after says nothing of the receiver now', () =>
    withLane((rig) => {
      register(rig, [part(1, 40)], before)
      const [one, other] = [take(rig), take(rig)]
      rig.now += 100
      change(rig, { settings: 'b' })
      rig.lane.settle(
        settlement(one, () => wait),
        false,
      )
      expect(rig.lane.metrics()).toMatchObject({ hold: null, breaker: null })
      // Not even when its lease is over.
      rig.now += 16_000
      take(rig)
      rig.lane.settle(
        settlement(other, () => wait),
        false,
      )
      expect(held(rig)).toBeUndefined()
      // What was granted since is believed.
      run(rig, wait)
      expect(held(rig)).toBe('http_503')
    }))

  it('and who waited for it has an hour to be tried in', () =>
    withLane((rig) => {
      const short = { ...before, schedule: { delaysSeconds: [0, 1], ageSeconds: 60 } }
      register(rig, [part(1, 8), part(2, 1)], short)
      run(rig, wait)
      rig.now += HOUR / 2
      change(rig, { settings: 'b', schedule: short.schedule })
      rig.lane.alarm()
      expect(rig.lane.ledger()).toMatchObject({ pending: 9, dead: 0 })
      expect(take(rig).seq).toBe(2)
    }))
})

describe('trying one now', () => {
  it('grants one event of a held lane, once', () =>
    withHeld((rig) => {
      const wakeUps = rig.wakeUps
      expect(rig.lane.tryNow()).toEqual({ trying: true })
      expect(rig.wakeUps).toBe(wakeUps + 1)
      rig.reopen()
      expect(take(rig).events).toHaveLength(1)
      expect(rig.lane.take()).toBeNull()
      expect(held(rig)).toBe('http_503')
    }))

  it('lifts the hold when it arrives, and leaves it when it does not', () =>
    withHeld((rig) => {
      rig.lane.tryNow()
      const failed = { kind: 'retry', code: 'http_500' } as const
      expect(run(rig, failed).events).toHaveLength(1)
      expect(held(rig)).toBe('http_503')
      expect(rig.lane.take()).toBeNull()
      rig.lane.tryNow()
      run(rig, delivered)
      expect(held(rig)).toBeUndefined()
      take(rig)
    }))

  it('goes past a breaker, too', () =>
    withLane((rig) => {
      register(rig, [part(1, 20)])
      for (let n = 0; n < 8; n++) {
        run(rig, retry)
        rig.now = Math.max(rig.now, Date.parse(rig.lane.metrics().hold?.until ?? ''))
      }
      run(rig, retry)
      expect(rig.lane.take()).toBeNull()
      rig.lane.tryNow()
      run(rig, delivered)
      expect(rig.lane.metrics()).toMatchObject({ hold: null, breaker: null })
    }))

  it('sends nothing of a paused or disabled lane, and nothing where nothing waits', () =>
    withLane((rig) => {
      expect(rig.lane.tryNow()).toEqual({ trying: false })
      register(rig, [part(1, 1)])
      change(rig, { paused: true })
      expect(rig.lane.tryNow()).toEqual({ trying: false })
      change(rig, { enabled: false })
      expect(rig.lane.tryNow()).toEqual({ trying: false })
      expect(rig.lane.take()).toBeNull()
    }))

  it('is asked for again when its wake-up is lost', () =>
    withHeld((rig) => {
      rig.lane.tryNow()
      const wakeUps = rig.wakeUps
      const [at] = rig.alarms.slice(-1)
      rig.now = at ?? 0
      expect(rig.now).toBe(T0 + 10_000)
      rig.lane.alarm()
      expect(rig.wakeUps).toBe(wakeUps + 1)
    }))
})
