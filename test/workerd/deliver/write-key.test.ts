import { beforeAll, describe, expect, it, vi } from 'vitest'
import { newDestination, newIntegration } from '../api/client.ts'
import { freshPlatform, newSource, send } from '../world.ts'

const WRITE_KEY = 'write_key_that_nobody_sees'
const BASIC = { Authorization: `Basic ${btoa(`${WRITE_KEY}:`)}` }
const event = (messageId: string, more: object = {}) => ({ type: 'track', userId: 'u', event: 'E', messageId, ...more })

/** Every way in which a client names its write key. */
const WAYS: [string, RequestInit & { path: string }][] = [
  ['in the body', { path: '/v1/track', body: JSON.stringify(event('m0', { writeKey: WRITE_KEY })) }],
  ['as user name', { path: '/v1/track', headers: BASIC, body: JSON.stringify(event('m1')) }],
  ['of a batch', { path: '/v1/batch', body: JSON.stringify({ writeKey: WRITE_KEY, batch: [event('m2')] }) }],
  [
    'of a batch and of each of its events',
    {
      path: '/v1/batch',
      headers: BASIC,
      body: JSON.stringify({ writeKey: WRITE_KEY, batch: [event('m3', { writeKey: WRITE_KEY })] }),
    },
  ],
  [
    'of a pixel',
    {
      method: 'GET',
      path: `/v1/pixel/track?data=${encodeURIComponent(btoa(JSON.stringify(event('m4', { writeKey: WRITE_KEY }))))}`,
    },
  ],
]

const posted: { url: string; headers: Headers; body: string }[] = []

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
    posted.push({ url: String(url), headers: new Headers(init?.headers), body: String(init?.body) })
    return Promise.resolve(new Response('ok'))
  })
  const at = freshPlatform()
  const { id } = await newSource(at, WRITE_KEY)
  await newDestination(at, id, { urls: ['https://hooks.example.com/in'], sharedSecret: 's' })
  await newDestination(at, id, { apiKey: 'k' }, (await newIntegration(at)).id)
  for (const [, { path, ...init }] of WAYS) await send(at, path, init)
  await vi.waitUntil(() => posted.length >= 2 * WAYS.length, { timeout: 10_000 })
}, 20_000)

describe('no destination sees the write key', () => {
  it.each(WAYS.map(([name], index): [string, string] => [name, `m${index}`]))('%s', (_, messageId) => {
    const requests = posted.filter(({ body }) => body.includes(`"messageId":"${messageId}"`))
    expect(requests.map(({ url }) => new URL(url).hostname).toSorted()).toEqual([
      'hooks.example.com',
      'partner.example.com',
    ])
    for (const { url, headers, body } of requests) {
      const all = url + JSON.stringify([...headers]) + body
      for (const form of [WRITE_KEY, btoa(WRITE_KEY), btoa(`${WRITE_KEY}:`), 'writeKey']) {
        expect(all).not.toContain(form)
      }
    }
  })
})
