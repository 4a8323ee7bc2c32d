import { describe, expect, it } from 'vitest'
import type { Part } from '../../../src/lane/index.ts'
import { CONFIG, dead, delivered, part, register, retry, type Rig, run, settlement, T0, take, withLane } from './rig.ts'

const DAY_MS = 24 * 3_600_000

/** Row `seq` of a replay, with all events of row `of` of the log `src`. */
function replayed(seq: number, of: number, count: number): Part {
  return { ...part(of, count), seq, origin: { log: 'src', seq: of } }
}

function state(rig: Rig): { marks: Record<string, number>; logs: Record<string, number> } {
  const [row] = rig.select<{ body: string }>('SELECT body FROM lane WHERE id = 1')
  return JSON.parse(row?.body ?? '') as ReturnType<typeof state>
}

function workIds(rig: Rig): number[] {
  return rig.select<{ id: number }>('SELECT id FROM work ORDER BY id').map(({ id }) => id)
}

describe('events of another log', () => {
  it('are taken by their place in the log that registers them, and told of by where they come from', () =>
    withLane((rig) => {
      register(rig, [replayed(1, 40, 2)], CONFIG, 'replay-1')
      expect(register(rig, [replayed(1, 40, 2)], CONFIG, 'replay-1')).toEqual({ mark: 1 })
      expect(register(rig, [replayed(2, 12, 1)], CONFIG, 'replay-1')).toEqual({ mark: 2 })
      expect(rig.lane.ledger().accepted).toBe(3)
      rig.reopen()
      const grant = take(rig)
      expect(grant).toMatchObject({ log: 'src', seq: 40, key: 'raw/src/40', events: [0, 1] })
      expect(rig.lane.traceOf('src', 40, 1).state).toBe('sending')
      rig.lane.settle(
        settlement(grant, (event) => (event === 0 ? delivered : retry)),
        false,
      )
      expect(rig.lane.traceOf('src', 40, 0)).toMatchObject({ state: 'settled', attempts: [{ outcome: 'delivered' }] })
      expect(rig.lane.traceOf('src', 40, 1)).toMatchObject({ state: 'pending', attempts: [{ outcome: 'http_503' }] })
      expect(rig.lane.traceOf('src', 41, 0)).toEqual({ state: 'unknown', attempts: [] })
      expect(run(rig, dead)).toMatchObject({ log: 'src', seq: 12 })
      expect(rig.lane.deadLetters(null, 10)).toMatchObject([{ log: 'src', seq: 12, key: 'raw/src/12', events: [0] }])
    }))

  it('that come from several logs in one registration are kept apart', () =>
    withLane((rig) => {
      const other = { ...replayed(2, 40, 2), origin: { log: 'src-2', seq: 40 } }
      const parts = [replayed(1, 40, 2), other, replayed(3, 41, 1)]
      expect(register(rig, parts, CONFIG, 'replay-1')).toEqual({ mark: 3 })
      expect(rig.rows('work')).toBe(3)
      const first = take(rig)
      expect([first.log, first.seq]).toEqual(['src', 40])
      rig.lane.settle(
        settlement(first, () => delivered),
        false,
      )
      expect(rig.lane.traceOf('src', 40, 0).state).toBe('settled')
      expect(rig.lane.traceOf('src-2', 40, 0).state).toBe('pending')
    }))

  it('cost the rows of live traffic nothing', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)])
      const [row] = rig.select<{ body: string }>('SELECT body FROM work')
      expect(JSON.parse(row?.body ?? '')).toEqual({
        id: 2 ** 40 + 1,
        log: 'src',
        at: T0,
        to: 1,
        parts: [{ seq: 1, key: 'raw/src/1', chunks: [[0, 1000, 3]] }],
        groups: [{ part: 0, events: '0-3', attempt: 0, due: T0, deadline: T0 + 4 * 3_600_000 }],
        counts: { accepted: 3, delivered: 0, pending: 3, filtered: {}, dead: {}, attempts: {} },
      })
    }))
})

describe('a log that has ended', () => {
  it('leaves the row of the lane, which answers what comes late with the mark, and books nothing of it', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      register(rig, [replayed(1, 1, 1)], CONFIG, 'replay-1')
      run(rig, delivered)
      run(rig, delivered)
      expect(state(rig)).toMatchObject({ marks: { src: 1, 'replay-1': 1 }, logs: { src: 1, 'replay-1': 2 } })
      expect(rig.lane.endLog('replay-1')).toEqual({ mark: 1 })
      expect(state(rig)).toMatchObject({ marks: { src: 1 }, logs: { src: 1 } })
      for (let evicted = 0; evicted < 2; evicted++) {
        expect(register(rig, [replayed(1, 1, 1)], CONFIG, 'replay-1')).toEqual({ mark: 1 })
        expect(rig.lane.endLog('replay-1')).toEqual({ mark: 1 })
        expect(rig.lane.ledger()).toMatchObject({ accepted: 2, delivered: 2, pending: 0 })
        rig.reopen()
      }
      const more = () => register(rig, [replayed(1, 1, 1), replayed(2, 2, 1)], CONFIG, 'replay-1')
      expect(more).toThrow('the log replay-1 has ended with row 1, it has no row 2')
      expect(rig.lane.ledger().accepted).toBe(2)
    }))

  it('has what is still pending of it sent, and does not come back with it', () =>
    withLane((rig) => {
      register(rig, [replayed(1, 1, 2), replayed(2, 2, 1)], CONFIG, 'replay-1')
      expect(rig.lane.endLog('replay-1')).toEqual({ mark: 2 })
      rig.reopen()
      expect(register(rig, [replayed(1, 1, 2)], CONFIG, 'replay-1')).toEqual({ mark: 2 })
      run(rig, delivered)
      run(rig, delivered)
      expect(state(rig)).toMatchObject({ marks: {}, logs: {} })
      expect(register(rig, [replayed(1, 1, 2)], CONFIG, 'replay-1')).toEqual({ mark: 2 })
      expect(rig.lane.ledger()).toMatchObject({ accepted: 3, delivered: 3, pending: 0 })
    }))

  it('may have ended before anything of it came', () =>
    withLane((rig) => {
      expect(rig.lane.endLog('replay-1')).toEqual({ mark: 0 })
      expect(() => register(rig, [replayed(1, 1, 1)], CONFIG, 'replay-1')).toThrow('has ended with row 0')
      expect(rig.lane.ledger().accepted).toBe(0)
    }))

  it('gives its number to no other, and is forgotten after thirty days', () =>
    withLane((rig) => {
      register(rig, [replayed(1, 1, 1)], CONFIG, 'replay-1')
      rig.lane.endLog('replay-1')
      rig.now += DAY_MS
      register(rig, [replayed(1, 1, 1)], CONFIG, 'replay-2')
      expect(workIds(rig)).toEqual([2 ** 40 + 1, 2 * 2 ** 40 + 1])
      rig.lane.endLog('replay-2')
      rig.now += 30 * DAY_MS
      register(rig, [replayed(1, 1, 1)], CONFIG, 'replay-3')
      rig.lane.endLog('replay-3')
      expect(rig.select('SELECT id, log FROM ended')).toEqual([
        { id: 2, log: 'replay-2' },
        { id: 3, log: 'replay-3' },
      ])
    }))

  it('is one of a million, all with ids that are whole numbers', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      for (const number of [4_094, 1_052_669]) {
        rig.sql(`UPDATE lane SET body = json_set(body, '$.logs', json('{"other":${number}}')) WHERE id = 1`)
        rig.reopen()
        register(rig, [part(1, 1)], CONFIG, `a-${number}`)
        register(rig, [part(1, 1)], CONFIG, `b-${number}`)
      }
      const ids = workIds(rig)
      expect(ids).toHaveLength(5)
      expect(ids.every((id) => Number.isSafeInteger(id))).toBe(true)
      expect(ids).toEqual([2 ** 40 + 1, 4_095 * 2 ** 40 + 1, 2 ** 52 + 1, 2 ** 53 - 2 ** 33 + 1, 2 ** 53 - 2 ** 32 + 1])
    }))
})
