import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { call, freshPlatform, newSource, send } from '../world.ts'
import { ask, newDestination, refusal } from './client.ts'

interface Letter {
  id: number
  reason: string
  key: string
  payloads: ({ messageId: string } | null)[]
}
interface Page {
  deadLetters: Letter[]
  pagination: { current: string; next?: string }
}

const at = freshPlatform()
let source = { id: '', writeKey: '' }
let id = ''
/** What the receiver says of an event, by its id. */
let statusOf = (messageId: string): number => (messageId === 'm1' ? 401 : messageId < 'm3' ? 400 : 404)

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    const { messageId } = JSON.parse(String(init?.body)) as { messageId: string }
    return Promise.resolve(Response.json({ message: `not ${messageId}` }, { status: statusOf(messageId) }))
  })
  source = await newSource(at)
  id = (await newDestination(at, source.id)).id
  // Long enough for two members of the archive object.
  const properties = { text: 'x'.repeat(28_000) }
  const batch = [0, 1, 2, 3, 4].map((n) => ({ type: 'track', event: 'E', userId: 'u', messageId: `m${n}`, properties }))
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
  await vi.waitUntil(async () => (await ledger()).dead === 5, { timeout: 15_000 })
}, 30_000)

const ledger = async () =>
  (await ask<{ ledger: Record<string, number> }>(at, 'GET', `/api/destinations/${id}/ledger`)).ledger
const list = (query = '') => ask<Page>(at, 'GET', `/api/destinations/${id}/dead-letters${query}`)
const redrive = async (what: unknown) =>
  (await ask<{ redriven: unknown }>(at, 'POST', `/api/destinations/${id}/dead-letters/redrive`, what)).redriven
const names = (letters: Letter[]) => letters.flatMap(({ payloads }) => payloads.map((one) => one?.messageId))

describe('dead letters', () => {
  it('come with their payloads, page by page', async () => {
    const all = await list()
    expect(all.pagination.next).toBeUndefined()
    expect(names(all.deadLetters).toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual([
      'm0',
      'm1',
      'm2',
      'm3',
      'm4',
    ])
    const pages: Letter[] = []
    for (let cursor = ''; ;) {
      const { deadLetters, pagination } = await list(`?pagination[count]=2${cursor}`)
      pages.push(...deadLetters)
      if (pagination.next === undefined) break
      expect(deadLetters).toHaveLength(2)
      cursor = `&pagination[cursor]=${pagination.next}`
    }
    expect(pages).toEqual(all.deadLetters)
  })

  it.each(['0', '51', 'x', '-1', ''])('have no page of %j', async (count) => {
    expect(await refusal(at, 'GET', `/api/destinations/${id}/dead-letters?pagination[count]=${count}`)).toMatchObject({
      status: 400,
      problems: ['pagination.count: A page has 1 to 50 entries.'],
    })
  })
})

const WAYS = 'Say which, in one way: ids, events, all, or a filter of reason, from, until, event, type and userId.'

describe('redrive', () => {
  it.each<[unknown, string]>([
    [{}, WAYS],
    [{ all: true, ids: [1] }, WAYS],
    [{ all: true, reason: 'http_400' }, WAYS],
    [{ ids: [1], events: [] }, WAYS],
    [{ all: false }, 'all: Must be true.'],
    [{ ids: 1 }, 'ids: Must be a list of ids.'],
    [{ ids: ['1'] }, 'ids.0: Must be the id of a dead letter.'],
    [{ ids: [1.5] }, 'ids.0: Must be the id of a dead letter.'],
    [{ ids: Array<number>(501).fill(1) }, 'ids: At most 500 ids.'],
    [{ events: [1] }, 'events.0: Must have id and event.'],
    [{ events: [{ id: 1 }] }, 'events.0.event: Must have id and event.'],
    [{ events: [{ id: 1, event: -1 }] }, 'events.0.event: Must be the place of one of its events.'],
    [{ reason: '' }, 'reason: Must not be empty.'],
    [{ from: 'yesterday' }, 'from: Must be a time'],
    [{ from: '2026-01-02T00:00:00Z', until: '2026-01-02T00:00:00Z' }, 'from: Must be before until.'],
    [{ userId: 'u', all: true }, WAYS],
    [{ userId: '' }, 'userId: Must not be empty.'],
    [{ type: 'tracks' }, 'type: Must be one of'],
    [{ event: 'x'.repeat(201) }, 'event: At most 200 letters.'],
    [{ other: 1 }, 'other: '],
  ])('of %j is refused', async (what, problem) => {
    const { status, problems } = await refusal(at, 'POST', `/api/destinations/${id}/dead-letters/redrive`, what)
    expect([status, problems[0]]).toEqual([400, expect.stringContaining(problem)])
  })

  it('sends again what is asked for, once, and keeps the books', async () => {
    const { deadLetters } = await list()
    const one = deadLetters.find(({ payloads }) => payloads[0]?.messageId === 'm1')!
    statusOf = () => 200
    expect(await redrive({ ids: [one.id] })).toEqual({ redrive: 1, deadLetters: 1, events: 1, complete: true })
    await vi.waitUntil(async () => (await ledger()).delivered === 1, { timeout: 10_000 })
    expect(await redrive({ ids: [one.id] })).toEqual({ redrive: null, deadLetters: 0, events: 0, complete: true })
    expect(await redrive({ reason: 'http_404' })).toMatchObject({ events: 2 })
    await vi.waitUntil(async () => (await ledger()).delivered === 3, { timeout: 10_000 })
    expect(names((await list()).deadLetters).toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual(['m0', 'm2'])
    expect(await ledger()).toMatchObject({ accepted: 5, delivered: 3, dead: 2, pending: 0 })
    await ask(at, 'PATCH', `/api/destinations/${id}`, { paused: true })
    expect(await redrive({ all: true })).toMatchObject({ events: 2, complete: true })
    expect(await ledger()).toMatchObject({ accepted: 5, delivered: 3, dead: 0, pending: 2 })
    await ask(at, 'PATCH', `/api/destinations/${id}`, { paused: false })
    await vi.waitUntil(async () => (await ledger()).delivered === 5, { timeout: 10_000 })
  }, 40_000)

  it('finds all of a person or an event by itself, can be ended, and tells how far it is', async () => {
    statusOf = () => 400
    const batch = Array.from({ length: 6 }, (_, n) => ({
      type: 'track',
      event: n < 4 ? 'Bought' : 'Opened',
      userId: n % 2 ? 'ada' : 'bob',
      messageId: `p${n}`,
    }))
    await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
    await vi.waitUntil(async () => (await ledger()).dead === 6, { timeout: 15_000 })
    statusOf = () => 200
    const books = async () =>
      (await ask<{ redrives: Record<string, unknown>[] }>(at, 'GET', `/api/destinations/${id}/redrives`)).redrives[0]
    const begun = await redrive({ event: 'B*', type: 'track', userId: 'ada' })
    expect(begun).toMatchObject({ events: 0, complete: false })
    await vi.waitUntil(async () => (await books())?.['delivered'] === 2, { timeout: 10_000 })
    expect(await books()).toMatchObject({
      filter: { event: 'B*', type: 'track', userId: 'ada' },
      events: 2,
      dead: 0,
      looked: 6,
      untold: 0,
      complete: true,
      cancelled: false,
    })
    expect((await ledger()).dead).toBe(4)
    const { id: number } = (await books()) as { id: number }
    const change = (which: number | string) => `/api/destinations/${id}/redrives/${which}`
    const cancelled = { state: 'cancelled' }
    expect(await refusal(at, 'PATCH', change(number), cancelled)).toMatchObject({ status: 409 })
    expect(await refusal(at, 'PATCH', change(99), cancelled)).toMatchObject({ status: 404 })
    expect(await refusal(at, 'PATCH', change('x'), cancelled)).toMatchObject({ status: 404 })
    const { status, problems } = await refusal(at, 'PATCH', change(number), { state: 'done' })
    expect([status, problems]).toEqual([400, ['state: Must be cancelled.']])
    // One that is ended before its first look; a look may be faster. Once more changes nothing.
    let next = 0
    await vi.waitUntil(async () => {
      next = ((await redrive({ userId: 'nobody' })) as { redrive: number }).redrive
      return (await call(at, 'PATCH', change(next), cancelled)).status === 200
    })
    const ended = await books()
    expect(ended).toMatchObject({ id: next, complete: true, cancelled: true })
    await ask(at, 'PATCH', change(next), cancelled)
    expect(await books()).toMatchObject({ id: next, complete: true, cancelled: true, looked: ended?.['looked'] })
    expect(await redrive({ all: true })).toMatchObject({ complete: true })
    await vi.waitUntil(async () => (await ledger()).delivered === 11, { timeout: 10_000 })
  }, 60_000)

  it('shows null for what the archive has no more', async () => {
    statusOf = () => 400
    const event = { writeKey: source.writeKey, userId: 'u', event: 'E', messageId: 'm9' }
    await send(at, '/v1/track', { body: JSON.stringify(event) })
    await vi.waitUntil(async () => (await ledger()).dead === 1, { timeout: 15_000 })
    const [letter] = (await list()).deadLetters
    expect(letter?.payloads).toMatchObject([{ messageId: 'm9' }])
    await env.ARCHIVE.delete(letter!.key)
    expect((await list()).deadLetters).toMatchObject([{ id: letter!.id, payloads: [null] }])
  }, 30_000)
})
