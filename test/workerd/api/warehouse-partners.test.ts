import { describe, expect, it } from 'vitest'
import { BI_TOOLS, WAREHOUSES } from '../../../src/integrations/index.ts'
import { call, freshPlatform } from '../world.ts'
import { ask, newIntegration, otherWorkspace, refusal } from './client.ts'

const at = freshPlatform()

interface Entry {
  id: string
  name: string
  slug: string
  description: string
  connector: string
  help: string[]
  options: { name: string; label: string; defaultValue?: unknown; fixed?: true; hosts?: string[] }[]
}
interface Made {
  id: string
  name: string
  metadata: Entry
  settings: Record<string, unknown>
}

const HALF = {
  connector: 'postgres',
  settings: [
    {
      name: 'host',
      label: 'Endpoint',
      description: 'As the console of Acme shows it.',
      hosts: ['*.acme-db.example.com', 'db.acme.example.com'],
    },
    { name: 'port', default: 6432 },
    { name: 'ssl', default: 'require', fixed: true },
  ],
  help: ['Open the console of Acme, and make a database.'],
}
const SETTINGS = { host: 'one.acme-db.example.com', database: 'd', username: 'u', password: 'a-password-of-it' }

const partner = (half: Record<string, unknown> = {}, facts: Record<string, unknown> = {}) =>
  newIntegration(at, {
    endpoint: undefined,
    kind: 'warehouse',
    name: 'Acme DB',
    ...facts,
    warehouse: { ...HALF, ...half },
  })

const connect = (metadataId: string, settings: Record<string, unknown> = SETTINGS) =>
  ask<{ warehouse: Made }>(at, 'POST', '/api/warehouses', { metadataId, enabled: false, settings }).then(
    (one) => one.warehouse,
  )

it('is an entry of the catalogue with its own words and defaults, by id and slug', async () => {
  const { id, slug } = await partner()
  const { warehousesCatalog } = await ask<{ warehousesCatalog: Entry[] }>(
    at,
    'GET',
    '/api/catalog/warehouses?pagination.count=200',
  )
  expect(warehousesCatalog.map((one) => one.slug)).toEqual([...WAREHOUSES.map((one) => one.slug), slug])
  for (const key of [id, slug]) {
    const { warehouseMetadata } = await ask<{ warehouseMetadata: Entry }>(at, 'GET', `/api/catalog/warehouses/${key}`)
    expect(warehouseMetadata).toMatchObject({ id, name: 'Acme DB', connector: 'postgres', help: HALF.help })
    const options = new Map(warehouseMetadata.options.map((one) => [one.name, one]))
    expect(options.get('host')).toMatchObject({ label: 'Endpoint', hosts: HALF.settings[0]?.hosts })
    expect(options.get('port')).toMatchObject({ label: 'Port', defaultValue: 6432 })
    expect(options.get('ssl')).toMatchObject({ defaultValue: 'require', fixed: true })
    expect(options.get('database')).toMatchObject({ label: 'Database' })
  }
  // It is a warehouse: among the destinations it is none.
  const reply = await refusal(at, 'GET', `/api/catalog/destinations/${id}`)
  expect(reply.status).toBe(404)
})

it('is connected by its id, takes the connector’s settings with its defaults, and is remembered', async () => {
  const { id, slug } = await partner()
  const made = await connect(slug)
  expect(made).toMatchObject({ name: 'Acme DB', metadata: { id, connector: 'postgres' } })
  expect(made.settings).toMatchObject({ host: SETTINGS.host, port: 6432, ssl: 'require', password: '••••••••f-it' })
  const { warehouses } = await ask<{ warehouses: Made[] }>(at, 'GET', '/api/warehouses?pagination.count=200')
  expect(warehouses.find((one) => one.id === made.id)?.metadata.id).toBe(id)
  await ask(at, 'PATCH', `/api/warehouses/${made.id}`, { settings: { port: 5433 } })
  const { warehouse } = await ask<{ warehouse: Made }>(at, 'GET', `/api/warehouses/${made.id}`)
  expect([warehouse.settings['port'], warehouse.metadata.id]).toEqual([5433, id])
})

it('keeps customers to what is fixed and to the hosts', async () => {
  const { slug } = await partner()
  const wrong = (settings: Record<string, unknown>) =>
    refusal(at, 'POST', '/api/warehouses', { metadataId: slug, settings: { ...SETTINGS, ...settings } })
  expect((await wrong({ ssl: 'disable' })).problems).toEqual(['settings.ssl: It is require here, and stays so.'])
  for (const host of [
    'thief.example.com',
    'acme-db.example.com',
    'x-acme-db.example.com',
    'db.acme.example.com.thief.org',
  ])
    expect((await wrong({ host })).problems).toEqual([
      'settings.host: The host must be *.acme-db.example.com or db.acme.example.com.',
    ])
  expect((await connect(slug, { ...SETTINGS, host: 'DB.acme.example.com', ssl: 'require' })).settings['ssl']).toBe(
    'require',
  )
  const validated = await refusal(at, 'POST', '/api/warehouses/validation', {
    metadataId: slug,
    settings: { ...SETTINGS, host: 'thief.example.com' },
  })
  expect(validated.problems[0]).toContain('settings.host: The host must be')
})

const WRONG: [Record<string, unknown>, string][] = [
  [{ connector: 'snowflake' }, 'warehouse.connector: Must be one of postgres, redshift, iceberg.'],
  [
    { settings: [{ name: 'hosts' }] },
    'warehouse.settings.0.name: The connector has no setting hosts: it has host, port',
  ],
  [{ settings: [{ name: 'port' }, { name: 'port' }] }, 'warehouse.settings.1.name: It is there twice.'],
  [{ settings: [{ name: 'host', fixed: true }] }, 'warehouse.settings.0.default: What is fixed needs a default.'],
  [{ settings: [{ name: 'port', default: '5432' }] }, 'warehouse.settings.0.default: Must be a number.'],
  [{ settings: [{ name: 'ssl', default: 'maybe' }] }, 'warehouse.settings.0.default: Must be one of require, disable.'],
  [
    { settings: [{ name: 'host', default: '127.0.0.1' }] },
    'warehouse.settings.0.default: The host must be a public host',
  ],
  [
    { settings: [{ name: 'host', default: 'a.example.org', hosts: ['*.example.com'] }] },
    'warehouse.settings.0.default: The host must be *.example.com.',
  ],
  [{ settings: [{ name: 'password', default: 'shown' }] }, 'warehouse.settings.0.default: A secret has no default'],
  [{ settings: [{ name: 'port', hosts: ['a.example.com'] }] }, 'warehouse.settings.0.hosts: Only a host or an address'],
  [{ settings: [{ name: 'host', hosts: ['*'] }] }, 'warehouse.settings.0.hosts.0: Must be a host such as'],
  [{ settings: [{ name: 'host', hosts: [] }] }, 'warehouse.settings.0.hosts: At least one host.'],
  [{ settings: [{ name: 'host', secret: true }] }, 'warehouse.settings.0.secret: '],
  [{ help: [''] }, 'warehouse.help.0: Must not be empty.'],
  [{ help: 'text' }, 'warehouse.help: Must be a list of steps.'],
]

it.each(WRONG)('is not made with %j', async (half, words) => {
  const body = { name: 'Acme', slug: `p-${crypto.randomUUID()}`, kind: 'warehouse', warehouse: { ...HALF, ...half } }
  const { status, problems } = await refusal(at, 'POST', '/api/integrations', body)
  expect([status, problems]).toEqual([400, [expect.stringContaining(words)]])
})

const MISFITS: [Record<string, unknown>, string][] = [
  [{ kind: 'warehouse' }, 'warehouse: A warehouse says by which connector it is loaded.'],
  [
    { kind: 'direct', endpoint: 'https://a.example.com/', warehouse: HALF },
    'warehouse: Only an integration of kind warehouse',
  ],
  [
    { kind: 'warehouse', warehouse: HALF, endpoint: 'https://a.example.com/' },
    'endpoint: To a warehouse no event is sent',
  ],
  [{ kind: 'warehouse', warehouse: HALF, rate: 5 }, 'rate: To a warehouse no event is sent'],
  [{ kind: 'warehouse', warehouse: HALF, maxInFlight: 5 }, 'maxInFlight: To a warehouse no event is sent'],
  [
    { kind: 'warehouse', warehouse: HALF, settings: [{ name: 'a', label: 'A', type: 'string' }] },
    'settings: Its settings are those of its connector',
  ],
  [{ kind: 'bi' }, 'bi: A tool says how it is connected.'],
  [
    { kind: 'warehouse', warehouse: HALF, bi: { connectors: ['postgres'], steps: ['x'] } },
    'bi: Only an integration of kind bi',
  ],
  [{ kind: 'bi', bi: { connectors: ['postgres'], steps: ['{password}'] } }, 'bi.steps.0: Only {host}, {port}'],
  [{ kind: 'bi', bi: { connectors: [], steps: ['x'] } }, 'bi.connectors: At least one connector.'],
]

it.each(MISFITS)('does not fit: %j', async (facts, words) => {
  const { status, problems } = await refusal(at, 'POST', '/api/integrations', {
    name: 'Acme',
    slug: `p-${crypto.randomUUID()}`,
    ...facts,
  })
  expect([status, problems]).toEqual([400, [expect.stringContaining(words)]])
})

it('takes no slug of the catalogue’s own entries', async () => {
  for (const { slug } of [...WAREHOUSES, ...BI_TOOLS]) {
    const { status } = await refusal(at, 'POST', '/api/integrations', {
      name: 'A',
      slug,
      kind: 'warehouse',
      warehouse: HALF,
    })
    expect([slug, status]).toEqual([slug, 409])
  }
})

describe('when its maker changes it', () => {
  it('keeps its connector', async () => {
    const { id } = await partner()
    const path = `/api/integrations/${id}`
    expect(await refusal(at, 'PATCH', path, { warehouse: { connector: 'redshift' } })).toMatchObject({
      status: 409,
      problems: ['warehouse.connector: Its connector stays: warehouses are loaded by it.'],
    })
    const { integration } = await ask<{ integration: { warehouse: unknown } }>(at, 'PATCH', path, {
      warehouse: { connector: 'postgres', help: ['Other words.'] },
    })
    expect(integration.warehouse).toEqual({ connector: 'postgres', settings: [], help: ['Other words.'] })
  })

  it('sends no password to a host that it was not given for', async () => {
    const fixed = (host: string) => ({
      ...HALF,
      settings: [{ name: 'host', default: host, fixed: true }],
    })
    const { id } = await partner(fixed('one.example.com'))
    const { host: _, ...others } = SETTINGS
    const made = await connect(id, others)
    expect(made.settings['host']).toBe('one.example.com')
    await ask(at, 'PATCH', `/api/integrations/${id}`, { warehouse: fixed('two.example.com') })
    const read = () => ask<{ warehouse: Made }>(at, 'GET', `/api/warehouses/${made.id}`)
    expect((await read()).warehouse.settings['host']).toBe('one.example.com')
    const path = `/api/warehouses/${made.id}`
    expect((await refusal(at, 'PATCH', path, { settings: { database: 'e' } })).problems).toEqual([
      expect.stringContaining('settings.password: two.example.com is another place'),
    ])
    await ask(at, 'PATCH', path, { settings: { password: 'another-password' } })
    expect((await read()).warehouse.settings['host']).toBe('two.example.com')
  })
})

it('is nobody else’s, until it is public', async () => {
  const { id, slug } = await partner()
  const other = await otherWorkspace()
  const theirs = (method: string, path: string, body?: unknown) => call(at, method, path, body, other.headers)
  for (const key of [id, slug]) {
    expect((await theirs('GET', `/api/catalog/warehouses/${key}`)).status).toBe(404)
    expect((await theirs('POST', '/api/warehouses', { metadataId: key, settings: SETTINGS })).status).toBe(404)
    expect((await theirs('POST', '/api/warehouses/validation', { metadataId: key, settings: SETTINGS })).status).toBe(
      404,
    )
  }
  const { json } = await theirs('GET', '/api/catalog/warehouses')
  expect(JSON.stringify(json)).not.toContain(id)
})

it('is no destination', async () => {
  const { id } = await partner()
  const { source } = await ask<{ source: { id: string } }>(at, 'POST', '/api/sources', { slug: `s-${id.slice(4, 10)}` })
  for (const metadataId of [id, 'postgres', 'metabase'])
    expect((await refusal(at, 'POST', '/api/destinations', { sourceId: source.id, metadataId })).status).toBe(404)
  for (const metadataId of ['webhooks', 'metabase'])
    expect((await refusal(at, 'POST', '/api/warehouses', { metadataId })).status).toBe(404)
})
