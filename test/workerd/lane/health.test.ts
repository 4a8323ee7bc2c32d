import { describe, expect, it } from 'vitest'
import type { LaneHealth } from '../../../src/lane/index.ts'
import {
  busy,
  CONFIG,
  dead,
  delivered,
  gone,
  part,
  register,
  retry,
  type Rig,
  run,
  settlement,
  T0,
  take,
  withLane,
} from './rig.ts'

const MINUTE = 60_000

/** A lane that tells, and what it has told. */
async function telling(rig: Rig, answer: (health: LaneHealth) => Promise<number | null> = () => Promise.resolve(null)) {
  const told: LaneHealth[] = []
  rig.tell = (health) => {
    told.push(health)
    return answer(health)
  }
  rig.reopen()
  return told
}

async function ring(rig: Rig, after = 0): Promise<void> {
  rig.now += after
  rig.lane.alarm()
  await rig.lane.telling
}

describe('the health of a lane', () => {
  it('is told when something has moved, once a minute, and not when nothing has', async () => {
    await withLane(async (rig) => {
      const told = await telling(rig)
      await ring(rig)
      expect(told).toEqual([])
      register(rig, [part(1, 8)])
      run(rig, delivered)
      await ring(rig, 10_000)
      expect(told).toMatchObject([
        { state: 'ok', waiting: 0, lastDeliveredAt: T0, nextTryAt: null, why: null, at: T0 + 10_000 },
      ])
      expect(told[0]?.day).toEqual({ accepted: 8, delivered: 8, failedAttempts: 0, dead: 0 })
      register(rig, [part(2, 5)])
      run(rig, delivered)
      await ring(rig, 10_000)
      expect(told).toHaveLength(1)
      await ring(rig, MINUTE)
      expect(told).toHaveLength(2)
      expect(told[1]?.day).toMatchObject({ accepted: 13, delivered: 13 })
      for (let hour = 0; hour < 3; hour++) await ring(rig, 60 * MINUTE)
      rig.reopen()
      await ring(rig)
      expect(told).toHaveLength(2)
    })
  })

  it('has its alarm set until all is told', async () => {
    await withLane(async (rig) => {
      const told = await telling(rig)
      register(rig, [part(1, 8)])
      run(rig, delivered)
      await ring(rig, 10_000)
      register(rig, [part(2, 8)])
      run(rig, delivered)
      rig.alarms = []
      await ring(rig, 1_000)
      // As after an eviction before it could be told.
      expect(rig.alarms).toEqual([T0 + 10_000 + MINUTE])
      rig.reopen()
      await ring(rig, MINUTE)
      expect(told).toHaveLength(2)
      rig.alarms = []
      await ring(rig)
      expect(rig.alarms).toEqual([])
    })
  })

  it('is the same as the figures of 24 hours say', async () => {
    await withLane(async (rig) => {
      await telling(rig)
      for (let n = 1; n <= 60; n++) {
        register(rig, [part(n, 4)])
        const grant = take(rig)
        rig.lane.settle(
          settlement(grant, (event) => (event === 0 ? dead : delivered)),
          false,
        )
        await ring(rig, 37 * MINUTE)
        const { total } = rig.lane.metrics('24h').figures ?? {}
        const { day, quarter } = rig.lane.health()
        expect(day).toEqual({
          accepted: total?.accepted,
          delivered: total?.delivered,
          failedAttempts: total?.failedAttempts,
          dead: total?.dead,
        })
        expect(quarter).toEqual({ accepted: 0, delivered: 0, failedAttempts: 0, dead: 0 })
      }
      register(rig, [part(61, 4)])
      run(rig, delivered)
      rig.now += 14 * MINUTE
      expect(rig.lane.health().quarter).toMatchObject({ accepted: 4, delivered: 4 })
    })
  })

  it('says failing, held, giving up, gone, paused and disabled', async () => {
    await withLane(async (rig) => {
      await telling(rig)
      register(rig, [part(1, 8)])
      run(rig, retry)
      expect(rig.lane.health()).toMatchObject({ state: 'failing', why: 'http_503', since: T0, waiting: 8 })
      expect(rig.lane.health().nextTryAt).toBeGreaterThan(T0)
      rig.lane.configure({ ...CONFIG, version: 2, paused: true })
      expect(rig.lane.health()).toMatchObject({ state: 'paused', since: T0, nextTryAt: null })
      rig.lane.configure({ ...CONFIG, version: 3 })
      expect(rig.lane.health().state).toBe('failing')
      rig.now += 60 * MINUTE
      run(rig, busy(rig.now + 58_000))
      expect(rig.lane.health()).toMatchObject({ state: 'held', why: 'http_429', nextTryAt: rig.now + 58_000 })
      rig.now += 60_000
      for (let left = 8; left > 0;) {
        left -= run(rig, dead).events.length
        rig.now += 10 * MINUTE
      }
      expect(rig.lane.health()).toMatchObject({ state: 'giving_up', why: 'http_400', waiting: 0 })
      expect(rig.lane.health().day.dead).toBe(8)
      rig.lane.redrive({ before: null })
      expect(rig.lane.health().day.dead).toBe(0)
      run(rig, gone)
      expect(rig.lane.health().state).toBe('gone')
      rig.lane.configure({ ...CONFIG, version: 4, enabled: false })
      rig.lane.configure({ ...CONFIG, version: 5 })
      rig.lane.configure({ ...CONFIG, version: 6, enabled: false })
      expect(rig.lane.health().state).toBe('disabled')
    })
  })

  it('costs nothing else where nobody listens, or nobody answers', async () => {
    await withLane(async (rig) => {
      let answers = false
      const told = await telling(rig, () =>
        answers ? Promise.resolve(null) : Promise.reject(new Error('D1 is out of reach')),
      )
      register(rig, [part(1, 8)])
      await ring(rig, 10_000)
      expect(told).toHaveLength(1)
      run(rig, delivered)
      expect(rig.lane.ledger()).toMatchObject({ delivered: 8, pending: 0 })
      // Not again at once.
      await ring(rig, 1_000)
      expect(told).toHaveLength(1)
      await ring(rig, 15_000)
      expect(told).toHaveLength(2)
      await ring(rig, 16_000)
      expect(told).toHaveLength(2)
      answers = true
      await ring(rig, 15_000)
      expect(told).toHaveLength(3)
      expect(told[2]).toMatchObject({ state: 'ok', waiting: 0 })
      await ring(rig, 2 * MINUTE)
      expect(told).toHaveLength(3)
    })
  })

  it('lets nothing wait for it', async () => {
    await withLane(async (rig) => {
      const first = Promise.withResolvers<null>()
      const told = await telling(rig, () => (told.length === 1 ? first.promise : Promise.resolve(null)))
      register(rig, [part(1, 8), part(2, 8)])
      rig.now += 10_000
      rig.lane.alarm()
      expect(told).toHaveLength(1)
      run(rig, delivered)
      run(rig, delivered)
      expect(rig.lane.ledger()).toMatchObject({ delivered: 16, pending: 0 })
      rig.lane.alarm()
      expect(told).toHaveLength(1)
      first.resolve(null)
      await rig.lane.telling
      await ring(rig, MINUTE)
      expect(told.at(-1)).toMatchObject({ waiting: 0 })
    })
  })

  it('is told again when that is asked for, though nothing moves', async () => {
    await withLane(async (rig) => {
      const told = await telling(rig, ({ waiting }) => Promise.resolve(waiting > 0 ? 15 * MINUTE : null))
      register(rig, [part(1, 8)], { ...CONFIG, paused: true })
      await ring(rig, 10_000)
      expect(rig.alarms.at(-1)).toBe(T0 + 10_000 + 15 * MINUTE)
      await ring(rig, 5 * MINUTE)
      expect(told).toHaveLength(1)
      rig.reopen()
      await ring(rig, 10 * MINUTE)
      expect(told).toHaveLength(2)
    })
  })

  it('is not told of a replay, nor of a destination that is deleted', async () => {
    await withLane(async (rig) => {
      const told = await telling(rig)
      register(rig, [part(1, 8)], { ...CONFIG, replay: { destination: 'dst', share: 1, revision: 1 } })
      await ring(rig, 10_000)
      expect(told).toEqual([])
    })
    await withLane(async (rig) => {
      const told = await telling(rig)
      register(rig, [part(1, 8)])
      rig.lane.configure({ ...CONFIG, version: 2, enabled: false, deleted: true })
      await ring(rig, 10_000)
      expect(told).toEqual([])
    })
  })

  it('writes one row more each time it is told, and the alarm', async () => {
    await withLane(async (rig) => {
      await telling(rig)
      register(rig, [part(1, 8)])
      run(rig, delivered)
      const before = rig.written()
      await ring(rig, 10_000)
      expect(rig.written() - before).toBe(1)
      await ring(rig, 10_000)
      expect(rig.written() - before).toBe(1)
    })
  })

  it('says for a day that a part of its log is lost, once, and goes on after it', async () => {
    await withLane(async (rig) => {
      const told = await telling(rig)
      register(rig, [part(1, 2)])
      const lost = { rows: 4_000, events: 9 }
      const registration = { log: 'src', from: 1, to: 4_001, parts: [], config: CONFIG, lost }
      expect(rig.lane.register(registration)).toEqual({ mark: 4_001 })
      rig.reopen()
      // The answer was lost on its way.
      expect(rig.lane.register(registration)).toEqual({ mark: 4_001 })
      run(rig, delivered)
      await ring(rig, 10_000)
      expect(told.at(-1)).toMatchObject({ state: 'giving_up', why: 'log_lost' })
      expect(rig.lane.metrics()).toMatchObject({
        lost: { rows: 4_000, events: 9, at: new Date(T0).toISOString() },
        ledger: { accepted: 2, delivered: 2 },
      })
      rig.lane.register({ ...registration, from: 4_001, to: 4_003, parts: [part(4_003, 5)], lost: undefined as never })
      run(rig, delivered)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 7, delivered: 7 })
      rig.lane.register({ ...registration, from: 4_003, to: 4_004, lost: { rows: 1, events: null } })
      expect(rig.lane.metrics().lost).toMatchObject({ rows: 4_001, events: null })
      rig.now += 24 * 60 * MINUTE + 1
      expect(rig.lane.health()).toMatchObject({ why: null })
    })
  })
})
