import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { objectsLog } from '../../../src/archive/index.ts'
import { loadWarehouseTerms } from '../../../src/control/warehouses/index.ts'
import { openDatabase } from '../../../src/settings/index.ts'
import { context } from '../../../src/context.ts'
import { intakeOf, pullerDeps, pullerOf } from '../../../src/wiring.ts'
import { call, freshPlatform } from '../world.ts'
import type { Platform } from '../../../src/wiring.ts'

let at: Platform
/** What the vendor is asked, and what it answers. */
const asked: string[] = []
let answer: (path: string) => Response = () => Response.json({ object: 'list', has_more: false, data: [] })
const REFUSED = () => Response.json({ error: { message: 'No.' } }, { status: 403 })

beforeAll(() => {
  at = freshPlatform({
    ctx: {
      fetch: (request) => {
        asked.push(request.url)
        return Promise.resolve(answer(new URL(request.url).pathname))
      },
    },
  })
})

interface Cloud {
  connected: boolean
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

it('says of each list whether the key may read it', async () => {
  const path = await newStripe()
  await call(at, 'PUT', path, { settings, paused: true })
  answer = (where) =>
    where.endsWith('/refunds') ? REFUSED() : Response.json({ object: 'list', has_more: false, data: [] })
  const { json } = await call<{ data: { status: string; checks: { code: string; ok: boolean }[] } }>(
    at,
    'POST',
    `${path}/validation`,
  )
  expect(json.data.status).toBe('FAILED')
  expect(json.data.checks.filter(({ ok }) => !ok).map(({ code }) => code)).toEqual(['refunds'])
  expect(asked.every((url) => url.startsWith('https://api.stripe.com/v1/'))).toBe(true)
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
