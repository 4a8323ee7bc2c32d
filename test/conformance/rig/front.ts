import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { JsonObject } from '../../../src/event/index.ts'
import type { Certificate } from './certificate.ts'
import { replyOf } from './replies.ts'

/** One request as it came over the wire, and what became of it. */
export interface Recorded {
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer
  /** Milliseconds since 1970: when it had come in whole, and when its answer was there. */
  at: number
  answeredAt: number
  status: number
  /** The platform took it, whatever the SDK was told. */
  taken: boolean
  /** The SDK hung up before its answer was there, as one does that waits ten seconds for a machine that has too much to do. */
  abandoned: boolean
}

/** The JSON that a request brought. */
export function bodyOf({ body }: Recorded): JsonObject {
  return JSON.parse((body[0] === 0x1f ? gunzipSync(body) : body).toString()) as JsonObject
}

/** What the front answers to requests that bring events. */
export interface Refusal {
  status: 400 | 429 | 500
  /** How many of them, before it lets them through. */
  times: number
  /** The last one is refused after the platform took it, as when its reply is lost on the way. */
  lastIsTaken?: boolean
}

export interface FrontOptions {
  refusal?: Refusal | undefined
  /** How long the answers to preflights are held back. */
  preflightMs?: number | undefined
}

export interface Front {
  /** `https://127.0.0.1:port`, and that without the scheme. */
  url: string
  host: string
  /** The requests that brought events, in order. */
  posts: Recorded[]
  /** All other requests. */
  others: Recorded[]
  close(): Promise<void>
}

/**
 * The platform's host as an SDK sees it: TLS, every request recorded and handed on as it came. With a refusal it answers
 * what the platform would answer, and hands on only what comes afterwards.
 */
export async function openFront(
  platform: string,
  certificate: Certificate,
  { refusal, preflightMs = 0 }: FrontOptions = {},
): Promise<Front> {
  const posts: Recorded[] = []
  const others: Recorded[] = []
  const pending = new Set<Promise<unknown>>()
  let refusals = refusal?.times ?? 0

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const recorded: Recorded = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body,
      at: Date.now(),
      answeredAt: 0,
      status: 0,
      taken: false,
      abandoned: false,
    }
    response.once('close', () => (recorded.abandoned = !response.writableEnded))
    const bringsEvents = recorded.method === 'POST' && !recorded.path.endsWith('/v1/m')
    ;(bringsEvents ? posts : others).push(recorded)
    if (recorded.method === 'OPTIONS') await sleep(preflightMs)
    const refused = bringsEvents && refusal !== undefined && refusals-- > 0 ? refusal.status : undefined
    const isLastRefusal = refused !== undefined && refusals === 0
    if (isLastRefusal && refusal?.lastIsTaken) recorded.taken = (await forward(platform, recorded)).status === 200
    const reply =
      refused === undefined
        ? await forward(platform, recorded)
        : refused === 400
          ? await forwardWithoutSource(platform, recorded)
          : await answer(refused, recorded)
    recorded.status = reply.status
    recorded.taken ||= reply.status === 200
    recorded.answeredAt = Date.now()
    response.writeHead(reply.status, reply.headers).end(reply.body)
  }

  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    // A page that is left hangs up on its requests.
    const handled = handle(request, response).catch(() => response.destroy())
    pending.add(handled)
    void handled.then(() => pending.delete(handled))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    await Promise.all(pending)
  }
  return { url: `https://${host}`, host, posts, others, close }
}

interface Reply {
  status: number
  headers: string[] | Record<string, string>
  body: Buffer
}

/** As it came, chunked or with its length. */
async function forward(platform: string, { method, path, headers, body }: Recorded): Promise<Reply> {
  const length = headers['content-length'] === undefined ? {} : { 'content-length': body.length }
  const request = httpRequest(platform + path, { method, headers: { ...headers, ...length } })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, headers: response.rawHeaders, body: await buffer(response) }
}

/** How often the platform is asked when it could not look the key up in time and took the events, to decide later. */
const LOOKUPS = 5

/** What the platform answers to the request when no source has its write key. */
async function forwardWithoutSource(platform: string, recorded: Recorded): Promise<Reply> {
  for (let tries = 1; ; tries++) {
    const reply = await forward(platform, withoutSource(recorded))
    if (reply.status !== 200 || tries === LOOKUPS) return reply
  }
}

/** The same request with a write key that no source has, as after its source was deleted. */
function withoutSource(recorded: Recorded): Recorded {
  const writeKey = 'key_of_no_source'
  const body = { ...bodyOf(recorded), writeKey }
  const headers = { ...recorded.headers }
  if (headers.authorization) headers.authorization = `Basic ${btoa(`${writeKey}:`)}`
  return { ...recorded, headers, body: Buffer.from(JSON.stringify(body)) }
}

async function answer(status: 429 | 500, { method, path, headers, body }: Recorded): Promise<Reply> {
  const { 'content-length': _, connection: __, ...kept } = headers
  const request = new Request(`https://${headers.host}${path}`, { method, headers: kept, body: new Uint8Array(body) })
  const reply = await replyOf(status, request)
  return {
    status: reply.status,
    headers: Object.fromEntries(reply.headers),
    body: Buffer.from(await reply.arrayBuffer()),
  }
}
