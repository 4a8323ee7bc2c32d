import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { objectsLog } from '../../../src/archive/index.ts'
import { authorizationAddress, readAuthorizationState } from '../../../src/control/cloud-sources/authorization.ts'
import { vendorOf } from '../../../src/control/cloud-sources/index.ts'
import { putCloudSource } from '../../../src/control/cloud-sources/store.ts'
import { challengeOf } from '../../../src/pull/index.ts'
import { loadWarehouseTerms } from '../../../src/control/warehouses/index.ts'
import { openDatabase } from '../../../src/settings/index.ts'
import { context } from '../../../src/context.ts'
import { intakeOf, pullerDeps, pullerOf } from '../../../src/wiring.ts'
import { call, freshPlatform } from '../world.ts'
import type { Platform } from '../../../src/wiring.ts'

let at: Platform
beforeAll(() => void (at = freshPlatform()))

interface Cloud {
  connected: boolean
  allowed: boolean | null
  paused: boolean
  settings: Record<string, string> | null
  collections: { name: string; enabled: boolean }[]
  status: { state: string; error: { code: string } | null; last: { problems: unknown[] } | null } | null
}

async function newStripe(): Promise<string> {
  const body = { slug: `stripe-${crypto.randomUUID().slice(0, 6)}`, metadataId: 'stripe' }
  const { json } = await call<{ data: { source: { id: string } } }>(at, 'POST', '/api/sources', body)
  return `/api/sources/${json.data.source.id}/cloud`
}

const KEY = 'rk_test_of_the_whole_account'
const settings = { apiKey: KEY, address: 'https://api.stripe.com' }
const cloudOf = async (path: string) => (await call<{ data: { cloud: Cloud } }>(at, 'GET', path)).json.data.cloud

it('is connected with a key that is never shown, changed in part, paused and disconnected', async () => {
  const path = await newStripe()
  expect(await cloudOf(path)).toMatchObject({ connected: false, settings: null, status: null })
  expect((await call(at, 'POST', `${path}/pull`)).status).toBe(409)
  const made = await call<{ data: { cloud: Cloud } }>(at, 'PUT', path, {
    settings,
    leftOut: ['disputes'],
    paused: true,
  })
  expect([made.status, JSON.stringify(made.json).includes(KEY)]).toEqual([200, false])
  const cloud = await cloudOf(path)
  expect(cloud).toMatchObject({ connected: true, paused: true })
  expect(cloud.collections.filter(({ enabled }) => !enabled).map(({ name }) => name)).toEqual(['disputes'])
  const { results } = await env.DB.prepare('SELECT * FROM cloud_sources WHERE source_id = ?')
    .bind(path.split('/')[3])
    .all()
  expect(JSON.stringify(results)).not.toContain(KEY)
  // What comes back masked stays as it is.
  const changed = await call(at, 'PUT', path, { settings: cloud.settings, leftOut: [] })
  expect(changed.status).toBe(200)
  expect((await cloudOf(path)).collections.every(({ enabled }) => enabled)).toBe(true)
  const moved = await call(at, 'PUT', path, { settings: { address: 'https://elsewhere.example.com' } })
  expect([moved.status, JSON.stringify(moved.json)]).toEqual([400, expect.stringContaining('another place')])
  expect((await call(at, 'POST', `${path}/pull`)).status).toBe(409)
  expect((await call(at, 'DELETE', path)).status).toBe(200)
  expect(await cloudOf(path)).toMatchObject({ connected: false })
})

it('names what is wrong with a connection, each with its field', async () => {
  const path = await newStripe()
  const { status, json } = await call(at, 'PUT', path, { settings: { address: 'no' }, leftOut: ['rooms'] })
  expect(status).toBe(400)
  const text = JSON.stringify(json)
  for (const field of ['settings.apiKey', 'settings.address', 'leftOut']) expect(text).toContain(field)
})

it('looks what can be read from within its object, which alone has its tokens', async () => {
  const path = await newStripe()
  await call(at, 'PUT', path, { settings, paused: true })
  const { json } = await call<{ data: { status: string; checks: { code: string; ok: boolean; words: string }[] } }>(
    at,
    'POST',
    `${path}/validation`,
  )
  // No test reaches the network: the first list is answered by what refuses all.
  expect(json.data).toMatchObject({ status: 'FAILED' })
  expect(json.data.checks[0]).toMatchObject({ code: 'accounts', ok: false })
})

const REDSHIFT = {
  region: 'eu-central-1',
  database: 'd',
  workgroup: 'w',
  bucket: 'stage-of-ours',
  iamRole: 'arn:aws:iam::123456789012:role/load',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'x'.repeat(40),
}

it('runs in its object, which ends with its source; a warehouse finds its objects alone in their schema', async () => {
  const path = await newStripe()
  const id = path.split('/')[3] ?? ''
  await call(at, 'PUT', path, { settings })
  const object = env.PULLER.getByName(id)
  // No test reaches the network: each list is refused, and said so.
  await runDurableObjectAlarm(object)
  const { status } = await cloudOf(path)
  expect(status).toMatchObject({ state: 'idle' })
  expect(status?.last?.problems.length).toBeGreaterThan(15)
  expect((await intakeOf(env, objectsLog(id)).counters()).log.rows).toBe(0)
  const warehouse = {
    metadataId: 'postgres',
    enabled: false,
    settings: { host: 'db.example.com', database: 'd', username: 'u', password: 'p' },
  }
  const { json } = await call<{ data: { warehouse: { id: string } } }>(at, 'POST', '/api/warehouses', warehouse)
  const whs = json.data.warehouse.id
  expect((await call(at, 'POST', `/api/warehouses/${whs}/connected-sources/${id}`)).status).toBe(201)
  const redshift = { metadataId: 'redshift', enabled: false, settings: REDSHIFT }
  const other = await call<{ data: { warehouse: { id: string } } }>(at, 'POST', '/api/warehouses', redshift)
  const inRedshift = `/api/warehouses/${other.json.data?.warehouse.id}/connected-sources/${id}`
  expect((await call(at, 'POST', inRedshift)).status).toBe(201)
  const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, context)
  const connectors = new Proxy({}, { get: () => ({}) }) as never
  expect((await loadWarehouseTerms(db, whs, connectors))?.sources).toMatchObject([{ id, objects: 'alone' }])
  await call(at, 'DELETE', `/api/sources/${id}`)
  await pullerOf(env, id).changed()
  await runDurableObjectAlarm(object)
  expect(await pullerOf(env, id).report()).toMatchObject({ last: null, objects: 0 })
  const { results } = await env.DB.prepare('SELECT 1 FROM cloud_sources WHERE source_id = ?').bind(id).all()
  expect(results).toEqual([])
})

it('is disconnected with its tables: each warehouse drops them by a job, and the source may be connected again', async () => {
  const path = await newStripe()
  const id = path.split('/')[3] ?? ''
  await call(at, 'PUT', path, { settings, paused: true })
  const none = await call<{ data: { removals: unknown[] } }>(at, 'DELETE', `${path}/tables`)
  expect([none.status, none.json.data.removals]).toEqual([200, []])
  await call(at, 'PUT', path, { settings, paused: true })
  const made = await call<{ data: { warehouse: { id: string } } }>(at, 'POST', '/api/warehouses', {
    metadataId: 'postgres',
    enabled: false,
    settings: { host: 'db.example.com', database: 'd', username: 'u', password: 'p' },
  })
  const warehouse = `/api/warehouses/${made.json.data.warehouse.id}`
  await call(at, 'POST', `${warehouse}/connected-sources/${id}`)
  const { json } = await call<{ data: { removals: { id: string; schema: string }[] } }>(at, 'DELETE', `${path}/tables`)
  const [removal] = json.data.removals
  expect(await cloudOf(path)).toMatchObject({ connected: false })
  const one = await call<{ data: { removal: object } }>(at, 'GET', `${warehouse}/removals/${removal?.id}`)
  expect(one.json.data.removal).toMatchObject({
    state: 'waiting',
    sourceId: id,
    schema: removal?.schema,
    collections: expect.arrayContaining(['charges', 'invoice_lines']) as string[],
  })
  expect(JSON.stringify((await call(at, 'GET', `${warehouse}/removals`)).json)).toContain(removal?.id)
  // Its object says that it is quiet, and not when it is connected again.
  expect(await pullerOf(env, id).stopped()).toBe(true)
  await call(at, 'PUT', path, { settings, paused: true })
  expect(await pullerOf(env, id).stopped()).toBe(false)
})

it('has an alert from its fifth failure in a row on, until it goes on', async () => {
  const path = await newStripe()
  const id = path.split('/')[3] ?? ''
  await call(at, 'PUT', path, { settings, paused: true })
  const { publish } = pullerDeps(env, context)
  const report = await pullerOf(env, id).report()
  const error = { code: 'key_refused', words: 'Stripe does not take the API key.' }
  const open = async () => {
    const query = "SELECT subject_id FROM alerts WHERE rule = 'pull_failed' AND subject_id = ? AND closed_at IS NULL"
    return (await env.DB.prepare(query).bind(id).all()).results.length
  }
  expect([await publish(id, { ...report, failures: 4, error }, 0), await open()]).toEqual([0, 0])
  expect([await publish(id, { ...report, failures: 5, error }, 0), await open()]).toEqual([5, 1])
  expect([await publish(id, { ...report, failures: 6, error }, 5), await open()]).toEqual([5, 1])
  expect([await publish(id, report, 5), await open()]).toEqual([0, 0])
})

const ZENDESK = { address: 'https://acme.zendesk.com', grant: 'authorization_code' }
const OWN = { clientId: 'client_1', clientSecret: 'secret_of_client_1' }

async function newSource(metadataId: string): Promise<string> {
  const body = { slug: `${metadataId}-${crypto.randomUUID().slice(0, 6)}`, metadataId }
  const { json } = await call<{ data: { source: { id: string } } }>(at, 'POST', '/api/sources', body)
  return `/api/sources/${json.data.source.id}/cloud`
}

describe('by OAuth', () => {
  it('wants a client, of a deployment only where a person signs in, and takes it to the vendor alone', async () => {
    const path = await newSource('zendesk')
    const put = async (settings: object, platform = at) => {
      const { status, json } = await call(platform, 'PUT', path, { settings, paused: true })
      return [status, JSON.stringify(json)] as const
    }
    expect(await put({ ...ZENDESK })).toEqual([400, expect.stringContaining('has no OAuth client of Zendesk')])
    expect(await put({ ...ZENDESK, clientId: 'a' })).toEqual([400, expect.stringContaining('go together')])
    for (const address of [
      'https://acme.zendesk.com.example.com',
      'https://zendesk.com',
      'https://evil.com/.zendesk.com',
    ])
      expect(await put({ ...ZENDESK, ...OWN, address })).toEqual([400, expect.stringContaining('settings.address')])
    const own = freshPlatform({ env: { ...env, OAUTH_CLIENTS: 'zendesk=ours:secret_of_ours' } })
    expect(await put({ ...ZENDESK, grant: 'client_credentials' }, own)).toEqual([
      400,
      expect.stringContaining('Give a client of your own'),
    ])
    expect((await put(ZENDESK, own))[0]).toBe(200)
    expect(await cloudOf(path)).toMatchObject({ connected: true, allowed: false })
    expect((await put({ ...OWN }))[0]).toBe(200)
    // A secret goes with its address.
    expect(await put({ address: 'https://other.zendesk.com' })).toEqual([400, expect.stringContaining('another place')])
  })

  it('takes a code for the session that has asked, its source and an hour alone', async () => {
    const path = await newSource('zendesk')
    const id = path.split('/')[3] ?? ''
    await call(at, 'PUT', path, { settings: { ...ZENDESK, ...OWN }, paused: true })
    const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, context)
    const clock = { now: Date.now() }
    const deps = { db, ctx: { ...context, now: () => clock.now }, oauthClients: {} }
    const visitor = { sessionId: 'ses_1', origin: 'https://in.example.com' }
    const zendesk = vendorOf('zendesk')
    if (!zendesk) throw new Error('no vendor')
    const settings = { ...ZENDESK, ...OWN }
    const url = new URL((await authorizationAddress(deps, zendesk, { id, settings }, visitor)) ?? '')
    expect(url.origin + url.pathname).toBe('https://acme.zendesk.com/oauth/authorizations/new')
    const asked = Object.fromEntries(url.searchParams)
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: 'client_1',
      redirect_uri: 'https://in.example.com/cloud/allowed',
      code_challenge_method: 'S256',
    })
    const state = asked['state'] ?? ''
    const read = await readAuthorizationState(deps, state, visitor)
    expect(read).toMatchObject({ id, redirectUri: 'https://in.example.com/cloud/allowed' })
    expect(asked['code_challenge']).toBe(await challengeOf(read.verifier))
    expect(JSON.stringify(asked)).not.toContain(read.verifier)
    const refused = /begun more than an hour ago/
    const others: [string, typeof visitor][] = [
      [state, { ...visitor, sessionId: 'ses_2' }],
      [state.replace(id, 'src_other'), visitor],
      [state.replace(/\.(\d+)\./, (_, until: string) => `.${Number(until) + 1}.`), visitor],
      ['', visitor],
    ]
    for (const [one, by] of others) await expect(readAuthorizationState(deps, one, by)).rejects.toThrow(refused)
    clock.now += 3_600_001
    await expect(readAuthorizationState(deps, state, visitor)).rejects.toThrow(refused)
  })
})

it('pulls collections that were chosen beside the usual ones, where the vendor has such', async () => {
  const path = await newSource('salesforce')
  const settings = { address: 'https://acme.my.salesforce.com', ...OWN }
  const made = await call(at, 'PUT', path, { settings, added: ['Invoice__c', 'accounts'], paused: true })
  expect(made.status).toBe(200)
  const names = (await cloudOf(path)).collections.map(({ name }) => name)
  expect(names.filter((name) => name === 'accounts' || name === 'Invoice__c')).toEqual(['accounts', 'Invoice__c'])
  const strange = await call(at, 'PUT', path, { added: ['Invoice__c; DROP'] })
  expect([strange.status, JSON.stringify(strange.json)]).toEqual([400, expect.stringContaining('added')])
  const stripe = await newStripe()
  const refused = await call(at, 'PUT', stripe, {
    settings: { apiKey: KEY, address: 'https://api.stripe.com' },
    added: ['x'],
  })
  expect([refused.status, JSON.stringify(refused.json)]).toEqual([
    400,
    expect.stringContaining('no collections but its own'),
  ])
})

it('leaves no settings behind when its source is deleted while it is connected', async () => {
  const path = await newStripe()
  const id = path.split('/')[3] ?? ''
  const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, context)
  await call(at, 'DELETE', `/api/sources/${id}`)
  const written = { settings: {}, secrets: null, secretsKeyId: null, leftOut: [], added: [], paused: false }
  expect(await putCloudSource(db, id, 0, written)).toBeUndefined()
  const { results } = await env.DB.prepare('SELECT 1 FROM cloud_sources WHERE source_id = ?').bind(id).all()
  expect(results).toEqual([])
})
