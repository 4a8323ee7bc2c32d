import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { begin, commitOf, log, type Rig, settled, withIntake } from './rig.ts'

const HOUR = 3_600_000
const isNew = (rig: Rig, accept: string, id: string) => begin(rig, accept, [id]).verdicts[0]

/** So many rows that age alone decides. */
async function fill(rig: Rig, rows: number): Promise<void> {
  for (let at = 0; at < rows; at++) log(rig, `fill-${crypto.randomUUID()}`, [], [])
  await settled()
}

/** Segments of fifty rows; as long as the platform's else. */
const FIFTIES = { segmentRows: 50, segmentsAtOnce: 100, generation: 50 }

describe('the window of ids', () => {
  it('is a day at least, through eviction', () =>
    withIntake(async (rig) => {
      log(rig, 'a1', ['m1'], [])
      await fill(rig, 1_100)
      rig.now += 24 * HOUR - 1
      await rig.intake.alarm()
      expect(rig.sealedRows()).toBe(1_100)
      rig.reopen()
      expect(isNew(rig, 'a2', 'm1')).toEqual({ state: 'new', duplicates: [0] })
      expect(isNew(rig, 'a1', 'm1')).toEqual({ state: 'done' })
    }, FIFTIES))

  it('is a thousand rows at least, however old', () =>
    withIntake(async (rig) => {
      await fill(rig, 100)
      log(rig, 'a1', ['m1'], [])
      await fill(rig, 999)
      for (let days = 1; days < 5; days++) {
        rig.now += 24 * HOUR
        await rig.intake.alarm()
      }
      rig.reopen()
      expect(rig.sealedRows()).toBe(1_050)
      expect(isNew(rig, 'a2', 'm1')).toEqual({ state: 'new', duplicates: [0] })
      expect(isNew(rig, 'a1', 'm1')).toEqual({ state: 'done' })
    }, FIFTIES))

  it('ends after a day, for what is not among the last thousand rows', () =>
    withIntake(async (rig) => {
      log(rig, 'a1', ['m1'], [])
      await fill(rig, 1_100)
      await rig.intake.alarm()
      rig.now += HOUR
      await rig.intake.alarm()
      rig.now += 24 * HOUR + 1
      log(rig, 'a2', ['m2'], [])
      await rig.intake.alarm()
      // Of 22 segments those with the last thousand rows, whole.
      expect(rig.rememberedSegments()).toBe(20)
      rig.reopen()
      expect(isNew(rig, 'a3', 'm1')).toEqual({ state: 'new', duplicates: [] })
      expect(isNew(rig, 'a4', 'm2')).toEqual({ state: 'new', duplicates: [0] })
      expect([rig.logRows(), rig.sealedRows()]).toEqual([2, 1_100])
    }, FIFTIES))

  it('keeps no row that a lane has still to hear of, and tells it all the same', () =>
    withIntake(async (rig) => {
      rig.answer = () => Promise.reject(new Error('down'))
      log(rig, 'a1', ['m1'], ['d1'])
      await fill(rig, 1_100)
      rig.now += 48 * HOUR
      await rig.intake.alarm()
      await settled()
      expect(rig.sealedRows()).toBe(1_100)
      rig.reopen()
      rig.answer = (_, { to }) => Promise.resolve({ mark: to })
      rig.intake.nudge()
      // It is read from the segment.
      await expect.poll(() => rig.told.map(({ lane, registration: { to } }) => [lane, to])).toEqual([['d1', 1]])
    }, FIFTIES))
})

describe('orphans of the archive', () => {
  const keyOf = (rig: Rig, batch: string) => {
    const hour = new Date(Number(batch.slice(0, batch.indexOf('-')))).toISOString().slice(0, 13).replace(/[-T]/g, '/')
    return `raw/${rig.log}/${hour}/${batch}.ndjson.gz`
  }
  const put = async (rig: Rig, at: number, name: string) => {
    const key = keyOf(rig, `${at}-${name}`)
    await env.ARCHIVE.put(key, 'x')
    return key
  }
  const left = async (rig: Rig) => (await env.ARCHIVE.list({ prefix: `raw/${rig.log}/` })).objects.map(({ key }) => key)

  it('go, once no commit can be on its way; what the log has stays', () =>
    withIntake(async (rig) => {
      const { batch } = begin(rig, 'a1', ['m1'])
      rig.intake.commit({ ...commitOf(batch, ['a1'], ['m1'], []), key: keyOf(rig, batch) })
      const kept = await put(rig, rig.now, batch.slice(batch.indexOf('-') + 1))
      const orphan = await put(rig, rig.now + 5_000, 'orphan')
      rig.now += 9 * 60_000
      expect(await rig.intake.removeOrphans(0)).toBe(0)
      const young = await put(rig, rig.now, 'young')
      rig.now += 2 * 60_000
      expect(await rig.intake.removeOrphans(0)).toBe(1)
      expect(await left(rig)).toEqual([kept, young].toSorted())
      expect(await left(rig)).not.toContain(orphan)
    }))

  it('are looked for by the alarm, in the hours since the last time', () =>
    withIntake(async (rig) => {
      log(rig, 'a1', ['m1'], [])
      const orphan = await put(rig, rig.now + 1_000, 'orphan')
      rig.now += 2 * HOUR
      await rig.intake.alarm()
      expect(await left(rig)).toEqual([orphan])
      rig.now += HOUR
      await rig.intake.alarm()
      expect(await left(rig)).toEqual([])
      rig.reopen()
      const later = await put(rig, rig.now, 'later')
      rig.now += 4 * HOUR
      await rig.intake.alarm()
      expect(await left(rig)).not.toContain(later)
    }))

  it('go however long before the first commit they were written', () =>
    withIntake(async (rig) => {
      const first = await put(rig, rig.now, 'orphan')
      rig.now += 2 * HOUR
      expect(await rig.intake.removeOrphans(0)).toBe(1)
      expect(await left(rig)).not.toContain(first)
    }))

  it('go also when nobody looked for days, and something was committed meanwhile', () =>
    withIntake(async (rig) => {
      const orphan = await put(rig, rig.now, 'orphan')
      rig.now += 70 * HOUR
      log(rig, 'a1', ['m1'], [])
      rig.now += HOUR
      expect(await rig.intake.removeOrphans(0)).toBe(1)
      expect(await left(rig)).not.toContain(orphan)
    }))

  it('do not take a batch for one that was committed by a clock behind that by which it was begun', () =>
    withIntake(async (rig) => {
      const { batch } = begin(rig, 'a1', ['m1'])
      const kept = await put(rig, rig.now, batch.slice(batch.indexOf('-') + 1))
      rig.now -= 2_000
      rig.reopen()
      rig.intake.commit({ ...commitOf(batch, ['a1'], ['m1'], []), key: keyOf(rig, batch) })
      rig.now += 3 * HOUR
      expect(await rig.intake.removeOrphans(0)).toBe(0)
      expect(await left(rig)).toEqual([kept])
    }))

  it('do not take a committed batch for one, however long ago and after any eviction', () =>
    withIntake(async (rig) => {
      const keys = []
      for (let at = 0; at < 30; at++) {
        const { batch } = begin(rig, `a${at}`, [`m${at}`])
        keys.push(await put(rig, rig.now, batch.slice(batch.indexOf('-') + 1)))
        rig.now += at * 1_000
        rig.intake.commit({ ...commitOf(batch, [`a${at}`], [`m${at}`], []), key: keyOf(rig, batch) })
        rig.now += 20 * 60_000
      }
      rig.reopen()
      rig.now += 3 * HOUR
      expect(await rig.intake.removeOrphans(0)).toBe(0)
      expect(await left(rig)).toEqual(keys.toSorted())
    }))
})
