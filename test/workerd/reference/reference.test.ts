import { createHash } from 'node:crypto'
import type { JsonSchema } from '@valibot/to-json-schema'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { warehouseOf } from '../../../src/wiring.ts'
import { declarationOf } from '../../../src/accounts/index.ts'
import { context } from '../../../src/context.ts'
import { SecretBox } from '../../../src/settings/secrets.ts'
import type { OpenApi, OpenApiParameter, OpenApiResponse } from '../../../src/control/open-api.ts'
import { operationsOf } from '../../../src/control/reference/curl.ts'
import { PERMISSIONS } from '../../../src/accounts/index.ts'
import { newCertification, newDestination, newIntegration } from '../api/client.ts'
import { ADMIN, call, execution, freshPlatform, newSource, send } from '../world.ts'
import { faults } from './conforms.ts'

const at = freshPlatform()
const get = (path: string, headers: Record<string, string> = {}) =>
  Promise.resolve(at.http.fetch(new Request(`https://sluice.test${path}`, { headers }), env, execution()))

const text = await (await get('/api/openapi.json')).text()
const document = JSON.parse(text) as OpenApi
const { schemas } = document.components
const operations = operationsOf(document).map((one) => ({ ...one, id: one.operation.operationId }))
const each = operations.map((one) => [one.id, one] as const)

type One = (typeof operations)[number]

describe('the document', () => {
  it('has every route of the API and of the tracking API, and no other', () => {
    // Names of one letter are short for others, `m` is the SDKs' own telemetry; both take POST alone.
    const short = /^\/v1\/(?:i|t|p|s|g|a|b|m)$/
    const routes = at.http.routes
      .filter(({ method }) => method !== 'ALL')
      .filter(({ path }) => /^\/(?:api(?:\/|$)|healthz$|v1\/)/.test(path) && !path.endsWith('*') && !short.test(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    const told = operations.map(({ method, path }) => `${method} ${path}`)
    expect(told.toSorted()).toEqual([...new Set(routes)].toSorted())
  })

  it('names of each route the permission and the change that the route declares', () => {
    for (const { method, path, operation } of operations) {
      const route = path.replaceAll(/\{(\w+)\}/g, ':$1')
      const found = at.http.routes.filter((one) => one.method === method && one.path === route)
      const declared = found.map(({ handler }) => declarationOf(handler)).find((one) => one !== undefined)
      const permission = declared && 'permission' in declared ? [{ token: [declared.permission] }] : []
      const expected = route.startsWith('/v1/')
        ? [{ writeKey: [] }, {}]
        : declared?.kind === 'grant'
          ? [{ grant: [] }]
          : permission
      expect([route, operation.security]).toEqual([route, expected])
      expect(operation['x-audit-event']).toBe(declared && 'change' in declared ? declared.change : undefined)
    }
    const asked = new Set(operations.flatMap(({ operation }) => operation.security.flatMap(({ token = [] }) => token)))
    expect([...asked].filter((one) => !(PERMISSIONS as string[]).includes(one))).toEqual([])
    expect(asked.size).toBeGreaterThan(8)
  })

  it('is OpenAPI 3.1: what has to be there is, every reference leads somewhere, names are used once', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect([document.info.title, document.info.version, document.servers[0]?.url]).toEqual([
      'Sluice',
      expect.stringMatching(/^\d+\.\d+\.\d+$/),
      '/',
    ])
    const refs = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
    const target = (path: string) =>
      path
        .split('/')
        .reduce<unknown>((within, name) => (within as Record<string, unknown> | undefined)?.[name], document)
    expect(refs.length).toBeGreaterThan(50)
    expect(refs.filter((path) => target(path) === undefined)).toEqual([])
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length)
    for (const name of [schemas, document.components.responses].flatMap(Object.keys)) expect(name).toMatch(/^[\w.-]+$/)
    const tags = document.tags.map(({ name }) => name)
    expect(new Set(tags).size).toBe(tags.length)
    expect(new Set(operations.map(({ operation }) => operation.tags[0]))).toEqual(new Set(tags))
    const schemes = Object.keys(document.components.securitySchemes)
    expect(schemes).toEqual(['grant', 'token', 'writeKey'])
  })

  it('is what its kept copy says by its tag', async () => {
    const first = await get('/api/openapi.json')
    const etag = first.headers.get('etag') ?? ''
    expect([first.status, etag, first.headers.get('cache-control')]).toEqual([
      200,
      expect.stringMatching(/^"[0-9a-f]{32}"$/),
      'public, max-age=300',
    ])
    expect(await first.text()).toBe(text)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get('/api/openapi.json', { 'If-None-Match': known })
      expect([known, again.status, await again.text(), again.headers.get('etag')]).toEqual([known, 304, '', etag])
    }
    expect((await get('/api/openapi.json', { 'If-None-Match': '"other"' })).status).toBe(200)
    // Another isolate has the same one.
    const other = freshPlatform().http.fetch(new Request('https://sluice.test/api/openapi.json'), env, execution())
    expect((await other).headers.get('etag')).toBe(etag)
  })

  it('weighs less than a picture', async () => {
    const packed = new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip')))
    const bytes = (await packed.arrayBuffer()).byteLength
    console.log(`${text.length} characters, ${bytes} bytes compressed, ${operations.length} operations`)
    expect(bytes).toBeLessThan(64 * 1_024)
  })
})

describe.each(each)('%s', (_, { path, operation }) => {
  const { parameters = [], requestBody, responses, summary } = operation

  it('says what it does in a sentence', () => {
    expect(summary).toMatch(/^\p{Lu}[^\n]{4,}\.$/u)
  })

  it('has a parameter for each of its path, and an example that passes', () => {
    const own = parameters.filter((one): one is OpenApiParameter => 'name' in one)
    const inPath = own.filter((one) => one.in === 'path')
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual([...path.matchAll(/\{\w+\}/g)].map(String))
    expect(inPath.every(({ required, example }) => required && typeof example === 'string')).toBe(true)
    for (const { schema, example } of own) {
      expect(example === undefined ? [] : faults(schema, example, schemas)).toEqual([])
    }
  })

  it('has a body whose example passes, with words for each field', () => {
    const body = requestBody?.content['application/json']
    if (!body) return
    expect(faults(body.schema, body.example, schemas)).toEqual([])
    // Of the tracking API, whose events may have any field, docs/tracking.md has the words.
    const fields = Object.entries(path.startsWith('/api') ? (body.schema.properties ?? {}) : {})
    const silent = fields.filter(([, field]) => typeof field === 'boolean' || !field.description)
    expect(silent.map(([name]) => name)).toEqual([])
  })

  it('has statuses with words, and an answer whose example passes', () => {
    for (const [status, response] of Object.entries(responses)) {
      expect(status).toMatch(/^[245]\d\d$/)
      if ('$ref' in response) continue
      expect(response.description).toMatch(/\.$/)
      for (const { schema, example } of Object.values(response.content ?? {})) {
        expect(example === undefined ? [] : faults(schema, example, schemas)).toEqual([])
      }
    }
  })
})

/** What there is to ask for: a source with events of every fate. */
const world = {
  source: '',
  writeKey: '',
  bad: '',
  later: '',
  integration: '',
  certification: '',
  accept: '',
  replay: '',
  warehouse: '',
  backfill: '',
  retyping: '',
  erasure: '',
}

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    const { hostname } = new URL(String(input))
    if (hostname.startsWith('bad')) return Promise.resolve(Response.json({ message: 'No e-mail' }, { status: 400 }))
    if (hostname.startsWith('later')) return Promise.resolve(new Response('busy', { status: 503 }))
    return Promise.resolve(new Response('ok'))
  })
  const source = await newSource(at)
  Object.assign(world, { source: source.id, writeKey: source.writeKey })
  const destination = async (name: string) =>
    (await newDestination(at, source.id, { urls: [`https://${name}.example.com/in`] })).id
  Object.assign(world, { bad: await destination('bad'), later: await destination('later') })
  world.integration = (await newIntegration(at)).id
  world.certification = await newCertification(at, world.integration, { apiKey: 'k' })
  const batch = [
    { type: 'track', userId: 'u', event: 'Paid', messageId: 'm-1' },
    { type: 'track', userId: 'u', event: 'Kept', messageId: 'm-2', integrations: { Webhooks: false } },
    { type: 'track', userId: 'u' },
    { type: 'track', userId: 'u', event: 'Late', messageId: 'm-3', sentAt: 'never' },
  ]
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
  const total = async (id: string, name: string) => {
    const { json } = await call<{ data: { deliveryMetrics: { metrics: { metricName: string; total: number }[] } } }>(
      at,
      'GET',
      `/api/destinations/${id}/delivery-metrics`,
    )
    return json.data.deliveryMetrics.metrics.find(({ metricName }) => metricName === name)?.total ?? 0
  }
  const order = { sourceId: source.id, destinationId: world.bad, from: '2026-01-01T00:00:00Z', dryRun: true }
  const begun = await call<{ data: { replay: { id: string } } }>(at, 'POST', '/api/replays', order)
  world.replay = begun.json.data.replay.id
  const settings = { host: 'db.example.com', database: 'd', username: 'u', password: 'p' }
  const wanted = { metadataId: 'postgres', settings }
  type Made = Record<'warehouse' | 'backfill' | 'retyping' | 'erasure', { id: string }>
  const post = async (path: string, body: object) => (await call<{ data: Made }>(at, 'POST', path, body)).json.data
  world.warehouse = (await post('/api/warehouses', wanted)).warehouse.id
  const below = `/api/warehouses/${world.warehouse}`
  await post(`${below}/connected-sources/${source.id}`, {})
  world.backfill = (await post(`${below}/backfills`, { sourceId: source.id })).backfill.id
  const column = { sourceId: source.id, collection: 'tracks', property: 'event_text', type: 'text' }
  world.retyping = (await post(`${below}/retypings`, column)).retyping.id
  world.erasure = (await post(`${below}/erasures`, { userIds: ['u-1'] })).erasure.id
  await env.DB.prepare(
    "INSERT INTO alerts (id, workspace_id, rule, subject_id, subject_name, facts, opened_at) VALUES ('alt_1', 'ws_first', 'dead_letters', ?, 'Hook', '{\"dead\":1,\"why\":\"http_400\"}', 0)",
  )
    .bind(world.bad)
    .run()
  await vi.waitUntil(async () => (await total(world.bad, 'dead')) > 0, { timeout: 10_000 })
  await vi.waitUntil(async () => (await total(world.later, 'failed_attempts')) > 0, { timeout: 10_000 })
}, 30_000)

interface Asked {
  path?: string
  body?: Record<string, unknown>
  headers?: Record<string, string>
}

const lastDay = `granularity=hour&startTime=${new Date(Date.now() - 86_400_000).toISOString()}&endTime=${new Date().toISOString()}`
const month = `period=${new Date().toISOString().slice(0, 7)}-01`
const fresh = () => `made-${crypto.randomUUID().slice(0, 8)}`

/** A member of the first workspace, who has no password. */
async function newMember(): Promise<string> {
  const id = fresh()
  await env.DB.batch([
    env.DB.prepare(
      'INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?, ?, ?, 1, 0, 0)',
    ).bind(id, id, `${id}@example.com`),
    env.DB.prepare(
      "INSERT INTO members (workspace_id, user_id, role, sources, created_at) VALUES ('ws_first', ?, 'member', '[]', 0)",
    ).bind(id),
  ])
  return id
}

/** Of a company that waits for an answer. */
async function newApplication(): Promise<string> {
  const id = fresh()
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO applications (id, company, look, site, email, kind, use_case, data_today, customers, state, ball_since, due_at, created_at) VALUES (?, 'Acme', 'acme', 'https://a.example/', 'a@a.example', 'direct', 'u', 'd', '', 'waiting', 0, 0, 0)",
    ).bind(id),
    env.DB.prepare(
      "INSERT INTO application_entries (id, application_id, at, act, words) VALUES (?, ?, 0, 'apply', '')",
    ).bind(`ent_${id}`, id),
  ])
  return id
}

/** An integration of a partner, which the first workspace becomes. */
/** The end of the link by which a customer gives somebody a stream. */
async function newStreamRequest(): Promise<string> {
  const [id, token] = [fresh(), fresh()]
  const box = new SecretBox(env.ENCRYPTION_KEYS, context)
  const { keyId, sealed } = await box.seal({ signingSecret: `whsec_${btoa('x'.repeat(32))}` }, id)
  await env.DB.prepare(
    "INSERT INTO stream_requests (id, company, email, url, calls, words, state, hash, secrets, secrets_key_id, created_at, expires_at) VALUES (?1, ?1, 'a@a.example', 'https://a.example/in', '[\"track\"]', 'w', 'waiting', ?2, ?3, ?4, 0, 4000000000000)",
  )
    .bind(id, createHash('sha256').update(token).digest('hex'), sealed, keyId)
    .run()
  return token
}

/** A destination that was given to somebody. */
async function newShared(): Promise<string> {
  const body = { token: await newStreamRequest(), sourceId: world.source }
  const { json } = await call<{ data: { destinationId: string } }>(at, 'POST', '/api/shared-streams', body)
  return json.data.destinationId
}

/** The path of a client. */
async function newClient(): Promise<string> {
  const path = `/api/integrations/${await newLiving()}/clients`
  const body = { name: 'Acme', redirectUris: ['https://acme.example/back'] }
  const { json } = await call<{ data: { client: { id: string } } }>(at, 'POST', path, body)
  return `${path}/${json.data.client.id}`
}

/** What a client of an integration was allowed about a destination of it, with a token. */
async function newGrant(): Promise<{ id: string; destination: string; token: string }> {
  const path = await newClient()
  const [, , , integration = '', , client = ''] = path.split('/')
  const { id: source } = await newSource(at)
  const body = { sourceId: source, metadataId: integration, anyway: true }
  const { json } = await call<{ data: { destination: { id: string } } }>(at, 'POST', '/api/destinations', body)
  const destination = json.data.destination.id
  const [id, token, person] = [fresh(), fresh(), await newMember()]
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO oauth_grants (id, workspace_id, client_id, destination_id, allowed_by, created_at) VALUES (?, 'ws_first', ?, ?, ?, 0)",
    ).bind(id, client, destination, person),
    env.DB.prepare(
      "INSERT INTO oauth_tokens (hash, grant_id, kind, created_at, expires_at) VALUES (?, ?, 'access', 0, 4000000000000)",
    ).bind(createHash('sha256').update(token).digest('hex'), id),
  ])
  return { id, destination, token }
}

async function newLiving(state = 'PRIVATE_BUILDING'): Promise<string> {
  const id = fresh()
  const device = JSON.stringify({ sdks: ['browser'], plugin: { type: 'bundle' }, defaultMode: 'device' })
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO partners (workspace_id, application_id, company, created_at) VALUES ('ws_first', 'app_none', 'Acme', 0) ON CONFLICT DO NOTHING",
    ),
    env.DB.prepare(
      "INSERT INTO integrations (id, workspace_id, slug, name, kind, description, status, fields, supports, device, created_at, updated_at) VALUES (?1, 'ws_first', ?1, ?1, 'packaged', '', ?2, '[]', '[]', ?3, 0, 0)",
    ).bind(id, state, device),
  ])
  return id
}

/** One with a day, a score and a failure. */
async function newJudged(): Promise<string> {
  const id = await newLiving('PUBLIC')
  const day = Math.floor(Date.now() / 86_400_000)
  const parts = JSON.stringify([{ part: 'arrival', value: 0.9, points: 0 }])
  const causes = JSON.stringify([{ day: day - 1, part: 'arrival', reason: 'http_503', count: 3, points: 60 }])
  const sample = { status: 503, message: 'down', requestHeaders: ['accept'], responseHeaders: ['via'], otherHeaders: 1 }
  const run = (query: string, ...values: unknown[]) => env.DB.prepare(query).bind(...values)
  await env.DB.batch([
    run('INSERT INTO integration_days VALUES (?, ?, 1, 0, 1, ?)', id, day, '{"delivered":2,"failed|http_503":3}'),
    run('INSERT INTO quality_days VALUES (?, ?, 40, ?, ?, ?, 1)', id, day, 'poor', parts, causes),
    run('INSERT INTO integration_samples VALUES (?, ?, 1, 1, ?)', id, 'http_503', JSON.stringify(sample)),
    run(
      "INSERT INTO maintenance_windows VALUES (?1, ?1, ?2, ?3, 'w', 1)",
      id,
      day * 86_400_000,
      (day + 1) * 86_400_000,
    ),
  ])
  return id
}

/** One that events are sent to. */
async function newSent(): Promise<string> {
  const id = await newLiving('PUBLIC')
  await env.DB.prepare(
    "UPDATE integrations SET kind = 'direct', endpoint = 'https://e.example/', device = NULL WHERE id = ?",
  )
    .bind(id)
    .run()
  return id
}

async function newReturned(): Promise<string> {
  const id = await newSent()
  await call(at, 'POST', `/api/integrations/${id}/return`)
  return id
}

/** What customers are asked for. */
function lostHour() {
  const before = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString()
  return { from: before(2), until: before(1), words: 'Lost.' }
}

/** A destination of an integration of others, which asks it for a replay. */
async function newAsked(): Promise<{ destination: string; request: string }> {
  const integration = await newSent()
  const { id } = await newSource(at)
  const { json } = await call<{ data: { destination: { id: string } } }>(at, 'POST', '/api/destinations', {
    sourceId: id,
    metadataId: integration,
    anyway: true,
  })
  const asked = await call<{ data: { id: string } }>(
    at,
    'POST',
    `/api/integrations/${integration}/replay-requests`,
    lostHour(),
  )
  const destination = json.data.destination.id
  await env.DB.batch([
    env.DB.prepare("UPDATE integrations SET workspace_id = 'ws_elsewhere' WHERE id = ?").bind(integration),
    env.DB.prepare('UPDATE destinations SET created_at = 5 WHERE id = ?').bind(destination),
  ])
  return { destination, request: asked.json.data.id }
}

/** Of maintenance. */
function hoursInTwoDays() {
  const at = Math.floor(Date.now() / 3_600_000 + 48) * 3_600_000
  return { startsAt: new Date(at).toISOString(), endsAt: new Date(at + 3_600_000).toISOString() }
}

/** A live integration with other words in version 2, a draft. */
async function newDraft(): Promise<string> {
  const id = await newLiving('PUBLIC')
  await call(at, 'PATCH', `/api/integrations/${id}`, { description: 'In other words.' })
  return id
}

async function newLiveVersion(): Promise<string> {
  const id = await newDraft()
  await call(at, 'POST', `/api/integrations/${id}/versions/2/submit`)
  return id
}

/**
 * A redrive that was ended while it looked, which a look may be faster than: cancelled once more it is answered the same.
 * There is a dead letter to look at, of an object that the archive does not have.
 */
async function cancelledRedrive(of: 'destinations' | 'replays', id: string): Promise<string> {
  await runInDurableObject(env.LANE.getByName(id), (_, { storage }) => {
    const letter = { id: Date.now() * 1_000, at: new Date().toISOString(), reason: 'http_400', log: world.source }
    const place = { seq: 1, key: 'raw/none', chunks: [[0, 1, 1]], first: 0, events: [0], attempts: 1 }
    storage.sql.exec('INSERT INTO dead (id, body) VALUES (?, ?)', letter.id, JSON.stringify({ ...letter, ...place }))
  })
  const owner = `/api/${of}/${id}`
  let path = ''
  await vi.waitUntil(async () => {
    const asked = await call<Redriven>(at, 'POST', `${owner}/dead-letters/redrive`, { userId: 'nobody' })
    path = `${owner}/redrives/${asked.json.data.redriven.redrive}`
    return (await call(at, 'PATCH', path, { state: 'cancelled' })).status === 200
  })
  return path
}

interface Redriven {
  data: { redriven: { redrive: number } }
}

/** What a real call says in place of the examples: the ids of what is there, and names that nothing else has. */
const ASKED: Record<string, () => Asked | Promise<Asked>> = {
  getSourceSchemaEvent: () => ({ path: `/api/sources/${world.source}/schema/event?type=track&name=Paid` }),
  getEventVolume: () => ({ path: `/api/events/volume?${lastDay}&groupBy=source,eventName,eventType` }),
  getSuccessfullyReceived: () => ({
    path: `/api/delivery-overview/successfully-received?sourceId=${world.source}&${lastDay}&groupBy=eventName&groupBy=eventType`,
  }),
  getFailedOnIngest: () => ({
    path: `/api/delivery-overview/failed-on-ingest?sourceId=${world.source}&${lastDay}&groupBy=discardReason`,
  }),
  getFilteredAtSource: () => ({
    path: `/api/delivery-overview/filtered-at-source?sourceId=${world.source}&${lastDay}`,
  }),
  getDeliveryOverview: () => ({ path: `/api/delivery-overview?destinationId=${world.bad}&period=1h` }),
  getFilteredAtDestination: () => ({
    path: `/api/delivery-overview/filtered-at-destination?destinationConfigId=${world.bad}&${lastDay}&groupBy=discardReason`,
  }),
  getFailedDelivery: () => ({
    path: `/api/delivery-overview/failed-delivery?destinationConfigId=${world.bad}&${lastDay}&groupBy=eventName,discardReason`,
  }),
  getSuccessfulDelivery: () => ({
    path: `/api/delivery-overview/successful-delivery?destinationConfigId=${world.bad}&${lastDay}&groupBy=eventType`,
  }),
  getDailyTrackedUsers: () => ({ path: `/api/usage/mtu/daily?${month}` }),
  getDailyTrackedUsersBySource: () => ({ path: `/api/usage/mtu/sources/daily?${month}` }),
  getDailyUsage: () => ({ path: `/api/usage/api-calls/daily?${month}` }),
  getDailyUsageBySource: () => ({ path: `/api/usage/api-calls/sources/daily?${month}` }),
  getAlert: () => ({ path: '/api/alerts/alt_1' }),
  closeAlert: () => ({ path: '/api/alerts/alt_1' }),
  getCloudSource: async () => ({ path: await newCloudSource() }),
  connectCloudSource: async () => ({ path: await newCloudSource() }),
  disconnectCloudSource: async () => ({ path: await newCloudSource() }),
  removeCloudSource: async () => ({ path: `${await newCloudSource()}/tables` }),
  validateCloudSource: async () => ({ path: `${await newCloudSource()}/validation` }),
  pullCloudSource: async () => ({ path: `${await newCloudSource()}/pull` }),
  createSource: () => ({ body: { slug: fresh() } }),
  deleteSource: async () => ({ path: `/api/sources/${(await newSource(at)).id}` }),
  revokeWriteKey: async () => {
    const { id, writeKey } = await newSource(at)
    return { path: `/api/sources/${id}/writekey/${writeKey}` }
  },
  createLabel: () => ({ body: { label: { key: 'made', value: fresh() } } }),
  deleteLabel: async () => {
    const label = { key: 'made', value: fresh() }
    await call(at, 'POST', '/api/labels', { label })
    return { path: `/api/labels/${label.key}/${label.value}` }
  },
  addLabelsToSource: async () => {
    const label = { key: 'made', value: fresh() }
    await call(at, 'POST', '/api/labels', { label })
    return { path: `/api/sources/${world.source}/labels`, body: { labels: [label] } }
  },
  replaceLabelsInSource: () => ({ path: `/api/sources/${world.source}/labels`, body: { labels: [] } }),
  echo: () => ({ path: '/api/echo?message=hello' }),
  getUser: async () => ({ path: `/api/users/${await newMember()}` }),
  removeUsers: async () => ({ path: `/api/users?userIds[]=${await newMember()}` }),
  addPermissionsToUser: async () => ({
    path: `/api/users/${await newMember()}/permissions`,
    body: { permissions: [{ roleId: 'source-admin', resources: [{ id: world.source, type: 'SOURCE' }] }] },
  }),
  replacePermissionsForUser: async () => ({ path: `/api/users/${await newMember()}/permissions` }),
  getApplication: async () => ({ path: `/api/applications/${await newApplication()}` }),
  decideApplication: async () => ({ path: `/api/applications/${await newApplication()}/decisions` }),
  createApplicationLink: async () => ({ path: `/api/applications/${await newApplication()}/links` }),
  getLifecycle: async () => ({ path: `/api/integrations/${await newLiving()}/lifecycle` }),
  changeLifecycle: async () => ({ path: `/api/integrations/${await newLiving()}/lifecycle` }),
  listBetaLinks: async () => ({ path: `/api/integrations/${await newLiving('PRIVATE_BETA')}/beta-links` }),
  createBetaLink: async () => ({ path: `/api/integrations/${await newLiving('PRIVATE_BETA')}/beta-links` }),
  withdrawBetaLink: async () => {
    const path = `/api/integrations/${await newLiving('PRIVATE_BETA')}/beta-links`
    const { json } = await call<{ data: { id: string } }>(at, 'POST', path, { label: 'Somebody' })
    return { path: `${path}/${json.data.id}` }
  },
  listSubmissions: async () => {
    await call(at, 'POST', `/api/integrations/${await newLiving()}/lifecycle`, { act: 'submit' })
    return {}
  },
  listVersions: async () => ({ path: `/api/integrations/${await newDraft()}/versions` }),
  getVersion: async () => ({ path: `/api/integrations/${await newDraft()}/versions/2` }),
  submitVersion: async () => ({ path: `/api/integrations/${await newDraft()}/versions/2/submit` }),
  revertVersion: async () => ({ path: `/api/integrations/${await newLiveVersion()}/versions/2/revert` }),
  deleteVersion: async () => ({ path: `/api/integrations/${await newDraft()}/versions/2` }),
  listSubmissionVersions: async () => ({ path: `/api/submissions/${await newDraft()}/versions` }),
  getSubmissionVersion: async () => ({ path: `/api/submissions/${await newDraft()}/versions/2` }),
  revertSubmissionVersion: async () => ({ path: `/api/submissions/${await newLiveVersion()}/versions/2/revert` }),
  getCustomers: async () => ({ path: `/api/integrations/${await newLiving()}/customers` }),
  getSubmissionCustomers: async () => ({ path: `/api/submissions/${await newLiving()}/customers` }),
  updateConsent: async () => {
    const integration = await newLiving('PUBLIC')
    const { id } = await newSource(at)
    const { json } = await call<{ data: { destination: { id: string } } }>(at, 'POST', '/api/destinations', {
      sourceId: id,
      metadataId: integration,
      anyway: true,
    })
    await env.DB.prepare("UPDATE integrations SET workspace_id = 'ws_elsewhere' WHERE id = ?").bind(integration).run()
    return { path: `/api/destinations/${json.data.destination.id}/consent` }
  },
  getGrowth: async () => ({ path: `/api/integrations/${await newJudged()}/growth` }),
  getRawSamples: async () => ({ path: `/api/integrations/${await newJudged()}/growth/samples` }),
  getQuality: async () => ({ path: `/api/integrations/${await newJudged()}/quality` }),
  exportQualityDays: async () => ({ path: `/api/integrations/${await newJudged()}/quality/days.ndjson` }),
  exportQualityDaysAsCsv: async () => ({ path: `/api/integrations/${await newJudged()}/quality/days.csv` }),
  getSubmissionGrowth: async () => ({ path: `/api/submissions/${await newJudged()}/growth` }),
  getSubmissionQuality: async () => ({ path: `/api/submissions/${await newJudged()}/quality` }),
  listQuality: async () => {
    await newJudged()
    return {}
  },
  planMaintenance: async () => ({
    path: `/api/integrations/${await newLiving()}/maintenance`,
    body: hoursInTwoDays(),
  }),
  withdrawMaintenance: async () => {
    const path = `/api/integrations/${await newLiving()}/maintenance`
    const { json } = await call<{ data: { id: string } }>(at, 'POST', path, hoursInTwoDays())
    return { path: `${path}/${json.data.id}` }
  },
  getReturn: async () => ({ path: `/api/integrations/${await newReturned()}/return` }),
  createReturn: async () => ({ path: `/api/integrations/${await newSent()}/return` }),
  listReplayRequests: async () => {
    const path = `/api/integrations/${await newSent()}/replay-requests`
    await call(at, 'POST', path, lostHour())
    return { path }
  },
  createReplayRequest: async () => ({
    path: `/api/integrations/${await newSent()}/replay-requests`,
    body: lostHour(),
  }),
  withdrawReplayRequest: async () => {
    const path = `/api/integrations/${await newSent()}/replay-requests`
    const { json } = await call<{ data: { id: string } }>(at, 'POST', path, lostHour())
    return { path: `${path}/${json.data.id}` }
  },
  listAskedReplays: async () => {
    const { destination } = await newAsked()
    return { path: `/api/destinations/${destination}/replay-requests` }
  },
  answerReplayRequest: async () => {
    const { destination, request } = await newAsked()
    return { path: `/api/destinations/${destination}/replay-requests/${request}` }
  },
  getSubmission: async () => ({ path: `/api/submissions/${await newLiving('PRIVATE_SUBMITTED')}` }),
  decideSubmission: async () => {
    const id = await newLiving()
    await call(at, 'POST', `/api/integrations/${id}/lifecycle`, { act: 'submit' })
    return { path: `/api/submissions/${id}/decisions` }
  },
  joinBeta: async () => {
    const path = `/api/integrations/${await newLiving('PRIVATE_BETA')}/beta-links`
    const { json } = await call<{ data: { url: string } }>(at, 'POST', path, { label: 'Somebody' })
    return { body: { token: json.data.url.split('/').at(-1) } }
  },
  giveStream: async () => ({ body: { token: await newStreamRequest(), sourceId: world.source } }),
  getSharedStream: async () => ({ path: `/api/destinations/${await newShared()}/shared-stream` }),
  revokeStream: async () => ({ path: `/api/destinations/${await newShared()}/shared-stream` }),
  getQuotableFigures: async () => ({ path: `/api/integrations/${await newLiving()}/quotable-figures` }),
  listClients: async () => ({ path: `/api/integrations/${await newLiving()}/clients` }),
  createClient: async () => ({ path: `/api/integrations/${await newLiving()}/clients` }),
  updateClient: async () => ({ path: await newClient() }),
  changeClientSecret: async () => ({ path: `${await newClient()}/secret` }),
  deleteClient: async () => ({ path: await newClient() }),
  listGrants: async () => ({ path: `/api/destinations/${(await newGrant()).destination}/grants` }),
  revokeGrant: async () => {
    const { id, destination } = await newGrant()
    return { path: `/api/destinations/${destination}/grants/${id}` }
  },
  getGrantedDestination: async () => ({ headers: { Authorization: `Bearer ${(await newGrant()).token}` } }),
  updateGrantedDestination: async () => ({ headers: { Authorization: `Bearer ${(await newGrant()).token}` } }),
  createReviewer: async () => ({ body: { email: `${await newMember()}@example.com` } }),
  withdrawReviewer: async () => {
    const id = await newMember()
    await call(at, 'POST', '/api/reviewers', { email: `${id}@example.com` })
    return { path: `/api/reviewers/${id}` }
  },
  createInvites: () => ({
    body: { invites: [{ email: `${fresh()}@example.com`, permissions: [{ roleId: 'member' }] }] },
  }),
  withdrawInvites: async () => {
    const email = `${fresh()}@example.com`
    await call(at, 'POST', '/api/invites', { invites: [{ email, permissions: [{ roleId: 'member' }] }] })
    return { path: `/api/invites?emails[]=${email}` }
  },
  createDestination: () => ({ body: { sourceId: world.source, name: fresh() } }),
  deleteDestination: async () => ({ path: `/api/destinations/${(await newDestination(at, world.source)).id}` }),
  tryNow: () => ({ path: `/api/destinations/${world.later}/try-now` }),
  getDeliveryMetrics: () => ({ path: `/api/destinations/${world.bad}/delivery-metrics?period=1h` }),
  redriveDeadLetters: () => ({
    path: `/api/destinations/${world.bad}/dead-letters/redrive`,
    body: { reason: 'http_400' },
  }),
  updateRedrive: async () => ({ path: await cancelledRedrive('destinations', world.later) }),
  updateReplayRedrive: async () => ({ path: await cancelledRedrive('replays', world.replay) }),
  createReplay: () => ({
    body: { sourceId: world.source, destinationId: world.bad, from: '2026-01-01T00:00:00Z', until: undefined },
  }),
  updateReplay: () => ({ body: { state: 'cancelled' } }),
  createCertification: async () => ({ path: `/api/integrations/${(await newIntegration(at)).id}/certifications` }),
  createIntegration: () => ({ body: { slug: fresh(), name: fresh() } }),
  getDestinationMetadata: () => ({ path: '/api/catalog/destinations/webhooks' }),
  getSourceMetadata: () => ({ path: '/api/catalog/sources/http-api' }),
  getWarehouseMetadata: () => ({ path: '/api/catalog/warehouses/postgres' }),
  createWarehouse: () => ({ body: { name: fresh() } }),
  deleteWarehouse: async () => {
    const { json } = await call<{ data: { warehouses: { id: string }[] } }>(at, 'GET', '/api/warehouses')
    return { path: `/api/warehouses/${json.data.warehouses.find(({ id }) => id !== world.warehouse)?.id}` }
  },
  removeSourceConnectionFromWarehouse: async () => {
    const { id } = await newSource(at)
    await call(at, 'POST', `/api/warehouses/${world.warehouse}/connected-sources/${id}`)
    return { path: `/api/warehouses/${world.warehouse}/connected-sources/${id}` }
  },
  updateSelectiveSyncForWarehouse: () => ({
    body: { syncOverrides: [{ sourceId: world.source, collection: 'paid', enabled: false }] },
  }),
  getSync: async () => {
    const { json } = await call<{ data: { sync: { id: string } } }>(
      at,
      'POST',
      `/api/warehouses/${world.warehouse}/sync`,
    )
    const path = `/api/warehouses/${world.warehouse}/syncs/${json.data.sync.id}`
    await vi.waitUntil(async () => (await call(at, 'GET', path)).status === 200, { timeout: 10_000 })
    return { path }
  },
  createBackfill: () => ({ body: { sourceId: world.source } }),
  getBackfill: () => ({ path: `/api/warehouses/${world.warehouse}/backfills/${world.backfill}` }),
  cancelBackfill: () => ({ path: `/api/warehouses/${world.warehouse}/backfills/${world.backfill}` }),
  createRetyping: () => ({ body: { sourceId: world.source, collection: 'tracks', property: 'name', type: 'text' } }),
  getRetyping: () => ({ path: `/api/warehouses/${world.warehouse}/retypings/${world.retyping}` }),
  cancelRetyping: () => ({ path: `/api/warehouses/${world.warehouse}/retypings/${world.retyping}` }),
  getErasure: () => ({ path: `/api/warehouses/${world.warehouse}/erasures/${world.erasure}` }),
  getRemoval: async () => {
    const order = { kind: 'removal' as const, sourceId: world.source, schema: 'shop', collections: ['charges'] }
    await warehouseOf(env, world.warehouse).order('rmv_1', order)
    return { path: `/api/warehouses/${world.warehouse}/removals/rmv_1` }
  },
  findEvent: () => ({ path: '/api/events?messageId=m-1' }),
  getWriteKeyHolder: () => ({ path: `/api/write-keys/${world.writeKey}` }),
  releaseWriteKey: async () => ({ path: `/api/write-keys/${(await newSource(at)).writeKey}/release` }),
  giveWriteKey: async () => ({
    path: `/api/write-keys/${(await newSource(at)).writeKey}/give`,
    body: { sourceId: world.source },
  }),
  deleteToken: async () => {
    const { json } = await call<{ data: { token: { id: string } } }>(at, 'POST', '/api/tokens', { name: fresh() })
    return { path: `/api/tokens/${json.data.token.id}` }
  },
  requeueParked: async () => {
    const accept = `01a21d72f062-${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`
    await env.ARCHIVE.put(`parked/${accept}`, 'not a batch')
    return { path: `/api/recovery/parked/${accept}` }
  },
  getHealth: () => ({ headers: ADMIN }),
}

/** Needs somebody to have claimed the deployment: the tests of signing in make one. */
const ELSEWHERE = new Set(['createSignInLink'])

async function ask({ id, method, path, operation }: One): Promise<Response> {
  const asked = (await ASKED[id]?.()) ?? {}
  const ids: Record<string, string> = {
    Sources: world.source,
    Destinations: world.bad,
    'Catalogue and integrations': world.integration,
    Certification: world.integration,
    Replays: world.replay,
    Warehouses: world.warehouse,
    'Selective sync': world.warehouse,
  }
  const own = path
    .replace('{id}', ids[operation.tags[0]] ?? '')
    .replace('{run}', world.certification)
    .replace('{writeKey}', world.writeKey)
    .replace('{sourceId}', world.source)
    .replace('{messageId}', 'm-1')
    .replace('{type}', 'track')
  const example = operation.requestBody?.content['application/json']?.example as Record<string, unknown> | undefined
  const tracking = path.startsWith('/v1/')
  const headers =
    asked.headers ??
    (tracking ? { Authorization: `Basic ${btoa(`${world.writeKey}:`)}` } : operation.security.length > 0 ? ADMIN : {})
  const body = example && JSON.stringify({ ...example, ...asked.body })
  const init = { method, headers: { ...headers, 'Content-Type': 'application/json' }, ...(body && { body }) }
  return at.http.fetch(new Request(`https://sluice.test${asked.path ?? own}`, init), env, execution())
}

/** A first call of what changes, second of what deletes, would be another's; each test brings its own. */
const called = each.filter(([id]) => !ELSEWHERE.has(id))

describe('a real call', () => {
  it.each(called)('of %s is answered as the document says, in status and in every field', async (_, one) => {
    const reply = await ask(one)
    const said = await reply.text()
    const good = Object.keys(one.operation.responses).find((status) => status.startsWith('2')) ?? '404'
    expect([reply.status, said.slice(0, 300)]).toEqual([Number(good), expect.any(String)])
    const response = one.operation.responses[good] as OpenApiResponse
    const [[type, content] = ['', undefined]] = Object.entries(response.content ?? {})
    expect(reply.headers.get('content-type')).toContain(type)
    const wrong = type === 'application/json' && content ? faults(content.schema, JSON.parse(said), schemas) : []
    expect(wrong).toEqual([])
  })

  it('showed in these answers what only events of every fate bring', async () => {
    const data = async (path: string) => (await call<{ data: Record<string, unknown> }>(at, 'GET', path)).json.data
    const failing = await data(`/api/destinations/${world.later}/delivery-metrics?period=24h`)
    const metrics = operations.find(({ id }) => id === 'getDeliveryMetrics')
    const answer = metrics?.operation.responses['200'] as OpenApiResponse
    const schema = answer.content?.['application/json']?.schema ?? false
    expect(failing['deliveryMetrics']).toMatchObject({ failures: [{ code: 'http_503', sample: {} }], figures: {} })
    expect(faults(schema, { data: failing }, schemas)).toEqual([])
    expect((await data(`/api/sources/${world.source}/counters`))['counters']).toMatchObject({
      rejected: { event_not_defined: 1 },
      warned: { sent_at_unreadable: 1 },
    })
  })
})

describe('a refusal', () => {
  it.each(each.filter(([, { operation }]) => operation.security.some(({ token }) => token)))(
    'of %s without a token is the 401 of the document',
    async (_, { method, path, operation }) => {
      const { status, json } = await call(at, method, path.replaceAll(/\{\w+\}/g, 'none'), undefined, {})
      expect(status).toBe(401)
      expect(faults({ $ref: '#/components/schemas/Errors' }, json, schemas)).toEqual([])
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403']))
    },
  )

  it('of the tracking API has the shape of the document', async () => {
    const reply = await send(at, '/v1/track', { body: '{"writeKey":"nobody","userId":"u","event":"E"}' })
    expect(reply.status).toBe(400)
    expect(faults({ $ref: '#/components/schemas/TrackingError' }, await reply.json(), schemas)).toEqual([])
  })
})

describe('what holds the document', () => {
  const one: JsonSchema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }

  it.each<[string, unknown, string[]]>([
    ['a field too many', { a: 'x', b: 1 }, ['.b: is not in the schema']],
    ['one that is missing', {}, ['.a: is missing']],
    ['another type', { a: 1 }, ['.a: 1 is not string']],
    ['nothing', { a: 'x' }, []],
  ])('finds %s', (_, value, expected) => {
    expect(faults(one, value, {})).toEqual(expected)
  })
})

/** Where a source is that is connected to its vendor. */
async function newCloudSource(): Promise<string> {
  const { json } = await call<{ data: { source: { id: string } } }>(at, 'POST', '/api/sources', {
    slug: fresh(),
    metadataId: 'stripe',
  })
  const path = `/api/sources/${json.data.source.id}/cloud`
  await call(at, 'PUT', path, { settings: { apiKey: 'rk_test_1', address: 'https://api.stripe.com' } })
  return path
}
