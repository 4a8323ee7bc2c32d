import { describe, expect, it } from 'vitest'
import { connect, type Facts, newPackaged } from '../device/tools.ts'
import { call, freshPlatform, newSource } from '../world.ts'
import { ask, newIntegration, refusal } from './client.ts'

const at = freshPlatform()
const remote = { type: 'remote', url: 'https://cdn.partner.example.com/p.js', libraryName: 'partner' }

const make = (device: unknown, facts: Record<string, unknown> = {}) =>
  refusal(at, 'POST', '/api/integrations', { name: 'Tool', slug: 'tool', kind: 'packaged', device, ...facts })

it('is made with what runs on devices, and shown with the modes it has', async () => {
  const both = await newPackaged(at, { sdks: ['browser', 'ios'], settings: [] })
  expect(both).toMatchObject({
    kind: 'packaged',
    components: [{ type: 'SERVER' }, { type: 'BROWSER' }, { type: 'IOS' }],
    supportedPlatforms: { browser: true, server: true, mobile: true },
    device: { sdks: ['browser', 'ios'], plugin: remotePlugin(), defaultMode: 'device', modes: ['device', 'cloud'] },
    options: [{ name: 'apiKey' }],
  })
  const onDeviceOnly = await newPackaged(at, { sdks: ['android'], plugin: { type: 'bundle' }, endpoint: undefined })
  expect(onDeviceOnly).toMatchObject({
    components: [{ type: 'ANDROID' }],
    supportedPlatforms: { browser: false, server: false, mobile: true },
    device: { modes: ['device'] },
    options: [],
  })
})

function remotePlugin() {
  return { type: 'remote', url: 'https://cdn.partner.example.com/plugin.js', libraryName: 'partner' }
}

it.each<[unknown, Record<string, unknown>, string]>([
  [undefined, {}, 'device: A packaged integration says what runs on the device.'],
  [{ sdks: [], plugin: remote }, {}, 'device.sdks: At least one SDK.'],
  [{ sdks: ['windows'], plugin: remote }, {}, 'device.sdks.0: Must be some of browser, ios, android.'],
  [{ sdks: ['ios'], plugin: remote }, {}, 'device: Only the browser SDK loads remote plugins.'],
  [
    { sdks: ['browser'], plugin: { type: 'npm' } },
    {},
    'device.plugin.type: Must be a plugin of type remote or bundle.',
  ],
  [{ sdks: ['browser'], plugin: { ...remote, url: 'http://cdn.example.com/p.js' } }, {}, 'device.plugin.url: The URL'],
  [{ sdks: ['browser'], plugin: { ...remote, url: 'https://10.0.0.1/p.js' } }, {}, 'device.plugin.url: The URL'],
  [{ sdks: ['browser'], plugin: { ...remote, url: 'javascript:alert(1)' } }, {}, 'device.plugin.url: The URL'],
  [
    { sdks: ['browser'], plugin: { ...remote, libraryName: 'a.b()' } },
    {},
    'device.plugin.libraryName: Must be the name',
  ],
  [{ sdks: ['browser'], plugin: { ...remote, enriches: true } }, {}, 'device.plugin.enriches: '],
  [
    { sdks: ['browser'], plugin: { ...remote, subscriptions: [big()] } },
    {},
    'device.plugin.subscriptions: At most 32 KB as JSON.',
  ],
  [{ sdks: ['browser'], plugin: remote, defaultMode: 'cloud' }, {}, 'device: Cloud mode needs an endpoint.'],
  [
    { sdks: ['browser'], plugin: remote },
    { kind: 'direct', endpoint: 'https://partner.example.com/in' },
    'device: Only packaged integrations have a half on devices.',
  ],
])('cannot be made with %j %j', async (device, facts, problem) => {
  expect(await make(device, facts)).toMatchObject({ status: 400, problems: [expect.stringContaining(problem)] })
})

function big() {
  return { name: 'n', subscribe: 'type = "track"', partnerAction: 'a', mapping: { text: 'x'.repeat(33_000) } }
}

it('gains its API key with its endpoint', async () => {
  const made = await newPackaged(at, {
    endpoint: undefined,
    settings: [{ name: 'site', label: 'Site', type: 'string' }],
  })
  expect(made.options.map(({ name }) => name)).toEqual(['site'])
  const endpoint = 'https://partner.example.com/in'
  const { integration } = await ask<{ integration: typeof made }>(at, 'PATCH', `/api/integrations/${made.id}`, {
    endpoint,
  })
  expect(integration.options.map(({ name }) => name)).toEqual(['apiKey', 'site'])
})

describe('the mode of a destination', () => {
  it.each<[string, Facts, Record<string, unknown>, string]>([
    ['is what the integration says', { defaultMode: 'cloud' }, {}, 'cloud'],
    ['is the device unless it says otherwise', {}, {}, 'device'],
    ['is what the customer says', {}, { mode: 'cloud' }, 'cloud'],
  ])('%s', async (_, facts, input, mode) => {
    const { id } = await newSource(at)
    const { id: metadataId } = await newPackaged(at, facts)
    const made = await connect(at, id, metadataId, { settings: { apiKey: 'k' }, ...input })
    expect(made.mode).toBe(mode)
    expect(await ask(at, 'GET', `/api/destinations/${made.id}`)).toMatchObject({ destination: { mode } })
  })

  it.each([
    ['webhooks', { urls: ['https://hooks.example.com/in'] }, 'device', 'Webhooks has no device mode.'],
    ['webhooks', { urls: ['https://hooks.example.com/in'] }, 'cloud', 'Webhooks has no cloud mode.'],
    ['screeb', { websiteId: 'w' }, 'cloud', 'Screeb Web (Actions) has no cloud mode.'],
    ['amplitude-plugins', {}, 'device', 'Amplitude (Actions) has no device mode.'],
  ])('of %s %j cannot be %s', async (metadataId, settings, mode, problem) => {
    const { id: sourceId } = await newSource(at)
    const body = { sourceId, metadataId, settings, mode }
    expect(await refusal(at, 'POST', '/api/destinations', body)).toMatchObject({
      status: 400,
      problems: [`mode: ${problem}`],
    })
  })

  it('of a webhook is not spoken of', async () => {
    const { id } = await newSource(at)
    expect(await connect(at, id, 'webhooks', { settings: { urls: ['https://a.example.com/'] } })).not.toHaveProperty(
      'mode',
    )
  })
})

describe('a source has one enabled destination of a tool that devices know by name', () => {
  const settings = { websiteId: 'w' }
  const taken = { status: 409, problems: [expect.stringContaining('has an enabled Screeb Web (Actions) already')] }

  it('when a second is made or enabled', async () => {
    const { id: sourceId } = await newSource(at)
    const first = await connect(at, sourceId, 'screeb', { settings })
    const body = { sourceId, metadataId: 'screeb', settings }
    expect(await refusal(at, 'POST', '/api/destinations', body)).toMatchObject(taken)
    const second = await connect(at, sourceId, 'screeb', { settings, enabled: false })
    const enable = (id: string) => refusal(at, 'PATCH', `/api/destinations/${id}`, { enabled: true })
    expect(await enable(second.id)).toMatchObject(taken)
    await ask(at, 'PATCH', `/api/destinations/${first.id}`, { enabled: false })
    await ask(at, 'PATCH', `/api/destinations/${second.id}`, { enabled: true })
    expect(await enable(first.id)).toMatchObject(taken)
  })

  it('also when two are made at the same moment', async () => {
    const { id: sourceId } = await newSource(at)
    const body = { sourceId, metadataId: 'screeb', settings }
    const replies = await Promise.all([1, 2, 3].map(() => call(at, 'POST', '/api/destinations', body)))
    expect(replies.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409', '409'])
  })

  it('while another source has its own, and the cloud has several', async () => {
    for (const { id } of [await newSource(at), await newSource(at)]) await connect(at, id, 'screeb', { settings })
    const { id } = await newSource(at)
    const direct = await newIntegration(at)
    for (let n = 0; n < 2; n++) await connect(at, id, direct.id, { settings: { apiKey: 'k' } })
    expect(await ask(at, 'GET', `/api/sources/${id}/connected-destinations`)).toMatchObject({
      pagination: { totalEntries: 2 },
    })
  })
})
