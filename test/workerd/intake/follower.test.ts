import { describe, expect, it } from 'vitest'
import { log, type Rig, settled, T0, withIntake } from './rig.ts'

const MINUTE = 60_000

/** Rings as the runtime does when the next alarm is due. */
async function ring(rig: Rig): Promise<void> {
  const due = rig.alarms.splice(0).at(-1)
  if (due !== undefined) rig.now = Math.max(rig.now, due)
  await rig.intake.alarm()
  await settled()
}

describe('whoever follows a log', () => {
  it('hears half a minute after a commit that there is more, then once a minute at most', () =>
    withIntake(async (rig) => {
      const told: number[] = []
      rig.follow = () => Promise.resolve(void told.push(rig.now - T0))
      rig.reopen()
      for (let second = 0; second < 300; second++) {
        rig.now = T0 + second * 1_000
        log(rig, `a${second}`, [`m${second}`])
        if ((rig.alarms.at(-1) ?? Infinity) <= rig.now) await ring(rig)
      }
      expect(told).toEqual([30_000, 90_000, 150_000, 210_000, 270_000])
    }))

  it('hears of the last commit too, and of nothing when nothing comes', () =>
    withIntake(async (rig) => {
      let told = 0
      rig.follow = () => Promise.resolve(void told++)
      rig.reopen()
      log(rig, 'a1', ['m1'])
      await ring(rig)
      log(rig, 'a2', ['m2'])
      for (let rings = 0; rings < 5 && rig.alarms.length > 0; rings++) await ring(rig)
      expect([told, rig.now - T0]).toEqual([2, 90_000])
      rig.reopen()
      rig.now += 60 * MINUTE
      // The watchdog's look, hourly: an idle source's follower is not woken.
      rig.intake.nudge()
      await settled()
      expect(told).toBe(2)
    }))

  it('that did not hear it is told by the next commit, or by the watchdog', () =>
    withIntake(async (rig) => {
      let fails = true
      let told = 0
      rig.follow = () => (fails ? Promise.reject(new Error('no answer')) : Promise.resolve(void told++))
      rig.reopen()
      log(rig, 'a1', ['m1'])
      await ring(rig)
      fails = false
      rig.reopen()
      rig.now += 60 * MINUTE
      rig.intake.nudge()
      await settled()
      expect(told).toBe(1)
    }))

  it('that never answers keeps nobody waiting, and is told again', () =>
    withIntake(async (rig) => {
      let told = 0
      rig.follow = () => new Promise(() => void told++)
      rig.reopen()
      log(rig, 'a1', ['m1'])
      await ring(rig)
      rig.now += MINUTE
      log(rig, 'a2', ['m2'])
      await ring(rig)
      expect(told).toBe(2)
      expect(rig.told.at(-1)?.registration.to).toBe(2)
    }))
})
