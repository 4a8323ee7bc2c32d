import { describe, expect, it } from 'vitest'
import { grantOf, LaneStandIn, work } from './lane-stand-in.ts'

const ids = (sent: { id: string }[]) => sent.map(({ id }) => id)

describe('a worker', () => {
  it('does nothing when nothing is granted', async () => {
    const lane = new LaneStandIn([])
    const { sent } = await work(() => lane)
    expect([lane.taken, lane.settled, sent]).toEqual([1, [], []])
  })

  it('sends what it is granted, settles, and takes the next grant from the answer', async () => {
    const [one, two] = [await grantOf(3), await grantOf(2)]
    const lane = new LaneStandIn([one, two])
    const { sent } = await work(() => lane)
    expect(ids(sent)).toEqual(['m0', 'm1', 'm2', 'm0', 'm1'])
    expect(lane.taken).toBe(1)
    expect(lane.settled).toEqual([
      {
        settlement: {
          work: 1,
          lease: one.lease,
          seq: one.seq,
          version: 1,
          results: [{ outcome: { kind: 'delivered' }, events: [0, 1, 2], status: 200, tookMs: 0 }],
          kinds: { 'track Größe geändert 🎉': [0, 1, 2] },
          latencyMs: 0,
        },
        next: true,
      },
      { settlement: expect.objectContaining({ lease: two.lease, seq: two.seq }), next: true },
    ])
  })

  it('sends only the events of its grant, wherever its members begin', async () => {
    const whole = await grantOf(8)
    const lane = new LaneStandIn([{ ...whole, events: [1, 4, 6] }])
    const { sent } = await work(() => lane)
    expect(ids(sent)).toEqual(['m1', 'm4', 'm6'])
    expect(lane.outcomes).toEqual(['delivered: 1 4 6'])
    // The same object, read as if its first event were the hundredth of its batch.
    const late = new LaneStandIn([{ ...whole, first: 100, events: [100, 107] }])
    expect(ids((await work(() => late)).sent)).toEqual(['m0', 'm7'])
    expect(late.outcomes).toEqual(['delivered: 100 107'])
  })

  it('sends at most six at a time', async () => {
    const open = { now: 0, most: 0 }
    const lane = new LaneStandIn([await grantOf(20)])
    await work(
      () => lane,
      async (_, ctx) => {
        open.most = Math.max(open.most, ++open.now)
        await ctx.sleep(10)
        open.now--
        return new Response('ok')
      },
    )
    expect(open).toEqual({ now: 0, most: 6 })
    expect(lane.outcomes[0]?.split(' ')).toHaveLength(21)
  })

  it('sends as many at a time as its grant says, and says how long answers took', async () => {
    const open = { now: 0, most: 0 }
    const lane = new LaneStandIn([{ ...(await grantOf(20)), parallel: 2 }])
    await work(
      () => lane,
      async (_, ctx) => {
        open.most = Math.max(open.most, ++open.now)
        await ctx.sleep(40)
        open.now--
        return new Response('ok')
      },
    )
    expect(open).toEqual({ now: 0, most: 2 })
    expect(lane.settled[0]?.settlement.latencyMs).toBe(40)
  })

  it('rests after a failure for as long as an answer takes', async () => {
    const at: number[] = []
    const lane = new LaneStandIn([{ ...(await grantOf(3)), parallel: 1, restMs: 200 }])
    await work(
      () => lane,
      async (_, ctx) => {
        at.push(ctx.now())
        await ctx.sleep(10)
        return new Response('too much', { status: at.length === 1 ? 503 : 200 })
      },
    )
    expect(at.map((time) => time - (at[0] ?? 0))).toEqual([0, 200, 210])
    // What failed says nothing of how long an answer takes.
    expect(lane.settled[0]?.settlement.latencyMs).toBe(10)
  })

  it('asks for no further grant after ten seconds', async () => {
    const grants = await Promise.all(Array.from({ length: 20 }, () => grantOf(1)))
    const lane = new LaneStandIn(grants)
    await work(
      () => lane,
      async (_, ctx) => {
        await ctx.sleep(3_000)
        return new Response('ok')
      },
    )
    expect(lane.settled.map(({ next }) => next)).toEqual([true, true, true, false])
  })
})

describe('results', () => {
  it('are one for all events that ended alike', async () => {
    const lane = new LaneStandIn([await grantOf(9)])
    const { logged } = await work(
      () => lane,
      async (_, ctx, { messageId }) => {
        const n = Number(messageId.slice(1))
        await ctx.sleep(n * 10)
        if (n % 3 === 0) return new Response('ok')
        if (n % 3 === 1) return Response.json({ message: n === 7 ? 'other' : 'same', n }, { status: 400 })
        return new Response('busy', { status: 503, headers: { 'Retry-After': '60' } })
      },
    )
    expect(lane.outcomes.toSorted()).toEqual([
      'dead http_400: 1 4 7',
      'delivered: 0 3 6',
      // Not before a minute after each of its answers.
      'retry http_503: 2',
      'retry http_503: 5',
      // Not begun any more when the first of them had asked for silence.
      'unsent: 8',
    ])
    const same = lane.settled[0]?.settlement.results.find(({ message }) => message === 'same')
    expect(same).toMatchObject({ status: 400, tookMs: 70, sample: { response: { body: '{"message":"same","n":1}' } } })
    const facts = { destination: 'dst_2', events: 9, delivered: 3, attempt: 1 }
    expect(logged).toContainEqual(['info', 'grant settled', expect.objectContaining(facts)])
  })

  it('hold every event of the grant exactly once', async () => {
    const grant = await grantOf(60, { windowMs: 400 })
    const lane = new LaneStandIn([grant])
    await work(
      () => lane,
      async (_, ctx, { messageId }) => {
        const n = Number(messageId.slice(1))
        await ctx.sleep(37 + (n % 7) * 11)
        if (n % 5 === 4) throw new TypeError('no connection')
        return new Response(null, { status: [200, 400, 500, 501][n % 4] ?? 200 })
      },
    )
    const events = lane.settled[0]?.settlement.results.flatMap((result) => result.events) ?? []
    expect(events.toSorted((a, b) => a - b)).toEqual(grant.events)
    expect(lane.outcomes.some((outcome) => outcome.startsWith('unsent'))).toBe(true)
  })
})

describe('a grant that goes on', () => {
  const progress = { everyMs: 1_000, leastEvents: 25 }
  const slowly = async (_: unknown, ctx: { sleep(ms: number): Promise<void> }) => {
    await ctx.sleep(90)
    return new Response('ok')
  }
  const told = (lane: LaneStandIn) => lane.told.map(({ results }) => results.flatMap(({ events }) => events).length)
  const delays = (results: readonly { delays?: Record<string, number> }[]) =>
    results.reduce((n, one) => n + Object.values(one.delays ?? {}).reduce((sum, some) => sum + some, 0), 0)

  it('has its lane told once a second what has arrived, and at its end of everything', async () => {
    const grant = await grantOf(200, { progress })
    const lane = new LaneStandIn([grant])
    await work(() => lane, slowly)
    expect(told(lane)).toEqual([66, 66, 66])
    expect(lane.told[0]).toMatchObject({ work: grant.work, lease: grant.lease, seq: grant.seq })
    expect(Object.values(lane.told[0]?.kinds ?? {}).flat()).toHaveLength(66)
    expect(lane.outcomes).toEqual([`delivered: ${grant.events.join(' ')}`])
    const [settled] = lane.settled
    expect(settled?.settlement.latencyMs).toBe(90)
    // Each delay is told once: as many as by a worker that tells them at the end.
    const all = [...lane.told.map(({ results }) => delays(results)), delays(settled?.settlement.results ?? [])]
    const other = new LaneStandIn([await grantOf(200)])
    await work(() => other, slowly)
    expect(all.reduce((sum, n) => sum + n, 0)).toBe(delays(other.settled[0]?.settlement.results ?? []))
    expect(Math.min(...all.slice(-2))).toBeGreaterThan(0)
  })

  it('tells what failed at its end only, and nothing of few', async () => {
    const lane = new LaneStandIn([await grantOf(100, { progress })])
    await work(
      () => lane,
      async (_, ctx, { messageId }) => {
        await ctx.sleep(90)
        return new Response(null, { status: Number(messageId.slice(1)) % 3 === 0 ? 400 : 200 })
      },
    )
    expect(told(lane)).toEqual([44])
    const few = new LaneStandIn([await grantOf(24, { progress: { everyMs: 100, leastEvents: 25 } })])
    await work(() => few, slowly)
    expect(told(few)).toEqual([])
  })

  it('goes on when its lane cannot be told, and tells it the next time', async () => {
    const lane = new LaneStandIn([await grantOf(200, { progress })])
    const tell = lane.progress.bind(lane)
    let calls = 0
    lane.progress = (some) => (++calls === 1 ? Promise.reject(new Error('no answer')) : tell(some))
    await work(() => lane, slowly)
    expect(told(lane)).toEqual([132, 66])
  })

  it('tells nothing where its lane does not want it', async () => {
    const lane = new LaneStandIn([await grantOf(200)])
    await work(() => lane, slowly)
    expect(told(lane)).toEqual([])
  })
})

describe('a window', () => {
  it('that closes leaves the rest unsent, and what was begun is waited for', async () => {
    const lane = new LaneStandIn([await grantOf(30, { windowMs: 2_500 })])
    const { sent } = await work(
      () => lane,
      async (_, ctx) => {
        await ctx.sleep(1_000)
        return new Response('ok')
      },
    )
    expect(sent.map(({ at }) => at)).toEqual([0, 1_000, 2_000].flatMap((at) => Array<number>(6).fill(at)))
    const first = Array.from({ length: 18 }, (_, index) => index).join(' ')
    const rest = Array.from({ length: 12 }, (_, index) => index + 18).join(' ')
    expect(lane.outcomes).toEqual([`delivered: ${first}`, `unsent: ${rest}`])
  })

  it('counts from when the worker asked, not from when it was answered', async () => {
    const grants = [await grantOf(1, { windowMs: 1_999 }), await grantOf(1, { windowMs: 2_000 })]
    let lane = new LaneStandIn([])
    const { sent } = await work((sleep) => (lane = new LaneStandIn(grants, () => sleep(2_000))))
    expect(sent).toEqual([{ id: 'm0', at: 4_000 }])
    expect(lane.outcomes).toEqual(['unsent: 0', 'delivered: 0'])
  })
})

describe('a rate', () => {
  const RATE = 10
  const GAP = 1_000 / RATE
  const gaps = (sent: { at: number }[]) => sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0))

  it('spaces requests by its inverse, from when the worker asked', async () => {
    const lane = new LaneStandIn([await grantOf(20, { rate: RATE })])
    const { sent } = await work(() => lane)
    expect(sent.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * GAP))
  })

  it('is not made up for when the grant came late', async () => {
    const grant = await grantOf(5, { rate: RATE })
    const { sent } = await work((sleep) => new LaneStandIn([grant], () => sleep(730)))
    expect(sent.map(({ at }) => at)).toEqual([730, 830, 930, 1_030, 1_130])
  })

  it('is not made up for when answers are late', async () => {
    const lane = new LaneStandIn([await grantOf(30, { rate: RATE, windowMs: 60_000 })])
    const { sent } = await work(
      () => lane,
      async (_, ctx) => {
        await ctx.sleep(1_500)
        return new Response('ok')
      },
    )
    expect(sent).toHaveLength(30)
    expect(Math.min(...gaps(sent))).toBeGreaterThanOrEqual(GAP)
  })

  it('holds from one grant to the next', async () => {
    const grants = [
      await grantOf(5, { rate: RATE }),
      await grantOf(5, { rate: RATE }),
      await grantOf(5, { rate: RATE }),
    ]
    const { sent } = await work(() => new LaneStandIn(grants))
    expect(sent).toHaveLength(15)
    expect(Math.min(...gaps(sent))).toBeGreaterThanOrEqual(GAP)
  })

  it('begins nothing after its window', async () => {
    const lane = new LaneStandIn([await grantOf(20, { rate: RATE, windowMs: 1_000 })])
    const { sent, took } = await work(() => lane)
    expect(sent.at(-1)?.at).toBe(1_000)
    expect(sent).toHaveLength(10)
    expect(lane.outcomes[1]?.split(' ')).toHaveLength(11)
    expect(took).toBe(1_000)
  })

  it('of none sends at once', async () => {
    const grant = await grantOf(20)
    const { sent, took } = await work(() => new LaneStandIn([grant]))
    expect([sent.length, took]).toEqual([20, 0])
  })
})
