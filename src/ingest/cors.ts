import type { MiddlewareHandler } from 'hono'

const ALLOWED_HEADERS = ['authorization', 'content-type', 'x-retry-count']
/** What HTTP allows in a header's name. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/

/** Answers preflights, and lets a page of any origin read every reply. */
export const cors: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'OPTIONS') return preflight(c.req.raw)
  await next()
  withCors(c.req.raw, c.res)
}

/** Lets a page of any origin read this reply, which must tell nothing that is somebody's. */
export function withCors(request: Request, reply: Response): Response {
  for (const [name, value] of Object.entries(corsHeaders(request))) reply.headers.set(name, value)
  return reply
}

/** Headers that let a page of any origin call the API, with credentials if it wants, and read when to come again. */
function corsHeaders(request: Request): Record<string, string> {
  const origin = request.headers.get('origin')
  return {
    'Access-Control-Allow-Origin': origin ?? '*',
    ...(origin && { 'Access-Control-Allow-Credentials': 'true' }),
    'Access-Control-Expose-Headers': 'Retry-After, X-RateLimit-Reset, X-RateLimit-Percentage-Used',
    // An image or a beacon of a page that embeds only what allows it (COEP) is loaded without CORS.
    'Cross-Origin-Resource-Policy': 'cross-origin',
    Vary: 'Origin',
  }
}

export function preflight(request: Request): Response {
  const asked = request.headers.get('access-control-request-headers') ?? ''
  const names = asked
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  const extra = names.filter((name) => HEADER_NAME.test(name) && !ALLOWED_HEADERS.includes(name))
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(request),
      'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
      'Access-Control-Allow-Headers': [...ALLOWED_HEADERS, ...extra].join(', '),
      'Access-Control-Max-Age': '86400',
    },
  })
}
