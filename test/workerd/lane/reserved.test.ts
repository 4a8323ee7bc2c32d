import { describe, expect, it } from 'vitest'
import { busy, CONFIG, delivered, part, register, run, settlement, T0, take, withKeptGrants, withLane } from './rig.ts'

describe('a grant that comes with its registration', () => {
  it('is handed over without a row', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)])
      expect(rig.wakeUps).toBe(1)
      const before = rig.written()
      expect(take(rig).events).toEqual([0, 1, 2])
      expect(rig.written()).toBe(before)
    }))

  it('is handed over once, and in no other instance', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)])
      const grant = take(rig)
      expect(rig.lane.take()).toBeNull()
      rig.reopen()
      expect(rig.lane.take()).toBeNull()
      rig.lane.settle(
        settlement(grant, () => delivered),
        false,
      )
      expect(rig.lane.ledger()).toMatchObject({ delivered: 3, pending: 0 })
    }))

  it('holds its events for ten seconds when nobody comes, and another worker is called then', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)])
      expect(rig.alarms).toEqual([T0 + 10_000])
      rig.now = T0 + 9_999
      rig.lane.nudge()
      expect(rig.wakeUps).toBe(1)
      rig.now = T0 + 10_000
      rig.lane.alarm()
      expect(rig.wakeUps).toBe(2)
      expect(take(rig).events).toEqual([0, 1, 2])
      expect(rig.lane.take()).toBeNull()
    }))

  it('is taken for handed over by an instance that finds it in its row, until its lease is over', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)])
      rig.reopen()
      expect(rig.lane.take()).toBeNull()
      // Time to come, window, time-out of a request, and the way back.
      rig.now = T0 + 10_000 + 5_000 + 5_000 + 5_000 - 1
      expect(rig.lane.take()).toBeNull()
      rig.now++
      expect(take(rig).events).toEqual([0, 1, 2])
    }))

  it('has a lease as long as any other when its worker has come', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)])
      rig.now = T0 + 4_000
      take(rig)
      rig.now = T0 + 4_000 + 15_000 - 1
      expect(rig.lane.take()).toBeNull()
      rig.now++
      expect(take(rig).events).toEqual([0, 1, 2])
    }))

  it('is nobody’s of another generation', () =>
    withKeptGrants((rig) => {
      rig.generation = 'first'
      rig.reopen()
      register(rig, [part(1, 3)])
      rig.generation = 'second'
      rig.reopen()
      expect(take(rig).events).toEqual([0, 1, 2])
    }))

  it('is given back when the wake-up cannot be sent', () =>
    withKeptGrants(async (rig) => {
      rig.wakeUpFails = true
      register(rig, [part(1, 3)])
      await Promise.resolve()
      expect(rig.alarms.at(-1)).toBe(T0 + 2_000)
      rig.now = T0 + 2_000
      rig.wakeUpFails = false
      rig.lane.alarm()
      expect(rig.wakeUps).toBe(2)
      expect(take(rig).events).toEqual([0, 1, 2])
    }))

  it('is not handed over when its settings have changed, or it was stopped', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)])
      rig.lane.configure({ ...CONFIG, version: 2, paused: true })
      expect(rig.lane.take()).toBeNull()
      rig.lane.configure({ ...CONFIG, version: 3 })
      expect(take(rig)).toMatchObject({ version: 3, events: [0, 1, 2] })
    }))

  it('is given up with a destination that is deleted', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)])
      rig.lane.configure({ ...CONFIG, version: 2, enabled: false, deleted: true })
      expect(rig.lane.metrics().dead).toEqual({ destination_deleted: 3 })
    }))

  it('is not handed over after a 429 for another, nor while its Retry-After holds', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)])
      const first = take(rig)
      register(rig, [part(2, 3)])
      rig.lane.settle(
        settlement(first, () => busy(rig.now + 30_000)),
        false,
      )
      expect(rig.lane.take()).toBeNull()
      rig.now += 30_000
      expect(take(rig)).toMatchObject({ seq: 1 })
    }))

  it('has its share of the rate from the moment in which it is made', () =>
    withKeptGrants((rig) => {
      const config = { ...CONFIG, rate: 2, concurrency: 4 }
      register(rig, [part(1, 20)], config)
      register(rig, [part(2, 20)], config)
      register(rig, [part(3, 20)], config)
      const rates = [rig.lane.take(), rig.lane.take(), rig.lane.take()].map((grant) => grant?.rate ?? 0)
      expect(rates.reduce((sum, rate) => sum + rate)).toBeLessThanOrEqual(2)
    }))

  it('is none below one request a second, where the lane paces by when a worker begins', () =>
    withKeptGrants((rig) => {
      register(rig, [part(1, 3)], { ...CONFIG, rate: 0.2 })
      rig.now = T0 + 5_000
      const before = rig.written()
      expect(take(rig).events).toEqual([0])
      expect(rig.written()).toBeGreaterThan(before)
    }))
})

describe('the row of a work that is done', () => {
  it('is written over by the next work: two rows each', () =>
    withKeptGrants((rig) => {
      for (const seq of [1, 2, 3]) {
        register(rig, [part(seq, 3)])
        run(rig, delivered)
      }
      const before = rig.written()
      register(rig, [part(4, 3)])
      expect(rig.written()).toBe(before + 1)
      run(rig, delivered)
      expect(rig.written()).toBe(before + 2)
      expect(rig.select('SELECT count(*) AS n FROM work')).toEqual([{ n: 1 }])
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ accepted: 12, delivered: 12, pending: 0 })
    }))

  it('is no work after an eviction, nor is one that was written over missed', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)])
      run(rig, delivered)
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ delivered: 3, pending: 0 })
      register(rig, [part(2, 4)])
      // The lane's own row still names the row that is another's now.
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ accepted: 7, delivered: 3, pending: 4 })
      register(rig, [part(3, 5)])
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ accepted: 12, delivered: 3, pending: 9 })
    }))

  it('stays four times at most', () =>
    withLane((rig) => {
      for (const seq of [1, 2, 3, 4, 5, 6, 7]) register(rig, [part(seq, 3)])
      for (let n = 0; n < 7; n++) run(rig, delivered)
      expect(rig.lane.ledger()).toMatchObject({ delivered: 21, pending: 0 })
      expect(rig.select('SELECT count(*) AS n FROM work')).toEqual([{ n: 4 }])
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ accepted: 21, delivered: 21, pending: 0 })
    }))

  it('is its work’s again when that comes back to memory', () =>
    withLane((rig) => {
      rig.bounds = { ...rig.bounds, head: 2 }
      rig.reopen()
      rig.lane.configure({ ...CONFIG, version: 1, paused: true })
      for (const seq of [1, 2, 3, 4]) register(rig, [part(seq, 3)])
      rig.lane.configure({ ...CONFIG, version: 2 })
      for (let n = 0; n < 20 && rig.lane.ledger().pending > 0; n++) {
        rig.reopen()
        const grant = rig.lane.take()
        if (grant)
          rig.lane.settle(
            settlement(grant, () => delivered),
            false,
          )
        rig.now += 30_000
      }
      expect(rig.lane.ledger()).toMatchObject({ accepted: 12, delivered: 12, pending: 0 })
    }))
})
