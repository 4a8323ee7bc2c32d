import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { cache } from 'hono/cache'
import { type Plan, type SettingsCache, SettingsUnavailable } from '../settings/index.ts'
import { type Base, baseOf } from './base.ts'
import { clientSettings } from './client-settings.ts'

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
  const found = await planOfKey(writeKey, settings)
  if (found === null) {
    const message = 'No source has this write key, or it was revoked.'
    return c.json({ success: false, error: message, code: 'unknown_source', message }, 404)
  }
  // Nobody shall keep what was said without knowing better.
  c.header('Cache-Control', found === 'unknown' ? 'no-store' : CACHE_CONTROL)
  return c.json(clientSettings(writeKey, base, found === 'unknown' ? [] : found.onDevices))
}

/**
 * `null`: nobody has this key. `unknown`: that cannot be told; the page is then better served with settings that name no
 * tool than with none, since without them no SDK of a page sends anything.
 */
async function planOfKey(writeKey: string, settings: SettingsCache): Promise<Plan | 'unknown' | null> {
  try {
    const owner = await settings.ownerOfKey(writeKey)
    return owner && (await settings.plan(owner.sourceId).catch(() => 'unknown' as const))
  } catch (error) {
    if (error instanceof SettingsUnavailable) return 'unknown'
    throw error
  }
}
