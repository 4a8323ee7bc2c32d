import { describe, expect, it } from 'vitest'
import { CONFIG, delivered, gone, part, register, type Rig, run, settlement, T0, take, withLane } from './rig.ts'

const HOUR = 3_600_000
const locked = { kind: 'retry', code: 'http_423' } as const
const pause = (rig: Rig, version: number, paused = true) => rig.lane.configure({ ...CONFIG, version, paused })

describe('a paused lane', () => {
  it('accepts and sends nothing, and says so', () =>
    withLane((rig) => {
      pause(rig, 2)
      register(rig, [part(1, 3)])
      expect([rig.lane.take(), rig.wakeUps, rig.alarms]).toEqual([null, 0, []])
      expect(rig.lane.ledger()).toMatchObject({ accepted: 3, pending: 3 })
      expect(rig.lane.metrics().hold).toEqual({ until: null, why: 'paused' })
      pause(rig, 3, false)
      expect(rig.wakeUps).toBe(1)
      expect(take(rig).events).toEqual([0, 1, 2])
      expect(rig.lane.metrics().hold).toBeNull()
    }))

  it('lets deadlines stand still, over evictions and several pauses', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      run(rig, locked)
      let version = 1
      for (let n = 0; n < 3; n++) {
        pause(rig, ++version)
        rig.now += 100 * HOUR
        rig.reopen()
        rig.lane.alarm()
        pause(rig, ++version, false)
        rig.now += HOUR
      }
      rig.lane.alarm()
      expect(rig.lane.ledger()).toMatchObject({ pending: 1, dead: 0 })
      rig.now += HOUR - 1
      rig.lane.alarm()
      expect(rig.lane.ledger()).toMatchObject({ pending: 1, dead: 0 })
      rig.now += 1
      rig.lane.alarm()
      expect(rig.lane.metrics().dead).toEqual({ http_423: 1 })
    }))

  it('gives what comes in meanwhile its whole time', () =>
    withLane((rig) => {
      pause(rig, 2)
      rig.now += 10 * HOUR
      register(rig, [part(1, 1)])
      rig.now += 10 * HOUR
      pause(rig, 3, false)
      rig.alarms = []
      rig.reopen()
      rig.lane.nudge()
      rig.now += 4 * HOUR - 1
      rig.lane.alarm()
      expect(rig.lane.ledger().dead).toBe(0)
      rig.now += 1
      rig.lane.alarm()
      expect(rig.lane.ledger().dead).toBe(1)
    }))

  it('lets its grants finish, and a retry then is not too late', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)])
      const grant = take(rig)
      pause(rig, 2)
      rig.now += 10_000
      const settled = settlement(grant, (event) => (event ? locked : delivered))
      expect(rig.lane.settle(settled, true)).toBeNull()
      expect(rig.lane.ledger()).toMatchObject({ delivered: 1, pending: 1, dead: 0 })
    }))

  it('has as much time for another attempt after it as before it', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      pause(rig, 2)
      rig.now += 100 * HOUR
      pause(rig, 3, false)
      run(rig, locked)
      expect(rig.lane.ledger()).toMatchObject({ pending: 1, dead: 0 })
      rig.now += 4 * HOUR - 1
      run(rig, locked)
      expect(rig.lane.ledger()).toMatchObject({ pending: 0, dead: 1 })
    }))

  it('rings for nothing but leases', () =>
    withLane((rig) => {
      register(rig, [part(1, 20)])
      take(rig)
      pause(rig, 2)
      rig.now += 60_000
      rig.alarms = []
      rig.reopen()
      rig.lane.nudge()
      rig.lane.alarm()
      expect(rig.alarms).toEqual([])
    }))
})

describe('a disabled lane', () => {
  it('keeps what is pending, lets deadlines run, and goes on when enabled', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      rig.now += 2 * HOUR
      register(rig, [part(2, 1)])
      rig.lane.configure({ ...CONFIG, version: 2, enabled: false })
      expect(rig.lane.metrics().hold).toEqual({ until: null, why: 'disabled' })
      rig.now += 2 * HOUR
      rig.lane.alarm()
      expect(rig.lane.metrics()).toMatchObject({ dead: { destination_disabled: 1 }, ledger: { pending: 1 } })
      rig.lane.configure({ ...CONFIG, version: 3 })
      expect(take(rig).seq).toBe(2)
    }))

  it('is not spared by a pause as well', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      rig.lane.configure({ ...CONFIG, version: 2, enabled: false, paused: true })
      rig.now += 4 * HOUR
      rig.lane.alarm()
      expect(rig.lane.metrics().dead).toEqual({ destination_disabled: 1 })
    }))
})

describe('a deleted lane', () => {
  const end = (rig: Rig) => rig.lane.configure({ ...CONFIG, version: 9, enabled: false, deleted: true })

  it('gives up what comes in late, and what was being sent and did not arrive', () =>
    withLane((rig) => {
      register(rig, [part(1, 16)])
      const grant = take(rig)
      end(rig)
      expect(rig.lane.metrics()).toMatchObject({ dead: { destination_deleted: 8 }, ledger: { pending: 8 } })
      register(rig, [part(2, 5)])
      expect(rig.lane.metrics().dead).toEqual({ destination_deleted: 13 })
      rig.lane.settle(
        settlement(grant, (event) => (event ? locked : delivered)),
        false,
      )
      rig.lane.alarm()
      expect(rig.lane.ledger()).toMatchObject({ accepted: 21, delivered: 1, dead: 20, pending: 0 })
    }))

  it('stays deleted, whatever else was changed at the same moment', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)])
      rig.lane.configure({ ...CONFIG, version: 9, enabled: false })
      end(rig)
      rig.lane.configure({ ...CONFIG, version: 10 })
      expect(rig.lane.ledger()).toMatchObject({ dead: 2, pending: 0 })
      register(rig, [part(2, 1)])
      expect(rig.lane.ledger()).toMatchObject({ dead: 3, pending: 0 })
    }))

  it('also while it was paused', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)])
      pause(rig, 2)
      end(rig)
      expect(rig.lane.ledger()).toMatchObject({ dead: 2, pending: 0 })
    }))
})

describe('410 Gone', () => {
  it('stops the lane without end; only its own event dies of it', () =>
    withLane((rig) => {
      register(rig, [part(1, 30)])
      rig.lane.settle(
        settlement(take(rig), (event) => (event === 2 ? gone : event < 2 ? delivered : { kind: 'unsent' })),
        true,
      )
      rig.now += 3 * HOUR
      rig.reopen()
      rig.lane.alarm()
      expect(rig.lane.take()).toBeNull()
      expect(rig.lane.metrics()).toMatchObject({
        hold: { until: null, why: 'gone' },
        dead: { http_410: 1 },
        ledger: { delivered: 2, pending: 27 },
      })
    }))

  it('is over when the destination is enabled again, and not before', () =>
    withLane((rig) => {
      register(rig, [part(1, 9)])
      run(rig, gone)
      // What route had in its cache, and what deliver makes of the answer.
      register(rig, [part(2, 1)])
      rig.lane.configure({ ...CONFIG, version: 2, enabled: false })
      expect(rig.lane.take()).toBeNull()
      expect(rig.lane.metrics().hold?.why).toBe('gone')
      rig.lane.configure({ ...CONFIG, version: 3 })
      expect(rig.lane.metrics().hold).toBeNull()
      expect(take(rig).events).toEqual([8])
    }))

  it('lets deadlines run meanwhile', () =>
    withLane((rig) => {
      register(rig, [part(1, 9)])
      run(rig, gone)
      rig.now = T0 + 4 * HOUR
      rig.lane.alarm()
      expect(rig.lane.metrics().dead).toEqual({ http_410: 8, destination_disabled: 1 })
    }))
})
