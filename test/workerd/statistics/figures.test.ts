import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { statisticsOf } from '../../../src/wiring.ts'
import { ask, newDestination, otherWorkspace, refusal } from '../api/client.ts'
import { freshPlatform, newSource, send } from '../world.ts'

/** What the API says of a source's events, from ingest to the answer, with nothing in between that is not real. */

const at = freshPlatform()
const DAY = 86_400_000
const range = (step: string) => {
  const now = Date.now()
  const [startTime, endTime] = [now - DAY, now + 1].map((time) => new Date(time).toISOString())
  return `granularity=${step}&startTime=${startTime}&endTime=${endTime}`
}
const today = () => Math.floor(Date.now() / DAY)

interface Group {
  eventName?: string
  eventType?: string
  discardReason?: string
  source?: { id: string; name: string; slug: string }
  total: number
  series: { time: string; count: number }[]
}

interface Seen {
  type: string
  name: string | null
  total: number
  last24Hours: number
  properties: { path: string; example?: string }[]
}

interface Overview {
  total: number
  dataset: Group[]
  pagination: { totalEntries: number; next?: string }
}

/** A source with these events in its archive. */
async function archived(batch: readonly object[]): Promise<{ id: string; writeKey: string }> {
  const source = await newSource(at)
  const events = batch.map((event) => ({ type: 'track', userId: 'u', ...event }))
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch: events }) })
  await vi.waitUntil(async () => (await counters(source.id)).requests === 1, { timeout: 15_000 })
  return source
}

const counters = async (id: string) =>
  (await ask<{ counters: Record<string, number> }>(at, 'GET', `/api/sources/${id}/counters`)).counters
const schema = (id: string, query = '') => ask<{ events: Seen[] }>(at, 'GET', `/api/sources/${id}/schema${query}`)
const overview = (name: string, id: string, query = '') =>
  ask<Overview>(at, 'GET', `/api/delivery-overview/${name}?sourceId=${id}&${range('hour')}${query}`)

const BATCH = [
  { event: 'Paid', messageId: 'a', properties: { total: 12 } },
  { event: 'Paid', messageId: 'b', properties: { total: '13', email: 'a@example.com' } },
  { event: 'Paid', messageId: 'a' },
  { event: 'Signed, Up' },
  { type: 'page', name: 'Paid' },
  { type: 'identify', traits: { plan: 'pro' } },
  {},
]

let source: { id: string; writeKey: string }
beforeAll(async () => {
  source = await archived(BATCH)
}, 30_000)

describe('the schema of a source', () => {
  it('has each call and name with its counts as soon as somebody looks', async () => {
    const { events } = await schema(source.id, '?sort=name')
    expect(events.map(({ type, name, total, last24Hours }) => [type, name, total, last24Hours])).toEqual([
      ['identify', null, 1, 1],
      ['page', 'Paid', 1, 1],
      ['track', 'Paid', 2, 2],
      ['track', 'Signed, Up', 1, 1],
    ])
    expect((await schema(source.id, '?q=sign&type=track')).events.map(({ name }) => name)).toEqual(['Signed, Up'])
    const page = await ask<{ events: Seen[]; pagination: { next: string; totalEntries: number } }>(
      at,
      'GET',
      `/api/sources/${source.id}/schema?sort=name&pagination[count]=3`,
    )
    expect([page.events.length, page.pagination.totalEntries]).toEqual([3, 4])
    const rest = await schema(source.id, `?sort=name&pagination[cursor]=${page.pagination.next}`)
    expect(rest.events.map(({ name }) => name)).toEqual(['Signed, Up'])
  })

  it('has properties, and their values for those alone who may read events', async () => {
    const path = `/api/sources/${source.id}/schema/event?type=track&name=Paid`
    const { event } = await ask<{ event: Seen }>(at, 'GET', path)
    expect(event.properties.map(({ path, example }) => [path, example])).toEqual([
      ['total', '13'],
      ['email', 'a@example.com'],
    ])
    const body = { name: 'narrow', scope: ['sources:read'] }
    const { token } = await ask<{ token: { token: string } }>(at, 'POST', '/api/tokens', body)
    const headers = { Authorization: `Bearer ${token.token}` }
    const narrow = await ask<{ event: Seen }>(at, 'GET', path, undefined, headers)
    expect(narrow.event.properties.map(({ path }) => path)).toEqual(['total', 'email'])
    expect(JSON.stringify(narrow)).not.toContain('a@example.com')
  })

  it('refuses what it does not know, with its field', async () => {
    const path = `/api/sources/${source.id}/schema`
    const problems = async (rest: string) => (await refusal(at, 'GET', path + rest)).problems
    expect(await problems('?sort=colour')).toEqual(['sort: Must be one of day, week, total, last, name.'])
    expect(await problems('?type=click')).toEqual(['type: Must be one of identify, track, page, screen, group, alias.'])
    expect(await problems('/event?name=Paid')).toEqual([
      'type: Say which call: one of identify, track, page, screen, group, alias.',
    ])
    expect((await refusal(at, 'GET', `${path}/event?type=track&name=None`)).status).toBe(404)
  })
})

describe('the delivery overview of a source', () => {
  it('comes to the figures of its intake, by name, call and reason', async () => {
    const { received, duplicates, archived, requests, rejected } = await counters(source.id)
    expect([requests, received, duplicates, archived]).toEqual([1, 6, 1, 5])
    const all = await overview('successfully-received', source.id)
    expect([all.total, all.dataset.length]).toEqual([archived, 1])
    expect(all.dataset[0]?.series).toHaveLength(25)
    expect(all.dataset[0]?.series.reduce((sum, { count }) => sum + count, 0)).toBe(archived)
    const byName = await overview('successfully-received', source.id, '&groupBy=eventName,eventType')
    expect(byName.total).toBe(archived)
    const groups = byName.dataset.map(({ eventType, eventName, total }) => [eventType, eventName, total])
    expect(groups.toSorted((a, b) => (a.join() < b.join() ? -1 : 1))).toEqual([
      ['identify', undefined, 1],
      ['page', 'Paid', 1],
      ['track', 'Paid', 2],
      ['track', 'Signed, Up', 1],
    ])
    const failed = await overview('failed-on-ingest', source.id, '&groupBy[0]=discardReason')
    expect(failed.dataset.map(({ discardReason, total }) => [discardReason, total])).toEqual(
      Object.entries(rejected as unknown as object),
    )
    expect(await overview('filtered-at-source', source.id)).toMatchObject({ total: 0, dataset: [] })
  })

  it('filters as the SDK asks for it, by the day too, and pages its groups', async () => {
    const named = await overview('successfully-received', source.id, '&filter[eventName][0]=Signed,%20Up')
    expect(named.total).toBe(1)
    const two =
      '&filter[eventName][0]=Paid&filter[eventType][0]=page&filter[eventType][1]=identify&groupBy[0]=eventType'
    expect((await overview('successfully-received', source.id, two)).dataset).toMatchObject([
      { eventType: 'page', total: 1 },
    ])
    const days = await ask<Overview>(
      at,
      'GET',
      `/api/delivery-overview/successfully-received?sourceId=${source.id}&${range('day')}`,
    )
    expect([days.total, days.dataset[0]?.series.length]).toEqual([5, 2])
    const page = await overview('successfully-received', source.id, '&groupBy=eventName&pagination[count]=1')
    expect([page.dataset.length, page.pagination.totalEntries, page.total]).toEqual([1, 3, 5])
  })

  it('says what is not counted', async () => {
    const problems = async (name: string, query: string) =>
      (await refusal(at, 'GET', `/api/delivery-overview/${name}?sourceId=${source.id}&${query}`)).problems
    expect(await problems('successfully-received', range('minute'))).toEqual([
      'granularity: Events are counted by the hour and by the day.',
    ])
    expect(await problems('successfully-received', `${range('hour')}&groupBy=appVersion`)).toEqual([
      'groupBy: Events are not counted by the version of an app.',
    ])
    expect(await problems('failed-on-ingest', `${range('hour')}&filter[eventName][0]=Paid`)).toEqual([
      'filter[eventName]: What this counts does not say its eventName.',
    ])
    expect(await problems('failed-on-ingest', 'granularity=hour&startTime=2020-01-01&endTime=2020-01-02')).toEqual([
      'startTime: By the hour events are known for 32 days.',
    ])
    expect(await problems('failed-on-ingest', 'granularity=hour&startTime=now&endTime=2020-01-02')).toEqual([
      'startTime: Must be a time such as 2026-11-01T00:00:00Z.',
    ])
  })
})

describe('usage', () => {
  const month = () => `period=${new Date().toISOString().slice(0, 7)}-01`

  it('is in the database as the statistics have published it, and is no other workspace’s', async () => {
    const other = await otherWorkspace()
    const row = () =>
      env.DB.prepare('SELECT * FROM usage_days WHERE source_id = ?').bind(source.id).first<Record<string, unknown>>()
    // Its alarm, which somebody who looked has set.
    await schema(source.id)
    await vi.waitUntil(row, { timeout: 15_000 })
    expect(await row()).toEqual({
      workspace_id: 'ws_first',
      day: today(),
      source_id: source.id,
      requests: 1,
      received: 6,
      duplicates: 1,
      rejected: 1,
      archived: 5,
      identified: 1,
      anonymous: 0,
      anonymous_identified: 0,
    })
    const path = `/api/usage/api-calls/sources/daily?${month()}`
    const { dailyPerSourceAPICallsUsage: mine } = await ask<{ dailyPerSourceAPICallsUsage: { sourceId: string }[] }>(
      at,
      'GET',
      path,
    )
    const timestamp = new Date(today() * DAY).toISOString()
    expect(mine.filter(({ sourceId }) => sourceId === source.id)).toEqual([
      { sourceId: source.id, apiCalls: '6', timestamp },
    ])
    const days = await ask<{ dailyWorkspaceAPICallsUsage: object[] }>(
      at,
      'GET',
      `/api/usage/api-calls/daily?${month()}`,
    )
    expect(days.dailyWorkspaceAPICallsUsage).toEqual([{ apiCalls: expect.stringMatching(/^\d+$/), timestamp }])
    expect(await ask(at, 'GET', path, undefined, other.headers)).toMatchObject({ dailyPerSourceAPICallsUsage: [] })
    expect((await refusal(at, 'GET', '/api/usage/api-calls/daily')).problems).toEqual([
      'period: Must be the begin of a month, such as 2026-11-01.',
    ])
  })

  it('by hour is the volume of several sources at once', async () => {
    const second = await archived([{ event: 'Paid' }])
    const volume = (query: string) => ask<{ query: object; result: Group[] }>(at, 'GET', `/api/events/volume?${query}`)
    const both = `${range('HOUR')}&sourceId[0]=${source.id}&sourceId[1]=${second.id}`
    const { result, query } = await volume(`${both}&groupBy=source`)
    expect(result.map(({ source, total }) => [source?.id, total])).toEqual([
      [source.id, 5],
      [second.id, 1],
    ])
    expect(query).toMatchObject({ workspaceId: 'ws_first', granularity: 'HOUR', groupBy: ['source'] })
    const paid = await volume(`${both}&eventName=Paid&eventType=track`)
    expect(paid.result.map(({ total }) => total)).toEqual([3])
    expect((await refusal(at, 'GET', `/api/events/volume?${range('HOUR')}&sourceId=src_none`)).status).toBe(404)
  })
})

describe('a source that is deleted', () => {
  it('leaves its usage, and nothing else of what was counted', { timeout: 60_000 }, async () => {
    const gone = await archived([{ event: 'Gone', properties: { secretly: 'kept' } }])
    await newDestination(at, gone.id)
    await schema(gone.id)
    const usage = () =>
      env.DB.prepare('SELECT received FROM usage_days WHERE source_id = ?').bind(gone.id).first<number>('received')
    await vi.waitUntil(usage, { timeout: 15_000 })
    await ask(at, 'DELETE', `/api/sources/${gone.id}`)
    const statistics = statisticsOf(env, gone.id)
    await vi.waitUntil(
      async () => (await statistics.schema({ sort: 'name', page: { count: 10 } })).events.total === 0,
      { timeout: 30_000, interval: 500 },
    )
    expect(await usage()).toBe(1)
  })
})
