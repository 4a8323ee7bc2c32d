import { describe, expect, it } from 'vitest'
import type { Schedule } from '../../../src/settings/index.ts'
import { CONFIG, part, register, retry, type Rig, run, settlement, T0, take, withLane } from './rig.ts'

const HOUR = 3_600
const STANDARD = [0, 5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
/** Fails without opening the breaker. */
const locked = { kind: 'retry', code: 'http_423' } as const

/** Seconds between the attempts of one event that always fails, by the alarm alone, and why it died. */
function waits(rig: Rig, schedule: Schedule): number[] {
  register(rig, [part(1, 1)], { ...CONFIG, schedule })
  const times: number[] = []
  let last = rig.now
  while (rig.lane.ledger().pending > 0) {
    expect(times.length).toBeLessThan(100)
    rig.reopen()
    rig.alarms = []
    rig.lane.nudge()
    const grant = rig.lane.take()
    if (!grant) {
      rig.now = Math.max(rig.now, Math.min(...rig.alarms))
      rig.lane.alarm()
      continue
    }
    times.push((rig.now - last) / 1_000)
    last = rig.now
    rig.lane.settle(
      { ...settlement(grant, () => locked), results: [{ outcome: locked, events: [0], tookMs: 1 }] },
      false,
    )
  }
  return times
}

describe('standard-webhooks-3d', () => {
  it.each([
    [1, 1],
    [0, 0.9],
  ])('has ten attempts, exactly so far apart (chance %d)', (random, part) =>
    withLane((rig) => {
      rig.random = random
      expect(waits(rig, 'standard-webhooks-3d')).toEqual(STANDARD.map((seconds) => seconds * part))
      expect(rig.lane.deadLetters(null, 5)).toMatchObject([{ reason: 'http_423', attempts: 10 }])
    }),
  )
})

describe('a schedule of one’s own', () => {
  it('is kept to the second, over more than a queue can wait', () =>
    withLane((rig) => {
      const delaysSeconds = [30, 0, 1, 3 * 24 * HOUR]
      expect(waits(rig, { delaysSeconds, ageSeconds: 5 * 24 * HOUR })).toEqual(delaysSeconds)
      expect(rig.lane.deadLetters(null, 5)).toMatchObject([{ reason: 'http_423', attempts: 4 }])
    }))

  it('ends with its age, whatever attempts are left', () =>
    withLane((rig) => {
      expect(waits(rig, { delaysSeconds: [0, 10, 10, 10, 10], ageSeconds: 25 })).toEqual([0, 10, 10])
      expect(rig.now).toBe(T0 + 20_000)
    }))

  it('is in force for the next attempt as soon as it is set', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      run(rig, locked)
      rig.lane.configure({ ...CONFIG, version: 2, schedule: { delaysSeconds: [0, 1, 77], ageSeconds: 100 } })
      rig.now += 5_000
      run(rig, locked)
      rig.now += 76_999
      expect(rig.lane.take()).toBeNull()
      rig.now += 1
      expect(take(rig).attempt).toBe(2)
    }))

  it('is not shortened by the breaker’s probes nor by its pauses', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)], { ...CONFIG, schedule: { delaysSeconds: [0, 3_600, 3_600], ageSeconds: 8_000 } })
      run(rig, retry)
      rig.now += 3_599_999
      expect(rig.lane.take()).toBeNull()
      rig.now += 1
      expect(take(rig)).toMatchObject({ attempt: 1, events: [0] })
    }))
})
