import type { Outcome } from '../lane/index.ts'
import { notBeforeOf } from './retry-after.ts'

/** 4xx that are worth another try; every other is the receiver's last word. */
const RETRY_4XX = new Set([408, 423, 429])

export const DELIVERED: Outcome = { kind: 'delivered' }

export function hasArrived(status: number): boolean {
  return status >= 200 && status < 300
}

/**
 * What an answer means: 2xx arrived, 501 the receiver does not take this type, 408, 423, 429 and other 5xx try again,
 * everything else (a redirect too, which is not followed) is final. Codes are `http_<status>`.
 */
export function classify(status: number, headers: Headers, now: number): Outcome {
  if (hasArrived(status)) return DELIVERED
  if (status === 501) return { kind: 'filtered', code: 'UNSUPPORTED_EVENT_TYPE' }
  const code = `http_${status}` as const
  if (status < 500 && !RETRY_4XX.has(status)) return { kind: 'dead', code }
  const notBefore = notBeforeOf(status, headers, now)
  return { kind: 'retry', code, ...(notBefore !== undefined && { notBefore }) }
}

/** What a request that brought no answer means: all of it may pass. */
export function classifyError(error: unknown): Outcome {
  const timeout = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
  return { kind: 'retry', code: timeout ? 'timeout' : 'network' }
}
