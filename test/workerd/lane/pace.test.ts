import { describe, expect, it } from 'vitest'
import { CONFIG, delivered, part, register, settlement, take, withLane } from './rig.ts'

describe('rate', () => {
  it('is shared out, and never more than the whole of it', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)], { ...CONFIG, rate: 20, concurrency: 10 })
      const rates = []
      for (let grant = rig.lane.take(); grant; grant = rig.lane.take()) rates.push(grant.rate)
      expect(rates).toEqual([10, 10])
      rig.reopen()
      expect(rig.lane.take()).toBeNull()
    }))

  it('is free again when a grant settles, or when its lease ends', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)], { ...CONFIG, rate: 20 })
      const [first] = [take(rig), take(rig)]
      expect(
        rig.lane.settle(
          settlement(first, () => delivered),
          true,
        ),
      ).toMatchObject({ rate: 10 })
      rig.now += 60_000
      expect(rig.lane.take()).toMatchObject({ rate: 10 })
    }))

  it('gives a grant no more than it can send in five seconds', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)], { ...CONFIG, rate: 2, concurrency: 2 })
      expect(take(rig)).toMatchObject({ rate: 1, events: [0, 1, 2, 3, 4], windowMs: 5_250 })
    }))

  it('is all there for a worker that has to be the only one', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)], { ...CONFIG, rate: 1, concurrency: 1 })
      expect(take(rig)).toMatchObject({ rate: 1, events: [0, 1, 2, 3, 4], windowMs: 5_250 })
    }))

  it('below one a second is one request at a time, spaced by the lane', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)], { ...CONFIG, rate: 0.1 })
      const grant = take(rig)
      expect([grant.events.length, grant.rate]).toEqual([1, null])
      expect(
        rig.lane.settle(
          settlement(grant, () => delivered),
          true,
        ),
      ).toBeNull()
      rig.reopen()
      rig.now += 9_999
      expect(rig.lane.take()).toBeNull()
      rig.now += 1
      expect(rig.lane.take()).not.toBeNull()
    }))

  it('below one a second counts the pause from the request, however late its worker began', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)], { ...CONFIG, rate: 0.5 })
      const grant = take(rig)
      rig.now += 1_990
      const [result] = settlement(grant, () => delivered).results
      if (!result) throw new Error('there is no result')
      rig.lane.settle({ ...grant, results: [{ ...result, tookMs: 40 }] }, false)
      rig.reopen()
      rig.now += 1_959
      expect(rig.lane.take()).toBeNull()
      rig.now += 1
      expect(rig.lane.take()).not.toBeNull()
    }))
})
