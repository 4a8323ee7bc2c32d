import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { startReceiver } from './local.ts'
import { type Act, look, type Finding } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'
import type { World } from '../workerd/access/world.ts'
import { ROUTES } from '../workerd/access/routes.ts'

let run: PanelRun
let chromium: LaunchedBrowser
let receiver: Awaited<ReturnType<typeof startReceiver>>

beforeAll(async () => {
  receiver = await startReceiver()
  run = await startPanel()
  chromium = await openBrowser()
}, 120_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  await receiver?.close()
})

it('looks right on every screen', { timeout: 1_500_000 }, async () => {
  const findings: Finding[] = []
  const seen: string[] = []
  const at = async (name: string, path: string, act?: Act, onPhone?: Act) => {
    seen.push(new URL(path, run.url).pathname)
    findings.push(...(await look(chromium.browser, run.url, name, path, act, onPhone)))
  }

  await at('overview-empty', '/')
  await at('sources-empty', '/sources')
  await at('destinations-empty', '/destinations')
  await at('replays-empty', '/replays')
  await at('labels-empty', '/labels')

  const { waiting, busy, webhook, paused } = await run.fill(receiver.url)
  const label = { key: 'environment', value: 'production', description: 'What customers use.' }
  await run.api('POST', '/api/labels', { label })
  await run.api('POST', '/api/labels', { label: { key: 'w'.repeat(100), value: 'ß'.repeat(100) } })
  await run.api('POST', `/api/sources/${busy}/labels`, { labels: [label] })
  await at('overview', '/')
  await at('sources', '/sources')
  await at('sources-nothing-found', '/sources?q=nothing-like-this')
  await at('source-new', '/sources/new')
  await at('source-waiting', `/sources/${waiting}/setup`)
  await at('source-overview', `/sources/${busy}`)
  await at('source-setup', `/sources/${busy}/setup`)
  await at('source-settings', `/sources/${busy}/settings`)
  await at('source-labels', `/sources/${busy}/labels`)
  await at('source-delete', `/sources/${busy}/delete`)
  await at('catalogue', '/catalogue')
  await at('catalogue-entry', `/catalogue/webhooks?source=${busy}`)
  await at('destination-pick-source', '/destinations/new?integration=webhooks')
  await at('destination-new', `/destinations/new?integration=webhooks&source=${busy}`)
  await at('destination-new-partner', `/destinations/new?integration=acme-crm&source=${busy}`)
  await at('destinations', '/destinations')
  await at('destination', `/destinations/${webhook}`)
  await at('destination-paused', `/destinations/${paused}`)
  await at('replay-new', `/replays/new?destination=${webhook}`)
  await at('replay-refused', `/replays/new?destination=${webhook}`, async (page) => {
    await page.getByLabel('Share of the destination').fill('0')
    await page.getByRole('button', { name: 'Count what it has' }).click()
    await page.getByText('At least one percent').waitFor()
  })
  const from = new Date(Date.now() - 3_600_000).toISOString()
  const order = { sourceId: busy, destinationId: webhook, from, dryRun: true }
  const { replay } = await run.api<{ replay: { id: string } }>('POST', '/api/replays', order)
  const counted = async (page: Page) => void (await page.getByText('Ready', { exact: true }).waitFor())
  await at('replay', `/replays/${replay.id}`, counted)
  await at('replays', '/replays')
  await at('destination-settings', `/destinations/${webhook}/settings`)
  await at('destination-test', `/destinations/${webhook}/test`)
  await at('destination-tested', `/destinations/${webhook}/test`, async (page) => {
    await page.getByRole('button', { name: 'Send it' }).click()
    await page.getByRole('heading', { name: 'What it means' }).waitFor()
  })
  await at('destination-refused', `/destinations/new?integration=webhooks&source=${busy}`, async (page) => {
    await page.getByLabel('URLs, 1').fill('http://10.0.0.1/')
    await page.getByText('Advanced').click()
    await page.getByLabel('Requests a second').fill('2')
    await page.getByRole('button', { name: 'Save, enable later' }).click()
    await page.getByText('Not saved yet').waitFor()
  })
  await at('destination-new-packaged', `/destinations/new?integration=heap&source=${busy}`)
  await at('menu', '/sources', undefined, (page) => page.getByRole('button', { name: 'Menu' }).click())
  await at('destination-disable', `/destinations/${paused}/disable`)
  await at('destination-delete', `/destinations/${paused}/delete`)
  await at('source-debugger', `/sources/${busy}/debugger`)
  const tool = await run.tool()
  await at('source-schema', `/sources/${tool.source}/schema`)
  await at('source-schema-30-days', `/sources/${tool.source}/schema?period=30d`)
  await at('source-schema-nothing-found', `/sources/${tool.source}/schema?q=nothing-like-this`)
  await at('source-schema-empty', `/sources/${waiting}/schema`)
  const added = new URLSearchParams({ type: 'track', name: 'Product Added' }).toString()
  await at('source-schema-event', `/sources/${tool.source}/schema/event?${added}`)
  await at('destination-on-devices', `/destinations/${tool.destination}`)
  await at('usage', '/usage')
  await at('usage-empty', '/usage?month=2020-01')
  await at('people', '/people')
  await at('labels', '/labels')
  await at('labels-refused', '/labels', async (page) => {
    await page.getByLabel('Key').fill('..')
    await page.getByLabel('Value').fill('production')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('Must be more than dots.').waitFor()
  })
  await at('tokens', '/tokens')
  await at('audit', '/audit')
  await at('reference', '/reference')
  await at('reference-group', '/reference/catalogue-and-integrations')
  await at('profile', '/profile')
  await at('workspace', '/workspace')
  await at('sign-in', '/sign-in')
  await at('design', '/design')
  await at('not-found', '/no-such-page')

  // Names as long as they may be, and in all the letters that there are.
  const named = await run.name(receiver.url)
  await at('named-overview', '/')
  await at('named-sources', '/sources')
  await at('named-source', `/sources/${named.source}`)
  await at('named-source-delete', `/sources/${named.source}/delete`)
  await at('named-destinations', '/destinations')
  await at('named-destination', `/destinations/${named.destination}`)
  await at('named-destination-delete', `/destinations/${named.destination}/delete`)
  await at('named-debugger', `/sources/${named.source}/debugger`)
  await at('named-schema', `/sources/${named.source}/schema`)
  await at('named-entry', `/catalogue/${named.slug}`)

  // And whatever else the router has.
  for (const [route, path] of pagesOf({ source: busy, destination: webhook })) {
    const name = `other${route.replaceAll(/\W+/g, '-')}`
    if (!seen.includes(new URL(path, run.url).pathname)) await at(name, path)
  }
  expect(findings).toEqual([])
})

/** What answers with something else than a page. */
const NO_PAGES =
  /^GET \/(?:\.well-known|api|assets|healthz|programme\/(?:logo|colours)|integrations\/pictures)|\/(?:events|live|raw|arrivals|download)$|\.svg$/

/** Every page that the router has, with the ids of what is there. */
function pagesOf(ids: { source: string; destination: string }): [route: string, path: string][] {
  const world = new Proxy(ids, { get: (target, name) => Reflect.get(target, name) ?? 'none' }) as unknown as World
  return Object.entries(ROUTES)
    .filter(([route]) => route.startsWith('GET ') && !NO_PAGES.test(route))
    .map(([route, { path }]) => [route.slice(4), path?.(world) ?? route.slice(4)])
}
