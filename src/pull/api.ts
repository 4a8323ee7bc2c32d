import type { Context } from '../context.ts'
import { isObject, type JsonObject, parseJson } from '../event/index.ts'
import type { SettingsValues } from '../integrations/index.ts'
import { PullError, type Vendor } from './protocol.ts'

const TIMEOUT_MS = 30_000
/** Bytes of an answer; a page of a hundred large objects has one or two million. */
const MOST_BYTES = 16_000_000

/** A vendor's API, asked at its pace. Counts calls. */
export class VendorApi {
  calls = 0
  readonly #vendor: Vendor
  readonly #settings: SettingsValues
  readonly #ctx: Context
  #next = 0

  constructor(vendor: Vendor, settings: SettingsValues, ctx: Context) {
    this.#vendor = vendor
    this.#settings = settings
    this.#ctx = ctx
  }

  /** The answer as JSON; everything else is a `PullError`. `path`: with its query. */
  async get(path: string): Promise<JsonObject> {
    const ctx = this.#ctx
    const { perSecond, base, headers } = this.#vendor
    const wait = this.#next - ctx.now()
    this.#next = Math.max(ctx.now(), this.#next) + 1_000 / perSecond
    if (wait > 0) await ctx.sleep(wait)
    this.calls++
    const url = `${base(this.#settings)}${path}`
    let text: string
    let response: Response
    try {
      const request = { method: 'GET', url, headers: { accept: 'application/json', ...headers(this.#settings) } }
      response = await ctx.fetch(request, TIMEOUT_MS)
      text = await textOf(response)
    } catch (error) {
      if (error instanceof PullError) throw error
      throw new PullError('unreachable', `${new URL(url).host} does not answer: ${String(error)}`, 'again')
    }
    const body = jsonOf(text)
    if (response.ok && body) return body
    if (response.ok)
      throw new PullError('not_json', `${new URL(url).host} answers something that is no JSON object.`, 'again')
    throw this.#vendor.fault(response.status, body ?? {}, response.headers)
  }
}

function jsonOf(text: string): JsonObject | undefined {
  try {
    const body = parseJson(text)
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}

async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    if (bytes > MOST_BYTES) throw new PullError('too_large', `An answer has more than ${MOST_BYTES / 1e6} MB.`, 'pass')
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}

/** Milliseconds that a `Retry-After` asks for, in seconds or as a date; `undefined`: none. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : undefined
}
