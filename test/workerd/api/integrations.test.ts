import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { call, freshPlatform, newSource } from '../world.ts'
import {
  ask,
  type DestinationReply,
  type IntegrationReply,
  newDestination,
  newIntegration,
  otherWorkspace,
  refusal,
} from './client.ts'

const at = freshPlatform()
const valid = { name: 'Partner', slug: 'partner', endpoint: 'https://partner.example.com/in' }

afterEach(() => void vi.restoreAllMocks())

it('is made, with the API key before its own settings', async () => {
  const { status, json } = await call<{ data: { integration: IntegrationReply } }>(at, 'POST', '/api/integrations', {
    ...valid,
    slug: 'made',
    kind: 'direct',
    description: 'Takes events.',
    settings: [{ name: 'site', label: 'Site', type: 'string' }],
    rate: 5,
  })
  expect([status, json.data.integration]).toMatchObject([
    201,
    {
      id: expect.stringMatching(/^int_[0-9a-z]{20}$/),
      slug: 'made',
      name: 'Partner',
      description: 'Takes events.',
      endpoint: 'https://partner.example.com/in',
      options: [
        { name: 'apiKey', label: 'API key', type: 'password', required: true },
        { name: 'site', label: 'Site', type: 'string', required: false, description: '' },
      ],
    },
  ])
})

const setting = (facts: Record<string, unknown>) => ({
  settings: [{ name: 'a', label: 'A', type: 'string', ...facts }],
})

/** What is wrong with the settings, the endpoint and the like, whether an integration is made or changed. */
const WRONG: [Record<string, unknown>, string][] = [
  [{ name: '' }, 'name: Must not be empty.'],
  [{ name: 5 }, 'name: Must be text.'],
  [{ name: 'Segment.io' }, 'name: This name has a meaning of its own in the integrations object.'],
  [{ name: 'all' }, 'name: This name has a meaning'],
  [{ description: 'x'.repeat(501) }, 'description: At most 500 characters.'],
  [{ endpoint: 5 }, 'endpoint: Must be text.'],
  [{ endpoint: `https://example.com/${'x'.repeat(2_048)}` }, 'endpoint: At most 2048 characters.'],
  [{ endpoint: '' }, 'endpoint: The endpoint is not a URL.'],
  [{ endpoint: 'http://partner.example.com' }, 'endpoint: The endpoint must begin with https://.'],
  [{ endpoint: 'https://127.0.0.1/' }, 'endpoint: The endpoint must be a public host'],
  [{ endpoint: 'https://169.254.169.254/latest' }, 'endpoint: The endpoint must be a public host'],
  [{ endpoint: 'https://[::ffff:7f00:1]/' }, 'endpoint: The endpoint must be a public host'],
  [{ endpoint: 'https://k:v@partner.example.com' }, 'endpoint: The endpoint must not carry a user name'],
  [{ rate: 0 }, 'rate: At least 0.001 a second.'],
  [{ rate: 100_001 }, 'rate: At most 100000 a second.'],
  [{ rate: '5' }, 'rate: Must be a number.'],
  [{ supportedMethods: [] }, 'supportedMethods: At least one call must be supported.'],
  [{ supportedMethods: ['delete'] }, 'supportedMethods.0: Must be some of identify, track'],
  [{ settings: {} }, 'settings: Must be a list of settings.'],
  [
    { settings: Array.from({ length: 51 }, (_, index) => ({ name: `a${index}`, label: 'A', type: 'string' })) },
    'settings: At most 50 settings.',
  ],
  [setting({ name: 'apiKey' }), 'settings.0: apiKey is there already'],
  [setting({ name: '1a' }), 'settings.0.name: Letters, digits and _, beginning with a letter.'],
  [setting({ name: '__proto__' }), 'settings.0.name: Letters, digits and _'],
  [setting({ name: 'a.b' }), 'settings.0.name: Letters, digits and _'],
  [setting({ label: ' ' }), 'settings.0.label: Must not be empty.'],
  [setting({ type: 'password' }), 'settings.0.type: Must be one of string, secret'],
  [setting({ type: 'select' }), 'settings.0: A select needs choices.'],
  [setting({ type: 'select', choices: [] }), 'settings.0: A select needs choices.'],
  [setting({ type: 'select', choices: [''] }), 'settings.0.choices.0: Must not be empty.'],
  [setting({ format: 'url' }), 'settings.0.format: '],
  [setting({ min: 3, max: 2 }), 'settings.0: Its min is more than its max.'],
  [setting({ type: 'boolean', max: 2 }), 'settings.0: Only text and numbers have min and max.'],
  [setting({ type: 'number', startsWith: 'x' }), 'settings.0: Only text has startsWith.'],
  [setting({ default: 'ab', min: 3 }), 'settings.0.default: Must have at least 3 characters.'],
  [setting({ type: 'number', default: 9, max: 3 }), 'settings.0.default: At most 3.'],
  [setting({ default: 'ab', startsWith: 'sk_' }), 'settings.0.default: Must begin with sk_.'],
  [setting({ scope: 'everywhere' }), 'settings.0.scope: Must be server or device.'],
  [setting({ type: 'secret', scope: 'device' }), 'settings.0: A secret cannot go to devices.'],
  [setting({ type: 'boolean', default: 'yes' }), 'settings.0.default: Must be true or false.'],
  [setting({ type: 'select', choices: ['x'], default: 'y' }), 'settings.0.default: Must be one of x.'],
  [setting({ type: 'number', default: null }), 'settings.0.default: Must be a number.'],
  [setting({ type: 'secret', default: 'shown' }), 'settings.0.default: A secret has no default'],
  [
    { settings: ['x', 'y', 'x'].map((name) => ({ name, label: name, type: 'string' })) },
    'settings: Two settings have the same name.',
  ],
  [{ status: 'PUBLIC' }, 'status: '],
  [{ workspaceId: 'ws_other' }, 'workspaceId: '],
]

describe('cannot be made with', () => {
  it.each<[Record<string, unknown>, string]>([
    ...WRONG,
    [{ slug: 'no slug' }, 'slug: A slug has'],
    [{ kind: 'webhook' }, 'kind: Must be direct, packaged, warehouse or bi.'],
    [{ endpoint: undefined }, 'endpoint: A direct integration has an endpoint.'],
  ])('%j', async (facts, problem) => {
    const fetches = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no request may be made'))
    const { status, problems } = await refusal(at, 'POST', '/api/integrations', { ...valid, ...facts })
    expect([status, problems]).toEqual([400, [expect.stringContaining(problem)]])
    expect(fetches).not.toHaveBeenCalled()
  })

  it('nothing', async () => {
    const { status, problems } = await refusal(at, 'POST', '/api/integrations', {})
    expect(status).toBe(400)
    expect(problems.map((problem) => String(problem.split(':')[0])).toSorted()).toEqual(['name', 'slug'])
  })

  it('two addresses that are wrong, and says both', async () => {
    const plugin = { type: 'remote', url: 'http://cdn.example.com/p.js', libraryName: 'partner' }
    const { status, problems } = await refusal(at, 'POST', '/api/integrations', {
      ...valid,
      kind: 'packaged',
      endpoint: 'http://partner.example.com',
      device: { sdks: ['browser'], plugin },
    })
    expect([status, problems]).toEqual([
      400,
      [expect.stringMatching(/^endpoint: The endpoint /), expect.stringMatching(/^device\.plugin\.url: The URL /)],
    ])
  })

  it.each(['webhooks', 'twice'])('the slug %s, which is taken', async (slug) => {
    if (slug === 'twice') await newIntegration(at, { slug })
    expect(await refusal(at, 'POST', '/api/integrations', { ...valid, slug })).toEqual({
      status: 409,
      type: 'conflict',
      problems: [`slug: The slug ${slug} is taken.`],
    })
  })

  it('a slug that another asks for at the same moment', async () => {
    const body = { ...valid, slug: 'race' }
    const replies = await Promise.all([1, 2, 3].map(() => call(at, 'POST', '/api/integrations', body)))
    expect(replies.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409', '409'])
  })

  it.each(['webho0ks', 'paylO4d', 'pay-lo4d-inc', 'cornet'])(
    'the slug %s, which looks like another’s',
    async (slug) => {
      const other = await otherWorkspace()
      for (const taken of ['payl0-4d', 'comet'])
        await call(at, 'POST', '/api/integrations', { ...valid, slug: taken }, other.headers)
      expect(await refusal(at, 'POST', '/api/integrations', { ...valid, slug })).toEqual({
        status: 409,
        type: 'conflict',
        problems: [`slug: The slug ${slug} looks like another’s, which it could be taken for.`],
      })
      expect(await call(at, 'GET', `/api/catalog/destinations/${slug}`)).toMatchObject({ status: 404 })
    },
  )

  it('a slug that looks like one that was there before looks were kept', async () => {
    const migration = env.TEST_MIGRATIONS.find(({ name }) => name.endsWith('_looks.sql'))
    const looks = migration?.queries.find((query) => query.includes('UPDATE')) ?? ''
    const { id } = await newIntegration(at, { slug: 'B3-f0_rel1vv2577rn' })
    await env.DB.prepare("UPDATE integrations SET look = '' WHERE id = ?").bind(id).run()
    await env.DB.prepare(looks).run()
    const slug = 'beforeiiwzsttm'
    const { headers } = await otherWorkspace()
    const { status } = await call(at, 'POST', '/api/integrations', { ...valid, slug }, headers)
    expect(status).toBe(409)
  })

  it('one of two slugs that look alike and are asked for at the same moment', async () => {
    const other = await otherWorkspace()
    const replies = await Promise.all([
      call(at, 'POST', '/api/integrations', { ...valid, slug: 'moment' }),
      call(at, 'POST', '/api/integrations', { ...valid, slug: 'm0rnent' }, other.headers),
    ])
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409])
  })
})

it('may look like another of the same workspace', async () => {
  await newIntegration(at, { slug: 'shop-1' })
  expect(await newIntegration(at, { slug: 'shop-l' })).toMatchObject({ slug: 'shop-l' })
})

describe('cannot be changed to', () => {
  it.each<[Record<string, unknown>, string]>([...WRONG, [{ slug: 'other' }, 'slug: '], [{ kind: 'direct' }, 'kind: ']])(
    '%j',
    async (changes, problem) => {
      const made = await newIntegration(at)
      const { status, problems } = await refusal(at, 'PATCH', `/api/integrations/${made.id}`, changes)
      expect([status, problems]).toEqual([400, [expect.stringContaining(problem)]])
      expect(await ask(at, 'GET', `/api/catalog/destinations/${made.id}`)).toEqual({ destinationMetadata: made })
    },
  )
})

it('is changed in part, and keeps its API key', async () => {
  const made = await newIntegration(at)
  const changed = await ask<{ integration: IntegrationReply }>(at, 'PATCH', `/api/integrations/${made.id}`, {
    name: 'Renamed',
    endpoint: 'https://eu.partner.example.com/in',
    settings: [{ name: 'site', label: 'Site', type: 'string' }],
    supportedMethods: ['track'],
  })
  expect(changed.integration).toMatchObject({ id: made.id, slug: made.slug, name: 'Renamed' })
  expect(changed.integration.endpoint).toBe('https://eu.partner.example.com/in')
  expect(changed.integration.options.map(({ name }) => name)).toEqual(['apiKey', 'site'])
  expect(changed.integration.supportedMethods).toMatchObject({ track: true, identify: false })
  expect((await refusal(at, 'PATCH', '/api/integrations/int_none', { name: 'x' })).status).toBe(404)
  expect((await refusal(at, 'PATCH', '/api/integrations/webhooks', { name: 'x' })).status).toBe(404)
})

it('may be on loopback in the local run only', async () => {
  const local = freshPlatform({ env: { ALLOW_LOCAL_DESTINATIONS: '1' } })
  const facts = { endpoint: 'http://localhost:4000/in' }
  expect(await newIntegration(local, facts)).toMatchObject(facts)
  expect((await refusal(at, 'POST', '/api/integrations', { ...valid, ...facts })).status).toBe(400)
  const elsewhere = { ...valid, endpoint: 'http://10.0.0.1/' }
  expect((await refusal(local, 'POST', '/api/integrations', elsewhere)).status).toBe(400)
})

it('gives its defaults to destinations that leave a setting out', async () => {
  const { id } = await newSource(at)
  const made = await newIntegration(at, {
    settings: [
      { name: 'region', label: 'Region', type: 'select', choices: ['eu', 'us'], default: 'eu' },
      { name: 'mode', label: 'Mode', type: 'string', required: true, default: 'live' },
      { name: 'deep', label: 'Deep', type: 'boolean', default: false },
      { name: 'note', label: 'Note', type: 'string' },
    ],
  })
  const { settings } = await newDestination(at, id, { apiKey: 'k', region: 'us' }, made.slug)
  expect(settings).toEqual({ apiKey: expect.any(String), region: 'us', mode: 'live', deep: false })
})

it('still hides a secret whose field it no longer has, or no longer calls one', async () => {
  const { id } = await newSource(at)
  const fields = (type: string) => [{ name: 'token', label: 'Token', type }]
  const made = await newIntegration(at, { settings: fields('secret') })
  const destination = await newDestination(at, id, { apiKey: 'k', token: 'a-token-to-hide-1234' }, made.id)
  for (const settings of [fields('string'), []]) {
    await ask(at, 'PATCH', `/api/integrations/${made.id}`, { settings })
    const shown = await ask<{ destination: DestinationReply }>(at, 'GET', `/api/destinations/${destination.id}`)
    expect(shown.destination.settings).toEqual({ apiKey: '••••••••', token: '••••••••1234' })
  }
})

it('lets a destination change that still has a setting of before', async () => {
  const { id } = await newSource(at)
  const fields = ['old', 'kept'].map((name) => ({ name, label: name, type: 'string' }))
  const made = await newIntegration(at, { settings: fields })
  const destination = await newDestination(at, id, { apiKey: 'k', old: '1', kept: '2' }, made.id)
  await ask(at, 'PATCH', `/api/integrations/${made.id}`, { settings: fields.slice(1) })
  const path = `/api/destinations/${destination.id}`
  const changed = await ask<{ destination: DestinationReply }>(at, 'PATCH', path, { settings: { kept: '3' } })
  expect(changed.destination.settings).toEqual({ apiKey: '••••••••', kept: '3' })
})
