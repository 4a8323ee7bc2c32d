import type { Context, OutgoingRequest } from '../context.ts'
import { type AllowLocal, InvalidSettings, refuseAddress, KINDS, type Target } from '../integrations/index.ts'
import type { Batched, Outcome, Sample } from '../lane/index.ts'
import { hideAddress } from '../settings/index.ts'
import { type EventFacts, isoTime, type SpecEvent } from '../event/index.ts'
import { classify, classifyError, DELIVERED, hasArrived } from './classify.ts'
import { explanationOf } from './explanation.ts'
import { mayList, readList, statusesIn } from './multi-status.ts'
import { shape } from './shape.ts'

/** What came of one event. */
export interface Sent {
  outcome: Outcome
  tookMs: number
  status?: number
  message?: string
  sample?: Sample
  /** The answer said it of this event, in a list of those of its request. */
  isOwn?: true
  batch?: Batched
  /** The request was too large, and has several events. */
  isTooLarge?: true
}

/** A sample is cut to this. */
const SAMPLE_CHARS = 4_096

/** Sends `body`, the text of one event, by all of its requests; it has arrived as soon as one of them says so. Never throws. */
export async function sendEvent(
  event: EventFacts,
  target: Target,
  deps: { ctx: Context; allowLocal: AllowLocal },
  body: string,
): Promise<Sent> {
  const requests = await requestsOf(event, target, deps, body)
  if (!Array.isArray(requests)) return requests
  const { timeoutMs } = target.integration
  const [only, ...others] = requests
  if (only && others.length === 0) return sendRequest(only, timeoutMs, deps.ctx)
  return best(await Promise.all(requests.map((request) => sendRequest(request, timeoutMs, deps.ctx))))
}

/**
 * Sends several events as one list, whose text is `body`, by all of its requests: what came of each event, the best of what
 * was answered. Events whose request was too large say so. Never throws.
 */
export async function sendBatch(
  events: readonly EventFacts[],
  target: Target,
  deps: { ctx: Context; allowLocal: AllowLocal },
  body: string,
): Promise<Sent[]> {
  const requests = await requestsOf(events, target, deps, body)
  if (!Array.isArray(requests)) return events.map(() => requests)
  const { timeoutMs } = target.integration
  const answers = await Promise.all(
    requests.map((request) => sendList(request, events.length, { timeoutMs }, deps.ctx)),
  )
  return events.map((_, n) => best(answers.flatMap((answer) => answer[n] ?? [])))
}

/**
 * The requests of one event, or of several as a list, in the shape that the destination wants, each to an address that may be
 * sent to; or what comes of there being none.
 */
export function buildRequests(
  what: SpecEvent | readonly SpecEvent[],
  target: Target,
  deps: { ctx: Context; allowLocal: AllowLocal },
): Promise<OutgoingRequest[] | Sent> {
  const shaped = isList(what) ? what : shape(what, target)
  return requestsOf(shaped, target, deps, JSON.stringify(shaped))
}

async function requestsOf(
  what: EventFacts | readonly EventFacts[],
  target: Target,
  deps: { ctx: Context; allowLocal: AllowLocal },
  body: string,
): Promise<OutgoingRequest[] | Sent> {
  try {
    const requests = await KINDS[target.integration.kind].requests(what, target, deps.ctx.now(), body)
    if (requests.length === 0) throw new InvalidSettings('There is no address to send to.')
    for (const { url } of requests) {
      const problem = refuseAddress(url, deps.allowLocal)
      if (problem) throw new InvalidSettings(`The address ${problem}.`)
    }
    return requests
  } catch (error) {
    const message = error instanceof InvalidSettings ? error.message : 'The request could not be built.'
    return { outcome: { kind: 'dead', code: 'INVALID_SETTINGS' }, tookMs: 0, message }
  }
}

/** What came of an event that was sent in several ways. */
export function best(all: readonly Sent[]): Sent {
  return all.reduce((best, sent) => (rank(sent) < rank(best) ? sent : best))
}

const RANK: Record<Outcome['kind'], number> = { delivered: 0, retry: 1, filtered: 2, dead: 3, unsent: 4 }

/**
 * Lower is better. Among retries the one that asks for the longest silence speaks for all, and what could be taken in halves is
 * better than what is refused.
 */
function rank({ outcome, isTooLarge }: Sent): number {
  const silence = outcome.kind === 'retry' ? (outcome.notBefore ?? 0) : 0
  return RANK[outcome.kind] - (isTooLarge ? 0.5 : 0) - silence / Number.MAX_SAFE_INTEGER
}

/** A sample is kept of what failed; `always`, of what arrived too. */
export async function sendRequest(
  request: OutgoingRequest,
  timeoutMs: number,
  ctx: Context,
  always = false,
): Promise<Sent> {
  const began = ctx.now()
  try {
    const response = await ctx.fetch(request, timeoutMs)
    if (hasArrived(response.status) && !always) return arrived(response, began, ctx)
    return await explained(response, { request, began }, ctx)
  } catch (error) {
    return unanswered(error, { request, began }, ctx)
  }
}

/**
 * The same of several events in one request: what came of each, in their order. An answer may say it of each for itself
 * (`multi-status.ts`); any other is said of all.
 */
export async function sendList(
  request: OutgoingRequest,
  events: number,
  { timeoutMs, always = false }: { timeoutMs: number; always?: boolean },
  ctx: Context,
): Promise<Sent[]> {
  const began = ctx.now()
  const all = (sent: Sent) => Array.from({ length: events }, () => sent)
  try {
    const response = await ctx.fetch(request, timeoutMs)
    if (!mayList(response)) {
      if (hasArrived(response.status) && !always) return all(arrived(response, began, ctx))
      const sent = await explained(response, { request, began }, ctx)
      return all(response.status === 413 && events > 1 ? { ...sent, isTooLarge: true } : sent)
    }
    const { status } = response
    const body = await readList(response)
    const sample = {
      ...sampleOf(request, began),
      response: { status, headers: shownHeaders(response.headers), body: body.slice(0, SAMPLE_CHARS) },
    }
    const shown = always ? { sample } : {}
    const told = statusesIn(body, status, events)
    const tookMs = ctx.now() - began
    if (!Array.isArray(told))
      return all({ outcome: { kind: 'delivered' }, status, tookMs, ...(told !== null && { message: told }), ...shown })
    return told.map((one) => {
      const outcome = classify(one.status, response.headers, ctx.now())
      const facts = { outcome, status: one.status, tookMs, isOwn: true as const }
      if (outcome.kind === 'delivered') return { ...facts, ...shown }
      const message = one.text === undefined ? undefined : explanationOf(one.text, 'application/json')
      return { ...facts, ...(message !== undefined && { message: hideAddress(message, request.url) }), sample }
    })
  } catch (error) {
    return all(unanswered(error, { request, began }, ctx))
  }
}

interface Asked {
  request: OutgoingRequest
  /** Milliseconds. */
  began: number
}

function arrived({ status, body }: Response, began: number, ctx: Context): Sent {
  // Not waited for: whatever becomes of the rest of the answer, the event has arrived.
  body?.cancel().catch(nothing)
  return { outcome: DELIVERED, status, tookMs: ctx.now() - began }
}

function nothing(): void {}

async function explained(response: Response, { request, began }: Asked, ctx: Context): Promise<Sent> {
  const outcome = classify(response.status, response.headers, ctx.now())
  const body = await readSome(response)
  // What arrived needs no explanation.
  const told = outcome.kind === 'delivered' ? undefined : explanationOf(body, response.headers.get('content-type'))
  // It goes where figures go, without the sample whose address is masked there.
  const message = told === undefined ? undefined : hideAddress(told, request.url)
  return {
    outcome,
    status: response.status,
    tookMs: ctx.now() - began,
    ...(message !== undefined && { message }),
    sample: {
      ...sampleOf(request, began),
      response: { status: response.status, headers: shownHeaders(response.headers), body },
    },
  }
}

function unanswered(error: unknown, { request, began }: Asked, ctx: Context): Sent {
  return {
    outcome: classifyError(error),
    tookMs: ctx.now() - began,
    sample: { ...sampleOf(request, began), error: String(error) },
  }
}

function isList(what: SpecEvent | readonly SpecEvent[]): what is readonly SpecEvent[] {
  return Array.isArray(what)
}

/** By the charset that the answer names, if it is one. */
function decoderOf(contentType: string | null): TextDecoder {
  const [, charset = 'utf-8'] = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '') ?? []
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}

/** The first few kilobytes; the rest is not waited for, nor is a body that stops halfway. */
async function readSome(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = decoderOf(response.headers.get('content-type'))
  let text = ''
  try {
    while (text.length < SAMPLE_CHARS) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value as Uint8Array, { stream: true })
    }
  } catch {
    // The status has said what matters.
  }
  reader.cancel().catch(() => undefined)
  return text.slice(0, SAMPLE_CHARS)
}

function sampleOf({ method, url, headers, body }: OutgoingRequest, at: number): Sample {
  return { at: isoTime(at), request: { method, url, headers: hideSecrets(headers), body: body.slice(0, SAMPLE_CHARS) } }
}

/** Only such as no customer can set. */
const PLAIN_HEADERS = new Set(['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp'])

/** Keys, signatures and whatever a customer put into headers of their own stay out of samples. */
function hideSecrets(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, PLAIN_HEADERS.has(name.toLowerCase()) ? value : '(hidden)']),
  )
}

function shownHeaders(headers: Headers): Record<string, string> {
  const entries = [...headers].filter(([name]) => name !== 'set-cookie')
  return Object.fromEntries(entries.slice(0, 20).map(([name, value]) => [name, value.slice(0, 200)]))
}
