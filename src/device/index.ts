/** What runs on customers' devices: the settings that client SDKs ask for before they send, analytics.js and its parts. */
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { cors } from '../ingest/index.ts'
import type { SettingsCache } from '../settings/index.ts'
import { baseOf } from './base.ts'
import { ownerOf } from './owner.ts'
import { analyticsScript, isWriteKey, noSuchScript, SCRIPT_NAMES } from './script.ts'
import { edgeCache, settingsOf } from './settings.ts'

export { readPrefix, withoutPrefix } from './base.ts'

export interface DeviceDeps {
  settings: SettingsCache
  /** Beneath which all of this lies as well, such as `/collect`; empty: none. */
  pathPrefix: string
  /** The files that `scripts/assets.mjs` makes; asked only beneath the prefix, else the edge answers before the Worker. */
  assets: Fetcher
}

export function device({ settings, pathPrefix, assets }: DeviceDeps): Hono {
  const app = new Hono({ strict: false })
  app.use('/v1/projects/*', cors, etag(), edgeCache(pathPrefix))
  app.get('/v1/projects/:writeKey/settings', (c) =>
    settingsOf(c, c.req.param('writeKey'), baseOf(c.req.raw, pathPrefix), settings),
  )
  for (const name of SCRIPT_NAMES) {
    app.on('GET', [`/analytics.js/v1/:writeKey/${name}`, `/analytics.js/v1/:writeKey/platform/${name}`], async (c) => {
      const writeKey = c.req.param('writeKey')
      if (!isWriteKey(writeKey) || (await ownerOf(writeKey, settings)) === null) return noSuchScript()
      return analyticsScript(c.req.raw, writeKey, baseOf(c.req.raw, pathPrefix))
    })
  }
  app.on('GET', ['/analytics-next/*', '/next-integrations/*'], async ({ req }) => {
    const file = await assets.fetch(new URL(req.path, req.url), { headers: req.raw.headers })
    // Of a file that is not there the edge would say that it may be remembered for ever.
    return file.status === 404 ? new Response(null, { status: 404, headers: NOT_THERE }) : file
  })
  return app
}

const NOT_THERE = {
  'Cache-Control': 'no-store',
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}
