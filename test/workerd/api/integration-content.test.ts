import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ADMIN, call, execution, freshPlatform, newSource } from '../world.ts'
import { ask, type IntegrationReply, newIntegration, otherWorkspace, refusal } from './client.ts'

const local = freshPlatform({ env: { ALLOW_LOCAL_DESTINATIONS: '1' } })

afterEach(() => void vi.restoreAllMocks())

interface Content extends IntegrationReply {
  website: string
  categories: string[]
  contacts: { email: string }[]
  logos: { default: string; mark: string }
  regions?: { id: string; endpoint: string }[]
}

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8v8z"></path><script>alert(1)</script></svg>'
const regions = [
  { id: 'eu', name: 'Europe', endpoint: 'https://eu.partner.example.com/in' },
  { id: 'us', name: 'United States', endpoint: 'https://us.partner.example.com/in' },
]

it('says where it is found, who made it and who helps, and has pictures that are safe', async () => {
  const made = await newIntegration(local)
  const words = { categories: ['CRM', 'Analytics'], site: 'https://acme.example', support: 'help@acme.example' }
  const path = `/api/integrations/${made.id}`
  const { integration, removed } = await ask<{ integration: Content; removed: string[] }>(local, 'PATCH', path, {
    ...words,
    logo: SVG,
    docs: '# Set up',
  })
  expect(integration).toMatchObject({
    categories: words.categories,
    website: words.site,
    contacts: [{ email: words.support }],
    logos: { default: expect.stringMatching(`^/integrations/pictures/${made.id}/logo/\\d+$`), mark: '' },
  })
  expect(removed).toEqual(['<script>'])
  const stored = await env.DB.prepare('SELECT docs, logo, mark FROM integration_pages WHERE integration_id = ?')
    .bind(made.id)
    .first()
  expect(stored).toEqual({ docs: '# Set up', logo: SVG.replace(/<script>.*<\/script>/, ''), mark: '' })
  const { integration: without } = await ask<{ integration: Content }>(local, 'PATCH', path, { logo: '' })
  expect(without.logos.default).toBe('')
  expect(without.website).toBe(words.site)
})

it.each<[Record<string, unknown>, string]>([
  [{ logo: 'no picture' }, 'logo: This is no PNG.'],
  [{ mark: '<svg><script>' }, 'mark: This SVG is not well-formed'],
  [{ site: 'http://acme.example' }, 'site: Must be an address that begins with https://'],
  [{ support: 'nobody' }, 'support: Must be an e-mail address'],
  [{ categories: ['Nonsense'] }, 'categories.0: Must be one of A/B Testing'],
  [{ categories: ['CRM', 'CRM'] }, 'categories: A category is there twice.'],
  [{ docs: 'x'.repeat(20_001) }, 'docs: At most 20,000 characters.'],
  [
    { regions: [{ ...regions[0], endpoint: 'https://10.0.0.1/' }] },
    'regions.0.endpoint: The endpoint must be a public',
  ],
  [{ regions: [regions[0], regions[0]] }, 'regions: Two regions have the same id.'],
  [{ regions: [{ ...regions[0], id: 'E U' }] }, 'regions.0.id: Small letters'],
])('cannot have %j', async (changes, problem) => {
  const made = await newIntegration(local)
  expect(await refusal(local, 'PATCH', `/api/integrations/${made.id}`, changes)).toMatchObject({
    status: 400,
    problems: [expect.stringContaining(problem)],
  })
})

it('sends the events of a destination to the region that it chose, and only keys that were given for it', async () => {
  const { id: source } = await newSource(local)
  const made = await newIntegration(local, { regions })
  const body = { sourceId: source, metadataId: made.id, settings: { apiKey: 'a-key-for-one-place' } }
  expect(await refusal(local, 'POST', '/api/destinations', { ...body, region: 'asia' })).toMatchObject({
    status: 400,
    problems: [`region: ${made.name} has no region asia, but eu, us.`],
  })
  const { destination } = await ask<{ destination: { id: string; region: string } }>(
    local,
    'POST',
    '/api/destinations',
    {
      ...body,
      region: 'eu',
    },
  )
  expect(destination.region).toBe('eu')
  const asked = vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response(null)))
  const path = `/api/destinations/${destination.id}`
  const test = () => call(local, 'POST', `${path}/test`, { type: 'track' })
  await test()
  expect(await refusal(local, 'PATCH', path, { region: 'us' })).toMatchObject({
    status: 400,
    problems: [expect.stringMatching(/^settings\.apiKey: This region is another place/)],
  })
  await ask(local, 'PATCH', path, { region: 'us', settings: { apiKey: 'a-key-for-the-other' } })
  await test()
  expect(asked.mock.calls.map(([request]) => (request instanceof Request ? request.url : String(request)))).toEqual([
    regions[0]?.endpoint,
    regions[1]?.endpoint,
  ])
})

it('keeps the origin of a region for which keys are kept, and of no other', async () => {
  const { id: source } = await newSource(local)
  const made = await newIntegration(local, { regions })
  const body = { sourceId: source, metadataId: made.id, settings: { apiKey: 'k' }, region: 'eu' }
  await ask(local, 'POST', '/api/destinations', body)
  const path = `/api/integrations/${made.id}`
  const other = (id: string) =>
    regions.map((one) => (one.id === id ? { ...one, endpoint: 'https://else.example/' } : one))
  for (const changes of [{ regions: other('eu') }, { regions: regions.slice(1) }, { regions: [] }]) {
    expect(await refusal(local, 'PATCH', path, changes)).toMatchObject({
      status: 409,
      problems: [expect.stringMatching(/^regions: The keys of 1 destination were given for https:\/\/eu\.partner/)],
    })
  }
  await ask(local, 'PATCH', path, { regions: other('us'), endpoint: 'https://elsewhere.example/in' })
  const path2 = regions.map((one) => ({ ...one, endpoint: `${one.endpoint}/v2` }))
  const { integration } = await ask<{ integration: Content }>(local, 'PATCH', path, { regions: path2.slice(0, 1) })
  expect(integration.regions).toEqual([{ ...path2[0], endpoint: 'https://eu.partner.example.com/in/v2' }])
})

it('is exported as a manifest that makes the same again, elsewhere and in its place', async () => {
  const given = {
    manifestVersion: 1,
    slug: 'manifested',
    kind: 'direct',
    name: 'Manifested',
    description: 'As a file.',
    categories: ['CRM'],
    site: 'https://acme.example',
    support: 'help@acme.example',
    endpoint: 'https://partner.example.com/in',
    regions,
    settings: [{ name: 'plan', label: 'Plan', type: 'select', required: true, description: '', choices: ['a', 'b'] }],
    supportedMethods: ['track'],
    rate: 5,
    maxInFlight: null,
    docs: '# Set up\n\n<b>',
    logo: SVG.replace(/<script>.*<\/script>/, ''),
  }
  const path = '/api/integrations/manifest'
  const made = await call<{ data: { integration: Content; created: boolean } }>(local, 'POST', path, given)
  const { integration, created } = made.json.data
  expect([made.status, created]).toEqual([201, true])
  const exported = () => ask<{ manifest: unknown }>(local, 'GET', `/api/integrations/${integration.id}/manifest`)
  expect((await exported()).manifest).toEqual(given)
  const again = await call<{ data: { created: boolean } }>(local, 'POST', path, (await exported()).manifest)
  expect([again.status, again.json.data.created]).toEqual([200, false])
  expect((await exported()).manifest).toEqual(given)
  const { docs: _, logo: __, site: ___, regions: ____, ...less } = given
  await ask(local, 'POST', path, less)
  expect((await exported()).manifest).toEqual(less)
  expect(
    await refusal(local, 'POST', path, { ...less, kind: 'warehouse', warehouse: { connector: 'postgres' } }),
  ).toMatchObject({
    status: 409,
    problems: ['kind: It is direct, and stays so.'],
  })
  expect((await exported()).manifest).toEqual(less)
})

it('takes no manifest of ten megabytes, and does not read it', async () => {
  let read = 0
  const body = new ReadableStream({
    pull(controller) {
      read += 65_536
      controller.enqueue(new Uint8Array(65_536).fill(0x20))
      if (read >= 10 * 1_048_576) controller.close()
    },
  })
  const headers = { ...ADMIN, 'Content-Type': 'application/json' }
  const request = new Request('https://sluice.test/api/integrations/manifest', { method: 'POST', headers, body })
  const reply = await local.http.fetch(request, env, execution())
  expect([reply.status, read < 3 * 1_048_576]).toEqual([413, true])
})

describe('what customers have filled in stays valid:', () => {
  const plan = { name: 'plan', label: 'Plan', type: 'select', choices: ['free', 'paid'], required: true }
  const token = { name: 'token', label: 'Token', type: 'secret', required: true }
  const settings = [plan, token]

  /** An integration that two destinations of a customer and one of its maker have. */
  async function used() {
    const made = await newIntegration(local, { settings, regions })
    await setState(made.id, 'PUBLIC')
    const customer = await otherWorkspace()
    const body = (sourceId: string, region: string | null) => ({
      sourceId,
      metadataId: made.id,
      settings: { apiKey: 'k', plan: 'paid', token: 'sk_12345' },
      region,
    })
    const { source } = await ask<{ source: { id: string } }>(
      local,
      'POST',
      '/api/sources',
      { slug: `s-${made.id}`, metadataId: 'http-api' },
      customer.headers,
    )
    for (const region of ['eu', null])
      await ask(local, 'POST', '/api/destinations', body(source.id, region), customer.headers)
    await ask(local, 'POST', '/api/destinations', body((await newSource(local)).id, null))
    return { id: made.id, path: `/api/integrations/${made.id}` }
  }

  const setState = (id: string, state: string) =>
    env.DB.prepare('UPDATE integrations SET status = ? WHERE id = ?').bind(state, id).run()

  it.each<[string, Record<string, unknown>, number]>([
    ['a new setting that is required', { settings: [...settings, { ...plan, name: 'more' }] }, 2],
    ['a choice that is in use taken away', { settings: [{ ...plan, choices: ['free'] }, token] }, 2],
    ['another type', { settings: [{ ...plan, type: 'number', choices: undefined }, token] }, 2],
    ['a secret that is kept, and too short', { settings: [plan, { ...token, min: 20 }] }, 2],
    ['a setting that devices are to read', { settings: [{ ...plan, scope: 'device' }, token] }, 2],
    [
      'a region that one of them chose taken away',
      { regions: [{ ...regions[1] }, { ...regions[0], id: 'europe' }] },
      1,
    ],
  ])('%s is refused, with how many, and changes nothing', async (_, changes, unfit) => {
    const { id, path } = await used()
    // Built anew, its customers are there yet.
    await setState(id, 'PRIVATE_BUILDING')
    const before = (await ask<{ manifest: unknown }>(local, 'GET', `${path}/manifest`)).manifest
    const words = unfit === 1 ? '1 destination of a customer' : `${unfit} destinations of customers`
    expect(await refusal(local, 'PATCH', path, changes)).toMatchObject({
      status: 409,
      problems: [expect.stringMatching(`^settings: With this, what is filled in at ${words} would not be valid`)],
    })
    const imported = { ...(before as object), ...changes }
    expect((await refusal(local, 'POST', '/api/integrations/manifest', imported)).status).toBe(409)
    expect((await ask<{ manifest: unknown }>(local, 'GET', `${path}/manifest`)).manifest).toEqual(before)
    // Of what is live it can be drafted, and not be submitted.
    await setState(id, 'PUBLIC')
    expect((await ask<{ draft: number }>(local, 'PATCH', path, changes)).draft).toBe(2)
    expect(await refusal(local, 'POST', `${path}/versions/2/submit`)).toMatchObject({
      status: 409,
      problems: [expect.stringMatching(`^settings: With this, what is filled in at ${words} would not be valid`)],
    })
  })

  it.each<[string, Record<string, unknown>]>([
    ['words', { settings: [{ ...plan, label: 'Which plan', description: 'Yours.' }, token], description: 'More.' }],
    ['an optional setting', { settings: [...settings, { name: 'more', label: 'More', type: 'string' }] }],
    ['a setting with a default', { settings: [...settings, { ...plan, name: 'more', default: 'free' }] }],
    ['one more choice', { settings: [{ ...plan, choices: ['free', 'paid', 'gold'] }, token] }],
    ['a setting that goes', { settings: [plan] }],
    ['one more region', { regions: [...regions, { ...regions[0], id: 'asia' }] }],
  ])('%s may come', async (_, changes) => {
    const { id, path } = await used()
    await ask(local, 'PATCH', path, changes)
    const { problems } = await refusal(local, 'POST', `${path}/versions/2/submit`)
    expect(problems).toEqual([expect.stringContaining('certify it first')])
    await setState(id, 'PRIVATE_BUILDING')
    await ask(local, 'DELETE', `${path}/versions/2`)
    expect((await ask<{ draft: null }>(local, 'PATCH', path, changes)).draft).toBeNull()
  })
})
