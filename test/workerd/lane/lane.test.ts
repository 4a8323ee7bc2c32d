import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/lane/index.ts'
import { CONFIG, dead, delivered, part, register, retry, settlement, T0, take, unsent, withLane } from './rig.ts'

/** Neither a failure of the receiver nor a success. */
const locked: Outcome = { kind: 'retry', code: 'http_423' }

describe('registering', () => {
  it('books what a batch brings, and its filtered events with it', () =>
    withLane((rig) => {
      expect(register(rig, [part(1, 5, [0, 2, 4], { UNSUPPORTED_EVENT_TYPE: 2 })])).toEqual({ mark: 1 })
      expect(rig.lane.ledger()).toEqual({
        accepted: 5,
        delivered: 0,
        filtered: 2,
        pending: 3,
        dead: 0,
        oldestPendingAt: '2030-01-01T00:00:00.000Z',
      })
    }))

  it('changes nothing when it is repeated, also after an eviction and after all is delivered', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)])
      register(rig, [part(1, 3)])
      rig.reopen()
      expect(register(rig, [part(1, 3)])).toEqual({ mark: 1 })
      rig.lane.settle(
        settlement(take(rig), () => delivered),
        false,
      )
      rig.reopen()
      expect(register(rig, [part(1, 3)])).toEqual({ mark: 1 })
      expect(rig.lane.ledger()).toMatchObject({ accepted: 3, delivered: 3, pending: 0 })
    }))

  it('takes only what is new of a repeat that brings more', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)])
      expect(
        rig.lane.register({ log: 'src', from: 0, to: 2, parts: [part(1, 3), part(2, 4)], config: CONFIG }),
      ).toEqual({
        mark: 2,
      })
      expect(rig.lane.ledger().accepted).toBe(7)
    }))

  it('answers a gap with how far it has come', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      expect(rig.lane.register({ log: 'src', from: 3, to: 4, parts: [part(4, 1)], config: CONFIG })).toEqual({
        mark: 1,
      })
      expect(rig.lane.ledger().accepted).toBe(1)
    }))

  it('keeps a mark for each log', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      register(rig, [part(1, 2)], CONFIG, 'replay')
      expect(rig.lane.ledger().accepted).toBe(3)
      expect(rig.rows('work')).toBe(2)
    }))

  it('is done at once with a batch that has nothing for it', () =>
    withLane((rig) => {
      register(rig, [part(1, 2, [], { FILTERED_BY_INTEGRATIONS_OBJECT: 2 })])
      expect(rig.lane.ledger()).toMatchObject({ accepted: 2, filtered: 2, pending: 0, oldestPendingAt: null })
      expect([rig.rows('work'), rig.wakeUps]).toEqual([0, 0])
    }))
})

describe('granting', () => {
  it('names the members to read and the events in them', () =>
    withLane((rig) => {
      register(rig, [part(1, 40, [12, 15, 27])])
      expect(take(rig)).toMatchObject({
        first: 10,
        chunks: [
          [1000, 1000, 10],
          [2000, 1000, 10],
        ],
        events: [12, 15, 27],
        attempt: 0,
      })
    }))

  it('gives an event to one worker at a time, also after an eviction', () =>
    withLane((rig) => {
      register(rig, [part(1, 12)])
      const first = take(rig)
      rig.reopen()
      const second = take(rig)
      expect(rig.lane.take()).toBeNull()
      expect([...first.events, ...second.events]).toEqual(Array.from({ length: 12 }, (_, index) => index))
    }))

  it('grants again, as the same attempt, when a lease ends without an answer', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)])
      const first = take(rig)
      rig.now += 5_000 + CONFIG.timeoutMs + 5_000 - 1
      expect(rig.lane.take()).toBeNull()
      rig.now += 1
      const again = take(rig)
      expect([again.events, again.attempt]).toEqual([first.events, 0])
      expect(again.lease).not.toBe(first.lease)
    }))

  it('has no more grants out than the destination’s concurrency', () =>
    withLane((rig) => {
      register(rig, [part(1, 100)])
      for (let n = 0; n < 4; n++) take(rig)
      expect(rig.lane.take()).toBeNull()
    }))

  it('answers a settlement with the next grant', () =>
    withLane((rig) => {
      register(rig, [part(1, 20)])
      const next = rig.lane.settle(
        settlement(take(rig), () => delivered),
        true,
      )
      expect(next?.events[0]).toBe(8)
      expect(
        rig.lane.settle(
          settlement(next!, () => delivered),
          true,
        ),
      ).toBeNull()
      expect(rig.lane.ledger()).toMatchObject({ delivered: 20, pending: 0 })
      expect(rig.rows('work')).toBe(0)
    }))

  it('grows grants while everything arrives and shrinks them to one when nothing does', () =>
    withLane((rig) => {
      register(rig, [part(1, 200)])
      const sizes = []
      let grant = take(rig)
      for (const outcome of [delivered, delivered, locked, delivered]) {
        sizes.push(grant.events.length)
        grant = rig.lane.settle(
          settlement(grant, () => outcome),
          true,
        )!
      }
      expect([...sizes, grant.events.length]).toEqual([8, 16, 32, 1, 2])
    }))
})

describe('settling', () => {
  it('lets the first final outcome stand', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)])
      const grant = take(rig)
      rig.lane.settle(
        settlement(grant, () => delivered),
        false,
      )
      rig.lane.settle(
        settlement(grant, () => delivered),
        false,
      )
      rig.lane.settle(
        settlement(grant, () => dead),
        false,
      )
      expect(rig.lane.ledger()).toMatchObject({ accepted: 2, delivered: 2, dead: 0, pending: 0 })
    }))

  it('believes a late "delivered", and ignores a late "try again" or "give up"', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)])
      const late = take(rig)
      rig.now += 60_000
      const current = take(rig)
      rig.lane.settle(
        settlement(late, (event) => [delivered, retry, dead][event]!),
        false,
      )
      expect(rig.lane.ledger()).toMatchObject({ delivered: 1, dead: 0, pending: 2 })
      rig.lane.settle(
        settlement(current, () => delivered),
        false,
      )
      expect(rig.lane.ledger()).toMatchObject({ delivered: 3, dead: 0, pending: 0 })
    }))

  it('keeps the place of a worker whose events a late settlement has taken away', () =>
    withLane((rig) => {
      const alone = { ...CONFIG, concurrency: 1 }
      register(rig, [part(1, 8), part(2, 8)], alone)
      const lost = take(rig)
      rig.now += 15_001
      const second = take(rig)
      expect(second.events).toEqual(lost.events)
      // The first worker lives after all. The second does not know it, and goes on sending.
      const late = settlement(lost, () => delivered)
      expect(rig.lane.settle(late, true)).toBeNull()
      rig.reopen()
      expect(rig.lane.ledger()).toMatchObject({ delivered: 8, pending: 8 })
      expect(rig.lane.take()).toBeNull()
      const third = rig.lane.settle(
        settlement(second, () => delivered),
        true,
      )
      expect(third).toMatchObject({ seq: 2 })
      expect(rig.lane.ledger()).toMatchObject({ delivered: 8, pending: 8 })
    }))

  it('ends the place of such a worker with its lease', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      const lost = take(rig)
      rig.now += 15_001
      take(rig)
      rig.lane.settle(
        settlement(lost, () => delivered),
        false,
      )
      expect(rig.lane.ledger()).toMatchObject({ pending: 0, oldestPendingAt: null })
      expect(rig.rows('work')).toBe(1)
      rig.now += 15_001
      rig.lane.alarm()
      expect(rig.rows('work')).toBe(0)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 8, delivered: 8 })
    }))

  it('retries failed events only, never their delivered neighbours', () =>
    withLane((rig) => {
      register(rig, [part(1, 4)])
      rig.lane.settle(
        settlement(take(rig), (event) => (event === 2 ? retry : delivered)),
        false,
      )
      expect(rig.lane.take()).toBeNull()
      rig.now += 5_000
      expect(take(rig)).toMatchObject({ events: [2], attempt: 1 })
    }))

  it.each([
    [1, 5_000],
    [2, 15_000],
    [3, 45_000],
    [6, 1_215_000],
    [7, 1_800_000],
    [8, 1_800_000],
  ])('waits half to all of the schedule after attempt %i', (attempts, ms) =>
    withLane((rig) => {
      for (const random of [0, 1]) {
        register(rig, [part(random + 1, 1)])
        rig.random = 0
        for (let n = 1; n < attempts; n++) {
          rig.lane.settle(
            settlement(take(rig), () => retry),
            false,
          )
          rig.now += 1_800_000
        }
        rig.random = random
        rig.lane.settle(
          settlement(take(rig), () => retry),
          false,
        )
        const wait = ms / 2 + (ms / 2) * random
        rig.now += wait - 1
        expect(rig.lane.take()).toBeNull()
        rig.now += 1
        rig.lane.settle(
          settlement(take(rig), () => delivered),
          false,
        )
      }
    }),
  )

  it('gives up four hours after it took the event over, for the last reason', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      for (;;) {
        const grant = rig.lane.take()
        if (grant)
          rig.lane.settle(
            settlement(grant, () => retry),
            false,
          )
        if (rig.lane.ledger().dead === 1) break
        rig.now += 60_000
        rig.lane.alarm()
        expect(rig.now - T0).toBeLessThanOrEqual(4 * 3_600_000 + 60_000)
      }
      expect(rig.now - T0).toBeGreaterThan(3 * 3_600_000)
      expect(rig.lane.deadLetters(null, 10)).toMatchObject([{ reason: 'http_503', events: [0], seq: 1, log: 'src' }])
      expect(rig.lane.ledger()).toMatchObject({ accepted: 1, pending: 0, dead: 1 })
    }))

  it('does not count what was never sent as an attempt, and lets it rest', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)])
      rig.lane.settle(
        settlement(take(rig), () => unsent),
        false,
      )
      expect(rig.lane.take()).toBeNull()
      rig.now += 5_000
      expect(take(rig)).toMatchObject({ attempt: 0, events: [0, 1] })
    }))

  it('goes on at once with what a window had no time for', () =>
    withLane((rig) => {
      register(rig, [part(1, 4)])
      const next = rig.lane.settle(
        settlement(take(rig), (event) => (event < 2 ? delivered : unsent)),
        true,
      )
      expect(next).toMatchObject({ events: [2, 3], attempt: 0 })
    }))

  it('keeps quiet until the time that a receiver names', () =>
    withLane((rig) => {
      register(rig, [part(1, 30)])
      const notBefore = rig.now + 20_000
      rig.lane.settle(
        settlement(take(rig), () => ({ kind: 'retry', code: 'http_429', notBefore })),
        false,
      )
      rig.now = notBefore - 1
      rig.reopen()
      expect(rig.lane.take()).toBeNull()
      expect(rig.lane.metrics().hold?.why).toBe('http_429')
      rig.now = notBefore
      expect(rig.lane.take()).not.toBeNull()
    }))

  it('keeps quiet until then also when the worker that brings it is late', () =>
    withLane((rig) => {
      register(rig, [part(1, 8)])
      const lost = take(rig)
      rig.now += 15_001
      const { lease: _, ...again } = take(rig)
      const late = settlement(lost, () => ({ kind: 'retry', code: 'http_503', notBefore: rig.now + 40_000 }))
      expect(rig.lane.settle(late, true)).toBeNull()
      rig.now += 20_000
      rig.reopen()
      rig.now += 19_999
      expect(rig.lane.take()).toBeNull()
      rig.now += 1
      expect(rig.lane.take()).toMatchObject(again)
    }))

  it('keeps dead letters with reason, words and sample', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)])
      const grant = take(rig)
      const sample = {
        at: '2030-01-01T00:00:00.000Z',
        request: { method: 'POST', url: 'https://a.b', headers: {}, body: '{}' },
      }
      const result = { outcome: dead, events: [1], tookMs: 3, status: 400, message: 'no email', sample }
      rig.lane.settle({ ...settlement(grant, () => delivered), results: [result] }, false)
      expect(rig.lane.deadLetters(null, 10)).toMatchObject([
        { reason: 'http_400', status: 400, message: 'no email', events: [1], attempts: 1, key: 'raw/src/1', sample },
      ])
      expect(rig.lane.metrics()).toMatchObject({ dead: { http_400: 1 }, attempts: { http_400: 1 } })
    }))

  it('tells where an event stands', () =>
    withLane((rig) => {
      register(rig, [part(1, 4)])
      const where = (event: number) => rig.lane.traceOf('src', 1, event).state
      expect([where(0), rig.lane.traceOf('src', 2, 0).state]).toEqual(['pending', 'unknown'])
      const grant = take(rig)
      expect(where(0)).toBe('sending')
      rig.lane.settle(
        settlement(
          grant,
          (event) => [delivered, dead, retry, { kind: 'filtered', code: 'UNSUPPORTED_EVENT_TYPE' } as const][event]!,
        ),
        false,
      )
      expect([0, 1, 2, 3].map(where)).toEqual(['settled', 'dead', 'pending', 'settled'])
      expect(rig.lane.traceOf('src', 1, 2).attempts).toMatchObject([{ attempt: 1, outcome: 'http_503' }])
    }))
})

describe('settings', () => {
  it('grants nothing while disabled, and goes on when enabled', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      rig.lane.configure({ ...CONFIG, version: 2, enabled: false })
      rig.reopen()
      expect(rig.lane.take()).toBeNull()
      rig.lane.configure({ ...CONFIG, version: 3 })
      expect(rig.lane.take()).not.toBeNull()
    }))

  it('keeps the newest version, whichever comes last', () =>
    withLane((rig) => {
      rig.lane.configure({ ...CONFIG, version: 5, enabled: false })
      register(rig, [part(1, 1)], { ...CONFIG, version: 4 })
      expect(rig.lane.take()).toBeNull()
    }))

  it('gives up what is pending when the destination is deleted', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)])
      rig.lane.configure({ ...CONFIG, version: 2, enabled: false, deleted: true })
      expect(rig.lane.ledger()).toMatchObject({ accepted: 3, dead: 3, pending: 0 })
      expect(rig.lane.metrics().dead).toEqual({ destination_deleted: 3 })
    }))

  it('gives up what is too old while disabled', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      rig.lane.configure({ ...CONFIG, version: 2, enabled: false })
      rig.now += 4 * 3_600_000
      rig.lane.alarm()
      expect(rig.lane.metrics().dead).toEqual({ destination_disabled: 1 })
    }))
})

describe('waking', () => {
  it('asks for a worker once, and for another when nobody came', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)], { ...CONFIG, concurrency: 1 })
      rig.lane.nudge()
      expect(rig.wakeUps).toBe(1)
      rig.now = Math.min(...rig.alarms)
      rig.lane.alarm()
      expect(rig.wakeUps).toBe(2)
    }))

  it('sets its alarm no later than a lost worker’s lease', () =>
    withLane((rig) => {
      register(rig, [part(1, 1)])
      take(rig)
      rig.reopen()
      rig.alarms = []
      rig.lane.nudge()
      expect(Math.min(...rig.alarms)).toBeLessThanOrEqual(T0 + 15_000)
    }))

  it('asks nobody, and sets no alarm, when it owes nothing', () =>
    withLane((rig) => {
      rig.lane.configure(CONFIG)
      rig.lane.nudge()
      rig.lane.alarm()
      expect([rig.wakeUps, rig.alarms]).toEqual([0, []])
    }))
})
