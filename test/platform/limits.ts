import { Buffer } from 'node:buffer'

/** What the platform takes, where simulated bindings stand for it. Cloudflare's KB and MB are of 1,000 bytes. */
export interface Limits {
  /** A value, and a row, of SQLite in a Durable Object and in D1. */
  rowBytes: number
  /** All that one Durable Object stores. */
  storageBytes: number
  d1Parameters: number
  d1StatementBytes: number
  likeBytes: number
  r2KeyBytes: number
  /** All custom metadata of an object, names and values. */
  r2MetadataBytes: number
  messageBytes: number
  sendBatchBytes: number
  sendBatchMessages: number
  /** Requests and calls of bindings that one invocation may make, and calls of bindings among them. */
  subrequests: number
  calls: number
  /** Requests, and calls of R2 and queues, that one invocation may have waiting for an answer; D1 has as many of its own. */
  connections: number
  /** What an isolate holds. */
  memoryBytes: number
  /** CPU time of one invocation of a Worker, and of one call or alarm of a Durable Object. */
  cpuMs: number
  objectCpuMs: number
}

export const PLATFORM: Limits = {
  rowBytes: 2_000_000,
  storageBytes: 10_000_000_000,
  d1Parameters: 100,
  d1StatementBytes: 100_000,
  likeBytes: 50,
  r2KeyBytes: 1_024,
  r2MetadataBytes: 8_192,
  messageBytes: 128_000,
  sendBatchBytes: 256_000,
  sendBatchMessages: 100,
  subrequests: 10_000,
  calls: 10_000,
  connections: 6,
  memoryBytes: 128_000_000,
  cpuMs: 30_000,
  objectCpuMs: 30_000,
}

/**
 * What work costs, in milliseconds of CPU: counted instead of measured, so that it is the same everywhere. In workerd an
 * event of 900 bytes takes 12 ns a byte at ingest and 44 at route (`CPU_MS` of the bench); here every byte that comes in,
 * goes out or is stored counts 50. A row is a statement's share with its columns, a call its way through the
 * runtime.
 */
export const WORK_MS = { byte: 0.000_05, row: 0.01, call: 0.1 } as const

/** Bytes of memory for each byte of text: what is only kept, and what is made into objects beside its bytes and its text. */
export const MEMORY = { kept: 2, parsed: 8 } as const

/** Throws as SQLite does when a value, or all values of a row, are too large. */
export function checkRow(bindings: readonly unknown[], { rowBytes }: Pick<Limits, 'rowBytes'>): void {
  const bytes = bytesOfAll(bindings)
  if (bytes > rowBytes) throw new Error(`string or blob too big: SQLITE_TOOBIG (${bytes} bytes)`)
}

/** Throws as D1 does for a statement that it does not take. */
export function checkStatement(query: string, bindings: readonly unknown[], limits: Limits): void {
  if (bindings.length > limits.d1Parameters) throw new Error(`too many SQL variables: ${bindings.length}`)
  if (Buffer.byteLength(query) > limits.d1StatementBytes) throw new Error('statement too long: SQLITE_TOOBIG')
  if (
    /\blike\b/i.test(query) &&
    bindings.some((value) => typeof value === 'string' && /%/.test(value) && bytesOf(value) > limits.likeBytes)
  )
    throw new Error('LIKE or GLOB pattern too complex: SQLITE_ERROR')
  checkRow(bindings, limits)
}

/** Throws as R2 does for a key. */
export function checkKey(key: string, { r2KeyBytes }: Pick<Limits, 'r2KeyBytes'>): void {
  if (Buffer.byteLength(key) > r2KeyBytes) throw new Error('The specified object name is not valid. (10020)')
}

/** Throws as R2 does for an object's custom metadata. */
export function checkMetadata(
  metadata: Readonly<Record<string, string>> = {},
  { r2MetadataBytes }: Pick<Limits, 'r2MetadataBytes'>,
): void {
  const bytes = Buffer.byteLength(Object.entries(metadata).flat().join(''))
  if (bytes > r2MetadataBytes) {
    throw new Error(`put: Your metadata headers exceed the maximum allowed metadata size. (10012), ${bytes} bytes`)
  }
}

/** Throws as a queue does for what is sent at once. */
export function checkMessages(bodies: readonly unknown[], limits: Limits): void {
  const sizes = bodies.map(bodyBytes)
  const large = sizes.find((size) => size > limits.messageBytes)
  if (large !== undefined) throw new Error(`message length of ${large} bytes exceeds limit of ${limits.messageBytes}`)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  if (all > limits.sendBatchBytes || sizes.length > limits.sendBatchMessages)
    throw new Error(`batch of ${sizes.length} messages and ${all} bytes exceeds the limit`)
}

/** Of a message, as a queue counts it. */
export function bodyBytes(body: unknown): number {
  return Buffer.byteLength(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Of the values of a row, as they are stored. */
export function bytesOfAll(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => sum + bytesOf(value), 0)
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value.byteLength : 8
}
