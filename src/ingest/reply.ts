/**
 * Every SDK of Segment reads these: exactly 200 with a JSON object for what is accepted; for the rest an object that has
 * `error`, `code` and `message`, since Ruby reads the first and Python the other two.
 */
export function accepted(): Response {
  return Response.json({ success: true })
}

export function refused(status: 400 | 404 | 405 | 500 | 503, code: string, message: string): Response {
  // Delta seconds, both names: clients differ in which they read.
  const headers = status === 503 ? { 'Retry-After': '5', 'X-RateLimit-Reset': '5' } : undefined
  return Response.json({ success: false, error: message, code, message }, { status, ...(headers && { headers }) })
}

const ALLOWED_HEADERS = 'authorization, content-type, x-retry-count'

/** Headers that let a page of any origin call the API, with credentials if it wants, and read when to come again. */
export function corsHeaders(request: Request): Record<string, string> {
  const origin = request.headers.get('origin')
  return {
    'Access-Control-Allow-Origin': origin ?? '*',
    ...(origin && { 'Access-Control-Allow-Credentials': 'true' }),
    'Access-Control-Expose-Headers': 'Retry-After, X-RateLimit-Reset',
    Vary: 'Origin',
  }
}

export function preflight(request: Request): Response {
  const asked = request.headers.get('access-control-request-headers') ?? ''
  const own = ALLOWED_HEADERS.split(', ')
  const names = asked
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  const extra = names.filter((name) => /^[a-z0-9-]{1,64}$/.test(name) && !own.includes(name))
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(request),
      'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
      'Access-Control-Allow-Headers': [...own, ...extra].join(', '),
      'Access-Control-Max-Age': '86400',
    },
  })
}

const GIF = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'), (char) =>
  char.charCodeAt(0),
)

/** One transparent pixel, whatever became of the event. */
export function pixel(): Response {
  return new Response(GIF, { headers: { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store' } })
}
