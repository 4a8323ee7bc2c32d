import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { ask } from '../api/client.ts'
import { freshPanel } from '../access/browser.ts'
import { asks, type Browser, newIntegration, newWorkspace, ownerOf, personIn, reviewerOf } from '../lifecycle/rig.ts'
import { newSource, send } from '../world.ts'
import { scoreOfExport } from './recomputed.ts'

const DAY_MS = 86_400_000
const TODAY = Math.floor(Date.now() / DAY_MS)
const at = freshPanel()
let owner: Browser
let partner: Browser
let workspace: string

/** Everything that a customer says in this file, and that nobody else may read. */
const VALUES = ['usr-58123', 'zoe@privat.example', 'Grenadine', 'Reykjavik', '198.51.100.77', '73.25', 'sess-9f2e']
const EVENT = {
  userId: 'usr-58123',
  event: 'Grenadine',
  properties: { email: 'zoe@privat.example', city: 'Reykjavik', total: 73.25, missing: 'sess-9f2e' },
  context: { ip: '198.51.100.77' },
}

beforeAll(async () => {
  owner = await ownerOf(at)
  workspace = await newWorkspace('Acme')
  partner = await personIn(at, owner, workspace, 'owner')
})

let answer: (body: string) => Response
beforeEach(() => {
  answer = () => new Response()
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => Promise.resolve(answer(String(init?.body))))
})

const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()

/** A destination of the first workspace, with a source of its own. */
async function connect(integration: string) {
  const source = await newSource(at)
  const body = { sourceId: source.id, metadataId: integration, enabled: true, settings: {} }
  const { destination } = await ask<{ destination: { id: string } }>(at, 'POST', '/api/destinations', body)
  const track = (more: object = {}) =>
    send(at, '/v1/track', { body: JSON.stringify({ ...EVENT, ...more, writeKey: source.writeKey }) })
  const ledger = async () =>
    (await ask<{ ledger: Record<string, number> }>(at, 'GET', `/api/destinations/${destination.id}/ledger`)).ledger
  return { id: destination.id, track, ledger }
}

/** What its lane tells of itself once a minute, told now. */
const moved = (destination: string) =>
  run(
    "INSERT OR REPLACE INTO destination_health (destination_id, state, since, waiting, last_delivered_at, accepted, delivered, failed_attempts, dead, at) VALUES (?, 'ok', 0, 0, NULL, 0, 0, 0, 0, ?)",
    destination,
    Math.floor(Math.random() * 1e12),
  )

interface Growth {
  connected: number
  total: { delivered: number; failed: number; reasons: object; errors: object; p95Ms: number | null }
  days: { day: string; version: number; planned: boolean; customers: number; delivered: number; failed: number }[]
  versions: { version: number; delivered: number }[]
  samples: { code: string; status: number; message: string | null; responseHeaders: string[] }[]
}
const growthOf = async (id: string, browser = partner, path = 'integrations') =>
  (await asks<{ data: { growth: Growth } }>(browser, 'GET', `/${path}/${id}/growth`)).json.data.growth

it(
  'figures are what lanes have, once, and no value of a customer is in them without consent',
  { timeout: 90_000 },
  async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
    const one = await connect(id)
    await one.track()
    await vi.waitUntil(async () => (await one.ledger())['delivered'] === 1, { timeout: 15_000 })
    answer = (body) =>
      new Response(JSON.stringify({ message: `Missing plan, got ${body}` }), {
        status: 400,
        headers: { 'Content-Type': 'application/json', 'X-Usr-58123': 'Reykjavik', 'Retry-After': '1' },
      })
    await one.track()
    await vi.waitUntil(async () => (await one.ledger())['dead'] === 1, { timeout: 15_000 })
    await moved(one.id)
    await at.watch()
    const growth = await growthOf(id)
    expect(growth).toMatchObject({
      connected: 1,
      total: { delivered: 1, failed: 1, reasons: { http_400: 1 }, errors: { http_400: 1 } },
      days: [{ version: 1, planned: false, customers: 1, delivered: 1, failed: 1 }],
      samples: [{ code: 'http_400', status: 400, message: expect.stringContaining('plan') }],
    })
    expect(growth.total.p95Ms).toBeGreaterThan(0)
    // Asked again, nothing is counted twice.
    await moved(one.id)
    await at.watch()
    expect(await growthOf(id)).toEqual(growth)

    const reviewer = await reviewerOf(at, owner)
    const answers = async () => [
      JSON.stringify((await asks(partner, 'GET', `/integrations/${id}/growth`)).json),
      JSON.stringify((await asks(partner, 'GET', `/integrations/${id}/growth/samples`)).json),
      JSON.stringify((await asks(partner, 'GET', `/integrations/${id}/quality`)).json),
      JSON.stringify((await asks(reviewer, 'GET', `/submissions/${id}/growth`)).json),
      (await partner.get(`/integrations/${id}/growth`)).html,
      (await partner.get(`/integrations/${id}/growth/samples`)).html,
      (await partner.get(`/integrations/${id}/quality`)).html,
      (await reviewer.get(`/submissions/${id}/growth`)).html,
      (await reviewer.get(`/submissions/${id}/quality`)).html,
    ]
    const found = async () => {
      const texts = (await answers()).map((text) => text.toLowerCase())
      return VALUES.map((value) =>
        texts.map((text, n) => (text.includes(value.toLowerCase()) ? n : -1)).filter((n) => n >= 0),
      )
    }
    expect(await found()).toEqual(VALUES.map(() => []))
    // Nor does the database have one of them.
    const kept = JSON.stringify((await env.DB.prepare('SELECT * FROM integration_samples').all()).results)
    for (const value of VALUES) expect(kept).not.toContain(value)

    const consent = (samples: boolean) => ask(at, 'PATCH', `/api/destinations/${one.id}/consent`, { samples })
    await consent(true)
    // The partner reads them then, where they are meant to be, and reviewers do not.
    expect(await found()).toEqual(VALUES.map(() => [1, 5]))
    await consent(false)
    expect(await found()).toEqual(VALUES.map(() => []))
  },
)

it('a version, planned hours, the maker’s own and a destination that goes', { timeout: 90_000 }, async () => {
  const { id } = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
  const [one, other] = [await connect(id), await connect(id)]
  for (const each of [one, other]) await each.track()
  await vi.waitUntil(async () => (await one.ledger())['delivered'] === 1 && (await other.ledger())['delivered'] === 1, {
    timeout: 15_000,
  })
  await moved(one.id)
  await at.watch()
  expect((await growthOf(id)).versions).toMatchObject([{ version: 1, delivered: 1 }])
  // One of them has another version from this hour on, with what of the hour was counted for the first.
  const rollout = { number: 2, share: 1, first: one.id, sent: {}, reach: [] }
  await run('UPDATE integrations SET rollout = ? WHERE id = ?', JSON.stringify(rollout), id)
  await Promise.all([moved(one.id), moved(other.id)])
  await at.watch()
  expect((await growthOf(id)).versions).toMatchObject([
    { version: 1, delivered: 1 },
    { version: 2, delivered: 1 },
  ])
  // This hour was planned.
  const now = Math.floor(Date.now() / 3_600_000) * 3_600_000
  await run("INSERT INTO maintenance_windows VALUES (?, ?, ?, ?, '', 0)", `mnt_${id}`, id, now, now + 3_600_000)
  await Promise.all([moved(one.id), moved(other.id)])
  await at.watch()
  expect((await growthOf(id)).days.filter(({ delivered }) => delivered > 0).map(({ planned }) => planned)).toEqual([
    true,
    true,
  ])
  // What was delivered stays delivered.
  await ask(at, 'DELETE', `/api/destinations/${one.id}`)
  await at.watch()
  expect((await growthOf(id)).total.delivered).toBe(2)
  expect(await env.DB.prepare('SELECT 1 FROM delivery_reads WHERE destination_id = ?').bind(one.id).first()).toBeNull()
  // Of the maker's own workspace nothing counts.
  const mine = await newIntegration('ws_first', { state: 'PUBLIC', kind: 'direct' })
  const own = await connect(mine.id)
  await own.track()
  await vi.waitUntil(async () => (await own.ledger())['delivered'] === 1, { timeout: 15_000 })
  await run(
    "INSERT OR IGNORE INTO partners (workspace_id, application_id, company, created_at) VALUES ('ws_first', 'app_x', 'First', 0)",
  )
  await moved(own.id)
  await at.watch()
  expect(
    await env.DB.prepare('SELECT delivered FROM delivery_days WHERE destination_id = ?')
      .bind(own.id)
      .first('delivered'),
  ).toBe(1)
  expect(
    await env.DB.prepare('SELECT 1 FROM integration_days WHERE integration_id = ?').bind(mine.id).first(),
  ).toBeNull()
  await run("DELETE FROM partners WHERE workspace_id = 'ws_first'")
})

it('the score can be computed from the export alone', { timeout: 30_000 }, async () => {
  const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
  for (let back = 40; back >= 0; back--) {
    const good = 700 + ((back * 37) % 90)
    const figures = {
      delivered: good,
      opened: back % 5 === 0 ? 2 : 0,
      'failed|http_503': (back * 7) % 11,
      'failed|expired': back % 3,
      'failed|http_403': 40,
      'resent|http_503': back % 2,
      'errors|http_503': (back * 13) % 60,
      'errors|timeout': back % 7,
      'errors|http_403': 40,
      'delay|30': good - 50,
      'delay|63': 20,
      'delay|64': 30,
    }
    await run(
      'INSERT INTO integration_days VALUES (?, ?, 1, 0, ?, ?)',
      id,
      TODAY - back,
      3 + (back % 4),
      JSON.stringify(figures),
    )
    await run(
      'INSERT INTO integration_days VALUES (?, ?, 1, 1, 3, ?)',
      id,
      TODAY - back,
      JSON.stringify({ delivered: 1, 'failed|http_500': 300 }),
    )
  }
  await at.watch()
  const { quality } = (
    await asks<{ data: { quality: { score: number; band: string; history: { score: number; day: string }[] } } }>(
      partner,
      'GET',
      `/integrations/${id}/quality`,
    )
  ).json.data
  const lines = (await partner.send(`/api/integrations/${id}/quality/days.ndjson`, {})).html
  const csv = (await partner.send(`/api/integrations/${id}/quality/days.csv`, {})).html
  const recomputed = scoreOfExport(lines, new Date(TODAY * DAY_MS))
  expect(recomputed).toBeGreaterThan(0)
  expect(recomputed).toBeLessThan(100)
  expect(quality).toMatchObject({ score: recomputed, history: [{ score: recomputed }] })
  // The other file says the same.
  const sum = (text: string[]) =>
    text.filter((line) => line.includes(',0,failed|http_503,') || line.includes('failed|http_503'))
  expect(sum(csv.split('\n')).length).toBe(
    lines.split('\n').filter((line) => line.includes('"failed|http_503"')).length,
  )
  const list = await asks<{ data: { integrations: { integrationId: string; score: number }[] } }>(
    owner,
    'GET',
    '/quality?pagination[count]=200',
  )
  expect(list.json.data.integrations).toContainEqual(expect.objectContaining({ integrationId: id, score: recomputed }))
})

it('maintenance is planned a day ahead, of whole hours, and not more than a month has', async () => {
  const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
  const month = new Date()
  const next = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 10)
  const iso = (hours: number, minutes = 0) => new Date(next + hours * 3_600_000 + minutes * 60_000).toISOString()
  const plan = async (startsAt: string, endsAt: string) => {
    const path = `/integrations/${id}/maintenance`
    const { status, json } = await asks<{ data?: { id: string }; errors?: { field?: string; code?: string }[] }>(
      partner,
      'POST',
      path,
      { startsAt, endsAt },
    )
    return [status, json.errors?.[0]?.field ?? json.errors?.[0]?.code, json.data?.id] as const
  }
  const soon = new Date(Math.ceil(Date.now() / 3_600_000 + 20) * 3_600_000).toISOString()
  expect((await plan(soon, iso(2))).slice(0, 2)).toEqual([400, 'startsAt'])
  expect((await plan(iso(1, 30), iso(3))).slice(0, 2)).toEqual([400, 'startsAt'])
  expect((await plan(iso(1), iso(1))).slice(0, 2)).toEqual([400, 'endsAt'])
  expect((await plan(iso(1), iso(10))).slice(0, 2)).toEqual([409, 'no_room'])
  const [made, , windowId] = await plan(iso(1), iso(6))
  expect(made).toBe(201)
  expect((await plan(iso(5), iso(7))).slice(0, 2)).toEqual([409, 'no_room'])
  expect((await plan(iso(6), iso(10))).slice(0, 2)).toEqual([409, 'no_room'])
  expect((await plan(iso(6), iso(9)))[0]).toBe(201)
  expect((await partner.get(`/integrations/${id}/quality`)).html).toContain('Planned maintenance')
  expect((await asks(partner, 'DELETE', `/integrations/${id}/maintenance/${windowId}`)).status).toBe(200)
  expect((await asks(partner, 'DELETE', `/integrations/${id}/maintenance/${windowId}`)).status).toBe(404)
  expect((await plan(iso(1), iso(6)))[0]).toBe(201)
})
