import { describe, expect, it } from 'vitest'
import { log, type Rig, sealAll, settled, SMALL_SEGMENTS, withIntake } from './rig.ts'

const down = () => Promise.reject(new Error('down'))
const up: Rig['answer'] = (_, { to }) => Promise.resolve({ mark: to })
/** What a lane was told, in order: from, to, and the rows that it got. */
const toldTo = (rig: Rig, lane: string) =>
  rig.told
    .filter((one) => one.lane === lane)
    .map(({ registration: { from, to, parts } }) => [from, to, parts.map(({ seq }) => seq)])
const behindRows = (rig: Rig) => rig.sql.exec('SELECT count(*) AS n FROM behind').one().n

describe('rows that a lane did not hear of before they left', () => {
  it('are told from segments, in order and before what is newer, through evictions', () =>
    withIntake(async (rig) => {
      rig.answer = (lane, registration) => (lane === 'd1' ? down() : up(lane, registration))
      for (let n = 1; n <= 9; n++) log(rig, `a${n}`, [`m${n}`], n % 2 === 1 ? ['d1', 'd2'] : ['d2'])
      await settled()
      await sealAll(rig)
      // Segments of two, and the last row, which stays.
      expect([rig.logRows(), rig.sealedRows(), behindRows(rig)]).toEqual([1, 8, 1])
      rig.reopen()
      log(rig, 'a10', ['m10'], ['d1'])
      await settled()
      expect(toldTo(rig, 'd1')).toEqual([])
      rig.answer = up
      rig.intake.nudge()
      await expect
        .poll(() => toldTo(rig, 'd1'))
        .toEqual([
          [0, 1, [1]],
          [1, 3, [3]],
          [3, 5, [5]],
          [5, 7, [7]],
          [7, 10, [9, 10]],
        ])
      expect(behindRows(rig)).toBe(0)
      rig.reopen()
      rig.intake.nudge()
      await settled()
      log(rig, 'a11', ['m11'], ['d1'])
      await settled()
      expect(rig.told.findLast(({ lane }) => lane === 'd1')?.registration).toMatchObject({ to: 11 })
    }, SMALL_SEGMENTS))

  it('keep one row of the object, however many they are', () =>
    withIntake(async (rig) => {
      rig.answer = down
      for (let n = 1; n <= 200; n++) log(rig, `a${n}`, [`m${n}`], ['d1', 'd2'])
      await settled()
      await sealAll(rig)
      expect([rig.logRows(), rig.sealedRows(), behindRows(rig)]).toEqual([2, 198, 2])
    }, SMALL_SEGMENTS))

  it('are told again from where the lane is, after it failed in the middle', () =>
    withIntake(async (rig) => {
      rig.answer = down
      for (let n = 1; n <= 7; n++) log(rig, `a${n}`, [`m${n}`], ['d1'])
      await settled()
      await sealAll(rig)
      rig.answer = (lane, registration) => (registration.to > 2 ? down() : up(lane, registration))
      rig.intake.nudge()
      await expect.poll(() => toldTo(rig, 'd1')).toEqual([[0, 2, [1, 2]]])
      await expect.poll(() => rig.alarms.at(-1)).toBeLessThanOrEqual(rig.now + 10_000)
      rig.reopen()
      rig.answer = up
      await rig.intake.alarm()
      await expect
        .poll(() => toldTo(rig, 'd1').slice(1))
        .toEqual([
          [2, 4, [3, 4]],
          [4, 6, [5, 6]],
          [6, 7, [7]],
        ])
    }, SMALL_SEGMENTS))

  it('hold up no other lane, and one that hangs no other that is behind', () =>
    withIntake(async (rig) => {
      rig.answer = down
      for (let n = 1; n <= 5; n++) log(rig, `a${n}`, [`m${n}`], ['d1', 'd2'])
      await settled()
      await sealAll(rig)
      rig.answer = (lane, registration) => (lane === 'd1' ? new Promise(() => undefined) : up(lane, registration))
      log(rig, 'a6', ['m6'], ['d3'])
      await settled()
      expect(toldTo(rig, 'd3')).toEqual([[0, 6, [6]]])
      for (let n = 0; n < 3; n++) {
        rig.now += 10_001
        await rig.intake.alarm()
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      expect(toldTo(rig, 'd2').at(-1)).toEqual([4, 5, [5]])
    }, SMALL_SEGMENTS))

  it('are passed after five tries where their segment is lost, with a word of how many there were', () =>
    withIntake(async (rig) => {
      rig.answer = down
      for (let n = 1; n <= 7; n++) log(rig, `a${n}`, [`m${n}`, `n${n}`], ['d1'])
      await settled()
      await sealAll(rig)
      for (const { key } of (await rig.archive.list({ prefix: `log/${rig.log}/000000000003` })).objects)
        await rig.archive.delete(key)
      rig.answer = up
      for (let tries = 0; tries < 5; tries++) {
        rig.intake.nudge()
        await settled()
        await new Promise((resolve) => setTimeout(resolve, 50))
        expect(toldTo(rig, 'd1')).toEqual([[0, 2, [1, 2]]])
        // What is stored remembers the tries.
        rig.reopen()
      }
      rig.intake.nudge()
      await expect
        .poll(() => toldTo(rig, 'd1').slice(1))
        .toEqual([
          [2, 4, []],
          [4, 6, [5, 6]],
          [6, 7, [7]],
        ])
      expect(rig.told[1]?.registration.lost).toEqual({ rows: 2, events: 4 })
      expect(behindRows(rig)).toBe(0)
    }, SMALL_SEGMENTS))
})
