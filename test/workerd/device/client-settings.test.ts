import { beforeAll, describe, expect, it } from 'vitest'
import { call, send } from '../world.ts'
import { type Desk, openDesk, refusal } from '../ingest/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'key-of_settings')
})

const get = (key: string, slash = '') => send(desk.at, `/v1/projects/${key}/settings${slash}`, { method: 'GET' })

interface ClientSettings {
  integrations: Record<string, Record<string, unknown>>
  [section: string]: unknown
}

/** Every path at which a value is null; Kotlin reads none of these. */
function nulls(value: unknown, path = ''): string[] {
  if (value === null) return [path]
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => nulls(inner, `${path}.${key}`))
}

describe('the settings of a known key', () => {
  it.each(['', '/'])('are JSON of exactly 200, at settings%s', async (slash) => {
    const response = await get('key-of_settings', slash)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
  })

  it('name the key and this host', async () => {
    const { integrations } = await (await get('key-of_settings')).json<ClientSettings>()
    expect(integrations['Segment.io']).toMatchObject({ apiKey: 'key-of_settings', apiHost: 'sluice.test/v1' })
  })

  it('name the port of this host too', async () => {
    const request = new Request('http://localhost:8787/v1/projects/key-of_settings/settings')
    const { integrations } = await (await desk.at.http.fetch(request)).json<ClientSettings>()
    expect(integrations['Segment.io']?.apiHost).toBe('localhost:8787/v1')
  })

  it('hold no null, and an object in each section that must be one', async () => {
    const settings = await (await get('key-of_settings')).json<ClientSettings>()
    expect(nulls(settings)).toEqual([])
    const sections = ['integrations', 'plan', 'edgeFunction', 'middlewareSettings', 'metrics']
    for (const section of sections) expect(settings[section]).toBeTypeOf('object')
    expect(settings).toMatchObject({ metrics: { sampleRate: 0 }, middlewareSettings: { routingRules: [] } })
  })

  it('list no destination when there is none', async () => {
    const { integrations } = await (await get('key-of_settings')).json<ClientSettings>()
    expect(Object.keys(integrations)).toEqual(['Segment.io'])
  })

  it('make clients keep what only we could not take, and drop what no retry helps', async () => {
    const { integrations } = await (await get('key-of_settings')).json<ClientSettings>()
    expect(integrations['Segment.io']?.httpConfig).toMatchObject({
      rateLimitConfig: { enabled: true },
      backoffConfig: { enabled: true, default4xxBehavior: 'drop', default5xxBehavior: 'retry' },
    })
  })
})

describe('the settings of no key', () => {
  it.each(['nobody', 'key-of', '__proto__', '%00', 'key-of_settings%20'])('%s: 404', async (key) => {
    expect(await refusal(await get(key))).toMatchObject({ status: 404, code: 'unknown_source' })
  })

  it('are those of a revoked key', async () => {
    const path = `/api/sources/${desk.source}/writekey`
    await call(desk.at, 'POST', path, { writeKey: 'second' })
    await call(desk.at, 'DELETE', `${path}/second`)
    expect((await get('second')).status).toBe(404)
    expect((await get('key-of_settings')).status).toBe(200)
  })
})
