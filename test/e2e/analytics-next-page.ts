import type { InitOptions } from '@segment/analytics-next'
import type { Page } from 'playwright-core'
import { serveOnLoopback } from './browser.ts'
import { bundlePage } from './bundle.ts'

export interface AnalyticsPageOptions {
  /** Where settings come from and events go to, such as `http://127.0.0.1:8787`. */
  apiOrigin: string
  writeKey: string
  /** Events go in batches to `/v1/b` instead of one by one to `/v1/t`, `/v1/i` and so on. */
  batching?: boolean
}

export interface AnalyticsPage {
  url: string
  close(): Promise<void>
}

export type AnalyticsMethod = 'identify' | 'track' | 'page' | 'group' | 'alias' | 'screen'

/** Longer than the calls of a test lie apart, shorter than a test waits. */
const BATCH_TIMEOUT_MS = 500

const HTML =
  '<!doctype html><meta charset="utf-8"><title>Analytics</title><script type="module" src="/page.js"></script>'

/** A site on `http://localhost` that uses the npm package of analytics.js the way its readme does. */
export async function serveAnalyticsPage(options: AnalyticsPageOptions): Promise<AnalyticsPage> {
  const scripts = await bundlePage(pageScript(options))
  const server = await serveOnLoopback(({ url }, response) => {
    const path = new URL(url ?? '/', 'http://localhost').pathname
    const script = scripts.get(path)
    if (script !== undefined) response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    else if (path === '/') response.writeHead(200, { 'content-type': 'text/html' }).end(HTML)
    else response.writeHead(404).end()
  })
  return { url: `http://localhost:${server.port}/`, close: () => server.close() }
}

/**
 * Makes one call in the page. Resolves when the event has been answered by the API, or kept for a retry; with batching,
 * already when it is in the batch to come.
 */
export async function callAnalytics(page: Page, method: AnalyticsMethod, ...args: unknown[]): Promise<void> {
  await page.evaluate(
    async ([method, args]) => {
      const { analytics } = globalThis as unknown as {
        analytics: Record<AnalyticsMethod, (...args: unknown[]) => Promise<unknown>>
      }
      await analytics[method](...args)
    },
    [method, args] as const,
  )
}

function pageScript({ apiOrigin, writeKey, batching = false }: AnalyticsPageOptions): string {
  const settings = { writeKey, cdnURL: apiOrigin }
  return `import { AnalyticsBrowser } from '@segment/analytics-next'
    window.analytics = AnalyticsBrowser.load(${JSON.stringify(settings)}, ${JSON.stringify(initOptions(apiOrigin, batching))})`
}

function initOptions(apiOrigin: string, batching: boolean): InitOptions {
  const { host, protocol } = new URL(apiOrigin)
  return {
    integrations: {
      'Segment.io': {
        apiHost: `${host}/v1`,
        protocol: protocol === 'https:' ? 'https' : 'http',
        ...(batching && { deliveryStrategy: { strategy: 'batching', config: { timeout: BATCH_TIMEOUT_MS } } }),
      },
    },
  }
}
