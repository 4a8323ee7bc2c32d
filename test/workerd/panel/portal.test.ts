import { expect, it } from 'vitest'
import { ask } from '../api/client.ts'
import { call, newSource } from '../world.ts'
import { rig } from './rig.ts'

const at = rig()
const elsewhere = rig({ workspaceId: 'ws_elsewhere' })

const slug = () => `portal-${crypto.randomUUID().slice(0, 8)}`
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8v8z"></path></svg>'

interface Entry {
  id: string
  name: string
  endpoint: string
  options: Record<string, unknown>[]
  regions?: unknown[]
  device?: Record<string, unknown>
  warehouse?: Record<string, unknown>
  logos: { default: string }
}

const entryOf = async (id: string, kind: 'destination' | 'warehouse' = 'destination') =>
  (await ask<Record<string, Entry>>(at, 'GET', `/api/catalog/${kind}s/${id}`))[`${kind}Metadata`]
const idOf = (location: string) => /^\/integrations\/(int_\w+)/.exec(location)?.[1] ?? location

const direct = () => ({
  kind: 'direct',
  name: 'Acme',
  slug: slug(),
  description: 'Sees who comes back.',
  categories: ['CRM', '', ''],
  site: 'https://acme.example',
  support: 'help@acme.example',
  endpoint: 'https://acme.example/in',
  supportedMethods: ['identify', 'track'],
  rate: '20',
  maxInFlight: '',
  'regions.0.id': 'eu',
  'regions.0.name': 'Europe',
  'regions.0.endpoint': 'https://eu.acme.example/in',
  'settings.0.name': 'plan',
  'settings.0.label': 'Plan',
  'settings.0.type': 'select',
  'settings.0.choices': 'free\r\npaid',
  'settings.0.default': 'free',
  'settings.1.name': '',
  'settings.1.label': '',
  'settings.1.type': 'string',
  'settings.2.name': 'token',
  'settings.2.label': 'Token',
  'settings.2.type': 'secret',
  'settings.2.required': 'on',
  'settings.2.startsWith': 'sk_',
  docs: '# Set up\r\n\r\nPaste your **key** <script>alert(1)</script> from [here](https://acme.example/keys).',
  logo: SVG,
})

it('makes a direct integration with all that it can have, and shows it as customers find it', async () => {
  const made = await at.post('/integrations', direct())
  expect([made.status, made.location]).toEqual([303, expect.stringMatching(/said=integration-created$/)])
  const id = idOf(made.location)
  expect(await entryOf(id)).toMatchObject({
    name: 'Acme',
    website: 'https://acme.example',
    categories: ['CRM'],
    regions: [{ id: 'eu', name: 'Europe', endpoint: 'https://eu.acme.example/in' }],
    supportedMethods: { identify: true, track: true, pageview: false },
    options: [
      { name: 'apiKey' },
      { name: 'plan', type: 'select', choices: ['free', 'paid'], defaultValue: 'free' },
      { name: 'token', type: 'password', required: true, startsWith: 'sk_' },
    ],
  })
  const { slug: address } = (await entryOf(id)) as unknown as { slug: string }
  const { html } = await at.get(`/catalogue/${address}`)
  expect(html).toContain('<h3>Set up</h3>')
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(html).toContain('<a href="https://acme.example/keys" rel="nofollow ugc noopener">here</a>')
  const { logos } = (await entryOf(id)) ?? { logos: { default: '' } }
  const picture = await at.get(logos.default)
  expect([picture.status, picture.html, picture.headers.get('content-type')]).toEqual([200, SVG, 'image/svg+xml'])
  expect(picture.headers.get('content-security-policy')).toMatch(/^default-src 'none';.* sandbox$/)
  expect((await at.get(logos.default.replace('/logo/', '/mark/'))).status).toBe(404)
})

it('shows what is saved in the form, and saving it as it is changes nothing', async () => {
  const id = idOf((await at.post('/integrations', direct())).location)
  const before = await entryOf(id)
  const { html } = await at.get(`/integrations/${id}`)
  const saved = await at.post(`/integrations/${id}`, fieldsIn(html))
  expect([saved.status, saved.location]).toEqual([303, `/integrations/${id}?said=integration-saved`])
  expect(await entryOf(id)).toEqual(before)
})

/** What a browser would send of the form on a page, were its button pressed. */
function fieldsIn(html: string): Record<string, string[]> {
  const form = /<form[^>]* id="integration"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const sent: Record<string, string[]> = {}
  const add = (name: string | undefined, value: string) => {
    if (name !== undefined) (sent[unescape(name)] ??= []).push(unescape(value))
  }
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const of = (key: string) => new RegExp(` ${key}="([^"]*)"`).exec(tag)?.[1]
    if (/type="checkbox"/.test(tag) && !/ checked/.test(tag)) continue
    add(of('name'), of('value') ?? '')
  }
  for (const [, name, text = ''] of form.matchAll(/<textarea[^>]* name="([^"]*)"[^>]*>([\s\S]*?)<\/textarea>/g))
    add(name, text.replace(/^\n/, ''))
  for (const [, name, inside = ''] of form.matchAll(/<select[^>]* name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
    const chosen = /<option value="([^"]*)" selected/.exec(inside) ?? /<option value="([^"]*)"/.exec(inside)
    add(name, chosen?.[1] ?? '')
  }
  return sent
}

const unescape = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

it('edits rows without scripts, shows at once what customers get, and saves nothing', async () => {
  const id = idOf((await at.post('/integrations', direct())).location)
  const before = await entryOf(id)
  const typed = { ...direct(), 'settings.0.label': 'Which plan' }
  const added = await at.post(`/integrations/${id}`, { ...typed, act: 'setting:add' })
  expect(added.status).toBe(200)
  expect(added.html).toContain('name="settings.3.label"')
  const moved = await at.post(`/integrations/${id}`, { ...typed, act: 'setting:up.2' })
  expect(moved.html.indexOf('value="Token"')).toBeLessThan(moved.html.indexOf('value="Which plan"') + 1e6)
  expect(moved.html).toMatch(/name="settings\.1\.label"[^>]*value="Token"|value="Token"[^>]*name="settings\.1\.label"/)
  const [, preview = ''] = moved.html.split('id="preview"')
  expect(preview).toContain('id="setting-apiKey"')
  expect(preview).toMatch(/<label for="setting-plan">Which plan/)
  expect(preview).toContain('<option value="eu">Europe</option>')
  expect((await at.post(`/integrations/${id}`, { ...typed, act: 'region:remove.0' })).html).not.toContain(
    'regions.0.id',
  )
  expect(await entryOf(id)).toEqual(before)
})

it('says what is wrong beside each field, and keeps what was typed', async () => {
  const { html, status } = await at.post('/integrations', {
    ...direct(),
    slug: 'no slug',
    endpoint: 'http://10.0.0.1/',
    'settings.0.default': 'gold',
    'settings.2.default': 'shown',
    'regions.0.endpoint': 'https://127.0.0.1/',
    logo: '<svg onload="x"><broken>',
  })
  expect(status).toBe(422)
  expect(html).toMatch(/id="slug-error"[^>]*>A slug has/)
  expect(html).toMatch(/id="settings\.0\.default-error"[^>]*>Must be one of free, paid/)
  // The row in which nothing stood is out, so that the one behind it is the second.
  expect(html).toMatch(/id="settings\.1\.default-error"[^>]*>A secret has no default/)
  const again = await at.post('/integrations', { ...direct(), endpoint: 'http://10.0.0.1/', logo: '<svg><g>' })
  expect(again.html).toMatch(/id="endpoint-error"/)
  expect(again.html).toMatch(/id="logo-error"[^>]*>This SVG is not well-formed/)
  expect(again.html).toContain('value="http://10.0.0.1/"')
})

it('makes a packaged one, whose secrets never reach devices', async () => {
  const packaged = {
    ...direct(),
    kind: 'packaged',
    endpoint: '',
    'regions.0.id': '',
    'regions.0.name': '',
    'regions.0.endpoint': '',
    'device.sdks': ['browser', 'ios'],
    'device.plugin.type': 'remote',
    'device.plugin.url': 'https://cdn.acme.example/p.js',
    'device.plugin.libraryName': 'acmePlugin',
    'device.plugin.subscriptions': '',
    'device.defaultMode': 'device',
    'settings.0.device': 'on',
    'settings.2.device': 'on',
  }
  const refused = await at.post('/integrations', packaged)
  expect(refused.status).toBe(422)
  expect(refused.html).toMatch(/id="settings\.1-error"[^>]*>A secret cannot go to devices\./)
  const { 'settings.2.device': _, ...mended } = packaged
  const id = idOf((await at.post('/integrations', mended)).location)
  expect(await entryOf(id)).toMatchObject({
    device: { sdks: ['browser', 'ios'], plugin: { type: 'remote', libraryName: 'acmePlugin' }, defaultMode: 'device' },
    options: [{ name: 'plan', scope: 'device' }, { name: 'token' }],
  })
})

it('makes a warehouse of a connector, with words, defaults and what is fixed', async () => {
  const body = {
    kind: 'warehouse',
    name: 'Acme Base',
    slug: slug(),
    'warehouse.connector': 'postgres',
    'warehouse.help': 'Open the console.\r\nMake a database.',
    'preset.host.hosts': '*.acme.example',
    'preset.port.default': '6432',
    'preset.port.fixed': 'on',
  }
  const wrong = await at.post('/integrations', { ...body, 'preset.port.default': 'many' })
  expect(wrong.html).toMatch(/id="preset\.port\.default-error"/)
  const id = idOf((await at.post('/integrations', body)).location)
  const entry = await entryOf(id, 'warehouse')
  expect(entry?.options).toContainEqual(expect.objectContaining({ name: 'port', defaultValue: 6_432, fixed: true }))
  expect((await at.get(`/integrations/${id}`)).html).toContain('*.acme.example')
})

it('lets customers choose a region, and asks for keys anew with another', async () => {
  const id = idOf((await at.post('/integrations', direct())).location)
  const { id: source } = await newSource(at)
  const found = (await entryOf(id)) as unknown as { slug: string }
  const page = await at.get(`/destinations/new?integration=${found.slug}&source=${source}`)
  expect(page.html).toContain('<option value="eu">Europe</option>')
  const settings = { 'settings.apiKey': 'k', 'settings.token': 'sk_1', 'settings.plan': 'free' }
  const made = await at.post('/destinations', {
    integration: found.slug,
    source,
    region: 'eu',
    act: 'save',
    ...settings,
  })
  expect(made.status).toBe(303)
  const path = made.location.replace(/\?.*/, '')
  const kept = { name: 'Acme', 'settings.plan': 'free', 'settings.apiKey': '', 'settings.token': '' }
  const moved = await at.post(`${path}/settings`, { ...kept, region: '' })
  expect([moved.status, moved.html]).toEqual([422, expect.stringContaining('another place than what is kept')])
  expect((await at.post(`${path}/settings`, { ...kept, region: 'eu' })).status).toBe(303)
})

it('is for the workspace that made it, and no other', async () => {
  const id = idOf((await at.post('/integrations', direct())).location)
  expect((await elsewhere.get(`/integrations/${id}`)).status).toBe(404)
  expect((await elsewhere.post(`/integrations/${id}`, direct())).status).toBe(404)
  expect((await call(at, 'GET', `/api/catalog/destinations/${id}`)).status).toBe(200)
})
