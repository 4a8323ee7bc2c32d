import { describe, expect, it } from 'vitest'
import type { Grant, Outcome, SendResult } from '../../../src/lane/index.ts'
import type { LaneConfig } from '../../../src/settings/index.ts'
import { webhook } from '../deliver/stand-ins.ts'
import { type Receiver, withWorld, type World } from './network.ts'
import { CONFIG, delivered, part, register, retry, type Rig, T0, take, withLane } from './rig.ts'

const batch = { maxEvents: 10, maxBytes: 500_000, maxWaitMs: 0 }
const BATCHES: LaneConfig = { ...CONFIG, batch }
const WAITING: LaneConfig = { ...CONFIG, batch: { ...batch, maxWaitMs: 5_000 } }

/** The events of each request of a grant. */
function batchesOf({ events, batches }: Grant): number[][] {
  const starts = new Set(batches?.cuts)
  const all: number[][] = []
  for (const event of events) {
    if (all.length === 0 || starts.has(event)) all.push([])
    all.at(-1)?.push(event)
  }
  return all
}

/** Settles a grant, each batch by what `outcome` says of it. */
function settle(rig: Rig, grant: Grant, outcome: (batch: number) => Outcome): void {
  const results = batchesOf(grant).map((events, n): SendResult => ({
    outcome: outcome(n),
    events,
    tookMs: 1,
    batch: { requests: [n], size: events.length },
  }))
  rig.lane.settle({ ...grant, results }, false)
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

describe('a lane that sends batches', () => {
  it('puts what comes together while it waits, in the order in which it came, and sends it when it has waited', () =>
    withLane((rig) => {
      const rows = rig.rows('work')
      for (let seq = 1; seq <= 3; seq++) {
        register(rig, [part(seq, 2)], WAITING)
        rig.now += 1_000
      }
      expect(rig.lane.take()).toBeNull()
      // One work, however often something came, and one time for which the alarm is set.
      expect([rig.rows('work'), rig.alarms]).toEqual([rows + 1, [T0 + 5_000]])
      rig.reopen()
      rig.now = T0 + 5_000
      const grant = take(rig)
      expect(grant.pieces?.map(({ seq, base }) => [seq, base])).toEqual([
        [1, 0],
        [2, 2],
        [3, 4],
      ])
      expect(batchesOf(grant)).toEqual([range(0, 6)])
      settle(rig, grant, () => delivered)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 6, delivered: 6, pending: 0 })
      // A repeated registration of what was put together is known.
      expect(register(rig, [part(2, 2)], WAITING)).toEqual({ mark: 3 })
      expect(rig.lane.ledger().accepted).toBe(6)
    }))

  it('sends what is full at once, and lets the rest wait from its own time on', () =>
    withLane((rig) => {
      register(rig, [part(1, 4)], WAITING)
      rig.now += 3_000
      register(rig, [part(2, 9)], WAITING)
      expect(batchesOf(take(rig))).toEqual([range(0, 10)])
      expect(rig.lane.take()).toBeNull()
      rig.now += 4_999
      expect(rig.lane.take()).toBeNull()
      rig.now += 1
      expect(batchesOf(take(rig))).toEqual([range(10, 13)])
    }))

  it('tells of each event by the row that it came in', () =>
    withLane((rig) => {
      register(rig, [part(1, 2)], WAITING)
      register(rig, [part(2, 3)], WAITING)
      expect(rig.lane.traceOf('src', 2, 1)).toMatchObject({ state: 'pending' })
      expect(rig.lane.traceOf('src', 2, 3)).toMatchObject({ state: 'settled' })
      rig.now += 5_000
      const grant = take(rig)
      const results: SendResult[] = [
        { outcome: delivered, events: [0, 2], tookMs: 1, status: 200, batch: { requests: [0], size: 5, isOwn: true } },
        {
          outcome: { kind: 'dead', code: 'http_400' },
          events: [1, 3, 4],
          tookMs: 1,
          status: 400,
          batch: { requests: [0], size: 5, isOwn: true },
        },
      ]
      rig.lane.settle({ ...grant, results }, false)
      expect(rig.lane.traceOf('src', 2, 0)).toMatchObject({
        state: 'settled',
        attempts: [{ outcome: 'delivered', batch: 5 }],
      })
      expect(rig.lane.traceOf('src', 1, 1)).toMatchObject({ state: 'dead', reason: 'http_400' })
      const letters = rig.lane
        .deadLetters(null, 10)
        .map(({ seq, key, first, events, batch: of }) => [seq, key, first, events, of])
      expect(letters).toEqual([
        [2, 'raw/src/2', 0, [1, 2], 5],
        [1, 'raw/src/1', 0, [1], 5],
      ])
      // What is sent once more is put together again.
      rig.lane.redrive({ before: null })
      const again = take(rig)
      expect(batchesOf(again)).toEqual([[1, 3, 4]])
      expect(again.pieces?.map(({ seq }) => seq)).toEqual([1, 2])
      settle(rig, again, () => delivered)
      expect(rig.lane.ledger()).toMatchObject({ accepted: 5, delivered: 5, dead: 0, pending: 0 })
    }))

  it('sends what has failed as one request as the same one, through evictions and leases that end', () =>
    withLane((rig) => {
      register(rig, [part(1, 25)], BATCHES)
      const first = take(rig)
      const whole = [range(0, 10)]
      expect(batchesOf(first)).toEqual(whole)
      settle(rig, first, () => delivered)
      const both = take(rig)
      expect(batchesOf(both)).toEqual([range(10, 20), range(20, 25)])
      // Its worker dies, and the first of both has arrived.
      rig.lane.progress({ ...both, results: [{ outcome: delivered, events: range(10, 15), tookMs: 1 }] })
      rig.reopen()
      rig.now += 60_000
      const again = take(rig)
      expect(batchesOf(again)).toEqual([range(15, 20)])
      settle(rig, again, () => delivered)
      expect(batchesOf(take(rig))).toEqual([range(20, 25)])
    }))

  it('does not mix what has failed with what has not, nor one that failed with another', () =>
    withLane((rig) => {
      register(rig, [part(1, 80)], { ...BATCHES, concurrency: 1 })
      for (let n = 0; n < 2; n++) settle(rig, take(rig), () => delivered)
      const grant = take(rig)
      const some = batchesOf(grant)
      expect(some.length).toBeGreaterThan(1)
      settle(rig, grant, (n) => (n === 0 ? delivered : retry))
      rig.now += 60_000
      const seen: number[][] = []
      for (let one = rig.lane.take(); one; one = rig.lane.take()) {
        seen.push(...batchesOf(one))
        settle(rig, one, () => delivered)
      }
      for (const failed of some.slice(1)) expect(seen).toContainEqual(failed)
      expect(rig.lane.ledger()).toMatchObject({ delivered: 80, pending: 0 })
    }))

  it('keeps batches apart when there are so many groups that some are made one', () =>
    withLane((rig) => {
      register(rig, [part(1, 900)], { ...BATCHES, batch: { ...batch, maxEvents: 2 }, concurrency: 1 })
      const sent: number[][] = []
      for (let grant = rig.lane.take(); grant && sent.length < 400; grant = rig.lane.take()) {
        if (grant.attempt > 0) break
        sent.push(...batchesOf(grant))
        settle(rig, grant, () => ({ kind: 'retry', code: 'http_423' }))
      }
      const again: number[][] = []
      rig.now += 60_000
      for (let grant = rig.lane.take(); grant; grant = rig.lane.take()) {
        again.push(...batchesOf(grant))
        settle(rig, grant, () => delivered)
      }
      expect(sent.length).toBeGreaterThan(200)
      expect(again.filter((one) => !sent.some((other) => other.join() === one.join())).length).toBeLessThan(
        450 - sent.length + 1,
      )
    }))

  it('counts a rate in requests', () =>
    withLane((rig) => {
      register(rig, [part(1, 400)], { ...BATCHES, batch: { ...batch, maxEvents: 2 }, rate: 4, concurrency: 1 })
      for (let n = 0; n < 6; n++) settle(rig, take(rig), () => delivered)
      const grant = take(rig)
      // Four a second for a window of five.
      expect(batchesOf(grant)).toHaveLength(20)
      expect([grant.rate, grant.windowMs]).toEqual([4, 5_250])
    }))

  it('opens the breaker after five requests, not five events', () =>
    withLane((rig) => {
      register(rig, [part(1, 100)], { ...BATCHES, concurrency: 1 })
      settle(rig, take(rig), () => retry)
      expect(rig.lane.metrics().breaker).toBeNull()
      for (let n = 0; n < 4; n++) settle(rig, take(rig), () => retry)
      expect(rig.lane.metrics().breaker).toMatchObject({ failures: 5 })
      // What probes is a batch, the same as before.
      rig.now += 60_000
      expect(batchesOf(take(rig))).toHaveLength(1)
    }))

  it('takes a list for an answer, and a 410 in it for that of one event', () =>
    withLane((rig) => {
      register(rig, [part(1, 10)], BATCHES)
      const grant = take(rig)
      const own = { requests: [0], size: 10, isOwn: true as const }
      rig.lane.settle(
        {
          ...grant,
          results: [
            { outcome: retry, events: range(0, 9), tookMs: 1, batch: own },
            { outcome: { kind: 'dead', code: 'http_410' }, events: [9], tookMs: 1, batch: own },
          ],
        },
        false,
      )
      expect(rig.lane.metrics()).toMatchObject({ breaker: null, hold: null })
      rig.now += 10_000
      expect(batchesOf(take(rig))).toEqual([range(0, 9)])
    }))

  it('sends one by one what was put together, when it is to send batches no longer', () =>
    withLane((rig) => {
      register(rig, [part(1, 3)], WAITING)
      register(rig, [part(2, 3)], WAITING)
      rig.lane.configure({ ...CONFIG, version: 2 })
      rig.now += 5_000
      const grant = take(rig)
      expect([grant.events, grant.batches, grant.pieces?.length]).toEqual([range(0, 6), undefined, 2])
    }))
})

/** A receiver of batches with the real worker, and what it has got: ids of events by request. */
async function deliver(
  receiver: Receiver,
  body: (world: World) => Promise<void>,
  config: Partial<LaneConfig> = {},
): Promise<void> {
  const target = { ...webhook(), batch }
  await withWorld(receiver, { batch, ...config }, body, target)
}

const ids = (seq: number, from: number, to: number) => range(from, to).map((n) => `${seq}-${n}`)

describe('lane and worker with a receiver of batches', () => {
  it('deliver every event once, ten in a request', () =>
    deliver(
      () => new Response('ok'),
      async (world) => {
        await world.batch(35)
        await world.run(60_000, () => world.lane.ledger().pending === 0)
        expect(world.arrivals.map(({ ids: some }) => some?.length)).toEqual([10, 10, 10, 5])
        expect(world.arrivals.flatMap(({ ids: some }) => some)).toEqual(ids(1, 0, 35))
        expect(new Set(world.arrivals.map(({ webhookId }) => webhookId)).size).toBe(4)
      },
    ))

  it('halve what is too large, down to one event, and lose none of it', () =>
    deliver(
      ({ ids: some = [] }) => new Response(null, { status: some.length > 3 ? 413 : 200 }),
      async (world) => {
        await world.batch(10)
        await world.run(60_000, () => world.lane.ledger().pending === 0)
        const taken = world.arrivals.filter(({ ids: some = [] }) => some.length <= 3).flatMap(({ ids: some }) => some)
        expect(taken).toEqual(ids(1, 0, 10))
        expect(world.arrivals.map(({ ids: some }) => some?.length)).toEqual([10, 5, 3, 2, 5, 3, 2])
        expect(world.lane.ledger()).toMatchObject({ delivered: 10, dead: 0 })
      },
    ))

  it('try again what failed of a list, and keep the id of what failed as a whole', () => {
    let n = 0
    const answers = [
      ({ ids: some = [] }: { ids?: string[] }) =>
        Response.json({ results: some.map((_, at) => ({ status: at % 5 === 0 ? 503 : 200 })) }),
      () => new Response(null, { status: 503 }),
    ]
    return deliver(
      (arrival) => answers[n++]?.(arrival) ?? new Response('ok'),
      async (world) => {
        await world.batch(10)
        await world.run(120_000, () => world.lane.ledger().pending === 0)
        const [whole, part1, again, ...others] = world.arrivals
        expect(whole?.ids).toEqual(ids(1, 0, 10))
        expect(part1?.ids).toEqual(['1-0', '1-5'])
        expect([again?.ids, again?.webhookId]).toEqual([part1?.ids, part1?.webhookId])
        expect(part1?.webhookId).not.toBe(whole?.webhookId)
        expect(others).toEqual([])
        expect(world.lane.metrics().attempts).toEqual({ delivered: 10, http_503: 4 })
      },
    )
  })

  it('send a batch again as it was when its worker has died', () =>
    deliver(
      () => new Response('ok'),
      async (world) => {
        world.deaths = 1
        await world.batch(10)
        await world.run(120_000, () => world.lane.ledger().pending === 0)
        expect(world.arrivals.map(({ ids: some }) => some)).toEqual([ids(1, 0, 10)])
      },
    ))
})
