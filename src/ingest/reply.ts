import type { Context } from '../context.ts'
import type { Problem } from '../refusal.ts'

/**
 * Every SDK of Segment reads these: exactly 200 with a JSON object for what is accepted; for the rest an object that has
 * `error`, `code` and `message`, since Ruby reads the first and Python the other two.
 */
export function accepted(): Response {
  return Response.json({ success: true })
}

export function refused(
  status: 400 | 401 | 403 | 404 | 405 | 413 | 429 | 500 | 503,
  code: string,
  message: string,
): Response {
  const headers = HEADERS[status]
  return Response.json({ success: false, error: message, code, message }, { status, ...(headers && { headers }) })
}

/** A request that ended in an error, which is logged. */
export function failed(error: unknown, path: string, { log }: Context): Response {
  const stack = error instanceof Error ? error.stack : undefined
  log('error', 'request failed', { path, error: String(error), stack })
  return refused(500, 'internal', 'Something went wrong on our side. Send the events again.')
}

/** What of a request was refused, each with its field, and how much was taken all the same. */
export function refusedSome(taken: number, problems: readonly Problem[], all: number): Response {
  const [first] = problems
  const others = all > 1 ? ` (and ${all - 1} more)` : ''
  const kept = taken === 0 ? 'Nothing was taken.' : `${taken} objects were taken.`
  const message = `${first?.field}: ${first?.message}${others} ${kept}`
  return Response.json(
    { success: false, error: message, code: 'bad_request', message, taken, problems },
    { status: 400 },
  )
}

const HEADERS: Partial<Record<number, Record<string, string>>> = {
  405: { Allow: 'POST' },
  // Delta seconds, both names: clients differ in which they read.
  503: { 'Retry-After': '5', 'X-RateLimit-Reset': '5' },
}

/** The source is over its limit: what is sent after `waitMs` is taken. Nothing of this request was. */
export function tooMany(waitMs: number): Response {
  const message = 'This source sends more than its limit. Nothing of this request was taken; send it again later.'
  return later(message, Math.min(300, Math.max(1, Math.ceil(waitMs / 1_000))))
}

/** The source has too much under way. Nothing of this request was taken. */
export function tooManyAtOnce(): Response {
  const message =
    'This source sends too much at once. Nothing of this request was taken; send it again when others were answered.'
  return later(message, 1)
}

function later(message: string, wait: number): Response {
  const seconds = String(wait)
  return Response.json(
    { success: false, error: message, code: 'too_many_requests', message },
    { status: 429, headers: { 'Retry-After': seconds, 'X-RateLimit-Reset': seconds } },
  )
}

/** Says how much of the source's limit is used, as far as that is known, so that clients can slow down by themselves. */
export function withUsage(reply: Response, percent: number | undefined): Response {
  if (percent !== undefined) reply.headers.set('X-RateLimit-Percentage-Used', String(percent))
  return reply
}

const GIF = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'), (char) =>
  char.charCodeAt(0),
)

/** One transparent pixel, whatever became of the event. */
export function pixelReply(): Response {
  return new Response(GIF, { headers: { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store' } })
}
