import { expect, it } from 'vitest'
import { BUILT_IN, SEGMENT_IDS } from '../../../src/integrations/index.ts'
import { freshPlatform, newSource } from '../world.ts'
import { ask, type IntegrationReply, newIntegration, refusal } from './client.ts'

const at = freshPlatform()

it('has a kind of source for each SDK, and one for everything else', async () => {
  const metadata = {
    id: 'http-api',
    name: 'HTTP API',
    slug: 'http-api',
    description: expect.any(String),
    logos: { default: '', alt: '', mark: '' },
    options: [],
    categories: ['Raw Data'],
    isCloudEventSource: false,
    status: 'PUBLIC',
    partnerOwned: false,
  }
  const { sourcesCatalog, pagination } = await ask<{
    sourcesCatalog: { id: string }[]
    pagination: { totalEntries: number }
  }>(at, 'GET', '/api/catalog/sources')
  expect(sourcesCatalog).toContainEqual(metadata)
  expect(new Set(sourcesCatalog.map(({ id }) => id)).size).toBe(pagination.totalEntries)
  expect(await ask(at, 'GET', '/api/catalog/sources/http-api')).toEqual({ sourceMetadata: metadata })
  expect((await refusal(at, 'GET', '/api/catalog/sources/nothing')).status).toBe(404)
})

it('describes Webhooks with its settings', async () => {
  const { destinationMetadata } = await ask<{ destinationMetadata: IntegrationReply }>(
    at,
    'GET',
    '/api/catalog/destinations/webhooks',
  )
  expect(destinationMetadata).toMatchObject({
    id: 'webhooks',
    slug: 'webhooks',
    name: 'Webhooks',
    status: 'PUBLIC',
    kind: 'webhook',
    partnerOwned: false,
    components: [{ type: 'SERVER', code: '', owner: 'SEGMENT' }],
    supportedMethods: { pageview: true, identify: true, alias: true, track: true, group: true, screen: true },
  })
  expect(destinationMetadata.options.map(({ name, type, required }) => [name, type, required])).toEqual([
    ['urls', 'array', true],
    ['calls', 'array', false],
    ['headers', 'text-map', false],
    ['sharedSecret', 'password', false],
    ['signingSecret', 'password', false],
    ['previousSigningSecret', 'password', false],
    ['batchEvents', 'number', false],
    ['batchBytes', 'number', false],
    ['batchSeconds', 'number', false],
  ])
  for (const { label, description } of destinationMetadata.options) {
    expect([label, description]).toEqual([expect.stringMatching(/./), expect.stringMatching(/\.$/)])
  }
})

it('describes an integration of the workspace, by id and by slug', async () => {
  const made = await newIntegration(at, {
    settings: [
      { name: 'region', label: 'Region', type: 'select', choices: ['eu', 'us'], default: 'eu' },
      { name: 'token', label: 'Token', type: 'secret', required: true },
      { name: 'deep', label: 'Deep', type: 'boolean' },
      { name: 'limit', label: 'Limit', type: 'number' },
      { name: 'site', label: 'Site', type: 'string' },
      { name: 'tags', label: 'Tags', type: 'list' },
      { name: 'pairs', label: 'Pairs', type: 'map' },
    ],
    supportedMethods: ['track', 'page'],
  })
  expect(made.options.map(({ name, type, required }) => [name, type, required])).toEqual([
    ['apiKey', 'password', true],
    ['region', 'select', false],
    ['token', 'password', true],
    ['deep', 'boolean', false],
    ['limit', 'number', false],
    ['site', 'string', false],
    ['tags', 'array', false],
    ['pairs', 'text-map', false],
  ])
  expect(made.options[1]).toMatchObject({ choices: ['eu', 'us'], defaultValue: 'eu' })
  expect(made).toMatchObject({
    kind: 'direct',
    status: 'PRIVATE_BUILDING',
    partnerOwned: true,
    components: [{ owner: 'PARTNER' }],
    supportedMethods: { track: true, pageview: true, identify: false, alias: false, group: false, screen: false },
  })
  for (const key of [made.id, made.slug]) {
    expect(await ask(at, 'GET', `/api/catalog/destinations/${key}`)).toEqual({ destinationMetadata: made })
  }
  const { destinationsCatalog } = await ask<{ destinationsCatalog: IntegrationReply[] }>(
    at,
    'GET',
    '/api/catalog/destinations',
  )
  expect(destinationsCatalog.map(({ slug }) => slug)).toEqual([...BUILT_IN.map(({ slug }) => slug), made.slug])
})

it('finds an id before a slug that was made to look like it', async () => {
  const wanted = await newIntegration(at, { name: 'Zebra' })
  await newIntegration(at, { name: 'Aardvark', slug: wanted.id })
  const { destinationMetadata } = await ask<{ destinationMetadata: IntegrationReply }>(
    at,
    'GET',
    `/api/catalog/destinations/${wanted.id}`,
  )
  expect(destinationMetadata.name).toBe('Zebra')
})

it('has no integration that is not there', async () => {
  expect(await refusal(at, 'GET', '/api/catalog/destinations/nothing')).toEqual({
    status: 404,
    type: 'not-found',
    problems: ['There is no integration nothing in the catalogue.'],
  })
})

it('takes the id that one of our own has at Segment for the same thing', async () => {
  expect(Object.values(SEGMENT_IDS).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    BUILT_IN.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1)),
  )
  const id = '54521fdc25e721e32a72ef04'
  expect(await ask(at, 'GET', `/api/catalog/destinations/${id}`)).toMatchObject({
    destinationMetadata: { id: 'webhooks' },
  })
  const body = {
    sourceId: (await newSource(at)).id,
    metadataId: id,
    settings: { urls: ['https://hooks.example.com/in'] },
  }
  const { destination } = await ask<{ destination: { metadata: { id: string } } }>(
    at,
    'POST',
    '/api/destinations',
    body,
  )
  expect(destination.metadata.id).toBe('webhooks')
  expect((await refusal(at, 'GET', '/api/catalog/destinations/000000000000000000000000')).status).toBe(404)
})
