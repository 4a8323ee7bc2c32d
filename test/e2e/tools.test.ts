import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { patient, startPlatform, startReceiver } from './local.ts'
import { picture } from './panel-look.ts'
import { serveToolsPage, standInForVendors, type Vendors } from './tools-page.ts'

interface Tool {
  slug: string
  name: string
  options: { name: string; type: string; required: boolean; defaultValue?: unknown; scope?: string }[]
  device?: { plugin: { type: string; url: string; libraryName: string; subscriptions: unknown[]; enriches: boolean } }
}

const ROOT = join(import.meta.dirname, '..', '..')

let platform: Awaited<ReturnType<typeof startPlatform>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
let chromium: LaunchedBrowser
let tools: Tool[]

beforeAll(async () => {
  ;[platform, receiver, chromium] = await Promise.all([startPlatform(), startReceiver(), openBrowser()])
  const path = '/api/catalog/destinations?pagination[count]=200'
  const { destinationsCatalog } = await platform.api<{ destinationsCatalog: Tool[] }>('GET', path)
  tools = destinationsCatalog.filter(({ device }) => device)
})

afterAll(async () => {
  await chromium?.close()
  await platform?.stop()
  await receiver?.close()
})

async function newSource(slug: string) {
  const { source } = await platform.api<{ source: { id: string; writeKeys: [string] } }>('POST', '/api/sources', {
    slug,
  })
  return { id: source.id, writeKey: source.writeKeys[0] }
}

async function connect(sourceId: string, metadataId: string, settings: object, facts: object = {}) {
  const body = { sourceId, metadataId, settings, ...facts }
  return (await platform.api<{ destination: { id: string } }>('POST', '/api/destinations', body)).destination.id
}

const VALUE = 'sluice-test'

/** A value for each setting that the tool cannot do without. */
function minimalSettings({ options }: Tool): Record<string, unknown> {
  const needed = options.filter(({ required, defaultValue }) => required && defaultValue === undefined)
  return Object.fromEntries(needed.map(({ name, type }) => [name, type === 'number' ? 12_345 : VALUE]))
}

/** What an event says of the tools of its page. */
interface Metadata {
  bundled: string[]
  unbundled: string[]
}

/** Opens a page of the source, lets it make its calls, and hands over what it saw. */
async function visit(
  apiOrigin: string,
  writeKey: string,
  options: { vendors?: Vendors | 'blocked'; inCloud?: string[]; settleMs?: number; screenshot?: string } = {},
) {
  const served = await serveToolsPage(apiOrigin, writeKey, options.inCloud)
  const context = await chromium.browser.newContext({ viewport: { width: 900, height: 640 } })
  try {
    const page = await context.newPage()
    const vendors = await standInForVendors(page, options.vendors ?? {})
    const own: string[] = []
    const problems: string[] = []
    page.on('response', (response) => {
      const url = new URL(response.url())
      if (url.origin === apiOrigin) own.push(`${response.status()} ${url.pathname}`)
    })
    page.on('console', (message) => {
      if (/remote plugin|pluginfactory/i.test(message.text())) problems.push(message.text())
    })
    // A page that is closed takes back what it has not been answered.
    const taken = (call: string) =>
      page.waitForResponse((response) => response.url() === `${apiOrigin}/v1/${call}`, { timeout: patient(60_000) })
    const answers = Promise.all(['i', 'g', 'p', 't'].map(taken))
    await page.goto(served.url)
    const sent = (await answers).map((response) => response.request().postDataJSON() as { _metadata: Metadata })
    const metadata = sent.at(-1)?._metadata
    await page.waitForTimeout(options.settleMs ?? 0)
    if (options.screenshot) await picture(page, options.screenshot)
    const calls = await page.evaluate(() => (globalThis as unknown as { calls: [string, string][] }).calls)
    const globals = await page.evaluate(() => Object.keys(globalThis))
    return { metadata, calls, globals, vendors: [...vendors], own, problems }
  } finally {
    await context.close()
    await served.close()
  }
}

/** Stand-ins for the vendors' scripts that say what they are told. */
const SCREEB = `const told = (...args) => window.told('Screeb', args[0] + ' ' + JSON.stringify(args.slice(1)))
window.$screeb.q.forEach((args) => told(...args)); window.$screeb = told`
const WISEPOPS = `const before = window.wisepops.q || []
window.wisepops = (...args) => window.told('Wisepops', args[0] + ' ' + JSON.stringify(args.slice(1)))
before.forEach((args) => window.wisepops(...args))`
const VENDORS: Vendors = { 't.screeb.app': SCREEB, 'loader.wisepops.com': WISEPOPS }

describe('a page with three tools, one of them unbundled', () => {
  it('hands its events to two, and the cloud brings them to the third', async () => {
    const source = await newSource('three-tools')
    await connect(source.id, 'screeb', { websiteId: 'screeb-site' })
    await connect(source.id, 'wisepops', { websiteId: 'wisepops-site' })
    // Koala's plugin, with a half in the cloud.
    const koala = tools.find(({ slug }) => slug === 'koala')
    const { integration } = await platform.api<{ integration: { id: string } }>('POST', '/api/integrations', {
      kind: 'packaged',
      name: 'Koala both ways',
      slug: 'koala-both-ways',
      endpoint: `${receiver.url}/koala`,
      settings: [{ name: 'project_slug', label: 'Project', type: 'string', required: true, scope: 'device' }],
      device: {
        sdks: ['browser'],
        plugin: {
          type: 'remote',
          url: `${platform.url}${koala?.device?.plugin.url}`,
          libraryName: 'koalaDestination',
          subscriptions: koala?.device?.plugin.subscriptions,
        },
      },
    })
    const settings = { apiKey: 'customer', project_slug: 'p' }
    const destination = await connect(source.id, integration.id, settings, { mode: 'cloud' })

    const unbundled = await visit(platform.url, source.writeKey, {
      vendors: VENDORS,
      inCloud: ['Koala'],
      settleMs: 300,
      screenshot: 'tools-two-bundled-one-unbundled',
    })
    expect(unbundled.metadata).toMatchObject({
      bundled: ['Screeb Web (Actions)', 'Segment.io', 'Wisepops'],
      unbundled: ['Koala both ways'],
    })
    const told = (tool: string) => unbundled.calls.filter(([one]) => one === tool).map(([, call]) => call)
    expect(told('Screeb').join('\n')).toMatch(/init.*screeb-site[^]*identity.*u-1[^]*event.*Order Completed/)
    expect(told('Wisepops').join('\n')).toMatch(/event.*Order Completed/)
    expect(unbundled.globals).not.toContain('koalaDestination')
    const arrived = () => receiver.received.filter(({ path }) => path === '/koala')
    await vi.waitFor(() => expect(arrived()).toHaveLength(4), { timeout: patient(60_000) })
    expect(
      arrived()
        .map(({ event }) => String(event.type))
        .toSorted(),
    ).toEqual(['group', 'identify', 'page', 'track'])

    await platform.api('PATCH', `/api/destinations/${destination}`, { mode: 'device' })
    // By its other name, under which the edge has no copy of the settings from before.
    const bundled = await visit(platform.url.replace('127.0.0.1', 'localhost'), source.writeKey, { vendors: VENDORS })
    expect(bundled.globals).toContain('koalaDestination')
    expect(bundled.metadata?.bundled).toContain('Koala both ways')
    const filtered = async () => {
      const path = `/api/destinations/${destination}/delivery-metrics`
      const { deliveryMetrics } = await platform.api<{ deliveryMetrics: { metrics: unknown[] } }>('GET', path)
      return deliveryMetrics.metrics
    }
    const fourSent = { metricName: 'MESSAGE_SENT_CLIENT_SIDE', value: 4 }
    await vi.waitFor(
      async () => expect(await filtered()).toContainEqual({ metricName: 'filtered', total: 4, breakdown: [fourSent] }),
      { timeout: patient(60_000) },
    )
    expect(arrived()).toHaveLength(4)
  })

  it('runs the plugin of docs/packaged.md', async () => {
    const doc = await readFile(join(ROOT, 'docs', 'packaged.md'), 'utf8')
    const plugin = /```js\n([^]*?)```/.exec(doc)?.[1] ?? ''
    const facts = JSON.parse(/```json\n([^]*?)```/.exec(doc)?.[1] ?? '') as { device: { plugin: object } }
    const source = await newSource('documented')
    // Served by the stand-in for its host, since the browser reaches no other.
    const { integration } = await platform.api<{ integration: { id: string } }>('POST', '/api/integrations', facts)
    await connect(source.id, integration.id, { apiKey: 'k', siteId: 'site-7' })
    const heatmaps = `window.heatmaps = {
      start: (site) => window.told('Heatmaps', 'start ' + site),
      event: (name, properties) => window.told('Heatmaps', name + ' ' + JSON.stringify(properties)),
    }
    ${plugin}`
    const { calls } = await visit(platform.url, source.writeKey, { vendors: { 'cdn.heatmaps.example': heatmaps } })
    expect(calls).toEqual([
      ['Heatmaps', 'start site-7'],
      ['Heatmaps', expect.stringContaining('Order Completed {"total":12.5')],
    ])
  })
})

/** Pages that are open at the same time. */
const AT_ONCE = 5

describe('the tools that come along', () => {
  const rows = new Map<string, string[]>()

  it('are 25, each of which a page loads from us alone, with what its vendor is then asked for', async () => {
    expect(tools.length).toBeGreaterThanOrEqual(25)
    const listed = tools.filter(({ slug }) => !slug.startsWith('koala-both') && slug !== 'heatmaps')
    expect(listed).toHaveLength(25)
    const visited = async (tool: Tool) => {
      const { plugin } = tool.device ?? {}
      const source = await newSource(`tool-${tool.slug}`)
      await connect(source.id, tool.slug, minimalSettings(tool))
      const { globals, own, metadata, problems, vendors } = await visit(platform.url, source.writeKey, {
        settleMs: 700,
        // One that adds to events holds them until its vendor's script is there, or cannot be had.
        ...(plugin?.enriches && { vendors: 'blocked' as const }),
      })
      expect({ tool: tool.slug, problems }).toEqual({ tool: tool.slug, problems: [] })
      expect(globals).toContain(plugin?.libraryName)
      expect(own).toEqual(
        expect.arrayContaining([
          `200 ${plugin?.url}`,
          expect.stringMatching(/^200 \/next-integrations\/actions\/688\/.+\.js$/),
        ]),
      )
      expect(plugin?.enriches ? metadata?.unbundled : metadata?.bundled).toContain(tool.name)
      rows.set(tool.slug, [...new Set(vendors.map((url) => new URL(url).host.replace(VALUE, '…')))].toSorted())
    }
    for (let at = 0; at < listed.length; at += AT_ONCE) await Promise.all(listed.slice(at, at + AT_ONCE).map(visited))
  })

  it('are listed in docs/packaged.md with the hosts that they load from', async () => {
    const path = join(ROOT, 'docs', 'packaged.md')
    const doc = await readFile(path, 'utf8')
    const table = tools.flatMap((tool) => {
      const hosts = rows.get(tool.slug)
      if (!hosts) return []
      const name = `${tool.name}${tool.device?.plugin.enriches ? ', adds to events' : ''}`
      const needs = Object.keys(minimalSettings(tool))
      return `| ${name} | \`${tool.slug}\` | ${quoted(needs)} | ${quoted(hosts)} |`
    })
    const lines = ['| Tool | Slug | Needs | Loads from |', '|---|---|---|---|', ...table]
    const wanted = lines.map(squeezed)
    if (process.env.UPDATE_DOCS) await writeFile(path, doc.replace(TABLE, `$1\n${lines.join('\n')}\n\n$3`))
    const [, , listed = ''] = TABLE.exec(await readFile(path, 'utf8')) ?? []
    expect(listed.split('\n').filter(Boolean).map(squeezed)).toEqual(wanted)
  })
})

const TABLE = /(<!-- tools -->\n)([^]*?)(<!-- \/tools -->)/

const quoted = (words: string[]) => words.map((word) => `\`${word}\``).join(', ')

/** However wide the columns of a table are set. */
function squeezed(line: string): string {
  return line.replace(/-{3,}/g, '---').replace(/\s+/g, ' ').replace(/\| ?/g, '|').replace(/ \|/g, '|')
}
