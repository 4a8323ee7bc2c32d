import { describe, expect, it } from 'vitest'
import { readPrefix } from '../../../src/device/index.ts'
import { call, send } from '../world.ts'
import { openDesk } from '../ingest/desk.ts'

const under = (PATH_PREFIX: string) => openDesk({ env: { PATH_PREFIX } })

interface ClientSettings {
  integrations: { 'Segment.io': { apiHost: string } }
}

const apiHost = async (response: Response) => (await response.json<ClientSettings>()).integrations['Segment.io'].apiHost

describe('the variable', () => {
  it.each([
    ['/collect', '/collect'],
    ['collect', '/collect'],
    [' /collect/ ', '/collect'],
    ['//a/b.c_d~e-f//', '/a/b.c_d~e-f'],
    ['', ''],
    ['/', ''],
    [undefined, ''],
  ])('%j is the prefix %j', (variable, prefix) => {
    expect(readPrefix(variable)).toEqual({ prefix })
  })

  it.each([
    'https://x/y',
    'a b',
    'a//b',
    '..',
    '/a/../b',
    '.',
    'a?b',
    'a#b',
    'a%2Fb',
    'ü',
    '*',
    '/api',
    'v1/x',
    'healthz',
  ])('%j is refused in words', (variable) => {
    expect(readPrefix(variable)).toEqual({ prefix: '', fault: expect.stringMatching(/^PATH_PREFIX .*\.$/) })
  })
})

describe('beneath the prefix', () => {
  it.each(['/collect', ''])('events are taken at %j/v1/batch, /v1/track and by pixel', async (prefix) => {
    const { post, at, taken, writeKey } = await under('/collect')
    const event = { event: 'Paid', userId: 'u' }
    await post(`${prefix}/v1/track`, { ...event, writeKey })
    await post(`${prefix}/v1/batch/`, { batch: [{ ...event, type: 'track' }], writeKey })
    await post(`${prefix}/v1/b`, { batch: [{ ...event, type: 'track' }], writeKey })
    const data = btoa(JSON.stringify({ ...event, writeKey }))
    const gif = await send(at, `${prefix}/v1/pixel/track?data=${data}`, { method: 'GET' })
    expect(gif.headers.get('content-type')).toBe('image/gif')
    expect((await taken()).flatMap(({ events }) => events)).toHaveLength(4)
  })

  it('preflights are answered', async () => {
    const { at } = await under('/collect')
    const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' }
    const response = await send(at, '/collect/v1/t', { method: 'OPTIONS', headers })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://shop.example',
    ])
  })

  it('settings name a host with the prefix exactly when they were asked for beneath it', async () => {
    const { at, writeKey } = await under('/collect')
    const get = (path: string) => send(at, `${path}/v1/projects/${writeKey}/settings`, { method: 'GET' })
    expect(await apiHost(await get('/collect'))).toBe('sluice.test/collect/v1')
    expect(await apiHost(await get(''))).toBe('sluice.test/v1')
  })

  it.each(['/other', '/collect/collect', '/collected', '/Collect'])('nothing is found at %s', async (path) => {
    const { at, writeKey } = await under('/collect')
    const response = await send(at, `${path}/v1/projects/${writeKey}/settings`, { method: 'GET' })
    expect(response.status).toBe(404)
  })

  it.each(['/api/sources', '/healthz'])('there is no %s', async (path) => {
    const { at } = await under('/collect')
    const found = await call(at, 'GET', path)
    expect(found.status).toBe(200)
    expect((await send(at, `/collect${path}`, { method: 'GET' })).status).toBe(404)
  })

  it('without the variable there is nothing', async () => {
    const { post, writeKey } = await openDesk()
    expect((await post('/collect/v1/track', { event: 'Paid', userId: 'u', writeKey })).status).toBe(404)
  })
})
