import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { mailing } from '../partners/rig.ts'
import { type Browser, newWorkspace, ownerOf, personIn } from '../lifecycle/rig.ts'
import { asks } from '../lifecycle/rig.ts'
import {
  asked,
  bearing,
  formOf,
  ledTo,
  newCustomer,
  newLive,
  type Params,
  program,
  REDIRECT,
  sourceIn,
  VERIFIER,
} from './rig.ts'

const MINUTE_MS = 60_000
let now = Date.parse('2026-11-30T09:00:00Z')
const { at } = mailing(() => now)
let owner: Browser
let partner: Browser
let maker: string
let live: { id: string; slug: string }
let client: { id: string; slug: string; secret: string }
let customer: Awaited<ReturnType<typeof newCustomer>>
/** Of another workspace. */
let stranger: typeof customer

const ISSUER = 'https://sluice.test'
const basic = (id: string, secret: string) => ({ Authorization: `Basic ${btoa(`${id}:${secret}`)}` })

async function newClient(of: { id: string; slug: string }, body: object = {}) {
  const { status, json } = await asks<{ data: { client: { id: string; secret: string } } }>(
    partner,
    'POST',
    `/integrations/${of.id}/clients`,
    { name: 'Acme', redirectUris: [REDIRECT], ...body },
  )
  if (status !== 201) throw new Error(JSON.stringify(json))
  return { ...json.data.client, slug: of.slug }
}

/** The customer, with another source. */
const another = async () => ({ ...customer, source: await sourceIn(customer.workspace) })

async function destinationOf(source: string): Promise<string> {
  const row = env.DB.prepare('SELECT id FROM destinations WHERE source_id = ?').bind(source)
  return (await row.first<string>('id')) ?? ''
}

/** A code that a customer has allowed, in two clicks. */
async function allowed(
  by = customer,
  params: Params = {},
  of = client,
): Promise<{ code: string; destination: string }> {
  const request = await asked(of, params)
  const page = await by.browser.get(`/oauth/authorize?${request}`)
  expect([page.status, page.html]).toEqual([200, expect.stringContaining('asks to be enabled')])
  const chosen = await destinationOf(by.source)
  expect(page.html).toContain(`value="${chosen || by.source}"`)
  const path = chosen === '' ? '/oauth/authorize' : '/oauth/authorize/existing'
  const led = ledTo(await by.browser.post(path, { request, sourceId: by.source, destinationId: chosen }))
  expect([led.origin + led.pathname, led.searchParams.get('tenant')]).toEqual([
    'https://acme.example/sluice/allowed',
    '7',
  ])
  expect([led.searchParams.get('state'), led.searchParams.get('iss')]).toEqual(['a state', ISSUER])
  return { code: led.searchParams.get('code') ?? '', destination: await destinationOf(by.source) }
}

const exchanged = (code: string, params: Params = {}, headers = basic(client.id, client.secret)) =>
  program(at, '/oauth/token', { grant_type: 'authorization_code', code, code_verifier: VERIFIER, ...params }, headers)
const refreshed = (token: string | undefined, params: Params = {}, headers = basic(client.id, client.secret)) =>
  program(at, '/oauth/token', { grant_type: 'refresh_token', refresh_token: token, ...params }, headers)
const opens = async (token: string | undefined) =>
  (await bearing(at, token ?? '', 'GET', '/api/granted-destination')).status

beforeAll(async () => {
  owner = await ownerOf(at)
  maker = await newWorkspace('Acme')
  partner = await personIn(at, owner, maker)
  live = await newLive(maker)
  client = await newClient(live)
  customer = await newCustomer(at, owner)
  stranger = await newCustomer(at, owner)
})

it('says where it has what, by RFC 8414', async () => {
  const { status, html } = await customer.browser.get('/.well-known/oauth-authorization-server')
  expect([status, JSON.parse(html)]).toEqual([
    200,
    expect.objectContaining({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/oauth/authorize`,
      token_endpoint: `${ISSUER}/oauth/token`,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      authorization_response_iss_parameter_supported: true,
    }),
  ])
})

describe('a customer who is asked', () => {
  it('reads who asks for what, allows it in two clicks, and has a destination that the client fills in', async () => {
    const one = await another()
    const page = await one.browser.get(`/oauth/authorize?${await asked(client)}`)
    for (const words of ['Acme', 'acme.example', 'track events', 'partner.example.com', `Shop ${one.source}`]) {
      expect([words, page.html.includes(words)]).toEqual([words, true])
    }
    // A browser is led on only where the page's own policy lets a form go.
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' https://acme.example;")
    const { code, destination } = await allowed(one)
    const { status, json, headers } = await exchanged(code)
    expect([status, json['token_type'], json['scope'], json['destination_id'], headers.get('cache-control')]).toEqual([
      200,
      'Bearer',
      `destination/${live.slug}`,
      destination,
      'no-store',
    ])
    const token = json['access_token'] ?? ''
    const before = await bearing(at, token, 'GET', '/api/granted-destination')
    expect(before.json.data.destination).toMatchObject({ id: destination, enabled: false, lacking: ['apiKey'] })
    const early = await bearing(at, token, 'PATCH', '/api/granted-destination', { enabled: true })
    expect([early.status, early.json.errors[0]?.field]).toEqual([400, 'settings.apiKey'])
    const settings = {
      apiKey: 'a-secret-that-nobody-may-see',
      region: 'eu',
      hook: 'https://acme.example/in/9f86d081884c7d65',
    }
    const after = await bearing(at, token, 'PATCH', '/api/granted-destination', { enabled: true, settings })
    expect(after.json.data.destination).toEqual({
      id: destination,
      name: expect.any(String),
      enabled: true,
      paused: false,
      slug: live.slug,
      settings: { region: 'eu', hook: expect.not.stringContaining('9f86d081') },
      secrets: ['apiKey'],
      lacking: [],
    })
    expect(JSON.stringify(after.json)).not.toContain('a-secret')
    const trail = await env.DB.prepare(
      "SELECT actor_type, actor_name, workspace_id FROM audit_events WHERE resource_id = ? AND type = 'Destination Modified'",
    )
      .bind(destination)
      .all()
    expect(trail.results).toEqual([{ actor_type: 'token', actor_name: 'Acme', workspace_id: one.workspace }])
    const wrong = await bearing(at, token, 'PATCH', '/api/granted-destination', { settings: { other: 1 } })
    expect([wrong.status, wrong.json.errors[0]?.field]).toEqual([400, 'settings.other'])
    const name = await bearing(at, token, 'PATCH', '/api/granted-destination', { name: 'Mine' })
    expect([name.status, name.json.errors[0]?.field]).toEqual([400, 'name'])
  })

  it('manages what is connected already instead of a second one, which would send everything twice', async () => {
    const one = await another()
    const first = await allowed(one)
    const tokens = await exchanged(first.code)
    const second = await allowed(one)
    expect(second.destination).toBe(first.destination)
    // What was allowed before has been replaced.
    expect(await opens(tokens.json['access_token'])).toBe(401)
    expect((await exchanged(second.code)).status).toBe(200)
    const { results } = await env.DB.prepare('SELECT id FROM destinations WHERE source_id = ?').bind(one.source).all()
    expect(results.length).toBe(1)
  })

  it('is led back when they do not allow it', async () => {
    const page = await customer.browser.get(`/oauth/authorize?${await asked(client)}`)
    const href = /href="(https:\/\/acme\.example[^"]+access_denied[^"]*)"/
      .exec(page.html)?.[1]
      ?.replaceAll('&amp;', '&')
    const { searchParams } = new URL(href ?? '')
    expect([searchParams.get('error'), searchParams.get('state'), searchParams.get('iss')]).toEqual([
      'access_denied',
      'a state',
      ISSUER,
    ])
  })

  it('who only reads allows nothing, and neither does a source admin of another source', async () => {
    const reads = await personIn(at, owner, customer.workspace, 'read-only')
    const request = await asked(client)
    expect((await reads.post('/oauth/authorize', { request, sourceId: customer.source })).status).toBe(403)
    expect((await reads.get(`/oauth/authorize?${request}`)).html).not.toContain('name="sourceId"')
  })

  it('gets nothing of another workspace by its ids', async () => {
    const { destination } = await allowed(stranger)
    const request = await asked(client)
    const source = await customer.browser.post('/oauth/authorize', { request, sourceId: stranger.source })
    const existing = await customer.browser.post('/oauth/authorize/existing', { request, destinationId: destination })
    expect([source.status, existing.status]).toEqual([404, 404])
  })
})

/** What is refused by the standards, each by the number of its section. */
describe('an authorization request', () => {
  const shown: [string, Params][] = [
    ['6749 4.1.2.1: of a client that is none', { client_id: 'cli_none' }],
    ['6749 3.1.2.4: to an address that was not registered', { redirect_uri: 'https://acme.example/other' }],
    ['6749 3.1.2.4: to another host', { redirect_uri: 'https://evil.example/sluice/allowed?tenant=7' }],
    ['OAuth 2.1 2.3.1: to an address that only begins alike', { redirect_uri: `${REDIRECT}&more=1` }],
    ['OAuth 2.1 2.3.1: to the same address in other letters', { redirect_uri: REDIRECT.replace('acme', 'ACME') }],
    ['6749 3.1.2.3: without an address', { redirect_uri: undefined }],
  ]
  it.each(shown)('RFC %s, is told to the person and leads nowhere', async (_, params) => {
    const page = await customer.browser.get(`/oauth/authorize?${await asked(client, params)}`)
    expect([page.status, page.location, page.html.includes('Nothing was allowed')]).toEqual([400, '', true])
    const posted = await customer.browser.post('/oauth/authorize', {
      request: await asked(client, params),
      sourceId: customer.source,
    })
    expect([posted.status, posted.location]).toEqual([400, ''])
  })

  const told: [string, Params, string][] = [
    ['7636 4.4.1: without PKCE', { code_challenge: undefined }, 'invalid_request'],
    ['9700 2.1.1: with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['7636 4.3: without a method, which would mean plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['7636 4.2: with a challenge that is no SHA-256', { code_challenge: 'short' }, 'invalid_request'],
    ['6749 3.1.1: without a response_type', { response_type: undefined }, 'invalid_request'],
    ['OAuth 2.1 10.1: for a token without a code', { response_type: 'token' }, 'unsupported_response_type'],
    ['6749 3.3: for another integration', { scope: 'destination/webhooks' }, 'invalid_scope'],
    ['6749 3.3: for two', { scope: 'destination/webhooks destination/x' }, 'invalid_scope'],
    ['6749 3.3: without a scope', { scope: undefined }, 'invalid_scope'],
  ]
  it.each(told)('RFC %s, is told to the client', async (_, params, error) => {
    const led = ledTo(await customer.browser.get(`/oauth/authorize?${await asked(client, params)}`))
    expect([led.host, led.searchParams.get('error'), led.searchParams.get('code')]).toEqual([
      'acme.example',
      error,
      null,
    ])
    // RFC 9207, 2: who answers stands in errors too.
    expect([led.searchParams.get('state'), led.searchParams.get('iss')]).toEqual(['a state', ISSUER])
    const request = await asked(client, params)
    const posted = ledTo(await customer.browser.post('/oauth/authorize', { request, sourceId: customer.source }))
    expect([posted.searchParams.get('error'), posted.searchParams.get('code')]).toEqual([error, null])
  })

  it('RFC 6749 3.1: with a parameter that is there twice, is refused', async () => {
    const led = ledTo(await customer.browser.get(`/oauth/authorize?${await asked(client)}&scope=x`))
    expect(led.searchParams.get('error')).toBe('invalid_request')
    const twice = await customer.browser.get(
      `/oauth/authorize?${await asked(client)}&redirect_uri=https://evil.example/`,
    )
    expect([twice.status, twice.location]).toEqual([400, ''])
  })

  it('RFC 6749 10.13: is shown in no frame, and taken from no other site', async () => {
    const page = await customer.browser.get(`/oauth/authorize?${await asked(client)}`)
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    const fields = { request: await asked(client), sourceId: customer.source }
    const other = { Origin: 'https://acme.example', 'Sec-Fetch-Site': 'cross-site' }
    expect((await customer.browser.post('/oauth/authorize', fields, other)).status).toBe(403)
  })

  it('comes back to who was signed out before', async () => {
    const { Browser: Fresh } = await import('../access/browser.ts')
    const page = await new Fresh(at).get(`/oauth/authorize?${await asked(client)}`)
    expect(page.location).toContain('/sign-in?next=')
    const form = await new Fresh(at).get(page.location)
    expect(form.html).toContain(`value="/oauth/authorize?${(await asked(client)).replaceAll('&', '&amp;')}"`)
  })
})

describe('a code', () => {
  it('RFC 6749 4.1.2: is good once, and a second time ends all that came of it', async () => {
    const { code, destination } = await allowed()
    const first = await exchanged(code)
    expect([first.status, await opens(first.json['access_token'])]).toEqual([200, 200])
    const second = await exchanged(code)
    expect([second.status, second.json['error']]).toEqual([400, 'invalid_grant'])
    expect(await opens(first.json['access_token'])).toBe(401)
    expect((await refreshed(first.json['refresh_token'])).json['error']).toBe('invalid_grant')
    const entry = await env.DB.prepare(
      "SELECT actor_type, before FROM audit_events WHERE workspace_id = ? AND type = 'Grant Revoked'",
    )
      .bind(customer.workspace)
      .first<{ actor_type: string; before: string }>()
    expect([entry?.actor_type, entry?.before]).toEqual(['platform', expect.stringContaining(destination)])
  })

  it('RFC 6749 4.1.2: of two who send it at once, at most one gets tokens, and those are over', async () => {
    const { code } = await allowed()
    const both = await Promise.all([exchanged(code), exchanged(code)])
    const good = both.filter(({ status }) => status === 200)
    expect(good.length).toBeLessThan(2)
    for (const { json } of good) expect(await opens(json['access_token'])).toBe(401)
  })

  it('RFC 6749 4.1.2: is good for a minute', async () => {
    const { code } = await allowed()
    now += MINUTE_MS
    const late = await exchanged(code)
    expect([late.status, late.json['error']]).toEqual([400, 'invalid_grant'])
  })

  it('RFC 6749 4.1.3: of another client is refused, and stays good for its own', async () => {
    const other = await newClient(live, { name: 'Other' })
    const { code } = await allowed()
    const foreign = await exchanged(code, {}, basic(other.id, other.secret))
    expect([foreign.status, foreign.json['error']]).toEqual([400, 'invalid_grant'])
    expect((await exchanged(code)).status).toBe(200)
  })

  it('RFC 7636 4.6: is nothing without its verifier, and spent by a wrong one', async () => {
    const { code } = await allowed()
    const none = await exchanged(code, { code_verifier: undefined })
    expect([none.status, none.json['error']]).toEqual([400, 'invalid_request'])
    const wrong = await exchanged(code, { code_verifier: `${VERIFIER}x` })
    expect([wrong.status, wrong.json['error']]).toEqual([400, 'invalid_grant'])
    expect((await exchanged(code)).status).toBe(400)
  })

  it('RFC 6749 4.1.3: is refused with another redirect_uri', async () => {
    const { code } = await allowed()
    const other = await exchanged(code, { redirect_uri: 'https://acme.example/other' })
    expect([other.status, other.json['error']]).toEqual([400, 'invalid_grant'])
    const { code: again } = await allowed()
    expect((await exchanged(again, { redirect_uri: REDIRECT })).status).toBe(200)
  })
})

describe('a refresh token', () => {
  it('RFC 9700 4.14.2: is good once, and a second time ends all that the customer has allowed', async () => {
    const { code } = await allowed()
    const first = await exchanged(code)
    const second = await refreshed(first.json['refresh_token'], { scope: `destination/${live.slug}` })
    expect([second.status, await opens(second.json['access_token'])]).toEqual([200, 200])
    const again = await refreshed(first.json['refresh_token'])
    expect([again.status, again.json['error']]).toEqual([400, 'invalid_grant'])
    expect(await opens(second.json['access_token'])).toBe(401)
    expect((await refreshed(second.json['refresh_token'])).status).toBe(400)
  })

  it('RFC 6749 6: gives no other scope, is of its own client, and no access token', async () => {
    const other = await newClient(live, { name: 'Third' })
    const { code } = await allowed()
    const { json } = await exchanged(code)
    expect((await refreshed(json['refresh_token'], { scope: 'destination/webhooks' })).json['error']).toBe(
      'invalid_scope',
    )
    expect((await refreshed(json['refresh_token'], {}, basic(other.id, other.secret))).json['error']).toBe(
      'invalid_grant',
    )
    expect((await refreshed(json['access_token'])).json['error']).toBe('invalid_grant')
    expect(await opens(json['refresh_token'])).toBe(401)
    expect(await opens(code)).toBe(401)
    expect((await refreshed(json['refresh_token'])).status).toBe(200)
  })
})

describe('a client', () => {
  const ask = (params: Params, headers: Record<string, string> = {}) => program(at, '/oauth/token', params, headers)

  it('RFC 6749 5.2: with a wrong secret, or none, gets 401', async () => {
    const params = { grant_type: 'authorization_code', code: 'x', code_verifier: VERIFIER }
    const wrong = await ask(params, basic(client.id, 'no'))
    expect([wrong.status, wrong.json['error'], wrong.headers.get('www-authenticate')]).toEqual([
      401,
      'invalid_client',
      'Basic realm="clients"',
    ])
    expect((await ask({ ...params, client_id: client.id })).json['error']).toBe('invalid_client')
    expect((await ask({ ...params, client_id: 'cli_none' })).json['error']).toBe('invalid_client')
    expect((await ask(params)).json['error']).toBe('invalid_request')
  })

  it('RFC 6749 2.3: says who it is in one way', async () => {
    const params = { grant_type: 'authorization_code', client_id: client.id, client_secret: client.secret }
    expect((await ask(params, basic(client.id, client.secret))).json['error']).toBe('invalid_request')
    expect(
      (await ask({ grant_type: 'authorization_code', client_id: 'cli_x' }, basic(client.id, client.secret))).json[
        'error'
      ],
    ).toBe('invalid_request')
    const { code } = await allowed()
    expect((await ask({ ...params, code, code_verifier: VERIFIER })).status).toBe(200)
  })

  it('RFC 6749 5.2 and 3.2: sends a grant_type of ours, and nothing twice', async () => {
    const said = { client_id: client.id, client_secret: client.secret }
    expect((await ask({ ...said, grant_type: 'password' })).json['error']).toBe('unsupported_grant_type')
    expect((await ask(said)).json['error']).toBe('invalid_request')
    const twice = await program(at, '/oauth/token', `${formOf({ ...said, grant_type: 'refresh_token' })}&grant_type=x`)
    expect(twice.json['error']).toBe('invalid_request')
  })

  it('that is public has no secret, and PKCE instead', async () => {
    const open = await newClient(live, {
      name: 'App',
      confidential: false,
      redirectUris: ['http://127.0.0.1:7777/back'],
    })
    expect(open.secret).toBe(null)
    const request = await asked(open, { redirect_uri: 'http://127.0.0.1:7777/back' })
    const one = await another()
    const led = ledTo(await one.browser.post('/oauth/authorize', { request, sourceId: one.source }))
    const params = {
      grant_type: 'authorization_code',
      code: led.searchParams.get('code') ?? '',
      code_verifier: VERIFIER,
    }
    expect((await ask({ ...params, client_id: open.id, client_secret: 'x' })).json['error']).toBe('invalid_client')
    expect((await ask({ ...params, client_id: open.id })).status).toBe(200)
  })

  it('that guesses is asked to wait, and one that is right is not', async () => {
    const from = { 'CF-Connecting-IP': '192.0.2.77' }
    const params = { grant_type: 'refresh_token', refresh_token: 'x' }
    expect((await ask(params, { ...from, ...basic(client.id, 'no') })).status).toBe(401)
    // Fifty-nine more, at once.
    await env.DB.prepare("UPDATE attempts SET count = count + 59 WHERE key = 'token from 192.0.2.77'").run()
    const full = await ask(params, { ...from, ...basic(client.id, 'no') })
    expect([full.status, Number(full.headers.get('retry-after')) > 0]).toEqual([429, true])
  })

  it('has its addresses checked when it is made', async () => {
    for (const redirectUri of [
      'http://acme.example/back',
      'https://acme.example/back#part',
      'https://user@acme.example/',
      'https://*.acme.example/',
      'javascript:alert(1)',
      'acme://back',
      'http://localhost:80/',
    ]) {
      const { status, json } = await asks<{ errors: { field: string }[] }>(
        partner,
        'POST',
        `/integrations/${live.id}/clients`,
        { name: 'Acme', redirectUris: [redirectUri] },
      )
      expect([redirectUri, status, json.errors?.[0]?.field]).toEqual([redirectUri, 400, 'redirectUris.0'])
    }
  })

  it('gives back what it was allowed, by RFC 7009, and nothing of others', async () => {
    const { code } = await allowed()
    const { json } = await exchanged(code)
    const other = await newClient(live, { name: 'Fourth' })
    const by = (of: { id: string; secret: string }, token: string | undefined) =>
      program(at, '/oauth/revoke', { token }, basic(of.id, of.secret))
    expect([(await by(other, json['refresh_token'])).status, await opens(json['access_token'])]).toEqual([200, 200])
    expect([(await by(client, json['access_token'])).status, await opens(json['access_token'])]).toEqual([200, 401])
    expect((await refreshed(json['refresh_token'])).status).toBe(400)
    expect((await by(client, 'none')).status).toBe(200)
    expect((await by(client, undefined)).json['error']).toBe('invalid_request')
  })
})

describe('an access token', () => {
  it('opens no other route of the API, and an API token not this one', async () => {
    const { code, destination } = await allowed()
    const token = (await exchanged(code)).json['access_token'] ?? ''
    const paths = at.http.routes.filter(({ path }) => path.startsWith('/api/') && !path.includes('*'))
    const { declarationOf } = await import('../../../src/accounts/index.ts')
    let tried = 0
    for (const { method, path, handler } of paths) {
      const declaration = declarationOf(handler)
      if (!declaration || declaration.kind === 'open' || declaration.kind === 'grant') continue
      const at_ = path.replace('/destinations/:id', `/destinations/${destination}`).replaceAll(/:\w+/g, 'x')
      const { status } = await bearing(at, token, method, at_, method === 'GET' ? undefined : {})
      expect([method, path, status]).toEqual([method, path, 401])
      tried++
    }
    expect(tried).toBeGreaterThan(100)
    const made = await asks<{ data: { token: { token: string } } }>(owner, 'POST', '/tokens', { name: 'CI' })
    const { status, headers } = await bearing(at, made.json.data.token.token, 'GET', '/api/granted-destination')
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
    const signedIn = await asks(customer.browser, 'GET', '/granted-destination')
    expect(signedIn.status).toBe(403)
  })

  it('opens nothing from the moment on in which the customer revokes it', async () => {
    const { code, destination } = await allowed()
    const token = (await exchanged(code)).json['access_token']
    expect(await opens(token)).toBe(200)
    const page = await customer.browser.get(`/destinations/${destination}/access`)
    expect(page.html).toContain('Acme')
    const path = /action="(\/destinations\/\w+\/access\/\w+\/revoke)"/.exec(page.html)?.[1] ?? ''
    expect((await stranger.browser.post(path)).status).toBe(404)
    expect(await opens(token)).toBe(200)
    expect((await customer.browser.post(path)).status).toBe(303)
    expect(await opens(token)).toBe(401)
    expect((await customer.browser.get(`/destinations/${destination}/access`)).html).toContain('None.')
  })

  it.each([
    ['whoever allowed it leaves', (w: string, _d: string) => ['DELETE FROM members WHERE workspace_id = ?', w]],
    [
      'they may only read',
      (w: string, _d: string) => ["UPDATE members SET role = 'read-only' WHERE workspace_id = ?", w],
    ],
    ['the destination goes', (_w: string, d: string) => ['DELETE FROM destinations WHERE id = ?', d]],
  ] as const)('opens nothing when %s', async (_, change) => {
    const one = await another()
    const { code, destination } = await allowed(one)
    const { json } = await exchanged(code)
    expect(await opens(json['access_token'])).toBe(200)
    const [sql, value] = change(one.workspace, destination)
    const members = env.DB.prepare('SELECT user_id, role FROM members WHERE workspace_id = ?').bind(one.workspace)
    const { results: kept } = await members.all()
    await env.DB.prepare(sql ?? '')
      .bind(value)
      .run()
    expect(await opens(json['access_token'])).toBe(401)
    const back = env.DB.prepare(
      "INSERT OR REPLACE INTO members (workspace_id, user_id, role, sources, created_at) VALUES (?, ?, ?, '[]', 0)",
    )
    await env.DB.batch(kept.map(({ user_id: user, role }) => back.bind(one.workspace, user, role)))
  })

  it('opens nothing when the client is deleted, or the integration is stopped', async () => {
    const mine = await newLive(maker)
    const made = await newClient(mine)
    const one = await another()
    const { code } = await allowed(one, {}, made)
    const { json } = await exchanged(code, {}, basic(made.id, made.secret))
    const set = (status: string) =>
      env.DB.prepare('UPDATE integrations SET status = ? WHERE id = ?').bind(status, mine.id).run()
    await set('UNAVAILABLE')
    expect(await opens(json['access_token'])).toBe(401)
    await set('PUBLIC')
    expect(await opens(json['access_token'])).toBe(200)
    expect((await partner.post(`/integrations/${mine.id}/clients/${made.id}/delete`)).status).toBe(303)
    expect(await opens(json['access_token'])).toBe(401)
    const left = await env.DB.prepare('SELECT count(*) AS n FROM oauth_grants WHERE client_id = ?')
      .bind(made.id)
      .first('n')
    expect(left).toBe(0)
  })

  it('makes sixty changes a minute, and leaves the customer their own', async () => {
    const { code } = await allowed()
    const token = (await exchanged(code)).json['access_token'] ?? ''
    let last = 200
    for (let n = 0; n < 61; n++)
      last = (await bearing(at, token, 'PATCH', '/api/granted-destination', { enabled: false })).status
    expect(last).toBe(429)
    expect((await customer.browser.get('/destinations')).status).toBe(200)
  }, 20_000)
})

it('has a button on the public page that leads to where the partner begins, once a client says so', async () => {
  const mine = await newLive(maker)
  const before = await customer.browser.get(`/partners/integrations/${mine.slug}`)
  expect([before.html.includes('>Enable Acme'), before.html.includes('Enable with')]).toEqual([false, true])
  await newClient(mine, { startUrl: 'https://acme.example/sluice' })
  const after = await customer.browser.get(`/partners/integrations/${mine.slug}`)
  expect(after.html).toMatch(/href="https:\/\/acme\.example\/sluice"[^>]*>\s*Enable Acme/)
})

// The last one: sessions end too.
it('has refresh tokens that live sixty days, and access tokens an hour', async () => {
  const { code } = await allowed()
  const { json } = await exchanged(code)
  now += 60 * MINUTE_MS
  expect(await opens(json['access_token'])).toBe(401)
  const fresh = await refreshed(json['refresh_token'])
  expect(await opens(fresh.json['access_token'])).toBe(200)
  now += 60 * 86_400_000
  expect((await refreshed(fresh.json['refresh_token'])).json['error']).toBe('invalid_grant')
  await at.watch()
  const left = await env.DB.prepare('SELECT count(*) AS n FROM oauth_tokens WHERE expires_at < ?').bind(now).first('n')
  expect(left).toBe(0)
}, 20_000)
