import { isObject } from '../event/index.ts'

/** Bytes of a list that are read: of 500 events half a kilobyte each. */
const MOST_BYTES = 256 * 1_024

/** What an answer says of one event: its status, and the text of the entry where it has more to say. */
export interface OwnStatus {
  status: number
  text?: string
}

/** Whether an answer to a batch may say of each event what became of it: a 207 (RFC 4918, 13), or any other 2xx of JSON. */
export function mayList({ status, headers }: Response): boolean {
  return status === 207 || (status >= 200 && status < 300 && /\bjson\b/i.test(headers.get('content-type') ?? ''))
}

/** The body of an answer that may list: up to 256 KB of it. Throws when it does not come to its end. */
export async function readList(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += (value as Uint8Array).length
    text += decoder.decode(value as Uint8Array, { stream: true })
    if (bytes <= MOST_BYTES) continue
    reader.cancel().catch(() => undefined)
    return text
  }
}

/**
 * What a 2xx says of each of `events` events, in their order: a JSON array, or `results` of an object, with a `status` each.
 * `null`: it does not list, which is said of all. A text: it lists in another way than it should, in words for its owner.
 */
export function statusesIn(body: string, status: number, events: number): OwnStatus[] | string | null {
  const list = listIn(body)
  if (!list) return status === 207 ? 'The answer 207 has no list of results: its status counts for all.' : null
  const own = list.map(ownOf)
  const found = own.filter((one) => one !== null)
  if (found.length < own.length)
    return status === 207 || found.length > 0
      ? 'The answer has results without a status: its own counts for all.'
      : null
  if (found.length === events) return found
  return `The answer has ${found.length} results for ${events} events: its own status counts for all.`
}

function listIn(body: string): unknown[] | null {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return null
  }
  const list = isObject(value) ? value.results : value
  return Array.isArray(list) ? list : null
}

function ownOf(entry: unknown): OwnStatus | null {
  if (!isObject(entry)) return null
  const { status, ...rest } = entry
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return null
  return Object.keys(rest).length === 0 ? { status } : { status, text: JSON.stringify(rest) }
}
