import analyticsJs from '../../generated/analytics-js.json' with { type: 'json' }
import type { Base } from './base.ts'

/** What pages may call the script; all are the same, since there is no analytics.js 1.0 to fall back to. */
export const SCRIPT_NAMES = ['analytics.min.js', 'analytics.js', 'analytics.classic.js']

/** Segment's keys and ours; what is put into the script is one of these, whatever was asked for. */
const WRITE_KEY = /^[\w-]{1,64}$/

/** Five minutes: how long a page may go on with the script of the last version. */
const CACHING = 'public, max-age=300'

const JAVASCRIPT = {
  'Content-Type': 'text/javascript; charset=utf-8',
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

export function isWriteKey(text: string): boolean {
  return WRITE_KEY.test(text)
}

/**
 * analytics.js of one source. A page finds everything else beside it; `base` is only for pages that do not tell where they
 * have the script from.
 */
export function analyticsScript(request: Request, writeKey: string, { origin, prefix }: Base): Response {
  const headers = { ...JAVASCRIPT, 'Cache-Control': CACHING, ETag: analyticsJs.etag }
  if (isKnown(request.headers.get('if-none-match'))) return new Response(null, { status: 304, headers })
  const [before = '', between = '', after = ''] = analyticsJs.parts
  return new Response(before + literal(writeKey) + between + literal(origin + prefix) + after, { headers })
}

/** Nothing runs, so the page goes on as if blocked; the browser's console has the status, its network view this text. */
export function noSuchScript(): Response {
  const why = 'No source has the write key of this script, or it was revoked: nothing is collected on this page.'
  const headers = { ...JAVASCRIPT, 'Cache-Control': 'no-store' }
  return new Response(`console.error(${literal(why)})\n`, { status: 404, headers })
}

/** A proxy that compresses makes the tag a weak one. */
function isKnown(tags: string | null): boolean {
  return tags?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === analyticsJs.etag) ?? false
}

/** A string of JavaScript, fit for any place in a script. */
function literal(text: string): string {
  return JSON.stringify(text).replace(
    /[<\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
