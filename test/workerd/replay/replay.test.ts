import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { freshPlatform, newSource, send } from '../world.ts'
import { ask, newDestination, refusal } from '../api/client.ts'

interface Replay {
  id: string
  state: string
  failure: string | null
  selected: number
  delivered: number
  filtered: number
  pending: number
  dead: number
  counted: { events: number; bytes: number; users: number; kinds: unknown[]; filtered: object; unreadable: number }
  breakdown: { filtered: object; dead: object }
  requests: { method: string; url: string; body: string }[]
  repeats: string[]
  estimate: { events: number; rate: number | null; seconds: number | null }
}

interface Arrival {
  url: string
  messageId: string
  event?: string
  timestamp: string
  integrations: object
  context: { replay?: string }
  webhookId: string | null
}

const at = freshPlatform()
let arrivals: Arrival[] = []
let answer: (arrival: Arrival) => Response = () => new Response()

beforeEach(() => {
  arrivals = []
  answer = () => new Response()
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
    const event = JSON.parse(String(init?.body)) as Omit<Arrival, 'url'>
    const arrival = { ...event, url: String(url), webhookId: new Headers(init?.headers).get('webhook-id') }
    arrivals.push(arrival)
    return Promise.resolve(answer(arrival))
  })
})

const HOUR = 3_600_000
const from = () => new Date(Date.now() - HOUR).toISOString()

/** A source with these events in its archive, delivered to one destination already; and another destination. */
async function archived(events: readonly Record<string, unknown>[]) {
  const source = await newSource(at)
  const first = await newDestination(at, source.id)
  const batch = events.map((event, n) => ({ userId: `u${n}`, type: 'track', messageId: `m${n}`, ...event }))
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
  await vi.waitUntil(async () => (await ledger(first.id)).delivered === events.length, { timeout: 15_000 })
  const { id } = await newDestination(at, source.id)
  const live = arrivals
  arrivals = []
  return { source: source.id, first: first.id, destination: id, live }
}

const ledger = async (id: string) =>
  (await ask<{ ledger: Record<string, number> }>(at, 'GET', `/api/destinations/${id}/ledger`)).ledger
const begin = async (order: object) => (await ask<{ replay: Replay }>(at, 'POST', '/api/replays', order)).replay
const replayOf = async (id: string) => (await ask<{ replay: Replay }>(at, 'GET', `/api/replays/${id}`)).replay
const change = async (id: string, what: object) =>
  (await ask<{ replay: Replay }>(at, 'PATCH', `/api/replays/${id}`, what)).replay

/** Waits for a state; at each look the books balance. */
async function until(id: string, state: string): Promise<Replay> {
  return vi.waitUntil(
    async () => {
      const replay = await replayOf(id)
      const { selected, delivered, filtered, pending, dead } = replay
      expect({ id, sum: delivered + filtered + pending + dead }).toEqual({ id, sum: selected })
      return replay.state === state && replay
    },
    { timeout: 20_000, interval: 100 },
  )
}

const named = (names: string[]) => names.map((event) => ({ event }))

describe('a replay', { timeout: 60_000 }, () => {
  it('sends what the range has, once, as it was, to one destination alone, and says that it is one', async () => {
    const { source, destination, first, live } = await archived([
      { event: 'Order Completed', timestamp: '2026-01-01T00:00:00.000Z' },
      { event: 'Order Cancelled', integrations: { Amplitude: false } },
      { type: 'page', name: 'Home' },
    ])
    const { id } = await begin({ sourceId: source, destinationId: destination, from: from() })
    const done = await until(id, 'done')
    expect(done).toMatchObject({ selected: 3, delivered: 3, filtered: 0, pending: 0, dead: 0 })
    expect(arrivals.map(({ messageId }) => messageId).toSorted()).toEqual(['m0', 'm1', 'm2'])
    for (const arrival of arrivals) {
      const before = live.find(({ messageId }) => messageId === arrival.messageId)
      expect(arrival).toMatchObject({ integrations: { All: false, Webhooks: true }, context: { replay: id } })
      expect([arrival.timestamp, arrival.webhookId]).toEqual([before?.timestamp, before?.webhookId])
    }
    // The books of what comes in know nothing of it.
    expect(await ledger(destination)).toMatchObject({ accepted: 0, delivered: 0 })
    expect(await ledger(first)).toMatchObject({ accepted: 3, delivered: 3 })
  })

  it('counts first, shows what it will send, and waits to be started', async () => {
    const { source, destination } = await archived(named(['Order Completed', 'Order Completed', 'Signed Up']))
    const { id } = await begin({
      sourceId: source,
      destinationId: destination,
      from: from(),
      events: ['Order *'],
      dryRun: true,
    })
    const ready = await until(id, 'ready')
    expect(ready.counted).toMatchObject({
      events: 2,
      users: 2,
      kinds: [{ type: 'track', name: 'Order Completed', events: 2 }],
      filtered: {},
      unreadable: 0,
    })
    expect(ready).toMatchObject({ selected: 2, pending: 2, delivered: 0 })
    expect(ready.requests.map(({ body }) => (JSON.parse(body) as Arrival).context.replay)).toEqual([id, id])
    expect(arrivals).toEqual([])
    await change(id, { state: 'running' })
    expect(await until(id, 'done')).toMatchObject({ selected: 2, delivered: 2 })
    const again = await begin({ sourceId: source, destinationId: destination, from: from(), dryRun: true })
    expect(again.repeats).toEqual([id])
  })

  it('goes to a destination that is disabled, paused or of another source', async () => {
    const { source, destination } = await archived(named(['One']))
    const elsewhere = await newDestination(at, (await newSource(at)).id)
    for (const [target, state] of [
      [destination, { enabled: false }],
      [destination, { enabled: true, paused: true }],
      [elsewhere.id, {}],
    ] as const) {
      arrivals = []
      if (Object.keys(state).length > 0) await ask(at, 'PATCH', `/api/destinations/${target}`, state)
      const { id } = await begin({ sourceId: source, destinationId: target, from: from() })
      expect(await until(id, 'done')).toMatchObject({ delivered: 1 })
      expect(arrivals).toHaveLength(1)
    }
  })

  it('pauses, resumes and is cancelled; what is refused is dead in books of its own, and can be sent again', async () => {
    const { source, destination } = await archived(named(['One', 'Two']))
    answer = ({ messageId }) => new Response(null, { status: messageId === 'm0' ? 400 : 200 })
    const { id } = await begin({ sourceId: source, destinationId: destination, from: from() })
    expect(await until(id, 'done')).toMatchObject({
      selected: 2,
      delivered: 1,
      dead: 1,
      breakdown: { dead: { http_400: 1 } },
    })
    for (const change of [{ state: 'paused' }, { share: 0.5 }])
      expect(await refusal(at, 'PATCH', `/api/replays/${id}`, change)).toMatchObject({ status: 409 })
    const other = await begin({ sourceId: source, destinationId: destination, from: from(), dryRun: true })
    await until(other.id, 'ready')
    expect(await change(other.id, { state: 'cancelled' })).toMatchObject({ state: 'cancelled', pending: 2 })
    expect(await refusal(at, 'PATCH', `/api/replays/${other.id}`, { state: 'running' })).toMatchObject({ status: 409 })
  })

  it('counts what the archive has no more as dead', async () => {
    const { source, destination } = await archived(named(['One', 'Two']))
    const { id } = await begin({ sourceId: source, destinationId: destination, from: from(), dryRun: true })
    await until(id, 'ready')
    for (const { key } of (await env.ARCHIVE.list({ prefix: `raw/${source}/` })).objects) await env.ARCHIVE.delete(key)
    await change(id, { state: 'running' })
    expect(await until(id, 'done')).toMatchObject({
      selected: 2,
      dead: 2,
      breakdown: { dead: { ARCHIVE_OBJECT_MISSING: 2 } },
    })
  })

  it('fails when its destination is deleted', async () => {
    const { source, destination } = await archived(named(['One']))
    const { id } = await begin({ sourceId: source, destinationId: destination, from: from(), dryRun: true })
    await until(id, 'ready')
    await ask(at, 'DELETE', `/api/destinations/${destination}`)
    await change(id, { state: 'running' })
    expect(await until(id, 'failed')).toMatchObject({ failure: 'destination_gone', pending: 1 })
  })

  it.each<[object, string]>([
    [{ from: 'yesterday' }, 'from: Must be a time such as 2026-11-01T00:00:00Z.'],
    [{ from: '2100-01-01T00:00:00Z' }, 'from: The range is empty: it has to begin before it ends, and before now.'],
    [{ share: 0 }, 'share: At least one percent.'],
    [{ sample: 2 }, 'sample: At most everybody.'],
    [{ types: ['delete'] }, 'types.0: Must be one of identify, track, page, screen, group, alias.'],
  ])('of %j is refused', async (what, problem) => {
    const source = await newSource(at)
    const { id } = await newDestination(at, source.id)
    const order = { sourceId: source.id, destinationId: id, from: from(), ...what }
    expect(await refusal(at, 'POST', '/api/replays', order)).toMatchObject({ status: 400, problems: [problem] })
  })
})
