import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { type LogFrom, readLog } from '../../../src/intake/index.ts'
import { bucketWith } from '../bucket.ts'
import { begin, commitOf, log, type Rig, sealAll, settled, SMALL_SEGMENTS, withIntake } from './rig.ts'

/** Sequence numbers of the whole log, as a reader gets them. */
async function seqsOf(rig: Rig): Promise<number[]> {
  const intake = { log: (from: LogFrom) => Promise.resolve(rig.intake.log(from)) }
  const seqs = []
  for await (const { seq } of readLog({ source: rig.log, archive: env.ARCHIVE, intake }, { seq: 1 })) seqs.push(seq)
  return seqs
}

const upTo = (n: number) => Array.from({ length: n }, (_, at) => at + 1)
const segments = async (rig: Rig) =>
  (await env.ARCHIVE.list({ prefix: `log/${rig.log}/` })).objects.map(({ key }) => key.split('/').at(-1))

describe('rows that are old', () => {
  it('leave the object in segments, and every row is in the log once', () =>
    withIntake(async (rig) => {
      for (const n of upTo(7)) log(rig, `a${n}`, [`m${n}`])
      await settled()
      await sealAll(rig)
      expect([rig.logRows(), rig.sealedRows(), rig.rememberedSegments()]).toEqual([1, 6, 3])
      expect(await segments(rig)).toEqual([
        '000000000001-000000000002.ndjson.gz',
        '000000000003-000000000004.ndjson.gz',
        '000000000005-000000000006.ndjson.gz',
      ])
      expect(await seqsOf(rig)).toEqual(upTo(7))
      rig.reopen()
      log(rig, 'a8', ['m8'])
      expect(await seqsOf(rig)).toEqual(upTo(8))
      expect(rig.intake.counters()).toMatchObject({ requests: 8, archived: 8, log: { live: 2, rows: 8 } })
    }, SMALL_SEGMENTS))

  it('are found by id, by place and with their routes as before', () =>
    withIntake(async (rig) => {
      for (const n of upTo(5)) log(rig, `a${n}`, [`m${n}`, `n${n}`], ['d1', 'd2'])
      await settled()
      const before = await Promise.all(upTo(5).map((n) => rig.intake.find(`n${n}`)))
      await sealAll(rig)
      expect(rig.logRows()).toBe(1)
      for (const again of [false, true]) {
        if (again) rig.reopen()
        expect(await Promise.all(upTo(5).map((n) => rig.intake.find(`n${n}`)))).toEqual(before)
        expect(await rig.intake.at(2, 1)).toEqual(before[1])
        expect(await rig.intake.at(2, 2)).toBeNull()
        expect(await rig.intake.at(9, 0)).toBeNull()
      }
      expect(before[1]).toMatchObject({ seq: 2, event: 1, routes: { d1: { events: '0-2' }, d2: {} } })
    }, SMALL_SEGMENTS))

  it('stay when the segment cannot be written, and leave the next time', () =>
    withIntake(async (rig) => {
      for (const n of upTo(5)) log(rig, `a${n}`, [`m${n}`])
      await settled()
      rig.archive = bucketWith({ put: () => Promise.reject(new Error('R2 is down')) })
      rig.reopen()
      rig.intake.nudge()
      await settled()
      await sealAll(rig)
      expect([rig.logRows(), rig.sealedRows()]).toEqual([5, 0])
      rig.archive = env.ARCHIVE
      rig.reopen()
      await rig.intake.alarm()
      expect([rig.logRows(), rig.sealedRows()]).toEqual([1, 4])
      expect(await seqsOf(rig)).toEqual(upTo(5))
    }, SMALL_SEGMENTS))

  it('are moved once by two who do it at a time', () =>
    withIntake(async (rig) => {
      for (const n of upTo(5)) log(rig, `a${n}`, [`m${n}`])
      await settled()
      rig.now += 3_600_000
      await Promise.all([rig.intake.alarm(), rig.intake.alarm()])
      await rig.intake.alarm()
      expect([rig.logRows(), rig.sealedRows()]).toEqual([1, 4])
      expect(await seqsOf(rig)).toEqual(upTo(5))
    }, SMALL_SEGMENTS))

  it('are those that an older version emptied in place, too, some at a time', () =>
    withIntake(
      async (rig) => {
        for (const n of upTo(9)) log(rig, `a${n}`, [`m${n}`])
        await settled()
        await rig.intake.alarm()
        rig.sql.exec('UPDATE log SET recent = NULL, ids = NULL WHERE seq <= 6')
        const [state] = rig.sql.exec<{ body: string }>('SELECT body FROM intake').toArray()
        const trimmed = { ...(JSON.parse(state?.body ?? '') as object), trimmed: 6 }
        rig.sql.exec('UPDATE intake SET body = ?', JSON.stringify(trimmed))
        rig.alarms = []
        rig.reopen()
        expect(rig.alarms).toEqual([rig.now + 1_000])
        await rig.intake.alarm()
        expect([rig.logRows(), rig.sealedRows()]).toEqual([7, 2])
        expect(rig.alarms.at(-1)).toBe(rig.now + 1_000)
        for (let n = 0; n < 3; n++) await rig.intake.alarm()
        expect([rig.logRows(), rig.sealedRows()]).toEqual([3, 6])
        expect(await seqsOf(rig)).toEqual(upTo(9))
        expect(await rig.intake.at(3, 0)).toMatchObject({ seq: 3, routes: null })
        expect(await rig.intake.find('m8')).toMatchObject({ seq: 8, routes: { d1: {} } })
      },
      { ...SMALL_SEGMENTS, segmentsAtOnce: 1 },
    ))
})

describe('a row', () => {
  it('of three hundred destinations that each want others is stored in pieces below a megabyte', () =>
    withIntake(async (rig) => {
      rig.answer = () => new Promise(() => undefined)
      const { batch } = begin(rig, 'a1', ['m1'])
      const commit = commitOf(batch, ['a1'], ['m1'])
      const choice = `0-20000:${'A'.repeat(3_334)}`
      const config = commit.routes.d1!.config
      for (let n = 0; n < 300; n++)
        commit.routes[`d${n}`] = { events: choice, filtered: { integrations_object: 9_000 }, config }
      expect(rig.intake.commit(commit)).toBe('ok')
      const sizes = [
        'SELECT max(length(body) + length(recent) + length(ids)) AS n FROM log',
        'SELECT max(length(text)) AS n FROM more',
      ].map((query) => rig.sql.exec<{ n: number }>(query).one().n)
      expect(sizes.every((size) => size < 1_000_000)).toBe(true)
      rig.reopen()
      rig.answer = (_, { to }) => Promise.resolve({ mark: to })
      rig.intake.nudge()
      await settled()
      expect(rig.told).toHaveLength(300)
      expect((await rig.intake.find('m1'))?.routes?.d299?.events).toBe(choice)
      log(rig, 'a2', ['m2'])
      log(rig, 'a3', ['m3'])
      await settled()
      await sealAll(rig)
      expect(rig.sql.exec('SELECT count(*) AS n FROM more').one().n).toBe(0)
      expect((await rig.intake.find('m1'))?.routes?.d299?.events).toBe(choice)
    }, SMALL_SEGMENTS))
})

describe('what is remembered of destinations', () => {
  const pushed = (rig: Rig) => {
    const [state] = rig.sql.exec<{ body: string }>('SELECT body FROM intake').toArray()
    return Object.keys((JSON.parse(state?.body ?? '{}') as { pushed: object }).pushed)
  }

  it('goes when no live row names them, and they are told as before when they come back', () =>
    withIntake(async (rig) => {
      for (const n of upTo(20)) log(rig, `a${n}`, [`m${n}`], [`gone${n}`, 'd1'])
      await settled()
      await rig.intake.alarm()
      expect(pushed(rig)).toHaveLength(21)
      await sealAll(rig)
      log(rig, 'b1', ['o1'], ['d1'])
      log(rig, 'b2', ['o2'], ['d1'])
      await settled()
      await rig.intake.alarm()
      // Twenty rows make ten segments but for the last row.
      expect(pushed(rig).toSorted()).toEqual(['d1', 'gone19', 'gone20'])
      for (const again of [false, true]) {
        if (again) rig.reopen()
        rig.told = []
        log(rig, `c${again}`, [`p${again}`], ['gone3'])
        await settled()
        expect(rig.told.map(({ lane }) => lane)).toEqual(['gone3'])
      }
    }, SMALL_SEGMENTS))
})
