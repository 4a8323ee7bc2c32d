import { describe, expect, it } from 'vitest'
import { busy, CONFIG, delivered, gone, part, register, type Rig, settlement, take, withLane } from './rig.ts'
import type { LaneConfig } from '../../../src/settings/index.ts'

const REPORT = { version: 1, results: [] }
const SECOND = 1_000

const open = (config: Partial<LaneConfig>, body: (rig: Rig) => void) =>
  withLane((rig) => {
    rig.lane.configure({ ...CONFIG, ...config })
    body(rig)
  })

describe('a permit', () => {
  it('is a share of rate and workers, for each replay', () =>
    open({ rate: 20, concurrency: 8 }, ({ lane }) => {
      const some = [lane.permit('r1', 0.25), lane.permit('r1', 0.25), lane.permit('r2', 0.5)]
      expect(some.map((permit) => permit?.rate)).toEqual([5, undefined, 10])
      expect(lane.permit('r2', 0.5)).toBeNull()
    }))

  it('leaves the others what is left of the rate', () =>
    open({ rate: 20 }, (rig) => {
      rig.lane.permit('r1', 0.25)
      register(rig, [part(1, 500)], { ...CONFIG, rate: 20 })
      const rates = []
      for (let grant = rig.lane.take(); grant; grant = rig.lane.take()) rates.push(grant.rate)
      expect(rates).toEqual([10, 5])
    }))

  it('comes after what waits: a worker and a quarter of the rate stay free', () =>
    open({ concurrency: 2 }, (rig) => {
      register(rig, [part(1, 20)])
      expect(rig.lane.permit('r1', 1)).not.toBeNull()
      expect(rig.lane.permit('r2', 1)).toBeNull()
      take(rig)
      expect(rig.lane.take()).toBeNull()
    }))

  it('is not given while the only worker has something to do, and lasts a moment where there is one', () =>
    open({ concurrency: 1 }, (rig) => {
      register(rig, [part(1, 1)])
      expect(rig.lane.permit('r1', 1)).toBeNull()
      const grant = take(rig)
      expect(rig.lane.permit('r1', 1)).toBeNull()
      rig.lane.settle(
        settlement(grant, () => delivered),
        false,
      )
      expect(rig.lane.permit('r1', 1)).toMatchObject({ runMs: 0, windowMs: 750 })
    }))

  it('is brief where the rate is needed, and so is a grant that gets less for it', () =>
    open({ rate: 40 }, (rig) => {
      const config = { ...CONFIG, rate: 40 }
      expect(rig.lane.permit('r1', 0.25)).toMatchObject({ runMs: 10 * SECOND, windowMs: null })
      register(rig, [part(1, 200)], config)
      const first = take(rig)
      expect(first.rate).toBe(20)
      const second = take(rig)
      expect([second.rate, second.events.length, second.windowMs]).toEqual([10, 5, 750])
      expect(first.events.length).toBeGreaterThan(second.events.length)
      rig.now += 60 * SECOND
      take(rig)
      expect(rig.lane.permit('r2', 0.25)).toMatchObject({ rate: 10, runMs: 0, windowMs: 750 })
    }))

  it('is free again when it is over, or when its time is, also after an eviction', () =>
    open({ concurrency: 1 }, (rig) => {
      const { lane } = rig
      const first = lane.permit('r1', 1)
      rig.reopen()
      expect(rig.lane.permit('r1', 1)).toBeNull()
      rig.lane.report(first?.id ?? '', REPORT, true)
      expect(rig.lane.permit('r1', 1)).not.toBeNull()
      rig.now += 60 * SECOND
      expect(rig.lane.permit('r1', 1)).not.toBeNull()
    }))

  it('below one a second is one request at a time, as far apart as the share says', () =>
    open({ rate: 2 }, (rig) => {
      const permit = rig.lane.permit('r1', 0.25)
      expect(permit).toMatchObject({ rate: null, runMs: 0 })
      rig.lane.report(permit?.id ?? '', REPORT, true)
      rig.now += 1_999
      expect(rig.lane.permit('r1', 0.25)).toBeNull()
      rig.now += 1
      expect(rig.lane.permit('r1', 0.25)).not.toBeNull()
    }))

  it('of a lane below one a second takes its turn', () =>
    open({ rate: 0.1 }, (rig) => {
      expect(rig.lane.permit('r1', 0.5)).not.toBeNull()
      register(rig, [part(1, 1)], { ...CONFIG, rate: 0.1 })
      expect(rig.lane.take()).toBeNull()
    }))

  it('is given by a lane that is paused or disabled, and by none that is deleted or unknown', () =>
    withLane(({ lane }) => {
      expect(lane.permit('r1', 1)).toBeNull()
      lane.configure({ ...CONFIG, paused: true })
      expect(lane.permit('r1', 1)).not.toBeNull()
      lane.configure({ ...CONFIG, version: 2, enabled: false })
      expect(lane.permit('r2', 1)).not.toBeNull()
      lane.configure({ ...CONFIG, version: 3, enabled: false, deleted: true })
      expect(lane.permit('r3', 1)).toBeNull()
    }))
})

describe('a grant within a permit', () => {
  const own = [null, 0.2, 1, 1.25, 20, 400]
  const limits = [
    { rate: null, windowMs: SECOND, events: 1 },
    { rate: null, windowMs: null, events: null },
    ...[1, 1.25, 5, 400].flatMap((rate) => [
      { rate, windowMs: null, events: null },
      { rate, windowMs: Math.max(SECOND, 1_250 / rate), events: null },
    ]),
  ]

  it.each(own.flatMap((rate) => limits.map((within) => ({ rate, within }))))(
    'of a lane with a rate of $rate has time for what it grants: $within',
    ({ rate, within }) =>
      open({ rate, concurrency: 1 }, (rig) => {
        register(rig, [part(1, 500)], { ...CONFIG, rate, concurrency: 1 })
        const grant = rig.lane.take(within)
        if (!grant) throw new Error('nothing is granted')
        // Below one a second the lane itself lets one go at a time.
        const isSingle = rate !== null && rate < 1
        const allowed = isSingle ? Infinity : Math.min(rate ?? Infinity, within.rate ?? Infinity)
        const spaced = isSingle ? null : grant.rate
        expect(spaced ?? Infinity).toBeLessThanOrEqual(allowed)
        expect(grant.events.length).toBeLessThanOrEqual(within.events ?? 500)
        expect(grant.windowMs).toBeGreaterThanOrEqual(spaced === null ? 1 : (grant.events.length * SECOND) / spaced)
      }),
  )
})

describe('while the breaker is open', () => {
  it('is one event at a time, after every pause, and closes it when that arrives', () =>
    open({}, (rig) => {
      const failed = {
        outcome: { kind: 'retry' as const, code: 'http_503' as const },
        events: [0, 1, 2, 3, 4],
        tookMs: 1,
      }
      const tell = (results: object[]) => {
        const permit = rig.lane.permit('r1', 1)
        if (!permit) return null
        rig.lane.report(permit.id, { version: 1, results: results as never }, false)
        rig.lane.report(permit.id, REPORT, true)
        return permit
      }
      tell([failed])
      expect(rig.lane.metrics().breaker).toMatchObject({ failures: 5 })
      expect(rig.lane.permit('r1', 1)).toBeNull()
      rig.now += 5 * 60 * SECOND
      const before = rig.lane.metrics().breaker?.until ?? ''
      expect(tell([{ ...failed, events: [0] }])).toMatchObject({ events: 1, rate: null, runMs: 0 })
      expect((rig.lane.metrics().breaker?.until ?? '') > before).toBe(true)
      rig.now += 5 * 60 * SECOND
      tell([{ outcome: delivered, events: [0], tookMs: 1 }])
      expect(rig.lane.metrics().breaker).toBeNull()
      expect(rig.lane.permit('r1', 1)).toMatchObject({ rate: null, runMs: 10 * SECOND })
    }))
})

describe('what a receiver says to a replay', () => {
  const told = (rig: Rig, outcome: Parameters<typeof settlement>[1]) => {
    const permit = rig.lane.permit('r1', 1)
    const results = [{ outcome: outcome(0), events: [0], tookMs: 1 }]
    return rig.lane.report(permit?.id ?? '', { version: 1, results }, false)
  }

  it('holds what comes in, too', () =>
    open({}, (rig) => {
      expect(told(rig, () => busy(rig.now + 60 * SECOND))).toBe(false)
      register(rig, [part(1, 1)])
      expect(rig.lane.take()).toBeNull()
      expect(rig.lane.permit('r1', 1)).toBeNull()
    }))

  it('slows the lane down', () =>
    open({ rate: 20 }, (rig) => {
      told(rig, () => busy())
      expect(rig.lane.metrics().slowed).toMatchObject({ rate: 10 })
    }))

  it('ends all of it when it is gone', () =>
    open({}, (rig) => {
      told(rig, () => gone)
      expect(rig.lane.metrics().hold).toMatchObject({ why: 'gone' })
      expect(rig.lane.permit('r1', 1)).toBeNull()
    }))

  it('counts no longer when somebody has changed the address since', () =>
    open({ settings: 'a' }, (rig) => {
      const permit = rig.lane.permit('r1', 1)
      rig.lane.configure({ ...CONFIG, version: 2, settings: 'b' })
      const results = [{ outcome: busy(rig.now + 60 * SECOND), events: [0], tookMs: 1 }]
      rig.lane.report(permit?.id ?? '', { version: 1, results }, true)
      expect(rig.lane.permit('r1', 1)).not.toBeNull()
    }))
})

describe('the lane of a replay', () => {
  const REPLAY = { destination: 'dst', share: 0.25, revision: 1 }

  it('asks for a worker that knows whose pace it shares', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)], { ...CONFIG, replay: REPLAY })
      expect(rig.wakeUpsFor).toEqual([REPLAY])
    }))

  it('gives nothing up for its age', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)], { ...CONFIG, replay: REPLAY, paused: false })
      rig.now += 365 * 24 * 3_600 * SECOND
      rig.lane.alarm()
      expect(rig.lane.ledger()).toMatchObject({ pending: 1, dead: 0 })
    }))

  it('takes over what was changed of the replay, in the order of the changes', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)], { ...CONFIG, replay: REPLAY })
      rig.lane.configure({ ...CONFIG, paused: true, replay: { ...REPLAY, revision: 2 } })
      rig.lane.configure({ ...CONFIG, replay: REPLAY })
      expect(rig.lane.take()).toBeNull()
      rig.lane.configure({ ...CONFIG, replay: { ...REPLAY, revision: 3 } })
      expect(rig.lane.take()).not.toBeNull()
    }))

  it('is forgotten, and no other lane is', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      rig.lane.forget()
      expect(rig.lane.ledger().accepted).toBe(1)
      rig.lane.configure({ ...CONFIG, version: 2, replay: REPLAY })
      rig.lane.forget()
      expect(rig.lane.ledger().accepted).toBe(0)
      expect(rig.rows('work')).toBe(0)
    }))
})
