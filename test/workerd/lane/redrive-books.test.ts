import { describe, expect, it } from 'vitest'
import { type Outcome, type RedriveOutcome, total } from '../../../src/lane/index.ts'
import { CONFIG, dead, delivered, part, register, retry, type Rig, run, settlement, T0, take, withLane } from './rig.ts'

const letters = (rig: Rig) => rig.lane.deadLetters(null, 1_000)
const gone = { kind: 'dead', code: 'http_404' } as const
const filtered = { kind: 'filtered', code: 'UNSUPPORTED_EVENT_TYPE' } as const

/** A batch of so many events, each a dead letter of its own, for `http_400`. */
function bury(rig: Rig, seq: number, events: number) {
  register(rig, [part(seq, events)])
  sendAll(rig, () => dead)
}

/** Sends all that is due. */
function sendAll(rig: Rig, outcome: () => Outcome) {
  for (let grant = rig.lane.take(); grant; grant = rig.lane.take()) rig.lane.settle(settlement(grant, outcome), false)
}

/** The figures of each redrive, the newest first, which add up. */
function books(rig: Rig): Pick<RedriveOutcome, 'events' | 'delivered' | 'filtered' | 'pending' | 'dead'>[] {
  return rig.lane.redrives().map(({ events, delivered, filtered, pending, dead }) => {
    expect(events).toBe(delivered + total(filtered) + pending + total(dead))
    return { events, delivered, filtered, pending, dead }
  })
}

describe('what became of a redrive', () => {
  it('is told by what its events came to: delivered, filtered, pending, dead again', () =>
    withLane((rig) => {
      bury(rig, 1, 6)
      rig.lane.redrive({ before: null })
      expect(books(rig)).toEqual([{ events: 6, delivered: 0, filtered: {}, pending: 6, dead: {} }])
      const outcomes = [delivered, delivered, filtered, dead, gone, retry]
      sendAll(rig, () => outcomes.shift()!)
      rig.reopen()
      const became = { events: 6, delivered: 2, filtered: { UNSUPPORTED_EVENT_TYPE: 1 }, pending: 1 }
      expect(books(rig)).toEqual([{ ...became, dead: { http_400: 1, http_404: 1 } }])
      expect(rig.lane.redrives()).toMatchObject([
        { id: 1, at: new Date(T0).toISOString(), filter: {}, deadLetters: 6, complete: true },
      ])
      expect(letters(rig)).toMatchObject([
        { reason: 'http_404', redrive: 1 },
        { reason: 'http_400', redrive: 1 },
      ])
      // What is retried for as long as it may be dies of its time, and is booked there too.
      rig.now += 4 * 3_600_000
      rig.lane.alarm()
      expect(books(rig)).toEqual([{ ...became, pending: 0, dead: { http_400: 1, http_404: 1, http_503: 1 } }])
    }))

  it('stays with it when its letters are sent once more again', () =>
    withLane((rig) => {
      bury(rig, 1, 2)
      rig.lane.redrive({ before: null })
      sendAll(rig, () => dead)
      rig.lane.redrive({ before: null })
      rig.reopen()
      sendAll(rig, () => delivered)
      expect(books(rig)).toEqual([
        { events: 2, delivered: 2, filtered: {}, pending: 0, dead: {} },
        { events: 2, delivered: 0, filtered: {}, pending: 0, dead: { http_400: 2 } },
      ])
    }))

  it('is booked once, however often it is told, and when it waits outside of memory', () =>
    withLane((rig) => {
      bury(rig, 1, 4)
      rig.bounds = { ...rig.bounds, head: 1 }
      rig.reopen()
      rig.lane.configure({ ...CONFIG, version: 2, paused: true })
      rig.lane.redrive({ ids: letters(rig).map(({ id }) => id) })
      register(rig, [part(2, 1)], { ...CONFIG, version: 2, paused: true })
      rig.reopen()
      rig.lane.configure({ ...CONFIG, version: 3 })
      while (rig.lane.ledger().pending > 0) {
        const grant = take(rig)
        const told = settlement(grant, () => delivered)
        rig.lane.settle(told, false)
        rig.lane.settle(told, false)
        rig.reopen()
      }
      expect(books(rig)).toEqual([{ events: 4, delivered: 4, filtered: {}, pending: 0, dead: {} }])
    }))

  it('is remembered of the last twenty; what comes of older ones is in the ledger', () =>
    withLane((rig) => {
      bury(rig, 1, 25)
      for (const { id } of letters(rig)) rig.lane.redrive({ ids: [id] })
      expect(rig.lane.redrives().map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, n) => 25 - n))
      while (rig.lane.ledger().pending > 0) run(rig, delivered)
      rig.reopen()
      expect(rig.lane.redrives()).toHaveLength(20)
      expect(books(rig).every((one) => one.delivered === 1)).toBe(true)
      expect(rig.select('SELECT id FROM redrive')).toHaveLength(20)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 25, delivered: 25 })
    }))

  it('goes on over portions, and says when all is on its way', () =>
    withLane((rig) => {
      bury(rig, 1, 7)
      rig.bounds = { ...rig.bounds, slice: 3 }
      rig.reopen()
      expect(rig.lane.redrive({ before: null })).toMatchObject({ redrive: 1, events: 3 })
      expect(rig.lane.redrives()).toMatchObject([{ events: 3, complete: false }])
      for (let n = 0; n < 2; n++) {
        rig.reopen()
        rig.now += 1_000
        rig.lane.alarm()
      }
      expect(rig.lane.redrives()).toMatchObject([{ events: 7, pending: 7, complete: true }])
    }))

  it('of the same filter goes over to whoever asks again; a ninth filter is refused', () =>
    withLane((rig) => {
      bury(rig, 1, 30)
      rig.bounds = { ...rig.bounds, slice: 1 }
      rig.reopen()
      expect(rig.lane.redrive({ before: null })).toMatchObject({ redrive: 1 })
      expect(rig.lane.redrive({ before: null })).toMatchObject({ redrive: 2 })
      expect(rig.lane.redrives()).toMatchObject([{ complete: false }, { complete: true, events: 1 }])
      for (let n = 1; n < 8; n++) expect(rig.lane.redrive({ before: null, from: n })).not.toBeNull()
      expect(rig.lane.redrive({ before: null, from: 8 })).toBeNull()
      expect(rig.lane.redrive({ before: null, from: 7 })).not.toBeNull()
      while (rig.lane.metrics().redriving) {
        rig.now += 1_000
        rig.lane.alarm()
      }
      expect(rig.lane.redrives().reduce((n, { events }) => n + events, 0)).toBe(30)
    }))

  it('knows works of redrives from before, which have no number', () =>
    withLane((rig) => {
      bury(rig, 1, 2)
      rig.lane.redrive({ before: null })
      rig.sql("UPDATE work SET body = json_remove(body, '$.redrive')")
      rig.sql('DROP TABLE redrive')
      rig.sql('DROP INDEX dead_by_reason')
      rig.reopen()
      sendAll(rig, () => dead)
      expect(rig.lane.redrives()).toEqual([])
      expect(rig.lane.ledger()).toMatchObject({ dead: 2, pending: 0 })
      expect(rig.lane.deadLetters(null, 9, { reason: 'http_400' })).toHaveLength(2)
      expect(letters(rig).some(({ redrive }) => redrive !== undefined)).toBe(false)
    }))
})

describe('some events of a dead letter', () => {
  it('are sent alone: the others stay dead, as they were', () =>
    withLane((rig) => {
      register(rig, [part(1, 40)])
      rig.now += 4 * 3_600_000
      rig.lane.alarm()
      const [letter] = letters(rig)
      expect(letter!.events).toHaveLength(40)
      const id = letter!.id
      const asked = {
        events: [
          { id, events: [3, 25, 99] },
          { id, events: [25] },
          { id: 7, events: [1] },
        ],
      }
      expect(rig.lane.redrive(asked)).toEqual({ redrive: 1, deadLetters: 1, events: 2, next: null })
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ accepted: 40, dead: 38, pending: 2 })
      const rest = letter!.events.filter((event) => event !== 3 && event !== 25)
      expect(letters(rig)).toEqual([{ ...letter, events: rest }])
      expect(rig.lane.redrive(asked)).toMatchObject({ redrive: null, events: 0 })
      expect(take(rig)).toMatchObject({ events: [3, 25], first: 0 })
      expect(books(rig)).toMatchObject([{ events: 2 }])
      // And the last of them take the letter with them.
      rig.lane.redrive({ events: [{ id, events: rest }] })
      expect([letters(rig), rig.lane.ledger().dead]).toEqual([[], 0])
    }))
})

describe('a filter', () => {
  /** One dead letter a second, of three reasons in turn. */
  function buryMany(rig: Rig) {
    for (let seq = 1; seq <= 12; seq++) {
      register(rig, [part(seq, 1)])
      run(rig, [dead, gone, { kind: 'dead', code: 'http_401' } as const][seq % 3]!)
      rig.now += 1_000
    }
  }
  const seqs = (rig: Rig, ...asked: Parameters<Rig['lane']['deadLetters']>) =>
    rig.lane.deadLetters(...asked).map(({ seq }) => seq)

  it('chooses by reason and time, page by page', () =>
    withLane((rig) => {
      buryMany(rig)
      expect(seqs(rig, null, 9, { reason: 'http_404' })).toEqual([10, 7, 4, 1])
      expect(seqs(rig, null, 9, { from: T0 + 9_000 })).toEqual([12, 11, 10])
      expect(seqs(rig, null, 9, { until: T0 + 3_000 })).toEqual([3, 2, 1])
      expect(seqs(rig, null, 9, { reason: 'http_404', from: T0 + 3_000, until: T0 + 9_000 })).toEqual([7, 4])
      const [, second] = rig.lane.deadLetters(null, 2, { reason: 'http_404' })
      expect(seqs(rig, second!.id, 1, { reason: 'http_404' })).toEqual([4])
      expect(seqs(rig, null, 9, { reason: 'http_418' })).toEqual([])
      expect(seqs(rig, null, 9, { from: T0 + 10 ** 15 })).toEqual([])
    }))

  it('is what is sent once more', () =>
    withLane((rig) => {
      buryMany(rig)
      const what = { reason: 'http_404', from: T0 + 3_000, until: T0 + 9_000 }
      expect(rig.lane.redrive({ ...what, before: null })).toMatchObject({ events: 2, next: null })
      expect(rig.lane.redrives()).toMatchObject([{ filter: what, events: 2 }])
      expect(seqs(rig, null, 9, { reason: 'http_404' })).toEqual([10, 1])
      expect(rig.lane.redrive({ ...what, before: null })).toMatchObject({ redrive: null, events: 0 })
    }))
})
