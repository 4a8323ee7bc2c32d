import { isoTime } from '../../event/index.ts'
import type { AskedRequest, CountedRequest, ReplayRequest, Return } from './queries.ts'

/** The API's Return. */
export function presentReturn({ at, who, told, complete }: Return) {
  return { at: isoTime(at), who, told, complete }
}

function presentRange({ id, from, until, types, words, createdAt, expiresAt }: ReplayRequest) {
  return {
    id,
    from: isoTime(from),
    until: isoTime(until),
    types,
    words,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
  }
}

/** The API's ReplayRequest, for its partner: numbers alone. */
export function presentRequest(request: CountedRequest) {
  const { asked, agreed, declined } = request
  return { ...presentRange(request), asked, agreed, declined }
}

/** The same for a customer who is asked. */
export function presentAsked(request: AskedRequest) {
  const { agreed, replayId } = request
  return { ...presentRange(request), agreed, replayId }
}
