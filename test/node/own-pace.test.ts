import { describe, expect, it } from 'vitest'
import { measurePace } from '../../bench/cost/pace.ts'
import { BEHAVIOURS } from '../../bench/cost/receivers.ts'
import { Demand } from '../../src/lane/demand.ts'
import { CONNECTIONS, type OwnPace, PaceFinder } from '../../src/lane/own-pace.ts'
import { freeConnections, freeShare } from '../../src/lane/pace.ts'
import type { Outcome } from '../../src/lane/protocol.ts'

const DELIVERED: Outcome = { kind: 'delivered' }
const FAILED: Outcome = { kind: 'retry', code: 'http_503' }
const MINUTE_MS = 60_000

/** A finder and a receiver in rounds of a second: all that may be in flight is, and comes back. */
class Rounds {
  readonly clock = { ms: 1_000_000, now: () => this.clock.ms }
  readonly state: { own: OwnPace | null } = { own: null }
  finder = new PaceFinder(this.state, this.clock)
  ceiling = 300

  get limit(): number {
    return this.finder.limit(this.ceiling)
  }

  /** One round; `latencyMs` of what succeeds, and the share that fails, by how many are in flight. */
  round(latencyMs: (inFlight: number) => number, failing: (inFlight: number) => number = () => 0): boolean {
    const inFlight = this.limit
    const at = this.clock.ms
    this.clock.ms += 1_000
    const failed = Math.round(inFlight * 10 * failing(inFlight))
    const result = (outcome: Outcome, n: number) => ({ outcome, events: Array<number>(n).fill(0), tookMs: 1 })
    const results = [result(DELIVERED, inFlight * 10 - failed), result(FAILED, failed)].filter(
      (one) => one.events.length,
    )
    const ms = latencyMs(inFlight)
    return this.finder.note(
      { at, parallel: inFlight },
      { results, ...(failed < inFlight * 10 && { latencyMs: ms }) },
      { inFlight, ceiling: this.ceiling },
    )
  }

  rounds(n: number, latencyMs: (inFlight: number) => number, failing?: (inFlight: number) => number): number {
    for (let at = 0; at < n; at++) this.round(latencyMs, failing)
    return this.limit
  }
}

describe('the pace that a lane finds', () => {
  it('begins with four workers and doubles up to what the settings allow', () => {
    const one = new Rounds()
    expect(one.limit).toBe(4 * CONNECTIONS)
    expect([1, 2, 3, 4].map(() => one.rounds(1, () => 200))).toEqual([48, 96, 192, 300])
    one.ceiling = 7
    expect(one.rounds(3, () => 200)).toBe(7)
    one.ceiling = 1
    expect(one.rounds(3, () => 200)).toBe(1)
  })

  it('does not grow where few are in flight', () => {
    const one = new Rounds()
    one.finder.note(
      { at: one.clock.ms, parallel: 6 },
      { results: [{ outcome: DELIVERED, events: [1], tookMs: 1 }], latencyMs: 200 },
      { inFlight: 6 },
    )
    expect(one.limit).toBe(24)
  })

  it.each([4, 40, 120])('settles where a queue begins, at a receiver of %i at a time', (servers) => {
    const one = new Rounds()
    one.state.own = null
    const latency = (inFlight: number) => 200 * Math.max(1, inFlight / servers)
    // What an answer takes at rest it has from an idle time.
    one.ceiling = Math.min(servers, 20)
    one.round(latency)
    one.ceiling = 300
    const limit = one.rounds(60, latency)
    expect(limit).toBeGreaterThanOrEqual(servers)
    expect(latency(limit)).toBeLessThanOrEqual(400)
  })

  it('falls below a number at which a receiver fails, and does not try it again for a minute', () => {
    const one = new Rounds()
    const failing = (inFlight: number) => Math.max(0, (inFlight - 40) / inFlight)
    one.rounds(20, () => 200, failing)
    expect(one.limit).toBeGreaterThan(30)
    expect(one.limit).toBeLessThanOrEqual(40)
    let most = 0
    for (let n = 0; n < 30; n++)
      most = Math.max(
        most,
        one.rounds(1, () => 200, failing),
      )
    expect(most).toBeLessThanOrEqual(41)
    // It is found out again from time to time, by a tenth, and not by more.
    for (let n = 0; n < 600; n++)
      most = Math.max(
        most,
        one.rounds(1, () => 200, failing),
      )
    expect(most).toBeGreaterThan(40)
    expect(most).toBeLessThanOrEqual(46)
  })

  it('says that a fall has to be stored, and that growth has not', () => {
    const one = new Rounds()
    expect(one.round(() => 200)).toBe(false)
    expect(one.round(() => 200)).toBe(false)
    expect(one.round(() => 600)).toBe(true)
  })

  it('takes back a fall that does not help: the receiver is slow or fails for another reason', () => {
    const slow = new Rounds()
    slow.rounds(4, () => 200)
    expect(slow.limit).toBe(300)
    slow.round(() => 1_000)
    expect(slow.limit).toBeLessThan(300)
    expect(slow.rounds(1, () => 1_000)).toBe(300)
    expect(slow.rounds(20, () => 1_000)).toBe(300)
    const failing = new Rounds()
    failing.rounds(4, () => 200)
    failing.round(
      () => 200,
      () => 0.2,
    )
    expect(failing.limit).toBeLessThan(300)
    failing.rounds(
      30,
      () => 200,
      () => 0.2,
    )
    expect(failing.limit).toBe(300)
  })

  it('looks for what an answer takes at rest every ten minutes, with a quarter of the requests, for one round', () => {
    const one = new Rounds()
    const latency = (inFlight: number) => 200 * Math.max(1, inFlight / 40)
    one.ceiling = 20
    one.round(latency)
    one.ceiling = 300
    one.rounds(60, latency)
    const before = one.limit
    one.clock.ms += 11 * MINUTE_MS
    one.round(latency)
    expect(one.limit).toBe(Math.floor(before / 4))
    expect(one.finder.isSearching).toBe(true)
    one.round(latency)
    expect(one.limit).toBe(before)
    expect(one.finder.base).toBe(200)
    // However long it goes on, the queue that it makes does not pass for rest.
    for (let hour = 0; hour < 5; hour++) {
      one.clock.ms += 61 * MINUTE_MS
      one.rounds(20, latency)
      expect(latency(one.limit)).toBeLessThanOrEqual(400)
    }
  })

  it('begins anew when the receiver is away, up to nine tenths of what it took', () => {
    const one = new Rounds()
    one.rounds(4, () => 200)
    one.finder.interrupt()
    expect(one.limit).toBe(24)
    expect([1, 2, 3, 4, 5].map(() => one.rounds(1, () => 200))).toEqual([48, 96, 192, 270, 270])
  })

  it('goes by nothing that was granted before it changed, nor by probes', () => {
    const one = new Rounds()
    one.round(() => 200)
    const note = (at: number, probe?: true) =>
      one.finder.note(
        { at, parallel: 48, ...(probe && { probe }) },
        { results: [{ outcome: DELIVERED, events: [1], tookMs: 1 }], latencyMs: 200 },
        { inFlight: 48 },
      )
    note(one.clock.ms - 1)
    note(one.clock.ms, true)
    expect(one.limit).toBe(48)
    note(one.clock.ms)
    expect(one.limit).toBe(96)
  })

  it('is the same after an eviction', () => {
    const one = new Rounds()
    one.rounds(3, () => 200)
    one.finder = new PaceFinder(JSON.parse(JSON.stringify(one.state)) as typeof one.state, one.clock)
    expect(one.limit).toBe(192)
    expect([one.finder.base, one.finder.latency]).toEqual([200, 200])
  })
})

describe('connections', () => {
  const own = (inFlight: number) => ({ inFlight, latencyMs: null })
  const grants = (inFlight: number) => {
    const live: { rate: number; parallel: number }[] = []
    for (;;) {
      const parallel = freeConnections(own(inFlight), live)
      if (parallel === 0) return live.map((one) => one.parallel)
      live.push({ rate: 0, parallel })
    }
  }

  it.each([
    [1, [1]],
    [5, [5]],
    [6, [6]],
    [8, [4, 4]],
    [13, [5, 5, 3]],
    [18, [6, 6, 6]],
  ])('%i in flight are shared by as few workers as can have them', (inFlight, expected) => {
    expect(grants(inFlight)).toEqual(expected)
  })

  it('are six for each where the workers are fixed', () => {
    expect(freeConnections(undefined, [])).toBe(6)
  })

  it('have a share of the rate that they can use, so that all of it can be used', () => {
    const live: { rate: number; parallel: number }[] = []
    const limits = { rate: 100, concurrency: 50, own: { inFlight: 300, latencyMs: 1_000 } }
    for (let pace = freeShare(limits, live, 0, 0); pace; pace = freeShare(limits, live, 0, 0))
      live.push({ rate: pace.rate ?? 0, parallel: pace.parallel })
    expect(live.reduce((sum, { rate }) => sum + rate, 0)).toBeLessThanOrEqual(100)
    expect(live.reduce((sum, { rate }) => sum + rate, 0)).toBeGreaterThan(95)
    expect(live.length).toBeGreaterThan(10)
  })
})

describe('what comes in', () => {
  const clock = { ms: 0, now: () => clock.ms }

  it('needs requests in flight by its rate and by what one takes', () => {
    const demand = new Demand(clock)
    for (let second = 0; second < 20; second++) {
      clock.ms += 1_000
      demand.note(1_000)
    }
    expect(demand.workers(0, 200)).toBe(39)
    expect(demand.workers(0, 20)).toBe(4)
    // What has just come is not behind; what waits beside it is.
    expect(demand.workers(1_000, 200)).toBe(39)
    expect(demand.workers(31_000, 200)).toBe(77)
    expect(demand.workers(Infinity, 200)).toBe(Infinity)
    // When nothing comes any more less is needed.
    clock.ms += 3_600_000
    expect(demand.workers(0, 200)).toBe(1)
  })

  it('is one batch though it is registered in two', () => {
    const demand = new Demand(clock)
    for (let batch = 0; batch < 20; batch++) {
      clock.ms += 24_800
      demand.note(8_000)
      clock.ms += 200
      demand.note(2_000)
    }
    expect(demand.workers(10_000, 50)).toBe(4)
  })

  it('is nothing before the first event', () => {
    const demand = new Demand(clock)
    demand.note(0)
    expect(demand.workers(0, 200)).toBe(0)
  })
})

describe('a destination on the virtual clock', () => {
  it('finds the pace of one that refuses more than forty at a time', async () => {
    const { perSecond, p50, failing } = await measurePace({
      behaviour: BEHAVIOURS.refuses,
      perSecond: 250,
      warmUpMs: 20_000,
      runMs: 20_000,
    })
    expect(perSecond).toBeGreaterThan(200 / 1.2)
    expect(p50).toBeLessThan(400)
    expect(failing).toBeLessThan(0.05)
  })
})
