import { beforeAll, expect, it } from 'vitest'
import { send } from '../world.ts'
import { type Desk, openDesk, track } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ env: { PATH_PREFIX: '/collect' } }, 'key-of-doors')
})

const key = { writeKey: 'key-of-doors' }
const CASES: [of: string, init: RequestInit & { body?: string }][] = [
  ['an event', { body: JSON.stringify({ ...key, ...track({ messageId: 'm' }) }) }],
  [
    'an event of a page',
    { body: JSON.stringify({ ...key, ...track({ messageId: 'm' }) }), headers: { Origin: 'https://shop.example' } },
  ],
  [
    'a batch',
    { body: JSON.stringify({ ...key, batch: [track({ messageId: 'm' }), track({ userId: 7, messageId: 'n' })] }) },
  ],
  ['an event that is rejected', { body: JSON.stringify({ ...key, ...track({ event: 5 }) }) }],
  ['no JSON', { body: '{"writeKey":"key-of-doors",' }],
  [
    'an unknown key',
    { body: JSON.stringify({ writeKey: 'nobody', ...track() }), headers: { Origin: 'https://shop.example' } },
  ],
  ['no key', { body: JSON.stringify(track()) }],
  ['another method', { method: 'PUT', body: '{}' }],
  ['a look', { method: 'GET' }],
  ['a preflight', { method: 'OPTIONS', headers: { Origin: 'https://shop.example' } }],
  ['a head', { method: 'HEAD' }],
]

const answerTo = async (path: string, init: RequestInit) => {
  const reply = await send(desk.at, path, { method: 'POST', ...init })
  const taken = (await desk.taken()).map(({ source, rejected, events }) => ({ source, rejected, events }))
  return { status: reply.status, headers: [...reply.headers], text: await reply.text(), taken }
}

// Paths that are written otherwise go to the router.
it.each(
  CASES.flatMap(([of, init]) =>
    ['/v1/track', '/v1/batch'].map((path): [string, string, RequestInit] => [of, path, init]),
  ),
)('%s at %s is answered by the door as by the router', async (_, path, init) => {
  const routed = await answerTo(`/${path}`, init)
  for (const direct of [path, `${path}?a=b`, `/collect${path}`]) expect(await answerTo(direct, init)).toEqual(routed)
})

it.each(['/v1/track', '//v1/track'])('an error at %s is answered and readable by any page', async (path) => {
  const logged: unknown[] = []
  const broken = await openDesk(
    {
      ctx: {
        log: (_, message, fields) => logged.push([message, fields?.path, fields?.error]),
        now: () => {
          throw new Error('no clock')
        },
      },
    },
    null,
  )
  const reply = await send(broken.at, path, { body: '{}', headers: { Origin: 'https://shop.example' } })
  expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([500, 'https://shop.example'])
  expect(await reply.json()).toMatchObject({ success: false, code: 'internal' })
  expect(logged).toEqual([['request failed', '/v1/track', 'Error: no clock']])
})
