import { Buffer } from 'node:buffer'
import { type Context, type OutgoingRequest, randomId } from '../context.ts'
import { type EventType, isObject, isoTime, type JsonObject, type SpecEvent } from '../event/index.ts'
import { type AllowLocal, KINDS, refuseAddress, type Target } from '../integrations/index.ts'
import type { Sending } from './cases.ts'
import type { CheckId } from './check.ts'
import type { CertifiedEndpoint } from './endpoint.ts'

/** One request and what came of it. Secrets are hidden, in what came too; texts are cut to 4,096 characters. */
export interface Exchange {
  request: { method: string; url: string; headers: Record<string, string>; body: string }
  tookMs: number
  /** Absent: nothing came, and `failed` says why. */
  reply?: { status: number; headers: Record<string, string>; body: string; isWhole: boolean }
  failed?: { timeout: boolean; words: string }
}

/** What an endpoint says that it has of an event. */
export interface ReadBack {
  count: number
  timestamp: string | null
}

export interface ProbeDeps {
  ctx: Context
  /** Whether the endpoint may be on this machine. */
  allowLocal: AllowLocal
  /** Requests that may be under way at once; without it as many as there are. */
  connections?: number
}

/** What a run remembers from one check to the next. Plain data, so that it can be stored and gone on with. */
export interface ProbeMemory {
  /** What the ids of its events begin with. */
  run: string
  /** How many were made. */
  events: number
  requests: number
  /** Requests that had no answer in time. */
  timeouts: number
  /** Of the answers so far the quickest, in milliseconds. */
  quickestMs: number | null
  /** What checks that watch have noticed first, by number. */
  noticed: Partial<Record<CheckId, { why: string; exchange: Exchange }>>
  /** Checks that watch and had something to look at. */
  concerned: CheckId[]
  /** What came of the requests at the rate. */
  load: { p95: number; wrong: Exchange | null } | null
  /** Whom the endpoint told to wait, and until when. */
  told: { event: SpecEvent; until: number } | null
}

/** What a run begins with. */
export function freshMemory(ctx: Context): ProbeMemory {
  const counts = { events: 0, requests: 0, timeouts: 0, quickestMs: null }
  return { run: randomId(ctx, 'certify-', 10), ...counts, noticed: {}, concerned: [], load: null, told: null }
}

const MOST_CHARS = 4_096
const READ_CHARS = 3 * MOST_CHARS
/** Of the headers of an answer. */
const MOST_HEADERS = 30
const MOST_HEADER_CHARS = 300
/** What is shorter is a word that stands everywhere. */
const SHORTEST_SECRET = 4
const HIDDEN = new Set(['authorization', 'x-segment-settings'])

/** Asks one endpoint, in the requests of real deliveries, on behalf of one check. */
export class Probe {
  readonly subject: CertifiedEndpoint
  readonly memory: ProbeMemory
  /** What this one was asked to send, in order. */
  readonly exchanges: Exchange[] = []
  readonly #deps: ProbeDeps
  readonly #hide: (text: string) => string
  /** Whoever waits for a connection. */
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(subject: CertifiedEndpoint, deps: ProbeDeps, memory: ProbeMemory = freshMemory(deps.ctx)) {
    this.subject = subject
    this.memory = memory
    this.#deps = deps
    this.#hide = hidingSecretsOf(subject)
    this.#free = deps.connections ?? Number.POSITIVE_INFINITY
  }

  get ctx(): Context {
    return this.#deps.ctx
  }

  /** Why the address may not be asked, if so. */
  addressProblem(url = this.subject.endpoint): string | undefined {
    return refuseAddress(url, this.#deps.allowLocal)
  }

  /** A call that the endpoint takes, `track` where it does. */
  get call(): EventType {
    const { supports } = this.subject
    return supports.includes('track') ? 'track' : (supports[0] ?? 'track')
  }

  /** A valid event with an id of its own, as it would be delivered. `fields` go over it. */
  event(type: EventType = this.call, fields: JsonObject = {}): SpecEvent {
    const at = isoTime(this.ctx.now())
    this.memory.events++
    return {
      ...FIELDS[type],
      type,
      messageId: `${this.memory.run}-${this.memory.events}`,
      userId: `${this.memory.run}-user`,
      anonymousId: `${this.memory.run}-visitor`,
      channel: 'server',
      context: { library: { name: 'sluice-certify', version: '1' }, sluice: { test: true } },
      integrations: {},
      timestamp: at,
      originalTimestamp: at,
      sentAt: at,
      receivedAt: at,
      projectId: 'src_certification',
      version: 2,
      ...fields,
    }
  }

  /** Sends what was made of a case. */
  make({ event, ...differing }: Sending): Promise<Exchange> {
    return this.send(event, differing)
  }

  /** Sends an event, or several as a list, in the request of a real delivery or in what `change` makes of it. Never throws. */
  async send(
    event: SpecEvent | readonly SpecEvent[],
    {
      settings = this.subject.settings,
      change = (request) => request,
    }: { settings?: JsonObject; change?: (request: OutgoingRequest) => OutgoingRequest } = {},
  ): Promise<Exchange> {
    const request = await this.#requestOf(event, settings)
    const exchange = await this.#inTurn(() => this.#ask(change(request)))
    this.exchanges.push(exchange)
    this.memory.requests++
    if (exchange.failed?.timeout) this.memory.timeouts++
    if (exchange.reply) this.memory.quickestMs = Math.min(this.memory.quickestMs ?? exchange.tookMs, exchange.tookMs)
    return exchange
  }

  /** Sends an event and hangs up after so long, whatever was under way. Nothing of it is remembered. */
  async abandon(event: SpecEvent, afterMs: number): Promise<void> {
    const request = await this.#requestOf(event, this.subject.settings)
    this.memory.requests++
    await this.#inTurn(() => this.#ask(request, afterMs))
  }

  async #requestOf(event: SpecEvent | readonly SpecEvent[], settings: JsonObject): Promise<OutgoingRequest> {
    const { name, endpoint, timeoutMs } = this.subject
    const integration: Target['integration'] = { name, kind: 'direct', endpoint, timeoutMs }
    const target: Target = { destinationId: 'dst_certification', integration, settings }
    // To one that takes lists a single event goes as one, too.
    const what = this.subject.batch ? [event].flat() : event
    const [request] = await KINDS.direct.requests(what, target, this.ctx.now(), JSON.stringify(what))
    if (!request) throw new Error('A direct integration makes one request an event.')
    return request
  }

  /** Where connections are few a request waits for one before its time begins. */
  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    try {
      return await ask()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }

  /** What the endpoint has of an event; `undefined`: it offers no such answer, or gives none that can be read. */
  async readBack(messageId: string): Promise<ReadBack | undefined> {
    const { readBack, settings, endpoint } = this.subject
    if (readBack === undefined) return undefined
    const url = readBack.replaceAll('{messageId}', encodeURIComponent(messageId))
    if (this.addressProblem(url)) return undefined
    // The key goes nowhere but to the endpoint's own host.
    const isOwn = new URL(url).origin === new URL(endpoint).origin
    const headers: Record<string, string> = isOwn
      ? { Authorization: `Basic ${base64(`${String(settings.apiKey)}:`)}` }
      : {}
    const { reply } = await this.#ask({ method: 'GET', url, headers })
    const said = parsed(reply?.body)
    if (!isObject(said) || typeof said.count !== 'number') return undefined
    return { count: said.count, timestamp: typeof said.timestamp === 'string' ? said.timestamp : null }
  }

  async #ask(
    request: Omit<OutgoingRequest, 'body'> & { body?: string },
    timeoutMs = this.subject.timeoutMs,
  ): Promise<Exchange> {
    const { ctx } = this.#deps
    const began = ctx.now()
    const hide = this.#hide
    const asked = {
      method: request.method,
      url: hide(request.url),
      headers: hideSecrets(request.headers),
      body: hide(request.body ?? '').slice(0, MOST_CHARS),
    }
    try {
      const response = await ctx.fetch(request, timeoutMs)
      const { body, isWhole } = await readSome(response)
      const headers = shownHeaders(response.headers, hide)
      const reply = { status: response.status, headers, body: hide(body).slice(0, MOST_CHARS), isWhole }
      return { request: asked, tookMs: ctx.now() - began, reply }
    } catch (error) {
      return { request: asked, tookMs: ctx.now() - began, failed: failureOf(error, hide) }
    }
  }
}

export function isTaken({ reply }: Exchange): boolean {
  return reply !== undefined && reply.status >= 200 && reply.status < 300
}

/** What an exchange came to, in a few words: `500 "boom" after 12 ms`. */
export function exchangeWords({ reply, failed, tookMs }: Exchange): string {
  const after = `after ${Math.round(tookMs)} ms`
  if (!reply) return `${failed?.timeout ? 'no answer' : 'no answer, '}${failed?.timeout ? '' : failed?.words} ${after}`
  const said = reply.body.trim().slice(0, 200)
  return `${reply.status}${said ? ` ${JSON.stringify(said)}` : ''} ${after}`
}

const FIELDS: Record<EventType, JsonObject> = {
  track: { event: 'Order Completed', properties: { order_id: 'certify-1', revenue: 25, currency: 'EUR' } },
  identify: { traits: { email: 'certify@example.com', name: 'Certification' } },
  page: { name: 'Pricing', properties: { url: 'https://example.com/pricing', path: '/pricing' } },
  screen: { name: 'Home', properties: { tab: 'today' } },
  group: { groupId: 'certify-company', traits: { name: 'Certification Company' } },
  alias: { previousId: 'certify-before' },
}

/** A little more than is shown, so that a secret at the end is hidden as a whole. A body that stops halfway is not whole. */
async function readSome(response: Response): Promise<{ body: string; isWhole: boolean }> {
  const reader = response.body?.getReader()
  if (!reader) return { body: '', isWhole: true }
  const decoder = new TextDecoder()
  let body = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { body: body.slice(0, READ_CHARS), isWhole: true }
      if (body.length < READ_CHARS) body += decoder.decode(value as Uint8Array, { stream: true })
      else {
        await reader.cancel()
        return { body: body.slice(0, READ_CHARS), isWhole: true }
      }
    }
  } catch {
    return { body: body.slice(0, READ_CHARS), isWhole: false }
  }
}

/** Why there is no answer; what lies beneath a failed fetch says more than it does itself. */
function failureOf(error: unknown, hide: (text: string) => string): { timeout: boolean; words: string } {
  const timeout = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return { timeout, words: hide(cause instanceof Error ? cause.message || cause.name : String(cause)) }
}

function shownHeaders(headers: Headers, hide: (text: string) => string): Record<string, string> {
  const shown = [...headers].filter(([name]) => name !== 'set-cookie').slice(0, MOST_HEADERS)
  return Object.fromEntries(shown.map(([name, value]) => [name, hide(value).slice(0, MOST_HEADER_CHARS)]))
}

/** Puts `(hidden)` wherever a secret of the customer stands, as it is or as requests have it. */
function hidingSecretsOf({ settings, secret = [] }: CertifiedEndpoint): (text: string) => string {
  const { apiKey, ...others } = settings
  const values = ['apiKey', ...secret].flatMap((name) => {
    const value = settings[name]
    return isObject(value) ? Object.values(value) : [value]
  })
  const long = values.filter((one): one is string => typeof one === 'string' && one.length >= SHORTEST_SECRET)
  const written = long.flatMap((one) => [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)])
  const whole = [`${String(apiKey)}:`, ...(secret.length > 0 ? [JSON.stringify(others)] : [])].map(base64)
  const all = [...new Set([...whole, ...written])].toSorted((a, b) => b.length - a.length)
  return (text) => all.reduce((shown, one) => shown.replaceAll(one, '(hidden)'), text)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function hideSecrets(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, HIDDEN.has(name.toLowerCase()) ? '(hidden)' : value]),
  )
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
