import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ADMIN, call, execution, freshPlatform, newSource, send } from '../world.ts'
import { ask, newDestination, refusal } from './client.ts'

interface Letter {
  id: number
  at: string
  reason: string
  key: string
  events: number[]
  redrive?: number
  payloads: ({ messageId: string } | null)[]
}
interface Listed {
  deadLetters: Letter[]
  looked: number
  untold: number
  pagination: { current: string; next?: string }
}
interface Redrive {
  id: number
  filter: object | null
  events: number
  delivered: number
  pending: number
  dead: number
  breakdown: { dead: Record<string, number> }
  complete: boolean
}

const at = freshPlatform()
let source = { id: '', writeKey: '' }
let destination = ''
/** What the receiver says of an event, by its id. */
let statusOf = (messageId: string): number => (messageId < 'm4' ? 400 : 422)

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    const { messageId } = JSON.parse(String(init?.body)) as { messageId: string }
    return Promise.resolve(Response.json({ message: `not ${messageId}` }, { status: statusOf(messageId) }))
  })
  source = await newSource(at)
  destination = (await newDestination(at, source.id)).id
  const batch = [
    { type: 'track', event: 'Order Completed', userId: 'ada', messageId: 'm0' },
    { type: 'track', event: 'Order Refunded', userId: 'bob', messageId: 'm1' },
    { type: 'identify', userId: 'ada', messageId: 'm2', traits: { name: 'Ada' } },
    { type: 'page', name: 'Home', anonymousId: 'anon-1', messageId: 'm3' },
    { type: 'track', event: 'Order Completed', anonymousId: 'anon-1', messageId: 'm4' },
    { type: 'screen', name: 'Order Completed', userId: 'bob', messageId: 'm5' },
  ]
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
  await vi.waitUntil(async () => (await ledger(destination)).dead === 6, { timeout: 15_000 })
}, 30_000)

const of = (id: string) => (id.startsWith('rpl_') ? `/api/replays/${id}` : `/api/destinations/${id}`)
const ledger = async (id: string) =>
  (await ask<{ ledger: Record<string, number> }>(at, 'GET', `${of(id)}/ledger`)).ledger
const list = (query = '', id = destination) => ask<Listed>(at, 'GET', `${of(id)}/dead-letters${query}`)
const redrives = async (id = destination) =>
  (await ask<{ redrives: Redrive[] }>(at, 'GET', `${of(id)}/redrives`)).redrives
const redrive = async (what: unknown, id = destination) =>
  (await ask<{ redriven: { redrive: number } }>(at, 'POST', `${of(id)}/dead-letters/redrive`, what)).redriven
const names = ({ deadLetters }: Pick<Listed, 'deadLetters'>) =>
  inOrder(deadLetters.flatMap(({ payloads }) => payloads.map((one) => one?.messageId ?? '')))
const inOrder = (texts: string[]) => texts.toSorted((a, b) => a.localeCompare(b))

async function download(query = '', id = destination): Promise<Record<string, unknown>[]> {
  const url = `https://sluice.test${of(id)}/dead-letters.ndjson${query}`
  const reply = await at.http.fetch(new Request(url, { headers: ADMIN }), env, execution())
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8'])
  const text = new TextDecoder().decode(await reply.arrayBuffer())
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const FILTERED: [string, string[]][] = [
  ['?reason=http_400', ['m0', 'm1', 'm2', 'm3']],
  ['?event=Order+Completed', ['m0', 'm4', 'm5']],
  ['?event=Order+*', ['m0', 'm1', 'm4', 'm5']],
  ['?type=track', ['m0', 'm1', 'm4']],
  ['?userId=ada', ['m0', 'm2']],
  ['?userId=anon-1', ['m3', 'm4']],
  ['?userId=anon-1&reason=http_400&type=page&event=Home', ['m3']],
  ['?event=Nothing', []],
  ['?until=2020-01-01T00:00:00Z', []],
  ['?from=2020-01-01T00:00:00Z', ['m0', 'm1', 'm2', 'm3', 'm4', 'm5']],
]

describe('a filter', () => {
  it.each(FILTERED)('%s', async (query, expected) => {
    const listed = await list(query)
    expect(names(listed)).toEqual(expected)
    // A letter comes with those of its events that are meant, and their places.
    for (const { events, payloads } of listed.deadLetters) expect(events).toHaveLength(payloads.length)
    expect(inOrder((await download(query)).map(({ payload }) => (payload as { messageId: string }).messageId))).toEqual(
      expected,
    )
  })

  it('by time takes those that were given up in it', async () => {
    const { deadLetters } = await list()
    const first = deadLetters.at(-1)!
    const after = new Date(Date.parse(first.at) + 1).toISOString()
    expect((await list(`?until=${after}`)).deadLetters.map(({ id }) => id)).toContain(first.id)
    expect((await list(`?from=${after}`)).deadLetters.map(({ id }) => id)).not.toContain(first.id)
  })

  it.each([
    ['?type=buy', 'type: Must be one of'],
    ['?from=yesterday', 'from: Must be a time'],
    ['?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z', 'from: Must be before until.'],
    ['?reason=', 'reason: Must not be empty.'],
    [`?event=${'x'.repeat(201)}`, 'event: At most 200 letters.'],
  ])('%s is refused, for a list and for a file', async (query, problem) => {
    for (const path of ['dead-letters', 'dead-letters.ndjson']) {
      const { status, problems } = await refusal(at, 'GET', `${of(destination)}/${path}${query}`)
      expect([status, problems[0]]).toEqual([400, expect.stringContaining(problem)])
    }
  })
})

describe('a file', () => {
  it('has a line an event, with all that is known', async () => {
    const lines = await download()
    const one = lines.find(({ payload }) => (payload as { messageId: string }).messageId === 'm4')
    expect(lines).toHaveLength(6)
    expect(one).toMatchObject({
      reason: 'http_422',
      attempts: 1,
      status: 422,
      message: expect.stringContaining('not m'),
    })
    expect(Object.keys(one ?? {})).toEqual(['id', 'event', 'at', 'reason', 'attempts', 'status', 'message', 'payload'])
  })
})

describe('what was sent again', () => {
  it('is told apart: fixed and gone, or failed again', async () => {
    statusOf = (messageId) => (messageId === 'm0' ? 200 : 403)
    const all = (await list('?reason=http_400')).deadLetters
    const chosen = all.flatMap(({ id, events, payloads }) =>
      events.filter((_, n) => ['m0', 'm1'].includes(payloads[n]?.messageId ?? '')).map((event) => ({ id, event })),
    )
    expect(chosen).toHaveLength(2)
    const { redrive: number } = await redrive({ events: chosen })
    expect(number).toBe(1)
    await vi.waitUntil(async () => (await redrives())[0]?.pending === 0, { timeout: 10_000 })
    expect(await redrives()).toMatchObject([
      { id: 1, filter: null, events: 2, delivered: 1, dead: 1, breakdown: { dead: { http_403: 1 } }, complete: true },
    ])
    // The others of their letters have stayed where they were.
    expect(names(await list('?reason=http_400'))).toEqual(['m2', 'm3'])
    expect((await list('?reason=http_403')).deadLetters).toMatchObject([
      { redrive: 1, payloads: [{ messageId: 'm1' }] },
    ])
    const last = new Date(Date.parse((await list('?reason=http_403')).deadLetters[0]!.at) + 1).toISOString()
    statusOf = () => 200
    await redrive({ reason: 'http_403', until: last })
    await vi.waitUntil(async () => (await redrives())[0]?.delivered === 1, { timeout: 10_000 })
    expect(await redrives()).toMatchObject([
      { id: 2, filter: { reason: 'http_403', until: last }, events: 1, dead: 0 },
      { id: 1, delivered: 1, dead: 1 },
    ])
  }, 40_000)
})

describe('the dead letters of a replay', () => {
  it('are its own: listed, downloaded and sent again by the same routes', async () => {
    statusOf = (messageId) => (messageId === 'm2' ? 400 : 200)
    const from = '2020-01-01T00:00:00Z'
    const order = { sourceId: source.id, destinationId: destination, from }
    const { replay } = await ask<{ replay: { id: string } }>(at, 'POST', '/api/replays', order)
    const figures = async () =>
      (await ask<{ replay: Record<string, number | string> }>(at, 'GET', of(replay.id))).replay
    await vi.waitUntil(async () => (await figures())['state'] === 'done', { timeout: 30_000, interval: 200 })
    expect(await figures()).toMatchObject({ selected: 6, delivered: 5, dead: 1 })
    expect(names(await list('', replay.id))).toEqual(['m2'])
    expect(await download('?userId=ada', replay.id)).toMatchObject([
      { reason: 'http_400', payload: { messageId: 'm2' } },
    ])
    statusOf = () => 200
    expect(await redrive({ all: true }, replay.id)).toMatchObject({ redrive: 1, events: 1, complete: true })
    await vi.waitUntil(async () => (await redrives(replay.id))[0]?.delivered === 1, { timeout: 20_000, interval: 200 })
    expect(await figures()).toMatchObject({ selected: 6, delivered: 6, dead: 0, pending: 0 })
  }, 60_000)

  it('of one that was broken off are listed, and not sent again', async () => {
    const order = { sourceId: source.id, destinationId: destination, from: '2020-01-01T00:00:00Z', dryRun: true }
    const { replay } = await ask<{ replay: { id: string } }>(at, 'POST', '/api/replays', order)
    await ask(at, 'PATCH', of(replay.id), { state: 'cancelled' })
    const path = `${of(replay.id)}/dead-letters/redrive`
    await vi.waitUntil(async () => (await call(at, 'POST', path, { all: true })).status === 409, { timeout: 10_000 })
    expect((await refusal(at, 'POST', path, { all: true })).problems).toEqual([
      'This replay was cancelled, so nothing of it is sent any more.',
    ])
    expect((await list('', replay.id)).deadLetters).toEqual([])
  }, 20_000)
})

describe('an archive object that is gone', () => {
  it('leaves null in a list and in a file, and is not told apart by what it held', async () => {
    statusOf = () => 400
    const event = { writeKey: source.writeKey, userId: 'gone', event: 'E', messageId: 'm9' }
    await send(at, '/v1/track', { body: JSON.stringify(event) })
    await vi.waitUntil(async () => names(await list('?userId=gone')).length === 1, { timeout: 15_000 })
    const [letter] = (await list('?userId=gone')).deadLetters
    await env.ARCHIVE.delete(letter!.key)
    expect((await list('?reason=http_400')).deadLetters).toContainEqual(
      expect.objectContaining({ id: letter!.id, payloads: [null] }),
    )
    expect(await list('?userId=gone')).toMatchObject({ deadLetters: [], untold: 1 })
    expect(await download('?reason=http_400')).toContainEqual(
      expect.objectContaining({ id: letter!.id, event: letter!.events[0], payload: null }),
    )
  }, 30_000)
})
