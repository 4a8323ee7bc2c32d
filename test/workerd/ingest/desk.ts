import { env } from 'cloudflare:workers'
import type { Context } from '../../../src/context.ts'
import type { Env } from '../../../src/env.ts'
import type { RejectCounts, SpecEvent } from '../../../src/event/index.ts'
import type { Platform } from '../../../src/wiring.ts'
import { freshPlatform, newSource, recordingQueue, send } from '../world.ts'

export const NOW = Date.parse('2030-01-01T00:00:02.100Z')

/** One accepted request, as it was handed over. */
export interface Taken {
  accept: string
  source: string | null
  writeKey?: string
  at: number
  rejected: RejectCounts
  events: SpecEvent[]
  /** It came by way of R2. */
  inbox: boolean
}

/** A platform with one source, whose queue only records and whose clock stands still unless a test moves it. */
export interface Desk {
  at: Platform
  source: string
  writeKey: string
  clock: { now: number }
  /** The messages so far, as they are. */
  sent: string[]
  /** What was handed over since the last question. */
  taken(): Promise<Taken[]>
  /** A body that is neither text nor bytes nor a stream is sent as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
}

/** Without a source of its own when `writeKey` is null. */
export async function openDesk(
  overrides: { env?: Partial<Env>; ctx?: Partial<Context> } = {},
  writeKey?: string | null,
): Promise<Desk> {
  const { queue, sent } = recordingQueue()
  const clock = { now: NOW }
  const ctx = { now: () => clock.now, sleep: () => new Promise<void>(() => undefined), log: () => undefined }
  const at = freshPlatform({ env: { EVENTS: queue, ...overrides.env }, ctx: { ...ctx, ...overrides.ctx } })
  const source = writeKey === null ? { id: '', writeKey: '' } : await newSource(at, writeKey)
  let seen = 0
  return {
    at,
    source: source.id,
    writeKey: source.writeKey,
    clock,
    sent,
    taken: async () => {
      const fresh = sent.slice(seen)
      seen = sent.length
      return Promise.all(fresh.map(decode))
    },
    post: (path, body, headers = {}) => {
      const init = { headers, body: isRaw(body) ? body : JSON.stringify(body) }
      return send(at, path, init)
    },
  }
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
}

/** Reads a message by itself, with nothing of the platform's own reader. */
async function decode(text: string): Promise<Taken> {
  const head = JSON.parse(text.split('\n')[0] ?? '') as Taken & { inbox?: boolean }
  if (!head.inbox) return { ...head, inbox: false, events: eventsOf(text) }
  const object = await env.ARCHIVE.get(`inbox/${head.accept}`)
  if (!object) throw new Error(`nothing in the inbox under ${head.accept}`)
  const whole = await object.text()
  const inner = JSON.parse(whole.split('\n')[0] ?? '') as Taken
  return { ...inner, inbox: true, events: eventsOf(whole) }
}

function eventsOf(text: string): SpecEvent[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as SpecEvent)
}

/** How many events came through and which were counted, of all that was handed over since the last question. */
export async function outcome(desk: Desk): Promise<{ events: number; rejected: RejectCounts }> {
  const rejected: Record<string, number> = {}
  let events = 0
  for (const one of await desk.taken()) {
    events += one.events.length
    for (const [code, n] of Object.entries(one.rejected)) rejected[code] = (rejected[code] ?? 0) + n
  }
  return { events, rejected }
}

/** What every accepted request is answered. */
export const ACCEPTED = { status: 200, type: 'application/json', text: '{"success":true}' }

export async function replyOf(response: Response): Promise<typeof ACCEPTED> {
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  }
}

/** The status and the code of a refusal. Throws unless it is an object that every SDK can read. */
export async function refusal(response: Response): Promise<{ status: number; code: string; message: string }> {
  const json: unknown = await response.json()
  const { error, code, message } = json as Record<string, unknown>
  const readable = [error, code, message].every((text) => typeof text === 'string' && text !== '')
  if (!readable || response.headers.get('content-type') !== 'application/json') throw new Error(JSON.stringify(json))
  return { status: response.status, code: String(code), message: String(message) }
}

export const track = (fields: Record<string, unknown> = {}) => ({
  type: 'track',
  event: 'Paid',
  userId: 'u1',
  ...fields,
})

export const basic = (user: string) => ({ Authorization: `Basic ${btoa(user)}` })

/** Bytes as a stream, so that a request has no content-length. */
export function chunked(bytes: Uint8Array, size = 1000): ReadableStream {
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
}
