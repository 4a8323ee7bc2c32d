import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { isEventType } from '../event/index.ts'
import { preflight, withCors } from './cors.ts'
import { isNavigation } from './navigation.ts'
import { isPreview } from './preview.ts'
import { refused } from './reply.ts'
import { StrayTally } from './stray-tally.ts'
import { type IngestDeps, trackStray } from './track.ts'

const WHERE = 'Events are sent with POST to /v1/batch, /v1/track and the like.'
const BENEATH = 'Beneath a path of your own they are taken when PATH_PREFIX names it.'

/**
 * Answers what comes to no address of ours, unless a person's browser asks for a page. An SDK with a wrong host or path
 * takes a redirect for success, or follows it to a page, and loses its events without a word; so it is refused in the
 * tracking API's JSON, which names the right address. What is plainly meant for the tracking API, by its path or by a write
 * key of ours, is also counted, for the health page and the panel.
 *
 * @param calls last parts of the tracking API's paths
 */
export function astray(deps: IngestDeps, calls: ReadonlySet<string>): MiddlewareHandler {
  const tally = new StrayTally(deps)
  return async (c, next) => {
    const { method, path, raw } = c.req
    if (isSet(c) || deps.isOthers?.(method, path)) return next()
    const parts = path.split('/').filter((part) => part !== '')
    const meant = isMeant(method, parts, calls)
    if (!meant && isPanelsOrApis(c)) return next()
    if (method === 'OPTIONS' && (meant || parts.length === 0)) return preflight(raw)
    if (method === 'POST' || (method === 'GET' && meant && !isPreview(raw))) {
      const place = placeOf(parts)
      const source = await trackStray(raw, place, deps)
      if (meant || source !== undefined) c.executionCtx.waitUntil(tally.add(place, source))
    }
    return withCors(raw, refused(404, 'bad_request', `Nothing is at ${placeOf(parts)}. ${WHERE} ${BENEATH}`))
  }
}

/** Whether a route is there for it, whoever may use it. */
function isSet(c: HonoContext): boolean {
  return matchedRoutes(c).some(({ method }) => method !== 'ALL')
}

/** What is nothing here may be a page that is gone, or a slip in the Public API, which say so themselves. */
function isPanelsOrApis({ req: { method, path, raw } }: HonoContext): boolean {
  if (/^\/v1(?:\/|$)/.test(path)) return false
  return method === 'GET' || method === 'HEAD' || isNavigation(raw) || /^\/api(?:\/|$)/.test(path)
}

/** Whether a path ends as those of the tracking API do: `/batch`, `/collect/v1/t`, `/pixel/track`. */
function isMeant(method: string, parts: readonly string[], calls: ReadonlySet<string>): boolean {
  const [before, last = ''] = parts.slice(-2).length === 2 ? parts.slice(-2) : ['', parts.at(-1)]
  if (method === 'GET') return before === 'pixel' && isEventType(last.toLowerCase())
  return calls.has(last.toLowerCase())
}

/** The address in plain characters, since whoever asked made it up. */
function placeOf(parts: readonly string[]): string {
  const plain = parts.length <= 6 && parts.every((part) => /^[\w.~-]{1,40}$/.test(part))
  if (plain) return `/${parts.join('/')}`
  const last = parts.at(-1) ?? ''
  return /^[\w.~-]{1,40}$/.test(last) ? `/…/${last}` : '/…'
}
