import { env } from 'cloudflare:workers'
import type { Context } from '../../src/context.ts'
import { context } from '../../src/context.ts'
import type { Env } from '../../src/env.ts'
import { type Platform, platform } from '../../src/wiring.ts'

export const ADMIN = { Authorization: `Bearer ${env.ADMIN_TOKEN}` }

/** A platform of its own, on the real bindings unless a test brings others: as a fresh isolate would have it. */
export function freshPlatform(overrides: { env?: Partial<Env>; ctx?: Partial<Context> } = {}): Platform {
  return platform({ ...env, ...overrides.env }, { ...context, ...overrides.ctx })
}

/** A JSON request of the Public API as the administrator. */
export async function call<T = unknown>(
  { http }: Platform,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = ADMIN,
): Promise<{ status: number; json: T }> {
  const init = { method, headers: { ...headers, 'Content-Type': 'application/json' } }
  const request = new Request(
    `https://sluice.test${path}`,
    body === undefined ? init : { ...init, body: JSON.stringify(body) },
  )
  const response = await http.fetch(request, env, execution())
  return { status: response.status, json: (await response.json()) as T }
}

/** Sends to the tracking API as it stands. */
export function send({ http }: Platform, path: string, init: RequestInit = {}): Promise<Response> {
  return Promise.resolve(
    http.fetch(new Request(`https://sluice.test${path}`, { method: 'POST', ...init }), env, execution()),
  )
}

export function execution(): ExecutionContext {
  return {
    waitUntil: () => undefined,
    passThroughOnException: () => undefined,
    props: {},
  } as unknown as ExecutionContext
}

let sources = 0

/** A source with its write key, through the API. */
export async function newSource(
  at: Platform,
  writeKey = `key${crypto.randomUUID().slice(0, 8)}`,
): Promise<{ id: string; writeKey: string }> {
  const slug = `source-${sources++}-${writeKey.toLowerCase()}`
  const { status, json } = await call<{ data: { source: { id: string } } }>(at, 'POST', '/api/sources', {
    slug,
    writeKey,
  })
  if (status !== 201) throw new Error(JSON.stringify(json))
  return { id: json.data.source.id, writeKey }
}

/** The bodies that were sent to a queue, in order, by a stand-in that keeps them. */
export function recordingQueue(): { queue: Queue<string>; sent: string[] } {
  const sent: string[] = []
  const queue = {
    send: (body: string) => {
      sent.push(body)
      return Promise.resolve({})
    },
  }
  return { queue: queue as unknown as Queue<string>, sent }
}
