import { describe, expect, it } from 'vitest'
import { NOT_SERVED } from '../../../src/control/not-served.ts'
import { env } from 'cloudflare:workers'
import { ADMIN, call, execution, freshPlatform } from '../world.ts'
import { refusal } from './client.ts'

const at = freshPlatform()
const routes = NOT_SERVED.flatMap(({ group, sentence, routes: some }) =>
  some.map((route): [string, string, string] => [route, group, sentence]),
)
const filled = (path: string) => `/api${path.replaceAll(/:\w+/g, 'one')}`

describe('what of Segment’s API is not here', () => {
  it.each(routes)('%s says so', async (route, _, sentence) => {
    const [method = '', path = ''] = route.split(' ')
    const body = method === 'GET' ? undefined : {}
    expect(await refusal(at, method, filled(path), body)).toEqual({
      status: 501,
      type: 'not-implemented',
      problems: [sentence],
    })
    // A stranger hears nothing of it.
    expect((await call(at, method, filled(path), body, {})).status).toBe(401)
  })

  it('is what has no route, each once', () => {
    const served = new Set(at.http.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`))
    const here = routes.map(([route]) => route.replace(' ', ' /api').replaceAll(/:\w+/g, ':'))
    expect(here.filter((route) => served.has(route))).toEqual([])
    expect(new Set(here).size).toBe(here.length)
  })

  it.each(['GET /api/tracking-plan', 'POST /api/tracking-plans/a/b/c', 'PUT /api/functions', 'GET /api/spaces/a/b'])(
    '%s is nothing of Segment’s, and so nothing at all',
    async (route) => {
      const [method = '', path = ''] = route.split(' ')
      expect((await refusal(at, method, path, method === 'GET' ? undefined : {})).status).toBe(404)
    },
  )
})

describe('the media type of an answer', () => {
  const typeOf = async (accept: string, path = '/api') => {
    const request = new Request(`https://sluice.test${path}`, { headers: { ...ADMIN, Accept: accept } })
    const reply = await at.http.fetch(request, env, execution())
    await reply.body?.cancel()
    return reply.headers.get('content-type')
  }

  it.each([
    ['application/vnd.segment.v1+json', 'application/vnd.segment.v1+json'],
    ['application/vnd.segment.v1beta+json', 'application/vnd.segment.v1beta+json'],
    ['application/vnd.segment.v1alpha+json; q=1', 'application/vnd.segment.v1alpha+json'],
    ['text/html, application/vnd.segment.v1+json, application/json', 'application/vnd.segment.v1+json'],
    ['application/json, application/vnd.segment.v1+json', 'application/json'],
    ['*/*', 'application/json'],
    ['application/vnd.segment.v9+json', 'application/json'],
    ['', 'application/json'],
  ])('%j: %s', async (accept, expected) => {
    for (const path of ['/api', '/api/nothing', '/api/tracking-plans', '/api/sources/none']) {
      expect([path, await typeOf(accept, path)]).toEqual([path, expected])
    }
  })
})
