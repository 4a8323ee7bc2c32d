import type { MiddlewareHandler } from 'hono'

const OURS = /^application\/vnd\.segment\.v1(?:beta|alpha)?\+json$/

/**
 * Answers in the media type of Segment's API that the request names before plain JSON: `application/vnd.segment.v1+json`,
 * or `v1beta`, `v1alpha`. What is in the answer is the same.
 */
export function mediaType(): MiddlewareHandler {
  return async (c, next) => {
    await next()
    const asked = typeIn(c.req.header('accept'))
    const plain = c.res.headers.get('content-type')?.startsWith('application/json') === true
    if (asked !== undefined && plain) c.header('Content-Type', asked)
  }
}

function typeIn(accept = ''): string | undefined {
  const types = accept.split(',').map((one) => (one.split(';')[0] ?? '').trim().toLowerCase())
  const first = types.find((type) => OURS.test(type) || type === 'application/json' || type === '*/*')
  return first !== undefined && OURS.test(first) ? first : undefined
}
