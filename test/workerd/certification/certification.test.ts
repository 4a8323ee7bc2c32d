import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CHECKS } from '../../../src/certify/index.ts'
import { latestCertification } from '../../../src/control/certification/index.ts'
import { findIntegration } from '../../../src/control/catalogue/index.ts'
import { context } from '../../../src/context.ts'
import { FIRST_WORKSPACE, openDatabase } from '../../../src/settings/index.ts'
import { ask, type IntegrationReply, newCertification, newIntegration, refusal } from '../api/client.ts'
import { call, execution, freshPlatform } from '../world.ts'
import { goodEndpoint } from './endpoint.ts'

const KEY = 'key-of-a-customer-made-for-this'
const at = freshPlatform()

afterEach(() => void vi.restoreAllMocks())

interface Told {
  certification: {
    id: string
    certified: boolean
    stale: boolean
    errors: number
    certificate: string
    results: Record<string, unknown>[]
  }
}

const partner = () => newIntegration(at, { supportedMethods: ['identify', 'track'], rate: 1_000 })
const pathOf = ({ id }: { id: string }) => `/api/integrations/${id}/certifications`
const read = async (one: IntegrationReply, id: string) =>
  (await ask<Told>(at, 'GET', `${pathOf(one)}/${id}`)).certification

describe('a certification', () => {
  it('has each check with request, reply, what was expected and how to mend it', async () => {
    goodEndpoint(KEY)
    const one = await partner()
    const id = await newCertification(at, one.id, { apiKey: KEY })
    const told = await read(one, id)
    expect(told).toMatchObject({ certified: true, stale: false, errors: 0, certificate: `/certificates/${id}` })
    expect(told.results.map(({ check }) => String(check)).toSorted()).toEqual(CHECKS.map((check) => check.id))
    expect(told.results.find(({ check }) => check === 'C104')).toMatchObject({
      grade: 'error',
      state: 'passed',
      expected: 'A wrong API key is refused with 401 or 403.',
      request: { method: 'POST', url: 'https://partner.example.com/in' },
      reply: { status: 401, body: '{"message":"This key is not valid."}' },
    })
    const { results: _, ...row } = told
    const { certifications } = await ask<{ certifications: unknown[] }>(at, 'GET', pathOf(one))
    expect(certifications).toEqual([row])
  })

  it('is about content: other words leave it, another rate or setting makes it stale', async () => {
    goodEndpoint(KEY)
    const one = await partner()
    const id = await newCertification(at, one.id, { apiKey: KEY })
    const change = (what: unknown) => ask(at, 'PATCH', `/api/integrations/${one.id}`, what)
    const latest = async () => {
      const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, context)
      const found = await findIntegration(db, FIRST_WORKSPACE, one.id)
      if (!found) throw new Error('it is gone')
      return latestCertification(db, { integration: found, version: 1 })
    }
    expect(await latest()).toMatchObject({ isCertified: true, isStale: false, certification: { id, listVersion: 3 } })
    await change({ name: `Renamed ${id}`, description: 'In other words.', supportedMethods: ['track', 'identify'] })
    expect(await latest()).toMatchObject({ isCertified: true })
    await change({ settings: [{ name: 'region', label: 'Region', type: 'string' }] })
    expect(await latest()).toMatchObject({ isCertified: false, isStale: true })
    expect(await read(one, id)).toMatchObject({ certified: false, stale: true })
    // Its words alone.
    await change({ settings: [] })
    expect(await latest()).toMatchObject({ isCertified: true })
    await change({ rate: 5 })
    expect(await latest()).toMatchObject({ isStale: true })
  })

  it('that has errors is none', async () => {
    goodEndpoint('another-key')
    const one = await partner()
    const id = await newCertification(at, one.id, { apiKey: KEY })
    const told = await read(one, id)
    expect(told).toMatchObject({ certified: false, stale: false })
    expect(told.errors).toBeGreaterThan(0)
    expect(told.results.find(({ check }) => check === 'C117')).toMatchObject({
      state: 'skipped',
      why: 'It is made only where C103 passed.',
    })
  })

  it('is one at a time', async () => {
    let answer: () => void = () => undefined
    vi.spyOn(globalThis, 'fetch').mockImplementation(
      () => new Promise((resolve) => (answer = () => resolve(new Response('', { status: 302 })))),
    )
    const one = await partner()
    const first = await call<{ data: Told }>(at, 'POST', pathOf(one), { settings: { apiKey: KEY } })
    expect(first.status).toBe(201)
    const second = await refusal(at, 'POST', pathOf(one), { settings: { apiKey: KEY } })
    expect([second.status, second.problems]).toEqual([409, [expect.stringContaining('under way')]])
    vi.restoreAllMocks()
    answer()
    await vi.waitFor(
      async () => expect(await read(one, first.json.data.certification.id)).toMatchObject({ state: 'ended' }),
      { timeout: 20_000 },
    )
  })

  it('is begun twelve times an hour, and then it is said when there may be another', async () => {
    const one = await partner()
    await env.DB.prepare('INSERT INTO attempts (key, count, reset_at) VALUES (?, 12, ?)')
      .bind(`certify of integration ${one.id}`, Date.now() + 600_000)
      .run()
    const request = new Request(`https://sluice.test${pathOf(one)}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ settings: { apiKey: KEY } }),
    })
    const reply = await at.http.fetch(request, env, execution())
    expect(reply.status).toBe(409)
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(500)
  })

  it.each([
    ['without a key', { settings: {} }, 'settings.apiKey'],
    ['with a setting that it has not', { settings: { apiKey: KEY, what: 1 } }, 'settings.what'],
    ['with a read-back at home', { settings: { apiKey: KEY }, readBack: 'http://127.0.0.1/{messageId}' }, 'readBack'],
    ['with a read-back for all', { settings: { apiKey: KEY }, readBack: 'https://a.example.com' }, 'readBack'],
    ['with what is no field', { settings: { apiKey: KEY }, endpoint: 'https://elsewhere.example.com' }, 'endpoint'],
  ])('%s is refused with its field, and nobody is asked', async (_, body, field) => {
    const { requests } = goodEndpoint(KEY)
    const one = await partner()
    const { status, json } = await call<{ errors: { field?: string }[] }>(at, 'POST', pathOf(one), body)
    expect([status, json.errors.map((error) => error.field)]).toEqual([400, [field]])
    expect(requests()).toBe(0)
  })

  it('of what has no endpoint is refused', async () => {
    const { integration } = await ask<{ integration: { id: string } }>(at, 'POST', '/api/integrations', {
      name: 'Lake',
      slug: `lake-${crypto.randomUUID().slice(0, 8)}`,
      kind: 'warehouse',
      warehouse: { connector: 'postgres' },
    })
    const { status } = await call(at, 'POST', pathOf(integration), { settings: {} })
    expect(status).toBe(409)
  })
})

it('the list of checks is open to everybody', async () => {
  const { status, json } = await call<{ data: { listVersion: number; checks: { check: string }[] } }>(
    at,
    'GET',
    '/api/certification-checks',
    undefined,
    {},
  )
  expect([status, json.data.listVersion, json.data.checks.length]).toEqual([200, 3, CHECKS.length])
  expect(json.data.checks[3]).toMatchObject({ check: 'C104', grade: 'error', more: '/docs/certification#c104' })
})
