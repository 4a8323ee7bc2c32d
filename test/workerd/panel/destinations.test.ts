import { beforeAll, describe, expect, it } from 'vitest'
import { ask, type DestinationReply, newDestination, newIntegration } from '../api/client.ts'
import { newSource } from '../world.ts'
import { rig } from './rig.ts'

const at = rig()
let source: string

beforeAll(async () => {
  source = (await newSource(at)).id
})

const idOf = (location: string) => /dst_\w+/.exec(location)?.[0] ?? ''
const read = (id: string) =>
  ask<{ destination: DestinationReply }>(at, 'GET', `/api/destinations/${id}`).then((data) => data.destination)

const SECRET = 'secret-that-nobody-may-see'
const webhook = (fields: Record<string, string | string[]> = {}) => ({
  source,
  integration: 'webhooks',
  act: 'enable',
  'settings.urls': ['https://hooks.example.com/in', ''],
  schedule: 'segment-4h',
  ...fields,
})

describe('a destination from the form of its settings', () => {
  it('is enabled, and keeps what was typed', async () => {
    const made = await at.post(
      '/destinations',
      webhook({
        name: 'Mine',
        'settings.urls': ['https://a.example.com/x', '', ' https://b.example.com/y '],
        'settings.headers.key': ['Authorization', ''],
        'settings.headers.value': [SECRET, ''],
        'settings.sharedSecret': SECRET,
        rate: '2.5',
        concurrency: '7',
        maxInFlight: '12',
        schedule: 'custom',
        delays: '0, 5 60',
        age: '600',
      }),
    )
    expect(made.location).toMatch(/said=destination-enabled/)
    expect(await read(idOf(made.location))).toMatchObject({
      name: 'Mine',
      enabled: true,
      rate: 2.5,
      concurrency: 7,
      maxInFlight: 12,
      schedule: { delaysSeconds: [0, 5, 60], ageSeconds: 600 },
      settings: { urls: ['https://a.example.com/x', 'https://b.example.com/y'] },
    })
  })

  it('is saved without being enabled, under the name of its integration', async () => {
    const made = await at.post('/destinations', webhook({ act: 'save' }))
    expect(await read(idOf(made.location))).toMatchObject({
      enabled: false,
      name: 'Webhooks',
      rate: null,
      concurrency: null,
      maxInFlight: null,
    })
  })

  it.each<[string, Record<string, string | string[]>, RegExp]>([
    [
      'an address that is none',
      { 'settings.urls': ['https://ok.example.com', 'http://10.0.0.1/'] },
      /id="setting-urls-1-error">The address must begin with https/,
    ],
    ['no address', { 'settings.urls': [''] }, /id="setting-urls-error">At least one is needed/],
    [
      'a header twice',
      { 'settings.headers.key': ['A', 'A'], 'settings.headers.value': ['1', '2'] },
      /id="setting-headers-error">&quot;A&quot; is there twice/,
    ],
    [
      'a header of our own',
      { 'settings.headers.key': ['Host'], 'settings.headers.value': ['x'] },
      /id="setting-headers-error">The header Host cannot be set/,
    ],
    [
      'a secret of the wrong form',
      { 'settings.signingSecret': SECRET },
      /id="setting-signingSecret-error">The secret must be whsec_/,
    ],
    ['a rate of nothing', { rate: '0' }, /id="rate-error">At least 0.001 a second/],
    ['too many in flight', { maxInFlight: '601' }, /id="maxInFlight-error">At most 600/],
    ['too many workers', { concurrency: '99' }, /id="concurrency-error">At most 50/],
    ['delays that are none', { schedule: 'custom', delays: 'soon', age: '60' }, /id="schedule-error">Must be a number/],
    [
      'an age under the delays',
      { schedule: 'custom', delays: '0,100', age: '60' },
      /id="schedule-error">Must be at least the sum/,
    ],
  ])('%s is refused beside its field', async (_, fields, message) => {
    const { status, html } = await at.post('/destinations', webhook({ 'settings.sharedSecret': SECRET, ...fields }))
    expect(status).toBe(422)
    expect(html).toMatch(message)
    expect(html).not.toContain(SECRET)
    expect(html).toContain('Type it again')
  })

  it('comes back with one line more, without scripts', async () => {
    const { status, html } = await at.post('/destinations', webhook({ more: 'urls' }))
    expect(status).toBe(200)
    expect(html.match(/name="settings\.urls"/g)).toHaveLength(2)
  })

  it('takes every type of field', async () => {
    const { slug } = await newIntegration(at, {
      settings: [
        { name: 'region', label: 'Region', type: 'select', required: true, choices: ['eu', 'us'] },
        { name: 'sandbox', label: 'Sandbox', type: 'boolean', default: true },
        { name: 'days', label: 'Days', type: 'number' },
        { name: 'names', label: 'Names', type: 'map' },
        { name: 'note', label: 'Note', type: 'string', default: 'hello' },
      ],
    })
    const form = await at.get(`/destinations/new?integration=${slug}&source=${source}`)
    expect(form.html).toMatch(/name="settings.sandbox" value="on" checked/)
    expect(form.html).toMatch(/name="settings.note" value="hello"/)
    const fields = { source, integration: slug, act: 'save', 'settings.apiKey': SECRET, 'settings.days': 'x' }
    const refused = await at.post('/destinations', fields)
    expect(refused.html).toMatch(/id="setting-days-error">Must be a number/)
    expect(refused.html).toMatch(/id="setting-region-error">This setting is required/)
    const made = await at.post('/destinations', {
      ...fields,
      'settings.days': '30',
      'settings.region': 'eu',
      'settings.names.key': 'a',
      'settings.names.value': 'b',
    })
    expect((await read(idOf(made.location))).settings).toMatchObject({
      region: 'eu',
      sandbox: false,
      days: 30,
      names: { a: 'b' },
      note: 'hello',
    })
  })
})

describe('its settings', () => {
  const settings = {
    urls: ['https://hooks.example.com/in'],
    headers: { Authorization: SECRET, 'X-Plain': SECRET },
    sharedSecret: SECRET,
  }

  it('never show a secret, and keep it when nothing is typed', async () => {
    const { id } = await newDestination(at, source, settings)
    const path = `/destinations/${id}/settings`
    const { html } = await at.get(path)
    expect(html).not.toContain(SECRET)
    expect(html).not.toContain(SECRET.slice(-4))
    expect(html).toContain('Kept. Type to replace it')
    const before = await read(id)
    const fields = {
      name: 'Renamed',
      'settings.urls': 'https://hooks.example.com/other',
      'settings.headers.key': ['Authorization'],
      'settings.headers.value': [''],
      'settings.sharedSecret': '',
      schedule: 'segment-4h',
    }
    expect((await at.post(path, fields)).location).toBe(`${path}?said=destination-saved`)
    const after = await read(id)
    expect(after).toMatchObject({
      name: 'Renamed',
      settings: { urls: ['https://hooks.example.com/other'], sharedSecret: before.settings.sharedSecret },
    })
    expect(Object.keys(after.settings.headers as object)).toEqual(['Authorization'])
    expect(after.settings.headers).toEqual({
      Authorization: (before.settings.headers as Record<string, string>).Authorization,
    })
  })

  it('give up a secret that is to be removed', async () => {
    const { id } = await newDestination(at, source, settings)
    await at.post(`/destinations/${id}/settings`, {
      name: 'x',
      'settings.urls': 'https://other.example.com/',
      'remove.sharedSecret': 'on',
      schedule: 'segment-4h',
    })
    const after = await read(id)
    expect(after.settings).not.toHaveProperty('sharedSecret')
    expect(after.settings).not.toHaveProperty('headers')
  })

  it('stay as they were when something is wrong', async () => {
    const { id } = await newDestination(at, source, settings)
    const { status, html } = await at.post(`/destinations/${id}/settings`, {
      name: '',
      'settings.urls': 'ftp://x',
      'settings.sharedSecret': 'other-secret-text',
      schedule: 'segment-4h',
    })
    expect(status).toBe(422)
    expect(html).toMatch(/id="name-error"/)
    expect(html).not.toContain('other-secret-text')
    expect((await read(id)).settings.urls).toEqual(settings.urls)
  })
})

describe('its state', () => {
  it('goes from enabled to paused, resumed, disabled and back', async () => {
    const { id } = await newDestination(at, source)
    for (const [to, state] of [
      ['pause', { paused: true }],
      ['resume', { paused: false }],
      ['disable', { enabled: false }],
      ['enable', { enabled: true }],
    ] as const) {
      const { status } = await at.post(`/destinations/${id}/state`, { to })
      expect(status).toBe(303)
      expect(await read(id)).toMatchObject(state)
    }
    await at.post(`/destinations/${id}/state`, { to: 'explode' })
    expect(await read(id)).toMatchObject({ enabled: true, paused: false })
  })

  it('is deleted by its name only', async () => {
    const { id, name } = await newDestination(at, source)
    expect((await at.get(`/destinations/${id}/delete`)).html).toContain('No events wait for it')
    expect((await at.post(`/destinations/${id}/delete`, { confirm: 'x' })).html).toMatch(/id="confirm-error"/)
    expect((await at.post(`/destinations/${id}/delete`, { confirm: name })).status).toBe(303)
    expect((await at.get(`/destinations/${id}`)).status).toBe(404)
  })
})

describe('after a mistake in the form', () => {
  it('a header stays as it was typed, and one that may be a secret says that it has to be typed again', async () => {
    const { status, html } = await at.post('/destinations', {
      source,
      integration: 'webhooks',
      'settings.urls': 'no address',
      'settings.headers.key': ['X-Env', 'Authorization'],
      'settings.headers.value': ['staging', 'Bearer very-secret'],
    })
    expect(status).toBe(422)
    expect(html).toContain('value="staging"')
    expect(html).toContain('value="Authorization"')
    expect(html).not.toContain('very-secret')
    expect(html.match(/Type it again/g)).toHaveLength(1)
  })
})

describe('a tool that runs in the page', () => {
  it('is connected, and neither tried out nor counted from here', async () => {
    const entry = await at.get('/catalogue/heap')
    expect(entry.html).toContain('Analytics')
    const made = await at.post('/destinations', {
      source,
      integration: 'heap',
      act: 'enable',
      'settings.appId': '12345',
    })
    expect(made.location).toMatch(/said=tool-enabled/)
    const id = idOf(made.location)
    expect((await at.get(`/destinations/${id}`)).html).toContain('runs in web pages')
    expect((await at.get(`/destinations/${id}/test`)).html).toContain('Nothing is sent to it from here')
    expect(
      (await at.post(`/destinations/${id}/test`, { event: '{"type":"track","userId":"u","event":"e"}' })).html,
    ).toContain('Nothing is sent to it from here')
    const second = await at.post('/destinations', { source, integration: 'heap', act: 'save', 'settings.appId': '1' })
    const refused = await at.post(`/destinations/${idOf(second.location)}/state`, { to: 'enable' })
    expect(refused.status).toBe(409)
    expect(refused.html).toContain('has an enabled Heap')
  })
})

describe('a setting that was a secret, of a field that is none any more', () => {
  const token = (type: string) => ({ settings: [{ name: 'token', label: 'Token', type }] })
  const secret = 'token-7c5e3a1f9d8b'

  it('is shown by neither the form nor the API, and is not kept in the clear', async () => {
    const integration = await newIntegration(at, token('secret'))
    const { id } = await newDestination(at, source, { apiKey: 'key', token: secret }, integration.id)
    await ask(at, 'PATCH', `/api/integrations/${integration.id}`, token('string'))
    expect((await at.get(`/destinations/${id}/settings`)).html).not.toContain(secret)
    const mask = JSON.stringify((await read(id)).settings.token)
    expect(mask).not.toContain('token-')
    for (const settings of [{}, { token: JSON.parse(mask) as string }]) {
      await ask(at, 'PATCH', `/api/destinations/${id}`, { settings })
      expect(JSON.stringify(await read(id))).not.toContain(secret)
    }
    await ask(at, 'PATCH', `/api/destinations/${id}`, { settings: { token: 'given anew' } })
    expect((await read(id)).settings.token).toBe('given anew')
  })
})
