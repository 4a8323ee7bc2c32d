import { beforeAll, describe, expect, it } from 'vitest'
import { Browser, freshPanel, ownerOf, type Page } from '../access/browser.ts'
import { type World, worldIn } from '../access/world.ts'
import { ADMIN } from '../world.ts'

const at = freshPanel({ ctx: { log: () => undefined } })
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
let owner: Browser
let world: World

beforeAll(async () => {
  owner = await ownerOf(at)
  world = await worldIn('ws_first')
})

/** What a browser says of a form of ours, with whatever body. */
const OURS = {
  Origin: 'https://sluice.test',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'navigate',
  Accept: 'text/html',
}

function post(who: Browser, path: string, body: BodyInit, headers: Record<string, string> = FORM): Promise<Page> {
  return who.send(path, { method: 'POST', body, headers: { ...OURS, ...headers } })
}

const deep = (levels: number) =>
  `{"type":"track","userId":"u","event":"E","properties":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`

describe('a body that is no form', () => {
  const PATHS = [
    '/sign-in',
    '/sign-out',
    '/theme',
    '/claim',
    '/forgot',
    '/reset/none',
    '/invites/none',
    '/sources',
    '/profile/name',
    '/workspace/switch',
    '/destinations',
  ]
  const BODIES: [string, string, BodyInit][] = [
    ['JSON', 'application/json', '{"a":1}'],
    ['multipart without a boundary', 'multipart/form-data', '--x\r\n'],
    [
      'multipart with a wrong boundary',
      'multipart/form-data; boundary=y',
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
    ],
    ['text', 'text/plain', 'a=1'],
    ['a picture', 'image/png', new Uint8Array([0x89, 0x50, 0, 255])],
    ['nonsense', ';;;', 'x'],
  ]
  it.each(BODIES)('%s is told so, to strangers and to members', async (_, type, body) => {
    for (const who of [new Browser(at), owner]) {
      for (const path of PATHS) {
        const { status, location, html } = await post(who, path, body, { 'Content-Type': type })
        expect([path, status, location, html.includes('This is no form')]).toEqual([path, 415, '', true])
      }
    }
  })

  it.each(['', '%', '=', '&&&', '%00=%00', 'a=%ff%fe&%c0%ae=1', '\u0000', 'email=%F0%9F', '__proto__=1&constructor=2'])(
    'and one that is hardly one, %j, is as good as empty',
    async (body) => {
      for (const path of ['/sign-in', '/theme', '/forgot', '/sources', `/sources/${world.source}/settings`]) {
        const { status } = await post(path.startsWith('/sources') ? owner : new Browser(at), path, body)
        expect([path, status < 500]).toEqual([path, true])
      }
    },
  )
})

describe('a form of very many fields', () => {
  it.each([
    ['a=&', 200_000],
    ['a&', 500_000],
    ['&', 1_000_000],
    ['settings.headers.name=x&', 40_000],
    ['%61=%62&', 100_000],
  ])('%s, %d times, is refused at once', async (field, times) => {
    const body = field.repeat(times)
    for (const [who, path] of [
      [owner, `/sources/${world.source}/settings`],
      [owner, `/destinations/${world.destination}/settings`],
      [owner, '/destinations'],
      [new Browser(at), '/sign-in'],
    ] as const) {
      const began = performance.now()
      const { status, html } = await post(who, path, body)
      expect([path, status, html.includes('at most 5,000 fields')]).toEqual([path, 413, true])
      expect(performance.now() - began).toBeLessThan(1_000)
    }
  })

  it('that are just not too many costs no more than its size', async () => {
    const began = performance.now()
    const { status } = await post(owner, `/destinations/${world.destination}/settings`, 'a=1&'.repeat(5_000))
    expect(status).toBe(422)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it.each([1_100_000, 20_000_000])('of %d bytes is refused', async (bytes) => {
    const { status } = await post(new Browser(at), '/sign-in', `email=${'x'.repeat(bytes)}`)
    expect(status).toBe(413)
  })
})

describe('an id with a line break in it', () => {
  it.each([
    '%0d%0aX-Injected:1',
    '%0aX-Injected:1',
    'x%0d%0a%0d%0a<script>',
    '%00',
    '%E2%80%A8',
    '%ff',
    '%c0%ae%c0%ae',
  ])('%s leads nowhere', async (id) => {
    for (const path of [
      `/destinations/${id}/state`,
      `/destinations/${id}/settings`,
      `/destinations/${id}/delete`,
      `/sources/${id}/settings`,
      `/sources/${id}/keys`,
      `/tokens/${id}/revoke`,
      `/people/${id}`,
      `/people/invites/${id}/withdraw`,
    ]) {
      for (const body of ['', 'to=nothing', 'to=enable', 'role=member', 'confirm=x']) {
        const { status, location, headers } = await post(owner, path, body)
        expect([path, body, status, location, headers.get('x-injected')]).toEqual([
          path,
          body,
          expect.any(Number),
          '',
          null,
        ])
        expect([path, body, status >= 400 && status < 500]).toEqual([path, body, true])
      }
    }
  })
})

describe('a test event', () => {
  it.each([501, 3_000, 6_000, 100_000])('nested %d deep is refused by page and API', async (levels) => {
    const form = new URLSearchParams({ event: deep(levels) })
    const page = await post(owner, `/destinations/${world.destination}/test`, form.toString())
    expect([page.status, page.html.includes('500 levels')]).toEqual([422, true])
    expect(page.html.length).toBeLessThan(400_000)
    const reply = await owner.send(`/api/destinations/${world.destination}/test`, {
      method: 'POST',
      body: `{"event":${deep(levels)}}`,
      headers: { ...ADMIN, 'Content-Type': 'application/json' },
    })
    expect([reply.status, reply.html.includes('levels')]).toEqual([400, true])
    expect(reply.html.length).toBeLessThan(1_000)
  })

  it('of many branches that are just not too deep is answered without indenting them', async () => {
    const branch = '['.repeat(490) + ']'.repeat(490)
    const event = `{"type":"track","userId":"u","event":"E","properties":{"a":[${Array(30).fill(branch).join()}]}}`
    const page = await post(owner, `/destinations/${world.destination}/test`, new URLSearchParams({ event }).toString())
    expect([page.status, page.html.length < 400_000]).toEqual([200, true])
  })

  it('larger than an event may be is refused', async () => {
    const event = { type: 'track', userId: 'u', event: 'E', properties: { text: 'é'.repeat(17_000) } }
    const reply = await owner.send(`/api/destinations/${world.destination}/test`, {
      method: 'POST',
      body: JSON.stringify({ event }),
      headers: { ...ADMIN, 'Content-Type': 'application/json' },
    })
    expect([reply.status, reply.html.includes('32 KB')]).toEqual([400, true])
  })
})

describe('a body of the Public API', () => {
  const send = (method: string, path: string, body: string) =>
    owner.send(path, { method, body, headers: { ...ADMIN, 'Content-Type': 'application/json' } })

  it('that is nested deeply is refused, wherever it stands', async () => {
    for (const levels of [600, 6_000, 200_000]) {
      const nested = '['.repeat(levels) + ']'.repeat(levels)
      for (const [method, path, body] of [
        ['POST', '/api/sources', `{"name":${nested}}`],
        ['POST', '/api/destinations', `{"sourceId":${nested},"settings":${nested}}`],
        ['PATCH', `/api/destinations/${world.destination}`, `{"settings":${nested}}`],
        ['PATCH', `/api/destinations/${world.destination}`, `{"settings":{"urls":${nested}}}`],
        ['PATCH', `/api/integrations/${world.integration}`, `{"settings":${nested}}`],
        ['POST', '/api/tokens', nested],
      ] as const) {
        const { status } = await send(method, path, body)
        expect([path, levels, status]).toEqual([path, levels, 400])
      }
    }
  })

  it('with very many mistakes names twenty', async () => {
    const urls = Array.from({ length: 20_000 }, () => 1)
    const { status, html } = await send(
      'PATCH',
      `/api/destinations/${world.destination}`,
      JSON.stringify({ settings: { urls } }),
    )
    expect([status, html.length < 10_000]).toEqual([400, true])
  })

  it.each(['x'.repeat(1_025), 'x'.repeat(8_000), '%00', '..%2f..%2fraw', '%ff'])(
    'names nothing parked as %s',
    async (id) => {
      expect((await send('POST', `/api/recovery/parked/${id}`, '{}')).status).toBe(404)
    },
  )
})
