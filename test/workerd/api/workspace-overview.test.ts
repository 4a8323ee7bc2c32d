import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { publishHealth } from '../../../src/control/destinations/index.ts'
import { publishTraffic } from '../../../src/control/sources/index.ts'
import { context } from '../../../src/context.ts'
import { openDatabase } from '../../../src/settings/index.ts'
import { laneOf } from '../../../src/wiring.ts'
import { freshPlatform, send } from '../world.ts'
import { ask, otherWorkspace, refusal } from './client.ts'

/** What became of the events of a workspace, from ingest to the answer, held against ledgers and each one's own overview. */

const at = freshPlatform()
const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, context)
const PERIODS = ['1h', '24h', '7d', '30d']
const HOOKS = { urls: ['https://hooks.example.com/in'] }

interface Step {
  step: string
  total: number | null
  series: { count: number }[]
}
interface Overview {
  steps: Step[]
  resent: number
  breakdown: { step: string; reason: string | null; eventName?: string | null; events: number }[]
  progress?: { left: number; members: number; at: string | null }
}
type Ledger = Record<'accepted' | 'delivered' | 'filtered' | 'pending' | 'dead', number>

let headers: Record<string, string> = {}
const sources: { id: string; writeKey: string }[] = []
const destinations: { id: string; sourceId: string }[] = []

const mine = <T>(method: string, path: string, body?: unknown) => ask<T>(at, method, path, body, headers)
const overview = async (query = '') =>
  (await mine<{ overview: Overview }>('GET', `/api/delivery-overview?${query}`)).overview
const totals = ({ steps }: Overview) => Object.fromEntries(steps.map((one) => [one.step, one.total]))
const ledgerOf = async (id: string) => (await mine<{ ledger: Ledger }>('GET', `/api/destinations/${id}/ledger`)).ledger
const none = { day: { accepted: 0, rejected: 0 }, lately: { accepted: 0, rejected: 0 }, usualGapMs: null }

/** What lanes and intakes tell by themselves within a minute. */
async function tell(): Promise<void> {
  for (const { id } of destinations) {
    const { health } = await laneOf(env, id).metrics('24h')
    if (health) await publishHealth(db, id, health)
  }
  for (const { id } of sources) await publishTraffic(db, id, { ...none, lastEventAt: Date.now(), at: Date.now() })
}

async function sendAll(source: { writeKey: string }, batch: readonly object[]): Promise<void> {
  const events = batch.map((event) => ({ userId: 'u', ...event }))
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch: events }) })
}

async function settled(accepted: readonly number[]): Promise<void> {
  await vi.waitUntil(
    async () => {
      const all = await Promise.all(destinations.map(({ id }) => ledgerOf(id)))
      return all.every((one, n) => one.pending === 0 && one.accepted === accepted[n])
    },
    { timeout: 15_000 },
  )
  await tell()
}

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    const { event } = JSON.parse(String(init?.body)) as { event?: string }
    return Promise.resolve(new Response('', { status: event === 'Refused' ? 400 : 200 }))
  })
  headers = (await otherWorkspace()).headers
  for (const slug of ['web', 'server']) {
    const { source } = await mine<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', { slug })
    sources.push({ id: source.id, writeKey: source.writeKeys[0] ?? '' })
  }
  for (const n of [0, 0, 1]) {
    const sourceId = sources[n]?.id ?? ''
    const body = { sourceId, metadataId: 'webhooks', name: `Hook ${destinations.length}`, settings: HOOKS }
    const { destination } = await mine<{ destination: { id: string } }>('POST', '/api/destinations', body)
    destinations.push({ id: destination.id, sourceId })
  }
  await sendAll(sources[0] as never, [
    ...['Paid', 'Paid', 'Refused'].map((event) => ({ type: 'track', event })),
    { type: 'track', event: 'Paid', integrations: { All: false } },
    { type: 'track' },
  ])
  await sendAll(sources[1] as never, [
    { type: 'track', event: 'Paid', anonymousId: 'a1' },
    { type: 'identify', userId: undefined, anonymousId: 'a2' },
  ])
  await settled([4, 4, 2])
}, 40_000)

describe('the delivery overview of a workspace', () => {
  it.each(PERIODS)('has each step as ledgers and the sum of all destinations have it, over %s', async (period) => {
    const all = await overview(`period=${period}`)
    expect(all.progress).toMatchObject({ left: 0, members: 5 })
    const ledgers = await Promise.all(destinations.map(({ id }) => ledgerOf(id)))
    const sum = (name: keyof Ledger) => ledgers.reduce((n, one) => n + one[name], 0)
    expect(totals(all)).toEqual({
      received: 6,
      rejected: 1,
      filteredAtSource: 0,
      filtered: sum('filtered'),
      failed: sum('dead'),
      delivered: sum('delivered'),
    })
    expect([sum('delivered'), sum('filtered'), sum('dead')]).toEqual([6, 2, 2])
    const each = await Promise.all(
      destinations.map(async ({ id }) => totals(await overview(`period=${period}&destinationId=${id}`))),
    )
    for (const step of ['filtered', 'failed', 'delivered'])
      expect(each.reduce((n, one) => n + (one[step] ?? 0), 0)).toBe(totals(all)[step])
    for (const { total, series } of all.steps) expect(series.reduce((n, { count }) => n + count, 0)).toBe(total)
  })

  it('tells of one name, call or reason', async () => {
    expect(totals(await overview('eventName=Paid'))).toMatchObject({
      received: 4,
      filtered: 2,
      failed: 0,
      delivered: 5,
    })
    expect(totals(await overview('eventType=identify'))).toMatchObject({ received: 1, delivered: 1 })
    expect(totals(await overview('reason=http_400'))).toMatchObject({ received: null, failed: 2, filtered: 0 })
    const { breakdown } = await overview()
    expect(breakdown.find(({ step, eventName }) => step === 'delivered' && eventName === 'Paid')?.events).toBe(5)
  })

  it('tells of one source and its destinations', async () => {
    const [web, server] = sources.map(({ id }) => id)
    expect(totals(await overview(`sourceId=${web}`))).toMatchObject({
      received: 4,
      rejected: 1,
      failed: 2,
      delivered: 4,
    })
    expect(totals(await overview(`sourceId=${server}`))).toMatchObject({
      received: 2,
      rejected: 0,
      failed: 0,
      delivered: 2,
    })
    const strange = (query: string) => refusal(at, 'GET', `/api/delivery-overview?${query}`, undefined, headers)
    expect((await strange(`destinationId=${destinations[0]?.id}&sourceId=${server}`)).problems).toEqual([
      'sourceId: This destination belongs to another source.',
    ])
    expect((await strange('sourceId=src_nothing')).status).toBe(404)
  })

  it('counts a person of two sources once, and each of them', async () => {
    const [year, month, day] = new Date().toISOString().slice(0, 10).split('-').map(Number) as [number, number, number]
    const times = {
      periodStart: Date.UTC(year, month - 1) / 1_000,
      periodEnd: Date.UTC(year, month) / 1_000,
      timestamp: new Date(Date.UTC(year, month - 1, day)).toISOString(),
    }
    const query = `period=${new Date().toISOString().slice(0, 7)}-01`
    const known = { identified: '1', anonymous: '2', anonymousIdentified: '1', neverIdentified: '1', ...times }
    const { dailyWorkspaceMTUUsage } = await mine<{ dailyWorkspaceMTUUsage: object[] }>(
      'GET',
      `/api/usage/mtu/daily?${query}`,
    )
    expect(dailyWorkspaceMTUUsage).toEqual([known])
    const bySource = async () =>
      (await mine<{ dailyPerSourceMTUUsage: { sourceId: string }[] }>('GET', `/api/usage/mtu/sources/daily?${query}`))
        .dailyPerSourceMTUUsage
    await vi.waitUntil(async () => (await bySource()).length === 2, { timeout: 15_000 })
    const none = { anonymous: '0', anonymousIdentified: '0', neverIdentified: '0' }
    expect(new Map((await bySource()).map(({ sourceId, ...counts }) => [sourceId, counts]))).toEqual(
      new Map([
        [sources[0]?.id, { ...known, ...none }],
        [sources[1]?.id, known],
      ]),
    )
    expect((await refusal(at, 'GET', '/api/usage/mtu/daily', undefined, headers)).problems).toEqual([
      'period: Must be the begin of a month, such as 2026-11-01.',
    ])
  })

  it('has nothing of others', async () => {
    const other = (await otherWorkspace()).headers
    const { overview: all } = await ask<{ overview: Overview }>(at, 'GET', '/api/delivery-overview', undefined, other)
    expect(Object.values(totals(all)).every((total) => total === 0)).toBe(true)
    expect(all.progress).toMatchObject({ left: 0, members: 0 })
  })
})
