import { beforeAll, describe, expect, it, vi } from 'vitest'
import { freshPlatform, newSource, send } from '../world.ts'
import { ask, newDestination, refusal } from './client.ts'

/** What becomes of a source's events at a destination, from ingest to the answer, held against its ledger. */

const at = freshPlatform()
let source = { id: '', writeKey: '' }
let id = ''
const range = () => {
  const [startTime, endTime] = [-86_400_000, 1].map((ms) => new Date(Date.now() + ms).toISOString())
  return `granularity=hour&startTime=${startTime}&endTime=${endTime}`
}

interface Dataset {
  total: number
  dataset: { eventName?: string; eventType?: string; discardReason?: string; total: number }[]
}
interface Overview {
  steps: { step: string; total: number | null; series: { count: number }[] }[]
  resent: number
  breakdown: {
    step: string
    reason: string | null
    eventType: string | null
    eventName?: string | null
    events: number
  }[]
}

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    const { event } = JSON.parse(String(init?.body)) as { event?: string }
    return Promise.resolve(new Response('', { status: event === 'Refused' ? 400 : 200 }))
  })
  source = await newSource(at)
  id = (await newDestination(at, source.id)).id
  const batch = [
    ...['Paid', 'Paid', 'Refused'].map((event) => ({ type: 'track', event })),
    { type: 'page', name: 'Home' },
    { type: 'identify' },
    { type: 'track', event: 'Paid', integrations: { All: false } },
    { type: 'page', integrations: { All: false } },
    { type: 'track' },
  ].map((event) => ({ userId: 'u', ...event }))
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
  await vi.waitUntil(async () => (await ledger()).pending === 0 && (await ledger()).accepted === 7, { timeout: 15_000 })
}, 30_000)

const ledger = async () =>
  (await ask<{ ledger: Record<string, number> }>(at, 'GET', `/api/destinations/${id}/ledger`)).ledger
const step = (name: string, query = '') =>
  ask<Dataset>(
    at,
    'GET',
    `/api/delivery-overview/${name}?destinationConfigId=${id}&sourceId=${source.id}&${range()}${query}`,
  )
const overview = async (query = '') =>
  (await ask<{ overview: Overview }>(at, 'GET', `/api/delivery-overview?destinationId=${id}${query}`)).overview
const totals = ({ steps }: Overview) => Object.fromEntries(steps.map((one) => [one.step, one.total]))

describe('the delivery overview of a destination', () => {
  it('has each step as the ledger has it, as a whole and by call, name and reason', async () => {
    const { accepted, delivered, filtered, dead } = await ledger()
    expect([accepted, delivered, filtered, dead]).toEqual([7, 4, 2, 1])
    const names = ['successful-delivery', 'filtered-at-destination', 'failed-delivery']
    expect(await Promise.all(names.map(async (name) => (await step(name)).total))).toEqual([delivered, filtered, dead])
    const grouped = async (name: string, by: string) =>
      (await step(name, `&groupBy=${by}`)).dataset.map(({ total, ...of }) => {
        const { series: _, ...group } = of as typeof of & { series: unknown }
        return [total, group]
      })
    expect((await grouped('successful-delivery', 'eventType,eventName')).toSorted(compare)).toEqual(
      [
        [2, { eventType: 'track', eventName: 'Paid' }],
        [1, { eventType: 'identify' }],
        [1, { eventType: 'page', eventName: 'Home' }],
      ].toSorted(compare),
    )
    const discardReason = 'FILTERED_BY_INTEGRATIONS_OBJECT'
    expect((await grouped('filtered-at-destination', 'eventType,eventName,discardReason')).toSorted(compare)).toEqual(
      [
        [1, { eventType: 'track', eventName: 'Paid', discardReason }],
        [1, { eventType: 'page', discardReason }],
      ].toSorted(compare),
    )
    expect(await grouped('failed-delivery', 'eventName,discardReason')).toEqual([
      [1, { eventName: 'Refused', discardReason: 'http_400' }],
    ])
    expect((await step('failed-delivery', '&filter[eventName][0]=Paid')).total).toBe(0)
  })

  it.each(['1h', '24h', '7d', '30d'])('has the whole way over %s', async (period) => {
    const all = await overview(`&period=${period}`)
    expect(totals(all)).toEqual({ received: 7, rejected: 1, filteredAtSource: 0, filtered: 2, failed: 1, delivered: 4 })
    for (const { total, series } of all.steps) expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(total)
    expect(all.steps[0]?.series).toHaveLength({ '1h': 6, '24h': 24, '7d': 168, '30d': 30 }[period] ?? 0)
    expect(all.breakdown.reduce((sum, { events }) => sum + events, 0)).toBe(15)
  })

  it('tells of one name, call or reason, and which steps do not say it', async () => {
    const paid = { received: 3, rejected: null, filteredAtSource: 0, filtered: 1, failed: 0, delivered: 2 }
    expect(totals(await overview('&eventName=Paid'))).toEqual(paid)
    const pages = { received: 2, rejected: null, filteredAtSource: 0, filtered: 1, failed: 0, delivered: 1 }
    expect(totals(await overview('&eventType=page'))).toEqual(pages)
    const refused = { received: null, rejected: 0, filteredAtSource: 0, filtered: 0, failed: 1, delivered: null }
    expect(totals(await overview('&reason=http_400'))).toEqual(refused)
  })

  it('says what has been put on its way again', async () => {
    await ask(at, 'POST', `/api/destinations/${id}/dead-letters/redrive`, { reason: 'http_400' })
    await vi.waitUntil(async () => (await ledger()).pending === 0, { timeout: 15_000 })
    const again = await overview()
    expect([totals(again).failed, again.resent]).toEqual([2, 1])
    expect((await ledger()).dead).toBe(1)
  })

  it('refuses what it does not know', async () => {
    const problems = async (path: string) => (await refusal(at, 'GET', `/api/delivery-overview${path}`)).problems
    expect(await problems(`?destinationId=${id}&period=2d`)).toEqual(['period: Must be one of 1h, 24h, 7d, 30d.'])
    expect((await problems(`?destinationId=${id}&eventType=click`))[0]).toMatch(/^eventType: Must be one of identify/)
    expect(await problems(`/failed-delivery?${range()}`)).toEqual([
      'destinationConfigId: Say which destination: ?destinationConfigId=…',
    ])
    const mine = `/failed-delivery?destinationConfigId=${id}&${range()}`
    expect(await problems(`${mine}&sourceId=${(await newSource(at)).id}`)).toEqual([
      'sourceId: This destination belongs to another source.',
    ])
    expect((await problems(`${mine}&subscriptionId=sub`))[0]).toMatch(/^subscriptionId: /)
  })
})

function compare(a: unknown, b: unknown): number {
  return JSON.stringify(b) < JSON.stringify(a) ? -1 : 1
}
