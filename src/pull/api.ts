import type { Context } from '../context.ts'
import { isObject, type JsonObject } from '../event/index.ts'
import type { AllowLocal, SettingsValues } from '../integrations/index.ts'
import type { VendorAccess, VendorTokens } from './access.ts'
import { ask, type VendorAnswer } from './ask.ts'
import { PullError, type Vendor } from './protocol.ts'

/** A longer pause is not slept through: the page is asked for when it is over. */
const LONGEST_SLEEP_MS = 900

interface VendorApiDeps {
  vendor: Vendor
  settings: SettingsValues
  ctx: Context
  allowLocal: AllowLocal
  /** By OAuth; none: the settings have a key. */
  access?: VendorAccess | undefined
  /** It is asked a few times only, at once. */
  hurried?: boolean
}

/** A vendor's API, asked at its pace. Counts calls. */
export class VendorApi {
  calls = 0
  /** Why nothing more is asked for now, though the last answer was good. */
  held: PullError | undefined
  readonly #deps: VendorApiDeps
  /** When the next call may come, by pace. */
  readonly #next = new Map<string, number>()
  readonly #kept = new Map<string, Promise<unknown>>()
  /** `calls` when the page began. */
  #page = 0

  constructor(deps: VendorApiDeps) {
    this.#deps = deps
  }

  now(): number {
    return this.#deps.ctx.now()
  }

  /** What was said that is not asked for again within a run. */
  async once<T>(name: string, read: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(name) ?? read()
    this.#kept.set(name, known)
    try {
      return (await known) as T
    } catch (error) {
      this.#kept.delete(name)
      throw error
    }
  }

  /** Another run begins. */
  forget(): void {
    this.#kept.clear()
  }

  /** Another page begins. */
  turn(): void {
    this.#page = this.calls
    this.held = undefined
  }

  /** The answer as JSON; everything else is a `PullError`. `path`: with its query, from where the vendor's paths begin. */
  get(path: string): Promise<JsonObject> {
    return this.#answered(path)
  }

  /** The same of what is asked for in a body. */
  post(path: string, body: JsonObject): Promise<JsonObject> {
    return this.#answered(path, JSON.stringify(body))
  }

  async #answered(path: string, sent?: string): Promise<JsonObject> {
    const { vendor, settings, access } = this.#deps
    const tokens = access && (await access.tokens())
    await this.#pace(path)
    let answer = await this.#ask(path, tokens, sent)
    // Accesses end, some before they said they would.
    if (answer.status === 401 && access && tokens) answer = await this.#ask(path, await access.renewed(tokens), sent)
    const { ok, status, headers, body } = answer
    if (!ok) throw vendor.fault(status, body, headers)
    this.held = vendor.heed?.(headers, settings) ?? this.held
    if (isObject(body)) return body
    throw new PullError('not_json', `${vendor.name} answers something that is no JSON object.`, 'again')
  }

  async #ask(path: string, tokens: VendorTokens | undefined, sent: string | undefined): Promise<VendorAnswer> {
    const { vendor, settings } = this.#deps
    this.calls++
    const base = vendor.base(settings, tokens?.address ?? null)
    const url = new URL(path, base)
    if (url.origin !== new URL(base).origin)
      throw new PullError('address_refused', `${url.host} is another host than ${new URL(base).host}.`, 'pass')
    const headers = {
      accept: 'application/json',
      ...vendor.headers(settings),
      ...(tokens && { authorization: `Bearer ${tokens.access}` }),
    }
    if (sent === undefined) return ask({ method: 'GET', url: url.href, headers }, vendor, this.#deps)
    const json = { ...headers, 'content-type': 'application/json' }
    return ask({ method: 'POST', url: url.href, headers: json, body: sent }, vendor, this.#deps)
  }

  async #pace(path: string): Promise<void> {
    const { vendor, ctx, hurried } = this.#deps
    if (hurried) return
    const { lane, everyMs } = vendor.pace?.(path) ?? { lane: '', everyMs: 1_000 / vendor.perSecond }
    const now = ctx.now()
    const next = this.#next.get(lane) ?? 0
    const wait = next - now
    // Of a page that has begun the rest is waited for.
    if (wait > LONGEST_SLEEP_MS && this.calls === this.#page) throw new PullError('paced', '', 'wait', wait)
    this.#next.set(lane, Math.max(now, next) + everyMs)
    if (wait > 0) await ctx.sleep(wait)
  }
}

/** Milliseconds that a `Retry-After` asks for, in seconds or as a date, an hour at most; `undefined`: none. */
export function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (!text) return undefined
  const sent = Date.parse(headers.get('date') ?? '')
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - sent
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : undefined
}
