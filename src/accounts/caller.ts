import type { Context as HonoContext } from 'hono'
import { addressOf } from './attempts.ts'
import { originOf } from './cookies.ts'

/** What of a request counts for who may do something and where links lead: for functions without Hono's context. */
export interface Caller {
  /** Scheme, host and port, which links lead back to. */
  origin: string
  /** The address that the request comes from; empty where it is not known. */
  address: string
  /** Has the answer say after how many seconds there may be another try. */
  retryAfter(seconds: number): void
}

export function callerOf(c: HonoContext): Caller {
  return {
    origin: originOf(c),
    address: addressOf(c),
    retryAfter: (seconds) => c.header('Retry-After', String(seconds)),
  }
}
