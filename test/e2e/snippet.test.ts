import type { Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import tools from '../../generated/browser-tools.json' with { type: 'json' }
import { type LaunchedBrowser, type LoopbackServer, watchForeignRequests } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { connect, patient, startPlatform, startReceiver } from './local.ts'
import { serveSnippetPage, type SnippetPageOptions } from './snippet-page.ts'

const PREFIX = '/collect'

let platform: Awaited<ReturnType<typeof startPlatform>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
let launched: LaunchedBrowser
beforeAll(async () => {
  receiver = await startReceiver()
  platform = await startPlatform(['--path-prefix', PREFIX])
  launched = await openBrowser()
})
afterAll(async () => {
  await launched.close()
  await platform.stop()
  await receiver.close()
})

let page: Page
let site: LoopbackServer | undefined
let foreign: readonly string[]
let asked: Request[]
beforeEach(async () => {
  page = await launched.browser.newPage()
  foreign = watchForeignRequests(page)
  asked = []
  page.on('request', (request) => asked.push(request))
})
afterEach(async () => {
  await page.close()
  await site?.close()
})

async function open(...snippets: SnippetPageOptions[]): Promise<string> {
  site = await serveSnippetPage(snippets)
  const url = `http://localhost:${site.port}/pricing?plan=pro`
  await page.goto(url)
  return url
}

/** What the webhook of a source was sent, in the order of its calls, once it is `count` events. */
async function received(slug: string, count: number) {
  const events = () => receiver.received.filter(({ path }) => path === `/webhook/${slug}`).map(({ event }) => event)
  await vi.waitFor(() => expect(events()).toHaveLength(count), { timeout: patient(60_000), interval: 50 })
  return events().toSorted((a, b) => String(a['timestamp']).localeCompare(String(b['timestamp'])))
}

/** The paths at the platform that the page asked, without its own. */
const paths = () =>
  asked
    .map((request) => request.url())
    .filter((url) => url.startsWith(platform.url))
    .map((url) => url.slice(platform.url.length))

/** Calls that the snippet keeps until the script is there; the alias before a user is known, who would go before it. */
const CALLS = `
  analytics.alias('user-1', 'visitor-7')
  analytics.identify('user-1', { plan: 'pro' })
  analytics.track('Order Completed', { total: 19.99 })
  analytics.group('group-1', { seats: 3 })`

describe.each([
  ['at the root of the host', ''],
  ['beneath the path prefix', PREFIX],
])("Segment's snippet, %s", (_, prefix) => {
  const base = () => platform.url + prefix
  const slug = prefix ? 'prefixed' : 'root'

  it('sends its five calls to us and nobody else, each as it was made', async () => {
    const { writeKey } = await connect(platform.api, receiver.url, slug)
    const url = await open({ base: base(), options: { apiKey: writeKey }, after: CALLS })
    const events = await received(slug, 5)
    const context = {
      page: { path: '/pricing', search: '?plan=pro', title: 'Pricing', url },
      library: { name: 'analytics.js' },
    }
    const anonymousId = events[0]?.['anonymousId']
    for (const event of events) expect(event).toMatchObject({ context, anonymousId })
    const ofType = Object.fromEntries(events.map((event) => [String(event['type']), event]))
    expect(Object.keys(ofType)).toHaveLength(5)
    expect(ofType).toMatchObject({
      page: { properties: { path: '/pricing', url } },
      identify: { userId: 'user-1', traits: { plan: 'pro' } },
      track: { event: 'Order Completed', properties: { total: 19.99 }, userId: 'user-1' },
      group: { groupId: 'group-1', traits: { seats: 3 } },
      alias: { userId: 'user-1', previousId: 'visitor-7' },
    })
    expect(foreign).toEqual([])
    expect(await page.evaluate('analytics._cdn ?? analytics.settings.cdnURL')).toBe(base())
    // All of it beneath the prefix, or none.
    expect(new Set(paths())).toEqual(
      new Set([
        `${prefix}/analytics.js/v1/${writeKey}/analytics.min.js`,
        `${prefix}/v1/projects/${writeKey}/settings`,
        ...['p', 'i', 't', 'g', 'a'].map((letter) => `${prefix}/v1/${letter}`),
      ]),
    )
  })

  it('loads from us what a device-mode tool needs, even where its URL names the host of Segment', async () => {
    const { writeKey } = await connect(platform.api, receiver.url, `${slug}-tools`)
    const tool = tools.find(({ slug }) => slug === 'segment-utilities-web')
    const plugin = {
      name: tool?.name,
      creationName: tool?.name,
      libraryName: tool?.libraryName,
      url: `https://cdn.segment.com${tool?.script}`,
      settings: { throttleWindow: 3000, passThroughCount: 1, subscriptions: [SUBSCRIPTION] },
    }
    const load = `analytics.load('${writeKey}', { updateCDNSettings: (settings) => ({
      ...settings,
      integrations: { ...settings.integrations, 'Some Tool': { type: 'browser', bundlingStatus: 'unbundled' } },
      remotePlugins: [${JSON.stringify(plugin)}],
    }) })`
    await open({
      base: base(),
      options: { apiKey: writeKey, load: false, page: false },
      after: `${load}; analytics.track('Hello')`,
    })
    await received(`${slug}-tools`, 1)
    expect(await page.evaluate(`analytics.queue.plugins.map(({ name }) => name)`)).toContain(tool?.name)
    expect(paths()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(new RegExp(`^${prefix}/analytics-next/bundles/ajs-destination\\.bundle\\.\\w+\\.js$`)),
        `${prefix}${tool?.script}`,
        expect.stringMatching(new RegExp(`^${prefix}/next-integrations/actions/688/\\w+\\.js$`)),
      ]),
    )
    expect(foreign).toEqual([])
  })
})

const SUBSCRIPTION = {
  id: 'sub-1',
  name: 'Throttle',
  enabled: true,
  partnerAction: 'throttle',
  subscribe: 'type = "track"',
  mapping: {},
}

describe('a page that says otherwise', () => {
  it('has a stale host of Segment in its snippet', async () => {
    const { writeKey } = await connect(platform.api, receiver.url, 'stale')
    const before = `window.analytics = Object.assign([], { _cdn: 'https://cdn.segment.com' });`
    await open({ base: platform.url, options: { apiKey: writeKey }, before })
    await received('stale', 1)
    expect(foreign).toEqual([])
  })

  it('has two snippets, each with its own name and source', async () => {
    const shop = await connect(platform.api, receiver.url, 'shop')
    const help = await connect(platform.api, receiver.url, 'help')
    await open(
      { base: platform.url, options: { apiKey: shop.writeKey, page: { name: 'Shop' } } },
      {
        base: platform.url + PREFIX,
        options: { apiKey: help.writeKey, page: false, globalAnalyticsKey: 'helpdesk' },
        after: `helpdesk.page('Help')`,
      },
    )
    expect(await received('shop', 1)).toMatchObject([{ name: 'Shop' }])
    expect(await received('help', 1)).toMatchObject([{ name: 'Help' }])
    expect(foreign).toEqual([])
  })

  it('has a key that nobody has, and goes on', async () => {
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    const thrown: unknown[] = []
    page.on('pageerror', (error) => thrown.push(error))
    await open({ base: platform.url, options: { apiKey: 'nobodys-key' }, after: CALLS })
    await page.waitForLoadState('networkidle')
    expect(said).toEqual([expect.stringMatching(/status of 404/)])
    expect(thrown).toEqual([])
    expect(paths()).toEqual(['/analytics.js/v1/nobodys-key/analytics.min.js'])
    expect(foreign).toEqual([])
  })
})
