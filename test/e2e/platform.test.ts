import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { callAnalytics, serveAnalyticsPage } from './analytics-next-page.ts'
import { watchForeignRequests } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { USER_AGENT } from '../../src/version.ts'
import { archived, connect, ledger, patient, type Received, startPlatform, startReceiver } from './local.ts'

let platform: Awaited<ReturnType<typeof startPlatform>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
beforeAll(async () => {
  receiver = await startReceiver()
  platform = await startPlatform()
})
afterAll(async () => {
  await platform.stop()
  await receiver.close()
})

/** Milliseconds until a webhook that does not answer is given up. */
const REQUEST_MS = 5_000

type Connection = Awaited<ReturnType<typeof connect>>

/** Waits until both destinations of a source have `count` events, and checks the books of both against what arrived. */
async function bothGet(
  { webhook, direct }: Connection,
  slug: string,
  count: number,
  filtered = 0,
): Promise<Received[]> {
  const at = (kind: string) => receiver.received.filter(({ path }) => path === `/${kind}/${slug}`)
  await vi.waitFor(() => expect([at('webhook').length, at('direct').length]).toEqual([count, count]), {
    timeout: patient(60_000),
    interval: 50,
  })
  await vi.waitFor(async () => {
    for (const id of [webhook, direct]) {
      expect(await ledger(platform.api, id)).toMatchObject({
        accepted: count + filtered,
        delivered: count,
        filtered,
        pending: 0,
        dead: 0,
      })
    }
  }, 30_000)
  const byId = (all: Received[]) => new Map(all.map(({ event }) => [event.messageId, event]))
  expect(byId(at('direct'))).toEqual(byId(at('webhook')))
  for (const { event } of at('webhook')) expect(await archived(platform.api, String(event.messageId))).toEqual(event)
  return at('webhook')
}

it('brings every call of @segment/analytics-node to a webhook and a partner', async () => {
  const connection = await connect(platform.api, receiver.url, 'node')
  const analytics = new Analytics({ writeKey: connection.writeKey, host: platform.url, flushAt: 10 })
  const errors: unknown[] = []
  analytics.on('error', (error) => errors.push(error))
  analytics.identify({ userId: 'u1', traits: { email: 'ada@example.com' } })
  analytics.track({
    userId: 'u1',
    event: 'Order Completed',
    properties: { total: 12.5, name: 'Æther ☂' },
    timestamp: new Date('2024-05-06T07:08:09Z'),
  })
  analytics.page({ anonymousId: 'a1', name: 'Home' })
  analytics.screen({ userId: 'u1', name: 'Main' })
  analytics.group({ userId: 'u1', groupId: 'g1', traits: { plan: 'pro' } })
  analytics.alias({ userId: 'u1', previousId: 'a1' })
  await analytics.closeAndFlush()
  const arrived = await bothGet(connection, 'node', 6)
  expect(errors).toEqual([])
  expect(arrived.map(({ event }) => event.type).toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
    'alias',
    'group',
    'identify',
    'page',
    'screen',
    'track',
  ])
  const track = arrived.find(({ event }) => event.type === 'track')!
  expect(track.event).toMatchObject({
    event: 'Order Completed',
    userId: 'u1',
    properties: { total: 12.5, name: 'Æther ☂' },
    channel: 'server',
    version: 2,
    projectId: connection.sourceId,
    originalTimestamp: '2024-05-06T07:08:09.000Z',
    context: { library: { name: '@segment/analytics-node' } },
  })
  expect(track.event).not.toHaveProperty('writeKey')
  expect(track.headers['x-signature']).toBe(createHmac('sha1', 'shared').update(track.body).digest('hex'))
  expect(track.headers['user-agent']).toBe(USER_AGENT)
  const direct = receiver.received.find(({ path }) => path === '/direct/node')!
  expect(direct.headers.authorization).toBe(`Basic ${btoa('customer-key:')}`)
})

describe('@segment/analytics-node with a wrong path', () => {
  it.each(['/batch', '/b', '/', '/collect/v1/batch', '/api/v1/import', '/sources'])(
    '%s reports that nothing was delivered',
    async (path) => {
      const { writeKey } = await connect(platform.api, receiver.url, `wrong${path.replaceAll('/', '-')}`)
      const analytics = new Analytics({ writeKey, host: platform.url, path, maxRetries: 0 })
      const errors: unknown[] = []
      analytics.on('error', (error) => errors.push(error))
      const delivered = new Promise((resolve) => {
        analytics.track({ userId: 'u1', event: 'Lost' }, (error) => resolve(error === undefined))
      })
      await analytics.closeAndFlush()
      expect([await delivered, errors.length > 0]).toEqual([false, true])
    },
  )

  it('that has a slash too many is served', async () => {
    const connection = await connect(platform.api, receiver.url, 'slashes')
    const analytics = new Analytics({ writeKey: connection.writeKey, host: platform.url, path: '/v1//batch' })
    analytics.track({ userId: 'u1', event: 'Kept' })
    await analytics.closeAndFlush()
    expect(await bothGet(connection, 'slashes', 1)).toMatchObject([{ event: { event: 'Kept' } }])
  })
})

describe('@segment/analytics-next in a browser, from another origin', () => {
  it.each([false, true])('brings every call to both destinations (batching: %s)', async (batching) => {
    const slug = `browser-${batching}`
    const connection = await connect(platform.api, receiver.url, slug)
    const site = await serveAnalyticsPage({ apiOrigin: platform.url, writeKey: connection.writeKey, batching })
    const { browser, close } = await openBrowser()
    try {
      const page = await browser.newPage()
      const foreign = watchForeignRequests(page)
      await page.goto(site.url)
      await callAnalytics(page, 'alias', 'u2', 'u1')
      await callAnalytics(page, 'identify', 'u2', { plan: 'pro' })
      await callAnalytics(page, 'track', 'Signed Up', { plan: 'pro' })
      await callAnalytics(page, 'page', 'Docs', 'Start')
      await callAnalytics(page, 'screen', 'Main')
      await callAnalytics(page, 'group', 'g1', { name: 'Acme' })
      const arrived = await bothGet(connection, slug, 6)
      expect(foreign).toEqual([])
      for (const { event } of arrived) {
        expect(event).toMatchObject({
          channel: 'client',
          context: {
            library: { name: 'analytics.js' },
            userAgent: expect.stringContaining('HeadlessChrome') as string,
          },
        })
        expect((event.context as { ip?: string }).ip).toBeTruthy()
      }
      expect(arrived.map(({ event }) => event).find(({ type }) => type === 'track')).toMatchObject({
        userId: 'u2',
        properties: { plan: 'pro' },
      })
    } finally {
      await close()
      await site.close()
    }
  })
})

interface CapturedEvent {
  messageId: string
  integrations?: Record<string, unknown>
}

interface Capture {
  method: string
  path: string
  headers: Record<string, string>
  gzipMagic?: boolean
  body: CapturedEvent & { batch?: CapturedEvent[] }
}

const CAPTURES = join(import.meta.dirname, '..', 'fixtures', 'sdk-captures')
/** Said by the connection, not by the SDK. */
const HOP_HEADERS = new Set(['host', 'connection', 'content-length', 'accept-encoding'])

describe('the recorded requests of real SDKs', async () => {
  const files = await readdir(CAPTURES)
  const sent = new Set<string>()
  let filtered = 0
  let connection: Connection
  // The recordings were made with this key: moving over is one line, the host.
  beforeAll(async () => {
    connection = await connect(platform.api, receiver.url, 'captures', 'WK')
  })

  it.each(files)('%s: are accepted and delivered', async (file) => {
    const capture = JSON.parse(await readFile(join(CAPTURES, file), 'utf8')) as Record<string, unknown>
    const all = Object.values(capture).filter(Array.isArray).flat() as Capture[]
    for (const { method, path, headers, gzipMagic, body } of all.filter((one) => one.method === 'POST')) {
      const text = JSON.stringify(body)
      const kept = Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name))
      const reply = await fetch(platform.url + path, { method, headers: kept, body: gzipMagic ? gzipSync(text) : text })
      expect([path, reply.status, await reply.json()]).toEqual([path, 200, { success: true }])
      for (const { messageId, integrations } of body.batch ?? [body]) {
        // One of them is for Mixpanel only.
        if (integrations?.All === false) filtered++
        else sent.add(messageId)
      }
    }
    const arrived = await bothGet(connection, 'captures', sent.size, filtered)
    expect(new Set(arrived.map(({ event }) => event.messageId))).toEqual(sent)
  })
})

it('lets no destination wait for one that hangs', async () => {
  const held: ServerResponse[] = []
  const hanging = createServer((_, response) => void held.push(response))
  hanging.listen(0, '127.0.0.1')
  await once(hanging, 'listening')
  const { port } = hanging.address() as AddressInfo
  const connection = await connect(platform.api, receiver.url, 'beside')
  const settings = { urls: [`http://127.0.0.1:${port}/`] }
  const body = { sourceId: connection.sourceId, metadataId: 'webhooks', name: 'Hangs', settings }
  const { destination } = await platform.api<{ destination: { id: string } }>('POST', '/api/destinations', body)
  const began = Date.now()
  try {
    for (let at = 0; at < 20; at++) {
      const reply = await fetch(`${platform.url}/v1/track`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${connection.writeKey}:`)}` },
        body: JSON.stringify({ userId: 'u', event: 'Beside', messageId: `beside-${at}` }),
      })
      expect(reply.status).toBe(200)
    }
    await bothGet(connection, 'beside', 20)
    // The other two have everything, before the one that hangs has timed out once if the machine has the time for it.
    expect(held.length).toBeGreaterThan(0)
    const path = `/api/destinations/${destination.id}/delivery-metrics`
    type Metric = { metricName: string; total: number }
    const { deliveryMetrics } = await platform.api<{ deliveryMetrics: { metrics: Metric[] } }>('GET', path)
    const total = (name: string) => deliveryMetrics.metrics.find(({ metricName }) => metricName === name)?.total
    expect(total('pending')).toBe(20)
    expect(total('failed_attempts')).toBeLessThanOrEqual(20 * Math.floor((Date.now() - began) / REQUEST_MS))
  } finally {
    await platform.api('DELETE', `/api/destinations/${destination.id}`)
    hanging.closeAllConnections()
    hanging.close()
  }
})
