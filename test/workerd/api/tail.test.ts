import { beforeAll, describe, expect, it, vi } from 'vitest'
import { batchOf, messageOf, router } from '../route/rig.ts'
import { cursorOf } from '../../../src/settings/index.ts'
import { freshPlatform, newSource, send } from '../world.ts'
import { ask, newDestination, newIntegration, otherWorkspace, refusal } from './client.ts'

interface Reply {
  events: {
    id: string
    status: string
    name: string | null
    messageId: string | null
    code: string | null
    text: string | null
    destinations: { matched: number; filtered: number; reasons: Record<string, string[]> } | null
    payload: Record<string, unknown> | null
  }[]
  looked: number
  pagination: { current: string; next?: string }
}

const at = freshPlatform()
let source = { id: '', writeKey: '' }
const ids = { all: '', identifies: '' }

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('ok')))
  source = await newSource(at)
  ids.all = (await newDestination(at, source.id)).id
  ids.identifies = (await newDestination(at, source.id)).id
  const batch = [
    { type: 'track', userId: 'Ada', event: 'Paid', messageId: 'msg-one', properties: { plan: 'Gold' } },
    { type: 'track', userId: 'b', event: 'Kept', messageId: 'msg-two', integrations: { Webhooks: false } },
    { type: 'page', anonymousId: 'c', name: 'Pricing', messageId: 'msg-three' },
    { type: 'track', userId: 'd' },
  ]
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
  await vi.waitUntil(async () => (await tail()).events.length === 4, { timeout: 10_000 })
}, 30_000)

const tail = (query = '', id = source.id) => ask<Reply>(at, 'GET', `/api/sources/${id}/events${query}`)

describe('the last events of a source', () => {
  it('are told with what becomes of each', async () => {
    const { events, looked, pagination } = await tail()
    expect([looked, pagination.next]).toEqual([4, undefined])
    expect(events.map(({ status, name, messageId, code }) => [status, name, messageId, code])).toEqual([
      ['rejected', null, null, 'event_not_defined'],
      ['accepted', 'Pricing', 'msg-three', null],
      ['accepted', 'Kept', 'msg-two', null],
      ['accepted', 'Paid', 'msg-one', null],
    ])
    const [bad, page, kept] = events
    expect(bad).toMatchObject({ destinations: null, payload: null, text: '{"type":"track","userId":"d"}' })
    expect(page).toMatchObject({ destinations: { matched: 2, filtered: 0, reasons: {} } })
    const why = ['FILTERED_BY_INTEGRATIONS_OBJECT']
    const reasons = { [ids.all]: why, [ids.identifies]: why }
    expect(kept).toMatchObject({ destinations: { matched: 0, filtered: 2, reasons }, payload: { event: 'Kept' } })
  })

  it.each([
    ['?status=rejected', [null]],
    ['?status=accepted', ['msg-three', 'msg-two', 'msg-one']],
    ['?q=ada', ['msg-one']],
    ['?q=GOLD', ['msg-one']],
    ['?q=pricing', ['msg-three']],
    ['?q=MSG-TWO', ['msg-two']],
    ['?q=nothing', []],
    ['?q=event_not', [null]],
    ['?pagination[count]=2', [null, 'msg-three']],
  ])('%s', async (query, expected) => {
    expect((await tail(query)).events.map(({ messageId }) => messageId)).toEqual(expected)
  })

  it('go on where a page ended, also when it searched', async () => {
    for (const more of ['', '&q=type']) {
      const seen: (string | null)[] = []
      let next: string | undefined = ''
      while (next !== undefined) {
        const page: Reply = await tail(`?pagination[count]=1${more}${next && `&pagination[cursor]=${next}`}`)
        seen.push(...page.events.map(({ messageId }) => messageId))
        next = page.pagination.next
      }
      expect(seen).toEqual([null, 'msg-three', 'msg-two', 'msg-one'])
    }
  })

  it('are five hundred at most, and a call reads no more than sixty batches', async () => {
    const { id } = await newSource(at)
    const large = Array.from({ length: 700 }, (_, n) => `large-${n}`)
    await router()([messageOf(batchOf(id, large))])
    const { events, pagination } = await tail('?pagination[count]=500', id)
    expect([events.length, events[0]?.messageId, pagination.next]).toEqual([
      500,
      'large-699',
      cursorOf({ after: [1, 200] }),
    ])
    for (let n = 0; n < 65; n++) await router()([messageOf(batchOf(id, [`small-${n}`]))])
    const page = await tail('?pagination[count]=500', id)
    expect(page.events.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 60 }, (_, n) => `small-${64 - n}`),
    )
    const rest = await tail(`?pagination[count]=6&pagination[cursor]=${page.pagination.next}`, id)
    expect(rest.events.map(({ messageId }) => messageId).slice(0, 5)).toEqual([
      'small-4',
      'small-3',
      'small-2',
      'small-1',
      'small-0',
    ])
  })

  it('tell the one reason of each, where a batch had several', async () => {
    const { id, writeKey } = await newSource(at)
    const { id: tracks } = await newIntegration(at, { name: 'Only tracks', supportedMethods: ['track'] })
    const partner = (await newDestination(at, id, { apiKey: 'k' }, tracks)).id
    const batch = [
      { type: 'page', userId: 'u', name: 'Not taken' },
      { type: 'track', userId: 'u', event: 'Not wanted', integrations: { 'Only tracks': false } },
      { type: 'track', userId: 'u', event: 'Sent' },
    ]
    await send(at, '/v1/batch', { body: JSON.stringify({ writeKey, batch }) })
    await vi.waitUntil(async () => (await tail('', id)).events.length === 3, { timeout: 10_000 })
    const reasons = (await tail('', id)).events.map(({ destinations }) => destinations?.reasons[partner])
    expect(reasons).toEqual([undefined, ['FILTERED_BY_INTEGRATIONS_OBJECT'], ['UNSUPPORTED_EVENT_TYPE']])
  })

  it('are none of a new source', async () => {
    expect(await tail('', (await newSource(at)).id)).toEqual({
      events: [],
      looked: 0,
      meanings: {},
      pagination: { current: cursorOf({ after: [] }) },
    })
  })

  it.each([
    ['?pagination[count]=0', 'pagination.count: A page has 1 to 500 entries.'],
    ['?pagination[count]=501', 'pagination.count: A page has 1 to 500 entries.'],
    ['?before=17.3', 'before: Lists are paged by pagination[count] and pagination[cursor].'],
    ['?count=5', 'count: Lists are paged by pagination[count] and pagination[cursor].'],
    [
      '?pagination[cursor]=o5',
      'pagination.cursor: This cursor is not one of ours. Begin without one, and go on with those that the answers give.',
    ],
    [`?q=${'x'.repeat(201)}`, 'q: At most 200 characters are searched for.'],
    ['?status=odd', 'status: Must be accepted or rejected.'],
  ])('refuse %s', async (query, problem) => {
    expect(await refusal(at, 'GET', `/api/sources/${source.id}/events${query}`)).toEqual({
      status: 400,
      type: 'bad-request',
      problems: [problem],
    })
  })

  it('are nobody else’s', async () => {
    const { headers } = await otherWorkspace()
    const { status } = await refusal(at, 'GET', `/api/sources/${source.id}/events`, undefined, headers)
    expect(status).toBe(404)
  })
})
