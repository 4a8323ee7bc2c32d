import { describe, expect, it } from 'vitest'
import type { FailureCode } from '../../../src/lane/index.ts'
import { CONFIG, dead, delivered, part, register, retry, type Rig, run, settlement, T0, take, withLane } from './rig.ts'

const DAY = 86_400_000
const letters = (rig: Rig) => rig.lane.deadLetters(null, 1_000)

/** Three dead letters of two batches: two for `http_400`, one for `http_404`. */
function bury(rig: Rig) {
  register(rig, [part(1, 30, [3, 4, 25])])
  rig.lane.settle(
    settlement(take(rig), (event) => (event === 25 ? { kind: 'dead', code: 'http_404' } : dead)),
    false,
  )
  return letters(rig)
}

describe('redrive', () => {
  it('of one makes it pending again, as a first attempt with a whole time to live', () =>
    withLane((rig) => {
      const [, , first] = bury(rig)
      expect(first).toMatchObject({ events: [3], reason: 'http_400' })
      rig.now += 3 * DAY
      expect(rig.lane.redrive({ ids: [first!.id] })).toEqual({ redrive: 1, deadLetters: 1, events: 1, next: null })
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ accepted: 3, pending: 1, dead: 2 })
      expect(rig.lane.metrics().dead).toEqual({ http_400: 1, http_404: 1 })
      rig.now += 4 * 3_600_000 - 1
      rig.lane.alarm()
      expect(take(rig)).toMatchObject({
        log: 'src',
        seq: 1,
        key: 'raw/src/1',
        attempt: 0,
        events: [3],
        first: 0,
        chunks: [[0, 1_000, 10]],
      })
    }))

  it('reads only the members that it needs', () =>
    withLane((rig) => {
      const [last] = bury(rig)
      rig.lane.redrive({ ids: [last!.id] })
      expect(take(rig)).toMatchObject({ events: [25], first: 20, chunks: [[2_000, 1_000, 10]] })
    }))

  it('of a reason takes no other, and all takes all', () =>
    withLane((rig) => {
      bury(rig)
      expect(rig.lane.redrive({ reason: 'http_400', before: null })).toMatchObject({ deadLetters: 2, events: 2 })
      expect(letters(rig)).toMatchObject([{ reason: 'http_404' }])
      expect(rig.lane.redrive({ before: null })).toMatchObject({ deadLetters: 1, events: 1 })
      expect(letters(rig)).toEqual([])
      expect(rig.lane.ledger()).toMatchObject({ accepted: 3, pending: 3, dead: 0 })
      expect(rig.lane.metrics().dead).toEqual({})
    }))

  it('a second time changes nothing', () =>
    withLane((rig) => {
      const ids = bury(rig).map(({ id }) => id)
      rig.lane.redrive({ ids: [...ids, ...ids] })
      const before = rig.lane.ledger()
      expect(rig.lane.redrive({ ids })).toEqual({
        redrive: null,
        deadLetters: 0,
        events: 0,
        next: null,
      })
      expect(rig.lane.ledger()).toEqual(before)
      expect(rig.rows('work')).toBe(1)
    }))

  it('that fails again is a dead letter again, of the batch that it came from', () =>
    withLane((rig) => {
      const [last] = bury(rig)
      rig.lane.redrive({ ids: [last!.id] })
      run(rig, dead)
      const [again] = letters(rig)
      expect(again).toMatchObject({ log: 'src', seq: 1, key: 'raw/src/1', events: [25], first: 20, reason: 'http_400' })
      expect(again!.id).toBeGreaterThan(last!.id)
      rig.lane.redrive({ ids: [again!.id] })
      expect(take(rig)).toMatchObject({ events: [25], first: 20 })
      expect(rig.lane.traceOf('src', 1, 25).state).toBe('sending')
    }))

  it('never uses an id of work twice, over evictions', () =>
    withLane((rig) => {
      const ids = new Set<number>()
      bury(rig)
      for (let n = 0; n < 4; n++) {
        rig.lane.redrive({ before: null })
        for (let grant = rig.lane.take(); grant; grant = rig.lane.take()) {
          ids.add(grant.work)
          rig.lane.settle(
            settlement(grant, () => dead),
            false,
          )
        }
        expect(rig.rows('work')).toBe(0)
        rig.reopen()
        rig.now += 1
      }
      expect(ids.size).toBe(4)
    }))

  it('takes some hundreds in a call, and says how to go on', () =>
    withLane((rig) => {
      // Each event a dead letter of its own.
      register(rig, [part(1, 1_100)])
      for (let grant = rig.lane.take(); grant; grant = rig.lane.take()) {
        rig.lane.settle(
          settlement(grant, () => dead),
          false,
        )
      }
      let [calls, events, before] = [0, 0, null as number | null]
      do {
        const one = rig.lane.redrive({ before })!
        events += one.events
        before = one.next
        calls++
      } while (before !== null)
      expect([calls, events, rig.lane.ledger().pending, rig.rows('dead')]).toEqual([3, 1_100, 1_100, 0])
    }))

  it('leaves alone what was buried before dead letters knew where their events lie', () =>
    withLane((rig) => {
      bury(rig)
      rig.sql("UPDATE dead SET body = json_remove(body, '$.chunks', '$.first')")
      expect(rig.lane.redrive({ before: null })).toMatchObject({ deadLetters: 0 })
      expect([letters(rig).length, rig.lane.ledger().dead]).toEqual([3, 3])
    }))

  it('wakes a worker', () =>
    withLane((rig) => {
      bury(rig)
      rig.now += 60_000
      const before = rig.wakeUps
      rig.lane.redrive({ before: null })
      expect(rig.wakeUps).toBe(before + 1)
    }))
})

describe('dead letters', () => {
  it('are no longer than a grant, of ten members here', () =>
    withLane((rig) => {
      register(rig, [part(1, 1_200)])
      rig.now += 4 * 3_600_000
      rig.lane.alarm()
      expect(letters(rig).map(({ events }) => events.length)).toEqual(Array(12).fill(100))
      expect(rig.lane.ledger()).toMatchObject({ pending: 0, dead: 1_200 })
    }))

  it('keep ten samples of a reason in an hour, also over evictions', () =>
    withLane((rig) => {
      const sample = { at: '', request: { method: 'POST', url: 'https://a.b', headers: {}, body: '{}' } }
      const samples = () => letters(rig).filter((letter) => letter.sample).length
      const one = (seq: number, code: FailureCode) => {
        register(rig, [part(seq, 1)])
        const grant = take(rig)
        const result = { outcome: { kind: 'dead' as const, code }, events: [0], tookMs: 1, sample }
        rig.lane.settle({ ...settlement(grant, () => dead), results: [result] }, false)
      }
      for (let seq = 1; seq <= 15; seq++) {
        if (seq === 7) rig.reopen()
        one(seq, 'http_400')
      }
      expect([samples(), rig.rows('dead')]).toEqual([10, 15])
      one(16, 'http_404')
      expect(samples()).toBe(11)
      rig.now += 3_600_000
      one(17, 'http_400')
      expect(samples()).toBe(12)
    }))

  it('go after thirty days by the lane’s own alarm, and stay counted', () =>
    withLane((rig) => {
      bury(rig)
      rig.now += DAY
      register(rig, [part(2, 1)])
      run(rig, dead)
      rig.reopen()
      rig.alarms = []
      rig.lane.nudge()
      expect(rig.alarms).toEqual([T0 + 30 * DAY])
      rig.now = T0 + 30 * DAY - 1
      rig.lane.alarm()
      expect(rig.rows('dead')).toBe(4)
      rig.now += 1
      rig.alarms = []
      rig.lane.alarm()
      // The three of one instant have ids that follow each other.
      expect(rig.alarms[0]! - rig.now).toBeLessThan(10)
      rig.now += 10
      rig.lane.alarm()
      expect(rig.rows('dead')).toBe(1)
      expect(rig.alarms.at(-1)).toBe(T0 + 31 * DAY)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 4, dead: 4 })
    }))

  it('do not go for their age while all are sent once more', () =>
    withLane((rig) => {
      rig.bounds = { ...rig.bounds, slice: 1 }
      rig.reopen()
      const letters = bury(rig)
      expect(letters.length).toBeGreaterThan(2)
      rig.now = T0 + 30 * DAY - 1
      rig.lane.redrive({ before: null })
      for (const _ of letters) {
        rig.now += 1_000
        rig.lane.alarm()
      }
      expect(rig.rows('dead')).toBe(0)
      expect(rig.lane.ledger()).toMatchObject({ dead: 0, pending: rig.lane.ledger().accepted })
    }))

  it('are numbered on after an eviction', () =>
    withLane((rig) => {
      const before = bury(rig)
      rig.reopen()
      register(rig, [part(2, 1)])
      run(rig, dead)
      expect(letters(rig)).toHaveLength(before.length + 1)
    }))
})

it('a healthy grant writes one row, and its settlement with the next grant one more', () =>
  withLane((rig) => {
    register(rig, [part(1, 200)])
    let before = rig.written()
    const since = () => -before + (before = rig.written())
    let grant = take(rig)
    expect(since()).toBe(1)
    for (let n = 0; n < 3; n++) {
      grant = rig.lane.settle(
        settlement(grant, () => delivered),
        true,
      )!
      expect(since()).toBe(1)
    }
    // Paced by a rate, it is the same.
    rig.lane.configure({ ...CONFIG, version: 2, rate: 50 })
    since()
    grant = rig.lane.settle(
      settlement(grant, () => delivered),
      true,
    )!
    expect(since()).toBe(1)
    // A failure is written with its event, and once a minute for whoever looks; four of them say nothing of the lane.
    rig.lane.settle(
      settlement(grant, (event) => (event % 5 ? retry : delivered)),
      false,
    )
    expect(since()).toBe(2)
  }))
