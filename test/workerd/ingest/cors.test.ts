import { beforeAll, describe, expect, it } from 'vitest'
import { send } from '../world.ts'
import { basic, type Desk, openDesk, track } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'key-of-cors')
})

const ORIGIN = 'https://shop.example'

function preflight(path: string, asked?: string, origin: string | null = ORIGIN): Promise<Response> {
  const headers = {
    'Access-Control-Request-Method': 'POST',
    ...(origin !== null && { Origin: origin }),
    ...(asked !== undefined && { 'Access-Control-Request-Headers': asked }),
  }
  return send(desk.at, path, { method: 'OPTIONS', headers })
}

const list = (response: Response, name: string) => (response.headers.get(name) ?? '').split(/,\s*/)

describe('a preflight', () => {
  it.each(['/v1/t', '/v1/b', '/v1/batch/', '/v1/m', '/v1/pixel/track', '/v1/projects/key-of-cors/settings'])(
    'of %s allows what the SDKs send',
    async (path) => {
      const response = await preflight(path, 'authorization,content-type,x-retry-count')
      expect([200, 204]).toContain(response.status)
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
      expect(response.headers.get('access-control-allow-credentials')).toBe('true')
      expect(list(response, 'access-control-allow-headers').toSorted()).toEqual([
        'authorization',
        'content-type',
        'x-retry-count',
      ])
      expect(list(response, 'access-control-allow-methods')).toEqual(expect.arrayContaining(['GET', 'POST']))
      expect(Number(response.headers.get('access-control-max-age'))).toBeGreaterThanOrEqual(7200)
      expect(list(response, 'vary')).toContain('Origin')
      expect(await response.text()).toBe('')
    },
  )

  it.each(['x-odd-one', 'X-Odd-One', 'x_odd.one', 'anonymousid', 'sentat'])('allows %s when asked', async (name) => {
    const allowed = list(await preflight('/v1/t', `authorization, ${name}`), 'access-control-allow-headers')
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type', name.toLowerCase()]))
  })

  it('allows the usual headers unasked', async () => {
    expect(list(await preflight('/v1/t'), 'access-control-allow-headers')).toContain('authorization')
  })

  it('repeats nothing that is no header name', async () => {
    const asked = `<script>, a b, ${'x'.repeat(99)}, "x", , x-good`
    expect(list(await preflight('/v1/t', asked), 'access-control-allow-headers')).toEqual([
      'authorization',
      'content-type',
      'x-retry-count',
      'x-good',
    ])
  })

  it('without Origin allows any, without credentials', async () => {
    const response = await preflight('/v1/t', 'authorization', null)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })
})

/** Every kind of reply; a page can read none that lacks the headers. */
const REPLIES: [kind: string, status: number, path: string, init: RequestInit][] = [
  ['accepted', 200, '/v1/t', { headers: basic('key-of-cors'), body: JSON.stringify(track()) }],
  ['metrics', 200, '/v1/m', { body: '{}' }],
  ['broken', 400, '/v1/t', { body: '{' }],
  ['unknown key', 400, '/v1/t', { body: JSON.stringify(track({ writeKey: 'nobody' })) }],
  ['unknown path', 404, '/v1/x', { body: '{}' }],
  ['wrong method', 405, '/v1/t', { method: 'GET' }],
  ['pixel', 200, '/v1/pixel/track?event=E', { method: 'GET' }],
  ['settings', 200, '/v1/projects/key-of-cors/settings', { method: 'GET' }],
  ['no settings', 404, '/v1/projects/nobody/settings', { method: 'GET' }],
]

describe.each(REPLIES)('the reply “%s”', (_, status, path, init) => {
  it.each([ORIGIN, 'http://localhost:3000', 'null'])('can be read by a page of %s', async (origin) => {
    const headers = { ...(init.headers as Record<string, string> | undefined), Origin: origin }
    const response = await send(desk.at, path, { ...init, headers })
    expect(response.status).toBe(status)
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    expect(list(response, 'vary')).toContain('Origin')
    expect(list(response, 'access-control-expose-headers')).toEqual([
      'Retry-After',
      'X-RateLimit-Reset',
      'X-RateLimit-Percentage-Used',
    ])
  })

  it('without Origin is open to any', async () => {
    const response = await send(desk.at, path, init)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })
})
