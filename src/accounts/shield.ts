import type { Context as HonoContext, MiddlewareHandler } from 'hono'

/**
 * What every page is served with. Scripts and styles come from this Worker as files, so none stands in a page and none is
 * made from text; pictures may be data, as a QR code is.
 */
const POLICY = pagePolicy()

/** The same for a page whose form is led on to another origin once it was taken: browsers ask for that too. */
export function pagePolicy(...formTargets: string[]): string {
  return [
    "default-src 'self'",
    "base-uri 'none'",
    "connect-src 'self'",
    "font-src 'self'",
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "object-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
  ].join('; ')
}

const HEADERS: Record<string, string> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
}
const SECURE: Record<string, string> = { 'Strict-Transport-Security': 'max-age=31536000' }

/** Headers for whatever a browser shows: pages, and the API's replies too, which somebody may open. */
export function shield(): MiddlewareHandler {
  return async (c, next) => {
    await next()
    // What switches to a WebSocket has a body of its own, and headers that are fixed.
    if (c.res.status === 101) return
    const secure = new URL(c.req.url).protocol === 'https:' ? SECURE : {}
    for (const [name, value] of Object.entries({ ...HEADERS, ...secure })) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value)
    }
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a request that would act with a person's cookie comes from a page of ours. Browsers say so themselves, with and
 * without JavaScript: `Sec-Fetch-Site`, older ones `Origin`. What says neither is no browser, and has no business with a
 * cookie. A WebSocket is as good as a change: it is not bound by the same origin, so it has to say it too.
 */
export function sameSite(c: HonoContext): boolean {
  const upgrade = c.req.header('upgrade') !== undefined
  if (SAFE.has(c.req.method) && !upgrade) return true
  const origin = c.req.header('origin')
  if (origin !== undefined && origin !== new URL(c.req.url).origin) return false
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin !== undefined
}
