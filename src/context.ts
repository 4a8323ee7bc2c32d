/**
 * What the world outside gives to every room: clock, randomness, timers, outgoing HTTP and the log.
 * No room takes these from the globals, so that a test can run the whole pipeline on its own clock.
 */
export interface Context {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  /** `length` bytes fit for keys and ids. */
  randomBytes(length: number): Uint8Array
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>
  fetch: Fetch
  /**
   * Lets work of a request go on when its client has left, for half a minute at most; what is left then dies. Absent where
   * nothing can be promised.
   */
  waitUntil?(work: Promise<unknown>): void
  /**
   * Which life of the whole platform this is, where everything that runs ends at once, as a local run does: whoever worked in
   * another one is dead. Absent where that cannot be known: a worker of a deployment may outlive its object, and the next version.
   */
  generation?: string
  /** One structured line a decision, never one an event. */
  log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void
}

interface Fetching {
  /**
   * One outgoing request. Rejects with a `TimeoutError` when headers and body together take more than `timeoutMs`,
   * with the network's own error otherwise. Redirects are never followed: a 3xx comes back as it is.
   */
  fetch(request: AnyRequest, timeoutMs: number): Promise<Response>
}

/** Outgoing HTTP. Whoever puts another in its place has none of its ways to share. */
export type Fetch = Fetching['fetch'] & {
  /**
   * The same for one invocation that makes many requests: those that begin at about the same time share a timer, so a request
   * may take up to a twentieth longer. Absent: there is none.
   */
  sharing?(): Fetch
}

export interface OutgoingRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: string
}

/** A request that may have no body, as a GET has to, or bytes. */
export interface AnyRequest extends Omit<OutgoingRequest, 'body'> {
  body?: string | Uint8Array<ArrayBuffer>
}

export const context: Context = {
  now: () => Date.now(),
  random: () => Math.random(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  fetch: Object.assign(fetchAlone, { sharing: fetchSharing }),
  log: (level, message, fields) => console[level](JSON.stringify({ level, message, ...fields })),
}

/** By what share of its time a request may take longer, where it shares a timer. */
const LONGER = 0.05

function fetchAlone(request: AnyRequest, timeoutMs: number): Promise<Response> {
  return send(request, AbortSignal.timeout(timeoutMs))
}

function fetchSharing(): Fetch {
  const shared = new Map<number, { until: number; signal: AbortSignal }>()
  return (request, timeoutMs) => {
    const now = Date.now()
    let one = shared.get(timeoutMs)
    if (!one || now > one.until) {
      const longerMs = Math.floor(timeoutMs * LONGER)
      one = { until: now + longerMs, signal: AbortSignal.timeout(timeoutMs + longerMs) }
      shared.set(timeoutMs, one)
    }
    return send(request, one.signal)
  }
}

function send({ url, method, headers, body }: AnyRequest, signal: AbortSignal): Promise<Response> {
  return fetch(url, { method, headers, body: body ?? null, redirect: 'manual', signal })
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/** A random id of `length` characters of [0-9a-z] (5.17 bits each, a bias of 1/64 at most), after `prefix`. */
export function randomId(ctx: Context, prefix: string, length = 20): string {
  let id = prefix
  for (const byte of ctx.randomBytes(length)) id += ALPHABET[byte % 36]
  return id
}
