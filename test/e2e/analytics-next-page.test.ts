import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { callAnalytics, serveAnalyticsPage, type AnalyticsPage } from './analytics-next-page.ts'
import { serveOnLoopback, watchForeignRequests, type LaunchedBrowser, type LoopbackServer } from './browser.ts'
import { openBrowser } from './shared-browser.ts'

const WRITE_KEY = 'wk_page_test'
const BASIC = `Basic ${btoa(`${WRITE_KEY}:`)}`

interface Received {
  path: string
  authorization: string | undefined
  body: Record<string, unknown>
}

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

let launched: LaunchedBrowser
let page: Page
let foreign: readonly string[]
let api: LoopbackServer
let apiOrigin: string
let site: AnalyticsPage | undefined
let received: Received[]

beforeAll(async () => {
  launched = await openBrowser()
})

afterAll(() => launched.close())

beforeEach(async () => {
  received = []
  api = await serveStubApi()
  apiOrigin = `http://127.0.0.1:${api.port}`
  page = await launched.browser.newPage()
  foreign = watchForeignRequests(page)
})

afterEach(async () => {
  await page.close()
  await site?.close()
  await api.close()
})

function serveStubApi(): Promise<LoopbackServer> {
  return serveOnLoopback((request, response) => void answer(request, response))
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST') received.push(await receive(request))
  const isSettings = request.url === `/v1/projects/${WRITE_KEY}/settings`
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-headers', 'authorization, content-type')
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(isSettings ? SETTINGS : { success: true }))
}

async function receive(request: IncomingMessage): Promise<Received> {
  const body = JSON.parse(await text(request)) as Record<string, unknown>
  return { path: request.url ?? '', authorization: request.headers.authorization, body }
}

// Another host than the page's own option, so that it shows which of the two the events go to.
const SETTINGS = {
  integrations: { 'Segment.io': { apiKey: WRITE_KEY, apiHost: 'elsewhere.invalid/v1' } },
  metrics: { sampleRate: 0 },
}

async function openPage(options: { batching?: boolean; query?: string } = {}): Promise<void> {
  const { query = '', ...rest } = options
  site = await serveAnalyticsPage({ apiOrigin, writeKey: WRITE_KEY, ...rest })
  await page.goto(site.url + query)
}

async function makeAllSixCalls(): Promise<void> {
  // First, for once a user is known the package puts its id in the place of the alias's own.
  await callAnalytics(page, 'alias', 'user-1', 'visitor-7')
  await callAnalytics(page, 'identify', 'user-1', { plan: 'pro' })
  await callAnalytics(page, 'track', 'Order Completed', { total: 19.99 })
  await callAnalytics(page, 'page', 'Docs', 'Start', { tag: 'first' })
  await callAnalytics(page, 'group', 'group-1', { seats: 3 })
  await callAnalytics(page, 'screen', 'App', 'Home', { dark: true })
}

const SIX_EVENTS = [
  { type: 'alias', userId: 'user-1', previousId: 'visitor-7' },
  { type: 'identify', userId: 'user-1', traits: { plan: 'pro' } },
  { type: 'track', userId: 'user-1', event: 'Order Completed', properties: { total: 19.99 } },
  { type: 'page', userId: 'user-1', category: 'Docs', name: 'Start', properties: { tag: 'first' } },
  { type: 'group', userId: 'user-1', groupId: 'group-1', traits: { seats: 3 } },
  { type: 'screen', userId: 'user-1', category: 'App', name: 'Home', properties: { dark: true } },
].map((event) => ({ ...event, messageId: expect.any(String), anonymousId: expect.any(String) }))

test('all six calls arrive one by one, with their bodies, and nothing goes elsewhere', async () => {
  await openPage()
  await makeAllSixCalls()
  expect(received.map(({ path }) => path)).toEqual(['/v1/a', '/v1/i', '/v1/t', '/v1/p', '/v1/g', '/v1/s'])
  expect(received.map(({ body }) => body)).toMatchObject(SIX_EVENTS.map((event) => ({ ...event, writeKey: WRITE_KEY })))
  expect(received.map(({ authorization }) => authorization)).toEqual(Array(6).fill(BASIC))
  expect(foreign).toEqual([])
})

test('with batching they arrive in batches', async () => {
  await openPage({ batching: true })
  await makeAllSixCalls()
  const events = (): unknown[] => received.flatMap(({ body }) => body['batch'])
  await vi.waitFor(() => expect(events().length).toBe(6), 20_000)
  expect(events()).toMatchObject(SIX_EVENTS)
  expect(received.length).toBeLessThan(6)
  for (const batch of received) {
    expect(batch).toMatchObject({ path: '/v1/b', authorization: BASIC, body: { writeKey: WRITE_KEY } })
  }
  expect(foreign).toEqual([])
})

test('what the package loads only when needed is served too', async () => {
  await openPage({ query: '?ajs_uid=user-9&ajs_event=Link%20Opened' })
  await vi.waitFor(() => expect(received.length).toBe(2), 20_000)
  const bodies = Object.fromEntries(received.map(({ path, body }) => [path, body]))
  expect(bodies).toMatchObject({ '/v1/i': { userId: 'user-9' }, '/v1/t': { event: 'Link Opened' } })
  expect(foreign).toEqual([])
})
