import { describe, expect, it } from 'vitest'
import { begin, commitOf, log, settled, T0, withIntake } from './rig.ts'

describe('beginning', () => {
  it('calls new what was not committed, however often it was asked', () =>
    withIntake((rig) => {
      expect(begin(rig, 'a1', ['m1', 'm2']).verdicts).toEqual([{ state: 'new', duplicates: [] }])
      expect(begin(rig, 'a2', ['m1']).verdicts).toEqual([{ state: 'new', duplicates: [] }])
      expect(rig.logRows()).toBe(0)
    }))

  it('names repeats of committed ids, and repeats within the same call', () =>
    withIntake((rig) => {
      log(rig, 'a1', ['m1', 'm2'])
      expect(begin(rig, 'a2', ['m3', 'm2', 'm3']).verdicts).toEqual([{ state: 'new', duplicates: [1, 2] }])
    }))

  it('takes a redelivery of the same request for that, and not for duplicates', () =>
    withIntake((rig) => {
      log(rig, 'a1', ['m1'])
      expect(begin(rig, 'a1', ['m1']).verdicts).toEqual([{ state: 'done' }])
      rig.reopen()
      expect(begin(rig, 'a1', ['m1']).verdicts).toEqual([{ state: 'done' }])
    }))

  it('keeps a second route away for half a minute, or until the first gives up', () =>
    withIntake((rig) => {
      begin(rig, 'a1', ['m1'])
      expect(begin(rig, 'a1', ['m1']).verdicts).toEqual([{ state: 'busy' }])
      rig.intake.release(['a1'])
      expect(begin(rig, 'a1', ['m1']).verdicts).toMatchObject([{ state: 'new' }])
      rig.now += 30_000
      expect(begin(rig, 'a1', ['m1']).verdicts).toMatchObject([{ state: 'new' }])
    }))
})

describe('committing', () => {
  it('makes ids known, also after an eviction', () =>
    withIntake((rig) => {
      expect(log(rig, 'a1', ['m1'])).toBe('ok')
      rig.reopen()
      expect(begin(rig, 'a2', ['m1']).verdicts).toEqual([{ state: 'new', duplicates: [0] }])
    }))

  it('may be repeated', () =>
    withIntake((rig) => {
      const { batch } = begin(rig, 'a1', ['m1'])
      const commit = commitOf(batch, ['a1'], ['m1'])
      expect([rig.intake.commit(commit), rig.intake.commit(commit)]).toEqual(['ok', 'ok'])
      rig.reopen()
      expect(rig.intake.commit(commit)).toBe('ok')
      expect([rig.logRows(), rig.intake.counters().archived]).toEqual([1, 1])
    }))

  it.each([
    ['the request', ['a1'], ['m9']],
    ['an event', ['a9'], ['m1']],
  ])('refuses when another route has committed %s meanwhile', (_, accepts, ids) =>
    withIntake((rig) => {
      const slow = begin(rig, 'a9', ids).batch
      log(rig, 'a1', ['m1'])
      expect(rig.intake.commit(commitOf(slow, accepts, ids))).toBe('conflict')
      expect(rig.logRows()).toBe(1)
    }),
  )

  it('refuses a batch that was begun more than ten minutes ago', () =>
    withIntake((rig) => {
      const { batch } = begin(rig, 'a1', ['m1'])
      rig.now += 10 * 60_000 + 1
      expect(rig.intake.commit(commitOf(batch, ['a1'], ['m1']))).toBe('stale')
      expect(rig.logRows()).toBe(0)
    }))

  it('counts what became of the events, once', () =>
    withIntake((rig) => {
      const { batch } = begin(rig, 'a1', ['m1'])
      const counts = { requests: 1, received: 3, duplicates: 2, rejected: { event_not_defined: 1 } }
      rig.intake.commit({ ...commitOf(batch, ['a1'], ['m1']), counts })
      const second = begin(rig, 'a2', []).batch
      rig.intake.commit({ ...commitOf(second, ['a2'], [], []), counts: { ...counts, received: 0, duplicates: 0 } })
      rig.reopen()
      expect(rig.intake.counters()).toEqual({
        requests: 2,
        received: 3,
        duplicates: 2,
        archived: 1,
        rejected: { event_not_defined: 2 },
        lastCommitAt: '2030-01-01T00:00:00.000Z',
        log: { bytes: expect.any(Number) as number, live: 2, rows: 2 },
      })
    }))
})

describe('finding', () => {
  it('says where a committed event lies', () =>
    withIntake(async (rig) => {
      log(rig, 'a1', ['m1'])
      log(rig, 'a2', ['m2', 'm3'], ['d1', 'd2'])
      rig.reopen()
      expect(await rig.intake.find('m3')).toMatchObject({
        seq: 2,
        event: 1,
        chunks: [[0, 100, 2]],
        routes: { d1: {}, d2: {} },
      })
      expect(await rig.intake.find('m4')).toBeNull()
    }))
})

describe('pushing', () => {
  it('registers every committed batch in its lanes, once and in order', () =>
    withIntake(async (rig) => {
      log(rig, 'a1', ['m1'], ['d1', 'd2'])
      await settled()
      log(rig, 'a2', ['m2', 'm3'], ['d2'])
      await settled()
      expect(rig.told.map(({ lane, registration: { from, to } }) => [lane, from, to])).toEqual([
        ['d1', 0, 1],
        ['d2', 0, 1],
        ['d2', 1, 2],
      ])
      expect(rig.told[2]?.registration).toMatchObject({
        log: rig.log,
        parts: [{ seq: 2, events: '0-2' }],
        config: { version: 1 },
      })
    }))

  it('gathers what came while a lane was slow, and lets no other wait for it', () =>
    withIntake(async (rig) => {
      const release = Promise.withResolvers<void>()
      rig.answer = async (lane, { to }) => {
        if (lane === 'slow') await release.promise
        return { mark: to }
      }
      for (const [at, id] of ['m1', 'm2', 'm3'].entries()) log(rig, `a${at}`, [id], ['slow', 'fine'])
      await settled()
      expect(rig.told.map(({ lane }) => lane)).toEqual(['fine', 'fine'])
      release.resolve()
      await settled()
      const slow = rig.told.filter(({ lane }) => lane === 'slow').map(({ registration: { from, to } }) => [from, to])
      expect(slow).toEqual([
        [0, 1],
        [1, 3],
      ])
    }))

  it('repeats a push that failed, by its alarm', () =>
    withIntake(async (rig) => {
      rig.answer = () => Promise.reject(new Error('lane is down'))
      log(rig, 'a1', ['m1'])
      await settled()
      rig.answer = (_, { to }) => Promise.resolve({ mark: to })
      expect(rig.told).toEqual([])
      rig.now = Math.min(...rig.alarms.slice(-1))
      await rig.intake.alarm()
      await settled()
      expect(rig.told.map(({ registration: { to } }) => to)).toEqual([1])
    }))

  it('repeats a push whose answer was lost with the whole object', () =>
    withIntake(async (rig) => {
      rig.answer = () => new Promise(() => undefined)
      log(rig, 'a1', ['m1'])
      rig.reopen()
      rig.answer = (_, { to }) => Promise.resolve({ mark: to })
      await rig.intake.alarm()
      await settled()
      expect(rig.told.map(({ registration: { to } }) => to)).toEqual([1])
    }))

  it('does not wait for ever for a push that never ends', () =>
    withIntake(async (rig) => {
      rig.answer = () => new Promise(() => undefined)
      log(rig, 'a1', ['m1'])
      rig.answer = (_, { to }) => Promise.resolve({ mark: to })
      rig.now += 10_000
      rig.intake.nudge()
      await settled()
      expect(rig.told).toHaveLength(1)
    }))

  it('starts where the lane says that it is', () =>
    withIntake(async (rig) => {
      log(rig, 'a1', ['m1'])
      await settled()
      await rig.intake.alarm()
      log(rig, 'a2', ['m2'])
      await settled()
      rig.reopen()
      rig.told = []
      // What was pushed is known from the last alarm; the second row is pushed again and the lane drops it.
      rig.intake.nudge()
      await settled()
      expect(rig.told.map(({ registration: { from, to } }) => [from, to])).toEqual([[1, 2]])
    }))

  it('finds a destination again that no lane has answered for, after any number of alarms', () =>
    withIntake(async (rig) => {
      log(rig, 'a1', ['m1'], ['d1'])
      await settled()
      rig.answer = () => Promise.reject(new Error('down'))
      log(rig, 'a2', ['m2'], ['d2'])
      await settled()
      await rig.intake.alarm()
      await settled()
      rig.reopen()
      rig.told = []
      rig.answer = (_, { from, to }) => Promise.resolve({ mark: from > 0 ? 0 : to })
      rig.intake.nudge()
      await settled()
      expect(rig.told.map(({ lane, registration: { from, to } }) => [lane, from, to])).toEqual([
        ['d2', 1, 2],
        ['d2', 0, 2],
      ])
    }))

  it('sets its alarm with the commit', () =>
    withIntake((rig) => {
      log(rig, 'a1', ['m1'])
      expect(rig.alarms).toEqual([T0 + 30_000])
    }))
})
