import { setTimeout as sleep } from 'node:timers/promises'
import snippet from '@segment/snippet'
import type { Browser } from 'playwright-core'
import { serveOnLoopback, watchForeignRequests } from '../../e2e/browser.ts'
import { bundlePage } from '../../e2e/bundle.ts'
import { documented, filledIn } from './page-of-docs.ts'
import { never, placeOf, type Job, type Running } from './job.ts'

export interface PageSdk {
  browser: Browser
  /** The scripts of the page by path, with the placeholders of the docs in them. */
  scripts: ReadonlyMap<string, string>
  html: string
  /**
   * When the page is left: `batched`: when all calls are made and wait in a batch; `asking`: when the browser has asked
   * for all of them whether it may send them, or has sent them.
   */
  leave?: 'batched' | 'asking' | undefined
}

const MODULE_PAGE =
  '<!doctype html><meta charset="utf-8"><title>Start</title><script type="module" src="/page.js"></script>'

/** The npm package in a page of its own. `code` makes `analytics`, as the docs have it. */
export async function bundled(code: string, packageName: string): Promise<Pick<PageSdk, 'scripts' | 'html'>> {
  const scripts = await bundlePage(`${code}\nglobalThis.analytics = analytics`, {
    '@segment/analytics-next': packageName,
  })
  return { scripts, html: MODULE_PAGE }
}

export interface Snippet {
  /** It makes its `page` call, as it is handed out. */
  page: boolean
  /** Code that loads analytics.js in the place of the snippet's own call. */
  load?: string | undefined
}

/** The snippet that Segment hands out, with the one line changed that the docs change. */
export function snippetPage({ page, load }: Snippet): Pick<PageSdk, 'scripts' | 'html'> {
  const [before = '', after = ''] = documented('snippet')
    .trim()
    .split('\n')
    .map((line) => line.slice(1))
  const given = snippet.min({ apiKey: 'WRITE_KEY', page, load: load === undefined })
  if (!given.includes(before)) throw new Error(`Segment's snippet has no ${before}`)
  const script = `${given.replace(before, () => after)}\n${load ?? ''}`
  return {
    scripts: new Map(),
    html: `<!doctype html><meta charset="utf-8"><title>Start</title><script>${script}</script>`,
  }
}

/** A page of another origin than the front's, in a browser profile of its own. */
export async function startInPage({ browser, scripts, html, leave }: PageSdk, job: Job): Promise<Running> {
  const fill = (text: string) => filledIn(text, placeOf(job), job.writeKey)
  const site = await serveOnLoopback(({ url }, response) => {
    const path = new URL(url ?? '/', 'http://localhost').pathname
    const script = scripts.get(path)
    if (script !== undefined) response.writeHead(200, { 'content-type': 'text/javascript' }).end(fill(script))
    else if (path === '/') response.writeHead(200, { 'content-type': 'text/html' }).end(fill(html))
    else response.writeHead(404).end()
  })
  const context = await browser.newContext()
  if (job.clockAheadMs !== 0) await context.addInitScript(setClock, job.clockAheadMs)
  const page = await context.newPage()
  const foreign = watchForeignRequests(page)
  let failed = false
  page.on('pageerror', () => (failed = true))
  await page.goto(`http://localhost:${site.port}/`)
  const calls = job.calls.filter(({ bySnippet }) => !bySnippet).map(({ method, args }) => [method, args] as const)
  // Until analytics.js is there the snippet only keeps the calls, and a page that is left then takes them with it.
  if (leave) await page.waitForFunction('analytics.initialized !== false && !analytics.invoked')
  const waits = leave !== 'asking' && !job.hopeless
  await (waits ? page.evaluate(makeCalls, calls) : page.evaluate(beginCalls, calls))
  if (leave === 'asking') await asked(job)
  if (leave) await page.goto('about:blank')
  return {
    idle: never,
    stop: async () => {
      await context.close()
      await site.close()
      return { foreign, ...(failed && { crashed: 'uncaught error' }) }
    },
  }
}

/** In the page: one call after the other. Batching SDKs are done with one when it is in the batch to come. */
async function makeCalls(calls: (readonly [string, unknown[]])[]): Promise<void> {
  const { analytics } = globalThis as unknown as { analytics: Record<string, (...args: unknown[]) => Promise<unknown>> }
  for (const [method, args] of calls) await analytics[method]?.(...args)
}

/** In the page: all calls at once, and nobody waits for what becomes of them. */
function beginCalls(calls: (readonly [string, unknown[]])[]): void {
  const { analytics } = globalThis as unknown as { analytics: Record<string, (...args: unknown[]) => void> }
  for (const [method, args] of calls) analytics[method]?.(...args)
}

const ASKED_MS = 20_000

async function asked({ front: { posts, others }, calls }: Job): Promise<void> {
  const count = () => posts.length + others.filter(({ method }) => method === 'OPTIONS').length
  for (const end = Date.now() + ASKED_MS; count() < calls.length && Date.now() < end;) await sleep(5)
}

/** In the page, before all else: its clock is ahead. */
function setClock(aheadMs: number): void {
  const RealDate = Date
  const now = () => RealDate.now() + aheadMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: [number]) => (args.length > 0 ? new target(...args) : new target(now())),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  })
}
