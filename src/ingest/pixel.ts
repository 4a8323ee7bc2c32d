import { Buffer } from 'node:buffer'
import { isObject, type JsonObject, parseJson } from '../event/index.ts'

/**
 * The event of a pixel's query: `data` with base64 JSON (url-safe or not), or dotted parameters such as
 * `properties.subject=Hi`. `undefined` when it cannot be read.
 */
export function eventOfQuery(query: URLSearchParams): JsonObject | undefined {
  const data = query.get('data')
  if (data === null) return nest(query)
  try {
    // A + that was not escaped arrives as a space.
    const value = parseJson(Buffer.from(data.replaceAll(' ', '+'), 'base64').toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const DEEPEST = 8

function nest(query: URLSearchParams): JsonObject {
  // Without a prototype, so that `__proto__.x` is a key like any other.
  const event = Object.create(null) as JsonObject
  for (const [path, value] of query) {
    const keys = path.split('.')
    const last = keys.pop()
    if (!last || keys.length > DEEPEST) continue
    let at = event
    for (const key of keys) {
      const next = isObject(at[key]) ? at[key] : (Object.create(null) as JsonObject)
      at[key] = next
      at = next
    }
    at[last] = value
  }
  return event
}
