import type { Context, OutgoingRequest } from '../context.ts'
import { type AllowLocal, InvalidSettings, refuseAddress, KINDS, type Target } from '../integrations/index.ts'
import type { Outcome, Sample } from '../lane/index.ts'
import { hideAddress } from '../settings/index.ts'
import { isoTime, type SpecEvent } from '../event/index.ts'
import { classify, classifyError } from './classify.ts'
import { explanationOf } from './explanation.ts'
import { shape } from './shape.ts'

/** What came of one event. */
export interface Sent {
  outcome: Outcome
  tookMs: number
  status?: number
  message?: string
  sample?: Sample
}

/** A sample is cut to this. */
const SAMPLE_CHARS = 4_096

/** Sends one event by all of its requests; it has arrived as soon as one of them says so. Never throws. */
export async function sendEvent(
  event: SpecEvent,
  target: Target,
  deps: { ctx: Context; allowLocal: AllowLocal },
): Promise<Sent> {
  const requests = await buildRequests(event, target, deps)
  if (!Array.isArray(requests)) return requests
  return best(
    await Promise.all(requests.map((request) => sendRequest(request, target.integration.timeoutMs, deps.ctx))),
  )
}

/** The requests of one event in the shape that the destination wants, each to an address that may be sent to; or what comes of there being none. */
export async function buildRequests(
  event: SpecEvent,
  target: Target,
  deps: { ctx: Context; allowLocal: AllowLocal },
): Promise<OutgoingRequest[] | Sent> {
  try {
    const requests = await KINDS[target.integration.kind].requests(shape(event, target), target, deps.ctx.now())
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
  return all.reduce((best, sent) => (rank(sent.outcome) < rank(best.outcome) ? sent : best))
}

const RANK: Record<Outcome['kind'], number> = { delivered: 0, retry: 1, filtered: 2, dead: 3, unsent: 4 }

/** Lower is better. Among retries the one that asks for the longest silence speaks for all. */
function rank(outcome: Outcome): number {
  const silence = outcome.kind === 'retry' ? (outcome.notBefore ?? 0) : 0
  return RANK[outcome.kind] - silence / Number.MAX_SAFE_INTEGER
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
    const outcome = classify(response.status, response.headers, ctx.now())
    if (outcome.kind === 'delivered' && !always) {
      // Not waited for: whatever becomes of the rest of the answer, the event has arrived.
      response.body?.cancel().catch(() => undefined)
      return { outcome, status: response.status, tookMs: ctx.now() - began }
    }
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
  } catch (error) {
    return {
      outcome: classifyError(error),
      tookMs: ctx.now() - began,
      sample: { ...sampleOf(request, began), error: String(error) },
    }
  }
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
