/** What runs on customers' devices: the settings that the client SDKs ask for before they send. */
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { cors } from '../ingest/index.ts'
import type { SettingsCache } from '../settings/index.ts'
import { baseOf } from './base.ts'
import { edgeCache, settingsOf } from './settings.ts'

export { readPrefix, withoutPrefix } from './base.ts'

export interface DeviceDeps {
  settings: SettingsCache
  /** Beneath which all of this lies as well, such as `/collect`; empty: none. */
  pathPrefix: string
}

export function device({ settings, pathPrefix }: DeviceDeps): Hono {
  const app = new Hono({ strict: false })
  app.use('/v1/projects/*', cors, etag(), edgeCache(pathPrefix))
  app.get('/v1/projects/:writeKey/settings', (c) =>
    settingsOf(c, c.req.param('writeKey'), baseOf(c.req.raw, pathPrefix), settings),
  )
  return app
}
