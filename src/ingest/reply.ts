/**
 * Every SDK of Segment reads these: exactly 200 with a JSON object for what is accepted; for the rest an object that has
 * `error`, `code` and `message`, since Ruby reads the first and Python the other two.
 */
export function accepted(): Response {
  return Response.json({ success: true })
}

export function refused(status: 400 | 404 | 405 | 500 | 503, code: string, message: string): Response {
  const headers = HEADERS[status]
  return Response.json({ success: false, error: message, code, message }, { status, ...(headers && { headers }) })
}

const HEADERS: Partial<Record<number, Record<string, string>>> = {
  405: { Allow: 'POST' },
  // Delta seconds, both names: clients differ in which they read.
  503: { 'Retry-After': '5', 'X-RateLimit-Reset': '5' },
}

const GIF = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'), (char) =>
  char.charCodeAt(0),
)

/** One transparent pixel, whatever became of the event. */
export function pixel(): Response {
  return new Response(GIF, { headers: { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store' } })
}
