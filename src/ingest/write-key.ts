import type { JsonObject } from '../event/index.ts'
import { isObject } from '../event/index.ts'

/**
 * The write key of a request: in the body, as Basic user name (with or without the colon), or in the first event.
 * A Bearer token is not a key and is not checked: such clients have the key in the body. `first`: the first event, which is
 * asked for last.
 */
export function writeKeyOf(
  body: JsonObject | undefined,
  authorization: string | null,
  first: () => unknown = () => firstEvent(body),
): string | undefined {
  return text(body?.writeKey) ?? basicUser(authorization) ?? keyOfEvent(first())
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

function firstEvent(body: JsonObject | undefined): unknown {
  return Array.isArray(body?.batch) ? body.batch[0] : undefined
}

function keyOfEvent(event: unknown): string | undefined {
  return isObject(event) ? text(event.writeKey) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
