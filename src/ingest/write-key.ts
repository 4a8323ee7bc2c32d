import type { JsonObject } from '../event/index.ts'
import { isObject } from '../event/index.ts'

/**
 * The write key of a request: in the body, as Basic user name (with or without the colon), or in the first event.
 * A Bearer token is not a key and is not checked: such clients have the key in the body.
 */
export function writeKeyOf(body: JsonObject | undefined, authorization: string | null): string | undefined {
  return text(body?.writeKey) ?? basicUser(authorization) ?? keyOfFirstEvent(body)
}

function basicUser(authorization: string | null): string | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    return text(atob(encoded).split(':')[0])
  } catch {
    return undefined
  }
}

function keyOfFirstEvent(body: JsonObject | undefined): string | undefined {
  const first: unknown = Array.isArray(body?.batch) ? body.batch[0] : undefined
  return isObject(first) ? text(first.writeKey) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
