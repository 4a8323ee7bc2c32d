import type { Page, Route } from 'playwright-core'
import { serveOnLoopback } from './browser.ts'

/** By host, what is answered in the stead of a vendor: as much JavaScript as its plugin needs. */
export type Vendors = Record<string, string>

export interface ToolsPage {
  url: string
  close(): Promise<void>
}

/**
 * A page that loads analytics.js from `apiOrigin` as a script tag does, calls identify, page, track and group, and shows
 * what each tool was told; `inCloud` are shown as not being there. What a vendor's stand-in is called with goes to `window.told(tool, call)`.
 */
export async function serveToolsPage(apiOrigin: string, writeKey: string, inCloud: string[] = []): Promise<ToolsPage> {
  const page = await serveOnLoopback((request, response) => {
    response.setHeader('Content-Type', request.url === '/page.js' ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(request.url === '/page.js' ? script() : html(apiOrigin, writeKey, inCloud))
  })
  return { url: `http://localhost:${page.port}/`, close: page.close }
}

function html(apiOrigin: string, writeKey: string, inCloud: string[]): string {
  return `<!doctype html><html lang="en"><title>Tools of this page</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #1c2430 }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid #d8dee8; vertical-align: top }
  code { font-size: .9em }
</style>
<h1>Tools of this page</h1>
<table><thead><tr><th>Tool</th><th>In the page</th><th>Was told</th></tr></thead><tbody></tbody><tfoot>${inCloud.map((tool) => `<tr><td>${tool}</td><td>no</td><td>gets events from the cloud</td></tr>`).join('')}</tfoot></table>
<script src="/page.js"></script>
<script src="${apiOrigin}/analytics.js/v1/${writeKey}/analytics.min.js"></script>`
}

function script(): string {
  return `
// What is called before the script has come waits in here, as with the snippet of Segment's docs.
window.analytics = []
for (const method of ['identify', 'group', 'page', 'track']) analytics[method] = (...args) => analytics.push([method, ...args])
window.calls = []
window.told = (tool, call) => { calls.push([tool, call]); show() }
analytics.identify('u-1', { email: 'ada@example.com' })
analytics.group('g-1', { name: 'Acme' })
analytics.page('Shop', { title: 'Shop' })
analytics.track('Order Completed', { total: 12.5 })
function show() {
  const rows = [...new Set(calls.map(([tool]) => tool))].map((tool) => {
    const told = calls.filter(([one]) => one === tool).map(([, call]) => '<code>' + call + '</code>').join('<br>')
    return '<tr><td>' + tool + '</td><td>yes</td><td>' + told + '</td></tr>'
  })
  document.querySelector('tbody').innerHTML = rows.join('')
}`
}

/**
 * Answers in the stead of all hosts but this machine: with `vendors[host]`, else with an empty script; not at all when they
 * are `blocked`. What was asked of them is kept, in order. Only for pages in which CORS does not matter, since a route has the browser answer preflights.
 */
export async function standInForVendors(page: Page, vendors: Vendors | 'blocked'): Promise<readonly string[]> {
  const asked: string[] = []
  const foreign = (url: URL) => !['127.0.0.1', 'localhost'].includes(url.hostname)
  await page.route(foreign, (route: Route) => {
    const { host } = new URL(route.request().url())
    asked.push(route.request().url())
    if (vendors === 'blocked') return route.abort()
    return route.fulfill({ contentType: 'text/javascript', body: vendors[host] ?? '' })
  })
  return asked
}
