import { beforeAll, describe, expect, it } from 'vitest'
import { ACCEPTED, type Desk, openDesk, outcome, replyOf, track } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})

const SINGLE: [path: string, type: string][] = [
  ['/v1/identify', 'identify'],
  ['/v1/track', 'track'],
  ['/v1/page', 'page'],
  ['/v1/screen', 'screen'],
  ['/v1/group', 'group'],
  ['/v1/alias', 'alias'],
  ['/v1/i', 'identify'],
  ['/v1/t', 'track'],
  ['/v1/p', 'page'],
  ['/v1/s', 'screen'],
  ['/v1/g', 'group'],
  ['/v1/a', 'alias'],
]
const BATCH = ['/v1/batch', '/v1/b', '/v1/import']
const slashes = (path: string) => [path, `${path}/`]

describe('one event', () => {
  const event = { userId: 'u', event: 'E', groupId: 'g', previousId: 'p', messageId: 'm' }

  it.each(SINGLE.flatMap(([path, type]) => slashes(path).map((one): [string, string] => [one, type])))(
    'at %s is %s',
    async (path, type) => {
      expect(await replyOf(await desk.post(path, { ...event, writeKey: desk.writeKey }))).toEqual(ACCEPTED)
      const [taken] = await desk.taken()
      expect([taken?.source, taken?.rejected]).toEqual([desk.source, {}])
      expect(taken?.events).toMatchObject([{ type, userId: 'u', messageId: 'm', projectId: desk.source }])
    },
  )
})

describe('a batch', () => {
  it.each(BATCH.flatMap(slashes))('at %s is taken in its order', async (path) => {
    const batch = [
      track({ messageId: 'a' }),
      { type: 'page', anonymousId: 'x', messageId: 'b' },
      track({ messageId: 'c' }),
    ]
    expect(await replyOf(await desk.post(path, { writeKey: desk.writeKey, batch }))).toEqual(ACCEPTED)
    const [taken] = await desk.taken()
    expect(taken?.events.map(({ type, messageId }) => [type, messageId])).toEqual([
      ['track', 'a'],
      ['page', 'b'],
      ['track', 'c'],
    ])
  })

  it('needs a type in each event', async () => {
    const batch = [{ event: 'E', userId: 'u' }, track()]
    expect(await replyOf(await desk.post('/v1/batch', { writeKey: desk.writeKey, batch }))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 1, rejected: { bad_request: 1 } })
  })

  it('gives its events one time of receipt, one accept id, and what it says for all', async () => {
    const batch = [track({ timestamp: '2030-01-01T00:01:00.000Z' }), track({ context: { own: 1 } })]
    const shared = { context: { library: { name: 'analytics-go' } }, integrations: { All: true } }
    const body = { writeKey: desk.writeKey, batch, ...shared, sentAt: '2030-01-01T00:01:02.000Z' }
    await desk.post('/v1/batch', body)
    const [taken] = await desk.taken()
    expect(taken).toMatchObject({ accept: expect.stringMatching(/^[0-9a-f]{12}-[0-9a-f]{20}$/), at: desk.clock.now })
    expect(taken?.events).toMatchObject([
      { ...shared, timestamp: '2030-01-01T00:00:00.100Z', receivedAt: '2030-01-01T00:00:02.100Z' },
      { integrations: { All: true }, context: { own: 1, library: { name: 'analytics-go' } } },
    ])
  })

  it('gives an id of its own to each event that has none', async () => {
    await desk.post('/v1/batch', { writeKey: desk.writeKey, batch: [track(), track({ messageId: null }), track()] })
    const ids = (await desk.taken()).flatMap(({ events }) => events.map(({ messageId }) => messageId))
    expect([new Set(ids).size, ids.every((id) => id.length > 20 && id.length < 100)]).toEqual([3, true])
  })
})

describe('the SDKs’ metrics', () => {
  it.each(slashes('/v1/m'))('at %s are taken and dropped', async (path) => {
    const series = [{ type: 'Counter', metric: 'analytics_js.invoke', value: 1, tags: {} }]
    expect(await replyOf(await desk.post(path, { series }))).toEqual(ACCEPTED)
    expect(await replyOf(await desk.post(path, 'not even JSON'))).toEqual(ACCEPTED)
    expect(await desk.taken()).toEqual([])
  })
})
