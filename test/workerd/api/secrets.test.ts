import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import tools from '../../../generated/browser-tools.json' with { type: 'json' }
import { ADMIN, call, execution, freshPlatform, newSource, send } from '../world.ts'
import { ask, type DestinationReply, newCertification, newDestination, newIntegration, refusal } from './client.ts'

const at = freshPlatform()
const urls = ['https://hooks.example.com/in']
const signingSecret = `whsec_${btoa('signing-secret-of-32-bytes-exact')}`
const previousSigningSecret = `whsec_${btoa('previous-secret-of-32-bytes-long')}`
/** Each so peculiar that finding it anywhere means that it leaked. */
const SECRETS = {
  apiKey: 'api-key-5f3e9b7c1d',
  token: 'partner-token-8a6d4c2b0e',
  sharedSecret: 'shared-secret-2b4d6f8a0c',
  signingSecret,
  previousSigningSecret,
  header: 'Bearer header-value-9c7b5a3f1e',
}

afterEach(() => void vi.restoreAllMocks())

/** A webhook and a direct destination with secrets, to which one event failed for good and so left a dead letter. */
async function world() {
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    // Whoever is certified may be somebody who says again what they got.
    const isChecked = typeof init?.body === 'string' && init.body.includes('src_certification')
    return Promise.resolve(new Response(isChecked ? JSON.stringify(init.headers) : 'no', { status: 400 }))
  })
  const source = await newSource(at)
  const webhook = await newDestination(at, source.id, {
    urls,
    headers: { Authorization: SECRETS.header },
    sharedSecret: SECRETS.sharedSecret,
    signingSecret,
    previousSigningSecret,
  })
  const fields = [{ name: 'token', label: 'Token', type: 'secret' }]
  const integration = await newIntegration(at, { settings: fields })
  const settings = { apiKey: SECRETS.apiKey, token: SECRETS.token }
  const direct = await newDestination(at, source.id, settings, integration.id)
  const token = await ask<{ token: { token: string } }>(at, 'POST', '/api/tokens', { name: 'walk' })
  const body = JSON.stringify({ writeKey: source.writeKey, userId: 'u', event: 'E', messageId: 'walk' })
  expect((await send(at, '/v1/track', { body })).status).toBe(200)
  for (const { id } of [webhook, direct]) {
    await vi.waitFor(
      async () => expect(await ask(at, 'GET', `/api/destinations/${id}/ledger`)).toMatchObject({ ledger: { dead: 1 } }),
      { timeout: 15_000 },
    )
  }
  const from = '2026-01-01T00:00:00Z'
  const order = { sourceId: source.id, destinationId: webhook.id, from, dryRun: true }
  const { replay } = await ask<{ replay: { id: string } }>(at, 'POST', '/api/replays', order)
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES ('usr_secrets', 'A', 'a@example.com', 1, 0, 0)",
    ),
    env.DB.prepare(
      "INSERT INTO members (workspace_id, user_id, role, sources, created_at) VALUES ('ws_first', 'usr_secrets', 'member', '[]', 0)",
    ),
    env.DB.prepare(
      "INSERT INTO applications (id, company, look, site, email, kind, use_case, data_today, customers, state, ball_since, due_at, created_at) VALUES ('app_1', 'A', 'a', 'https://a.example/', 'a@a.example', 'direct', 'u', 'd', '', 'waiting', 0, 0, 0)",
    ),
  ])
  await env.DB.prepare(
    "INSERT INTO alerts (id, workspace_id, rule, subject_id, subject_name, facts, opened_at) VALUES ('alt_1', 'ws_first', 'dead_letters', ?, 'Hook', '{}', 0)",
  )
    .bind(webhook.id)
    .run()
  const signed = { webhookUrl: 'https://alerts.example.com/in', webhookSecret: SECRETS.signingSecret }
  await ask(at, 'PATCH', '/api/alert-rules', signed)
  const database = { host: 'db.example.com', database: 'd', username: 'u', password: SECRETS.apiKey }
  const wanted = { metadataId: 'postgres', enabled: false, settings: database }
  const { warehouse } = await ask<{ warehouse: { id: string } }>(at, 'POST', '/api/warehouses', wanted)
  await ask(at, 'POST', `/api/warehouses/${warehouse.id}/connected-sources/${source.id}`)
  const { source: cloud } = await ask<{ source: { id: string } }>(at, 'POST', '/api/sources', {
    slug: 'stripe',
    metadataId: 'stripe',
  })
  const connection = { settings: { apiKey: SECRETS.apiKey, address: 'https://api.stripe.com' }, paused: true }
  await ask(at, 'PUT', `/api/sources/${cloud.id}/cloud`, connection)
  // What everybody else has is changed by a version.
  await env.DB.prepare("UPDATE integrations SET status = 'PUBLIC' WHERE id = ?").bind(integration.id).run()
  await ask(at, 'PATCH', `/api/integrations/${integration.id}`, { description: 'In other words.' })
  const asked = { apiKey: SECRETS.apiKey, token: SECRETS.token }
  const certification = await newCertification(at, integration.id, asked)
  const ids = { certification, cloud: cloud.id, replay: replay.id, warehouse: warehouse.id, token: token.token.token }
  return { source, webhook, direct, integration, ...ids }
}

const range = `granularity=hour&startTime=${new Date(Date.now() - 86_400_000).toISOString()}&endTime=${new Date().toISOString()}`
const overview = (source: string) => `?sourceId=${source}&${range}`
const ended = (_: string, destination: string) => `?destinationConfigId=${destination}&${range}`
/** What some routes have to be asked. */
const ASKED: Record<string, (source: string, destination: string) => string> = {
  '/api/events': () => '?messageId=walk',
  '/api/echo': () => '?message=hello',
  '/api/events/volume': () => `?${range}&groupBy=eventName`,
  '/api/sources/:id/schema/event': () => '?type=track&name=E',
  '/api/delivery-overview/successfully-received': overview,
  '/api/delivery-overview/failed-on-ingest': overview,
  '/api/delivery-overview/filtered-at-source': overview,
  '/api/delivery-overview': (_, destination) => `?destinationId=${destination}`,
  '/api/delivery-overview/filtered-at-destination': ended,
  '/api/delivery-overview/failed-delivery': ended,
  '/api/delivery-overview/successful-delivery': ended,
  '/api/usage/mtu/daily': () => `?period=${new Date().toISOString().slice(0, 7)}-01`,
  '/api/usage/mtu/sources/daily': () => `?period=${new Date().toISOString().slice(0, 7)}-01`,
  '/api/usage/api-calls/daily': () => `?period=${new Date().toISOString().slice(0, 7)}-01`,
  '/api/usage/api-calls/sources/daily': () => `?period=${new Date().toISOString().slice(0, 7)}-01`,
}

/** Of a warehouse that has done nothing yet. */
const NOTHING_THERE =
  /^\/api\/warehouses\/:id\/(?:syncs\/:sync|backfills\/:job|retypings\/:job|erasures\/:job|removals\/:job)$/

const statusOf = (path: string) =>
  NOTHING_THERE.test(path) || path.endsWith('/shared-stream') ? 404 : path === '/api/granted-destination' ? 401 : 200

it('are in no answer of any route', async () => {
  const { source, cloud, webhook, direct, integration, replay, warehouse, token, certification } = await world()
  const ids: [RegExp, string[]][] = [
    [/^\/(?:api\/)?sources\/:id\/cloud/, [cloud]],
    [/^\/api\/sources\/:id/, [source.id]],
    [/^\/api\/(?:integrations|submissions)\/:id/, [integration.id]],
    [/^\/api\/destinations\/:id/, [webhook.id, direct.id]],
    [/^\/api\/catalog\/destinations\/:id/, ['webhooks', integration.id]],
    [/^\/api\/integrations\/:id/, [integration.id]],
    [/^\/api\/catalog\/sources\/:id/, ['http-api']],
    [/^\/api\/catalog\/warehouses\/:id/, ['postgres']],
    [/^\/api\/warehouses\/:id/, [warehouse]],
    [/^\/api\/users\/:id/, ['usr_secrets']],
    [/^\/api\/events\/:messageId/, ['walk']],
    [/^\/api\/replays\/:id/, [replay]],
    [/^\/api\/alerts\/:id/, ['alt_1']],
    [/^\/api\/applications\/:id/, ['app_1']],
    [/^\/api\/write-keys\/:key/, [source.writeKey]],
    [/^\/v1\/projects\/:writeKey/, [source.writeKey]],
    [/^\/v1\/pixel\/:type/, ['track']],
    [/^\/analytics\.js\/v1\/:writeKey/, [source.writeKey]],
    [/^\/analytics-next\/\*/, ['bundles/schemaFilter.bundle.a6a77355d52c20e3a83d.js']],
    [/^\/next-integrations\/\*/, tools.map(({ script }) => script.replace('/next-integrations/', ''))],
    [/^[^:]*$/, ['']],
  ]
  let walked = 0
  const routes = at.http.routes.filter(({ method }) => method === 'GET')
  expect(routes.length).toBeGreaterThan(15)
  for (const { path } of routes) {
    const values = ids.find(([pattern]) => pattern.test(path))?.[1]
    if (!values) throw new Error(`Say what to put into the route ${path}.`)
    for (const value of values) {
      const query = ASKED[path]?.(source.id, webhook.id) ?? ''
      const filled = path
        .replace(/:\w+|\*/, value)
        .replace(':sourceId', source.id)
        .replace(':run', certification)
        .replace('/versions/:number', '/versions/1')
        .replace(/:\w+/, 'none')
      const url = `https://sluice.test${filled}${query}`
      const reply = await at.http.fetch(new Request(url, { headers: ADMIN }), env, execution())
      const text = JSON.stringify([...reply.headers]) + new TextDecoder().decode(await reply.arrayBuffer())
      expect([url, reply.status]).toEqual([url, statusOf(path)])
      for (const [name, secret] of Object.entries({ ...SECRETS, token, admin: env.ADMIN_TOKEN ?? 'none' })) {
        expect([url, name, text.includes(secret), text.includes(btoa(`${secret}:`))]).toEqual([url, name, false, false])
      }
      walked++
    }
  }
  expect(walked).toBeGreaterThanOrEqual(routes.length)
})

it('are in no answer to what makes and changes a destination, nor in the log', async () => {
  const logged: unknown[] = []
  const platform = freshPlatform({ ctx: { log: (...line) => void logged.push(line) } })
  const { id } = await newSource(platform)
  const settings = { urls, sharedSecret: SECRETS.sharedSecret, headers: { Authorization: SECRETS.header } }
  const replies = [
    await call<{ data: { destination: DestinationReply } }>(platform, 'POST', '/api/destinations', {
      sourceId: id,
      metadataId: 'webhooks',
      settings,
    }),
  ]
  const path = `/api/destinations/${replies[0]?.json.data.destination.id}`
  replies.push(await call(platform, 'PATCH', path, { settings }))
  expect(replies.map(({ status }) => status)).toEqual([201, 200])
  // A refused setting is not repeated in the refusal.
  const wrong = { settings: { ...settings, signingSecret: SECRETS.token } }
  const refused = await call(platform, 'PATCH', path, wrong)
  expect(refused.status).toBe(400)
  for (const secret of Object.values(SECRETS)) {
    expect(JSON.stringify([replies, refused, logged])).not.toContain(secret)
  }
})

describe('a mask', () => {
  const stored = async (id: string) => {
    const row = await env.DB.prepare('SELECT secrets FROM destinations WHERE id = ?').bind(id).first<string>('secrets')
    return row
  }
  const make = async (settings: Record<string, unknown>) => {
    const { id } = await newSource(at)
    return newDestination(at, id, { urls, ...settings })
  }
  const patch = async (id: string, settings: unknown) =>
    (await ask<{ destination: DestinationReply }>(at, 'PATCH', `/api/destinations/${id}`, { settings })).destination

  it.each([
    ['x', '••••••••'],
    ['fifteen-letters', '••••••••'],
    ['sixteen-letters!', '••••••••ers!'],
    ['shared-secret-2b4d6f8a0c', '••••••••8a0c'],
  ])('of %s is %s', async (sharedSecret, shown) => {
    expect((await make({ sharedSecret })).settings).toEqual({ urls, sharedSecret: shown })
  })

  it('of headers leaves their names', async () => {
    const { settings } = await make({ headers: { Authorization: SECRETS.header, 'X-Team': 'a' } })
    expect(settings.headers).toEqual({ Authorization: '••••••••3f1e', 'X-Team': '••••••••' })
  })

  it('that comes back keeps the secret', async () => {
    // An address of its own: what earlier tests left under way, a redrive or an alarm, is posted here too.
    const own = 'https://hooks.example.com/masks'
    const posted: Headers[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
      if (url === own) posted.push(new Headers(init?.headers))
      return Promise.resolve(new Response('ok'))
    })
    const { id: sourceId, writeKey } = await newSource(at)
    const headers = { Authorization: SECRETS.header, 'X-Old': 'old' }
    const made = await newDestination(at, sourceId, { urls: [own], sharedSecret: SECRETS.sharedSecret, headers })
    const before = await stored(made.id)
    // What the panel sends: the form as it was shown, with one header more and one less.
    const { 'X-Old': _, ...shown } = made.settings.headers as Record<string, string>
    const after = await patch(made.id, { ...made.settings, headers: { ...shown, 'X-New': 'new' } })
    expect(after.settings).toEqual({ ...made.settings, headers: { ...shown, 'X-New': '••••••••' } })
    expect(await stored(made.id)).not.toBe(before)
    const body = JSON.stringify({ writeKey, userId: 'u', event: 'E' })
    await send(at, '/v1/track', { body })
    await vi.waitFor(() => expect(posted).toHaveLength(1), { timeout: 15_000 })
    expect([
      posted[0]?.get('authorization'),
      posted[0]?.get('x-new'),
      posted[0]?.get('x-old'),
      posted[0]?.has('x-signature'),
    ]).toEqual([SECRETS.header, 'new', null, true])
  })

  it('is replaced by a new secret, and null removes', async () => {
    const { id } = await make({ sharedSecret: 'first-secret-of-these' })
    expect((await patch(id, { sharedSecret: 'second-secret-of-these!' })).settings.sharedSecret).toBe('••••••••ese!')
    expect((await patch(id, { sharedSecret: null })).settings).toEqual({ urls })
    expect(await stored(id)).toBeNull()
  })

  it('is no secret by itself', async () => {
    const { id: sourceId } = await newSource(at)
    expect((await make({ sharedSecret: '••••••••abcd', headers: { 'X-A': '••••••••' } })).settings).toEqual({
      urls,
      headers: {},
    })
    const { id } = await make({})
    expect((await patch(id, { sharedSecret: '••••••••abcd', headers: { 'X-A': '••••••••' } })).settings).toEqual({
      urls,
      headers: {},
    })
    const { slug } = await newIntegration(at)
    const body = { sourceId, metadataId: slug, settings: { apiKey: '••••••••abcd' } }
    expect((await refusal(at, 'POST', '/api/destinations', body)).problems).toEqual([
      'settings.apiKey: This setting is required.',
    ])
  })

  it('of a required secret cannot be taken away', async () => {
    const { id: sourceId } = await newSource(at)
    const { slug } = await newIntegration(at)
    const { id } = await newDestination(at, sourceId, { apiKey: 'k' }, slug)
    expect((await refusal(at, 'PATCH', `/api/destinations/${id}`, { settings: { apiKey: null } })).problems).toEqual([
      'settings.apiKey: This setting is required.',
    ])
  })
})
