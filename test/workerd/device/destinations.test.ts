import { describe, expect, it } from 'vitest'
import { ask, newDestination } from '../api/client.ts'
import { freshPlatform, newSource } from '../world.ts'
import { connect, fetchSettings, newPackaged } from './tools.ts'

const at = freshPlatform()
const screeb = (facts: Record<string, unknown> = {}) => ({ settings: { websiteId: 'site-1' }, ...facts })

describe('a tool in device mode', () => {
  it('is there as a plugin to load, with its settings and what it does with which events', async () => {
    const { id, writeKey } = await newSource(at)
    await connect(at, id, 'screeb', screeb())
    const { integrations, remotePlugins } = await fetchSettings(at, writeKey, 'in.example.com')
    expect(integrations['Screeb Web (Actions)']).toEqual({
      websiteId: 'site-1',
      bundlingStatus: 'bundled',
      versionSettings: { version: '1.0.0', componentTypes: [] },
    })
    expect(remotePlugins).toEqual([
      {
        name: 'Screeb Web (Actions)',
        creationName: 'Screeb Web (Actions)',
        libraryName: 'screebDestination',
        url: expect.stringMatching(
          /^https:\/\/in\.example\.com\/next-integrations\/actions\/screeb\/[0-9a-f]{20}\.js$/,
        ),
        settings: { websiteId: 'site-1', subscriptions: expect.any(Array) },
      },
    ])
    expect(remotePlugins[0]?.settings.subscriptions).toContainEqual({
      id: '1',
      name: 'Track',
      enabled: true,
      subscribe: 'type = "track"',
      partnerAction: 'track',
      mapping: expect.objectContaining({ name: { '@path': '$.event' } }),
    })
  })

  it('of a partner is loaded from where the partner says', async () => {
    const { id, writeKey } = await newSource(at)
    const { id: metadataId, name } = await newPackaged(at, { endpoint: undefined })
    expect((await connect(at, id, metadataId)).mode).toBe('device')
    const { remotePlugins } = await fetchSettings(at, writeKey)
    expect(remotePlugins).toMatchObject([
      {
        name,
        url: 'https://cdn.partner.example.com/plugin.js',
        libraryName: 'partner',
        settings: { subscriptions: [] },
      },
    ])
  })

  it('that its developer builds in gets its settings and is not loaded', async () => {
    const { id, writeKey } = await newSource(at)
    const facts = { sdks: ['ios', 'android'], plugin: { type: 'bundle' }, endpoint: undefined }
    const settings = [{ name: 'key', label: 'Key', type: 'string', scope: 'device' }]
    const { id: metadataId, name } = await newPackaged(at, { ...facts, settings })
    await connect(at, id, metadataId, { settings: { key: 'k-1' } })
    const found = await fetchSettings(at, writeKey)
    expect(found.remotePlugins).toEqual([])
    expect(found.integrations[name]).toMatchObject({
      key: 'k-1',
      versionSettings: { componentTypes: ['ios', 'android'] },
    })
  })
})

describe('a tool in cloud mode', () => {
  it('is named as unbundled and nothing else: with an entry the mobile SDKs would start its plugin', async () => {
    const { id, writeKey } = await newSource(at)
    const { id: metadataId, name } = await newPackaged(at)
    await connect(at, id, metadataId, { settings: { apiKey: 'k' }, mode: 'cloud' })
    const { integrations, remotePlugins } = await fetchSettings(at, writeKey)
    expect([Object.keys(integrations), remotePlugins]).toEqual([['Segment.io'], []])
    expect(integrations['Segment.io'].unbundledIntegrations).toEqual([name])
  })

  it('is loaded all the same when it only adds to events', async () => {
    const { id, writeKey } = await newSource(at)
    expect((await connect(at, id, 'amplitude-plugins')).mode).toBe('cloud')
    const { integrations, remotePlugins } = await fetchSettings(at, writeKey)
    expect(remotePlugins.map(({ name }) => name)).toEqual(['Amplitude (Actions)'])
    expect(integrations['Segment.io'].unbundledIntegrations).toEqual(['Amplitude (Actions)'])
  })
})

it('those of the cloud alone are not named at all', async () => {
  const { id, writeKey } = await newSource(at)
  await newDestination(at, id)
  const { integrations, remotePlugins } = await fetchSettings(at, writeKey)
  expect([Object.keys(integrations), remotePlugins]).toEqual([['Segment.io'], []])
  expect(integrations['Segment.io'].unbundledIntegrations).toEqual([])
})

it('follow each change: mode, settings, disabled, deleted', async () => {
  const { id, writeKey } = await newSource(at)
  const { id: metadataId, name } = await newPackaged(at, {
    settings: [{ name: 'site', label: 'Site', type: 'string', scope: 'device' }],
  })
  const destination = await connect(at, id, metadataId, { settings: { apiKey: 'k', site: 'a' } })
  const change = (body: unknown) => ask(at, 'PATCH', `/api/destinations/${destination.id}`, body)
  const tools = async () => {
    const { integrations, remotePlugins } = await fetchSettings(at, writeKey)
    return [integrations[name]?.site, remotePlugins.length, integrations['Segment.io'].unbundledIntegrations.length]
  }
  expect(await tools()).toEqual(['a', 1, 0])
  await change({ settings: { site: 'b' } })
  expect(await tools()).toEqual(['b', 1, 0])
  await change({ mode: 'cloud' })
  expect(await tools()).toEqual([undefined, 0, 1])
  await change({ mode: 'device' })
  expect(await tools()).toEqual(['b', 1, 0])
  await change({ enabled: false })
  expect(await tools()).toEqual([undefined, 0, 0])
  await change({ enabled: true })
  await ask(at, 'DELETE', `/api/destinations/${destination.id}`)
  expect(await tools()).toEqual([undefined, 0, 0])
})

describe('their copies', () => {
  it('are known by a tag, are good for 20 s, and can be asked for again cheaply from any page', async () => {
    const { writeKey } = await newSource(at)
    const ask = (headers: Record<string, string> = {}) => {
      const url = `https://tags.sluice.test/v1/projects/${writeKey}/settings`
      return at.http.fetch(new Request(url, { headers: { Origin: 'https://shop.example', ...headers } }))
    }
    const first = await ask()
    const tag = first.headers.get('etag') ?? ''
    expect([tag, first.headers.get('cache-control')]).toEqual([expect.stringMatching(/^".+"$/), 'public, max-age=20'])
    const again = await ask({ 'If-None-Match': tag })
    expect([again.status, await again.text(), again.headers.get('access-control-allow-origin')]).toEqual([
      304,
      '',
      'https://shop.example',
    ])
    expect((await ask({ 'If-None-Match': '"another"' })).status).toBe(200)
  })

  it('at the edge serve without asking D1, for the address they were made for', async () => {
    const { id, writeKey } = await newSource(at)
    const before = await fetchSettings(at, writeKey, 'one.sluice.test')
    await connect(at, id, 'screeb', screeb())
    expect(await fetchSettings(at, writeKey, 'one.sluice.test')).toEqual(before)
    const other = await fetchSettings(at, writeKey, 'two.sluice.test')
    expect([other.integrations['Segment.io'].apiHost, other.remotePlugins.length]).toEqual(['two.sluice.test/v1', 1])
  })

  it('are not made of an answer that D1 had no part in', async () => {
    const DB = {
      prepare: () => {
        throw new Error('D1 is away')
      },
    } as unknown as D1Database
    const cut = freshPlatform({ env: { DB }, ctx: { log: () => undefined } })
    const response = await cut.http.fetch(new Request('https://cut.sluice.test/v1/projects/any/settings'))
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
  })
})
