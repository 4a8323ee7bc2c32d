import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { cache } from 'hono/cache'
import type { SettingsCache } from '../settings/index.ts'
import { type Base, baseOf } from './base.ts'
import { clientSettings } from './client-settings.ts'
import { ownerOf } from './owner.ts'

/**
 * Seconds. An isolate knows of a change after 10, the edge keeps an answer for 20 and a client for 20 more: within the
 * minute that is promised.
 */
const CACHE_CONTROL = 'public, max-age=20'

/** In the data centre's cache, a copy for each address that the deployment is reached by. */
export function edgeCache(pathPrefix: string): MiddlewareHandler {
  return cache({
    cacheName: 'client-settings',
    keyGenerator: (c) => {
      const { origin, prefix } = baseOf(c.req.raw, pathPrefix)
      return `${origin}${prefix}${c.req.path}`
    },
    wait: true,
    onCacheNotAvailable: false,
  })
}

/** `GET /v1/projects/<writeKey>/settings`. */
export async function settingsOf(
  c: HonoContext,
  writeKey: string,
  base: Base,
  settings: SettingsCache,
): Promise<Response> {
  const owner = await ownerOf(writeKey, settings)
  if (owner === null) {
    const message = 'No source has this write key, or it was revoked.'
    return c.json({ success: false, error: message, code: 'unknown_source', message }, 404)
  }
  const plan = owner === 'unknown' ? null : await settings.plan(owner.sourceId).catch(() => null)
  // Nobody shall keep what was said without knowing the plan.
  c.header('Cache-Control', plan ? CACHE_CONTROL : 'no-store')
  return c.json(clientSettings(writeKey, base, plan?.onDevices ?? []))
}
