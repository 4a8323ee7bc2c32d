import { Buffer } from 'node:buffer'
import { beforeAll, describe, expect, it } from 'vitest'
import { send } from '../world.ts'
import { type Desk, openDesk, outcome } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'key-of-pixel')
})

const KEY = 'key-of-pixel'
const FROM = { 'cf-connecting-ip': '203.0.113.7', 'user-agent': 'Mail/1' }

function load(path: string, at: Desk = desk): Promise<Response> {
  return send(at.at, path, { method: 'GET', headers: FROM })
}

async function expectPixel(response: Response): Promise<void> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const size = new DataView(bytes.buffer)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif'])
  expect(response.headers.get('cache-control')).toMatch(/no-store/)
  expect([Buffer.from(bytes.subarray(0, 6)).toString(), size.getUint16(6, true), size.getUint16(8, true)]).toEqual([
    'GIF89a',
    1,
    1,
  ])
}

const EVENT = { writeKey: KEY, userId: 'u~ÿ?', event: 'Opened ✓', properties: { subject: 'Hi >>> there???' } }
const base64 = Buffer.from(JSON.stringify(EVENT)).toString('base64')
const base64url = Buffer.from(JSON.stringify(EVENT)).toString('base64url')

describe('a pixel’s data', () => {
  it('holds what tells the two alphabets apart', () => {
    expect([/[+/]/.test(base64), /\+/.test(base64), /[-_]/.test(base64url)]).toEqual([true, true, true])
  })

  it.each([
    ['base64', encodeURIComponent(base64)],
    ['base64, its + and / as they are', base64.replaceAll('=', '%3D')],
    ['base64url', base64url],
  ])('is read as %s', async (_, data) => {
    await expectPixel(await load(`/v1/pixel/track?data=${data}`))
    const { writeKey: _key, ...sent } = EVENT
    const [taken] = await desk.taken()
    expect(taken).toMatchObject({ source: desk.source, rejected: {} })
    expect(taken?.events).toMatchObject([
      { ...sent, type: 'track', channel: 'client', context: { ip: '203.0.113.7', userAgent: 'Mail/1' } },
    ])
    expect(taken?.events[0]).not.toHaveProperty('writeKey')
  })
})

describe('a pixel’s parameters', () => {
  it('make objects by their dots', async () => {
    const query = new URLSearchParams({
      writeKey: KEY,
      userId: 'u1',
      event: 'Email Opened',
      'properties.subject': 'Hi & bye',
      'properties.mail.id': '7',
      'context.campaign.name': 'spring',
      'context.userAgent': 'Own/1',
      'properties.a.b.c.d.e.f.g.h.i': 'too deep',
    })
    await expectPixel(await load(`/v1/pixel/track?${query}`))
    const [taken] = await desk.taken()
    expect(taken?.events).toMatchObject([
      {
        type: 'track',
        event: 'Email Opened',
        userId: 'u1',
        properties: { subject: 'Hi & bye', mail: { id: '7' } },
        context: { campaign: { name: 'spring' }, ip: '203.0.113.7', userAgent: 'Own/1' },
        messageId: expect.stringMatching(/./) as string,
        timestamp: '2030-01-01T00:00:02.100Z',
      },
    ])
    expect(taken?.events[0]?.properties).not.toHaveProperty('a')
  })

  it.each([
    ['identify', 'traits.email=a@b.c', { traits: { email: 'a@b.c' } }],
    ['page', 'name=Home', { name: 'Home' }],
    ['screen', 'category=Main', { category: 'Main' }],
    ['group', 'groupId=g', { groupId: 'g' }],
    ['alias', 'previousId=p', { previousId: 'p' }],
  ])('%s', async (type, query, expected) => {
    await expectPixel(await load(`/v1/pixel/${type}?writeKey=${KEY}&userId=u&${query}`))
    const [taken] = await desk.taken()
    expect(taken?.events).toMatchObject([{ type, ...expected }])
  })

  it.each(['__proto__.polluted=1', 'constructor.prototype.polluted=1', 'properties.__proto__.polluted=1'])(
    '%s is only data',
    async (query) => {
      await expectPixel(await load(`/v1/pixel/track/?writeKey=${KEY}&event=E&userId=u&${query}`))
      expect(await outcome(desk)).toEqual({ events: 1, rejected: {} })
      expect('polluted' in {}).toBe(false)
    },
  )
})

describe('a pixel that cannot be used', () => {
  it.each<[string, string, object]>([
    ['nothing', '/v1/pixel/track', {}],
    ['no write key', '/v1/pixel/track?userId=u&event=E', {}],
    ['an unknown write key', '/v1/pixel/track?writeKey=nobody&userId=u&event=E', {}],
    ['an unknown call', `/v1/pixel/open?writeKey=${KEY}&userId=u`, {}],
    ['data that is not base64', '/v1/pixel/track?data=%%%', {}],
    ['data that is not JSON', `/v1/pixel/track?data=${btoa('{"writeKey":')}`, {}],
    ['data that is a list', `/v1/pixel/track?data=${btoa('[1]')}`, {}],
    ['data that is null', `/v1/pixel/track?data=${btoa('null')}`, {}],
    ['empty data', '/v1/pixel/track?data=', {}],
    ['nobody', `/v1/pixel/track?writeKey=${KEY}&event=E`, { no_user_anon_id: 1 }],
    ['no event', `/v1/pixel/track?writeKey=${KEY}&userId=u`, { event_not_defined: 1 }],
    [
      'properties that are text',
      `/v1/pixel/track?writeKey=${KEY}&userId=u&event=E&properties=x`,
      { properties_not_object: 1 },
    ],
    ['an event too large', `/v1/pixel/track?writeKey=${KEY}&userId=u&event=${'x'.repeat(33_000)}`, { bad_request: 1 }],
  ])('%s: a picture all the same, and a count where there is a source', async (_, path, rejected) => {
    await expectPixel(await load(path))
    expect(await outcome(desk)).toEqual({ events: 0, rejected })
  })

  it('because nothing can be stored: a picture all the same', async () => {
    const fails = () => Promise.reject(new Error('down'))
    const broken = await openDesk(
      { env: { EVENTS: { send: fails } as unknown as Queue<string>, ARCHIVE: { put: fails } as unknown as R2Bucket } },
      null,
    )
    await expectPixel(await load(`/v1/pixel/track?writeKey=${KEY}&userId=u&event=E`, broken))
  })

  it('because we fail: a picture all the same', async () => {
    const randomBytes = (): Uint8Array => {
      throw new Error('no entropy')
    }
    const broken = await openDesk({ ctx: { randomBytes } }, null)
    await expectPixel(await load(`/v1/pixel/track?writeKey=${KEY}&userId=u&event=E`, broken))
  })
})

describe('a pixel that nobody has looked at', () => {
  const path = `/v1/pixel/track?writeKey=${KEY}&userId=u&event=E`

  it.each<[string, RequestInit]>([
    ['HEAD', { method: 'HEAD' }],
    ...['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz'].flatMap((name) =>
      ['prefetch', 'prefetch;prerender', 'preview', 'Prefetch;anonymous-client-ip'].map(
        (value): [string, RequestInit] => [`${name}: ${value}`, { method: 'GET', headers: { [name]: value } }],
      ),
    ),
  ])('%s is answered, and counts nothing', async (_, init) => {
    const reply = await send(desk.at, path, init)
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'image/gif'])
    expect(await desk.taken()).toEqual([])
  })
})

it.each([
  `/v1/pixel/track?writeKey=${KEY}`,
  '/v1/pixel/nothing',
  `/pixel/track?writeKey=${KEY}`,
  `/v1/projects/${KEY}/settings`,
  '/v1/projects/nobody/settings',
  `/analytics.js/v1/${KEY}/analytics.min.js`,
  '/analytics.js/v1/nobody/analytics.min.js',
  '/analytics-next/bundles/nothing.js',
  '/next-integrations/actions/nothing.js',
])('a page that embeds only what allows it may load %s', async (path) => {
  const reply = await load(path)
  expect(reply.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  await desk.taken()
})
