import { beforeAll, describe, expect, it } from 'vitest'
import tools from '../../../generated/browser-tools.json' with { type: 'json' }
import type { Platform } from '../../../src/wiring.ts'
import { freshPlatform, send } from '../world.ts'

const CHUNK = '/analytics-next/bundles/schemaFilter.bundle.a6a77355d52c20e3a83d.js'

let at: Platform
beforeAll(() => {
  at = freshPlatform({ env: { PATH_PREFIX: '/collect' } })
})

const get = (path: string) => send(at, path, { method: 'GET' })

function expectImmutable(response: Response) {
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/javascript/)
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
}

describe.each(['', '/collect'])('beneath %j', (prefix) => {
  it('a chunk of analytics.js is there for good, for any page', async () => {
    const response = await get(prefix + CHUNK)
    expectImmutable(response)
    expect(await response.text()).toMatch(/webpackChunk/)
  })

  it.each([...tools.map(({ script }) => script), '/next-integrations/actions/688/bfba63ca3870acbc5783.js'])(
    '%s is there',
    async (script) => {
      const response = await get(prefix + script)
      expectImmutable(response)
      expect(await response.text()).not.toMatch(/sourceMappingURL|polyfill\.io/)
    },
  )

  it('is not sent again to whoever has it', async () => {
    const etag = (await get(prefix + CHUNK)).headers.get('etag') ?? ''
    const again = await send(at, prefix + CHUNK, { method: 'GET', headers: { 'If-None-Match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('HEAD has no body', async () => {
    const response = await send(at, prefix + CHUNK, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  it.each([
    '/analytics-next/bundles/other.js',
    '/analytics-next/bundles/',
    '/next-integrations/actions/braze',
    '/next-integrations/actions/../../_headers',
    '/analytics-next/..%2f_headers',
    `${CHUNK}.map`,
  ])('%s is not, and nobody remembers that', async (path) => {
    const response = await get(prefix + path)
    expect(response.status).toBe(404)
    expect(response.headers.get('cache-control') ?? 'no-store').toBe('no-store')
  })
})
