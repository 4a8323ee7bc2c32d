import type { Context as HonoContext } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Problem } from '../refusal.ts'

const TYPES: Record<number, string> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  413: 'payload-too-large',
  429: 'too-many-requests',
  500: 'internal',
  501: 'not-implemented',
  503: 'unavailable',
}

/** The Public API's error shape: `{"errors":[{type, message, field?, status}]}`. */
export function errorReply(c: HonoContext, status: ContentfulStatusCode, problems: readonly Problem[]): Response {
  return c.json(
    { errors: problems.map((problem) => ({ type: TYPES[status] ?? 'bad-request', ...problem, status })) },
    status,
  )
}
