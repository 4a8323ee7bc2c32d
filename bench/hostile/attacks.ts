import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'

export interface Attack {
  name: string
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: Buffer
}

const GZIP = { 'Content-Encoding': 'gzip' }
const JSON_TYPE = { 'Content-Type': 'application/json' }

/** What a stranger who has a write key may send: `n` makes each request another one, `events` its size. */
export function attackOf(n: number, writeKey: string, events: number): Attack {
  const make = KINDS[n % KINDS.length] ?? emptyBatch
  return make(n, writeKey, events)
}

/** A batch of two kilobytes that becomes the two megabytes which a request may. */
export function fullBatch(key: string): Attack {
  return post('full batches', '/v1/batch', key, FULL, GZIP)
}

const FULL = gzip({
  context: { text: 'x'.repeat(31_000) },
  batch: many(50, 0).map((event) => ({ ...event, properties: { text: 'y'.repeat(9_500) } })),
})

const KINDS = [
  // A few hundred bytes that become megabytes.
  (n: number, key: string, events: number) => {
    const context = { text: 'x'.repeat(3_000) }
    return post(`repeated context`, '/v1/batch', key, gzip({ context, batch: many(events, n) }), GZIP)
  },
  // Three bytes a character.
  (n: number, key: string, events: number) => {
    const context = { text: '漢'.repeat(3_000) }
    return post('repeated CJK context', '/v1/batch', key, gzip({ context, batch: many(events, n) }), GZIP)
  },
  (n: number, key: string, events: number) => {
    const batch = many(events, n).map((event, at) => ({ ...event, messageId: `${'0'.repeat(70)}${n * 4_096 + at}` }))
    return post('chosen ids', '/v1/batch', key, json({ batch }))
  },
  (_: number, key: string, events: number) => {
    const batch = Array.from({ length: events }, () => ({ type: 'nothing' }))
    return post('rejected events', '/v1/batch', key, json({ context: { text: 'x'.repeat(3_000) }, batch }))
  },
  // No event at all: ten kilobytes of the shortest values there are.
  (_: number, key: string) => {
    const batch = Array.from({ length: 5_000 }, () => 0)
    return post('rejected numbers', '/v1/batch', key, json({ context: { text: 'x'.repeat(3_000) }, batch }))
  },
  (n: number, key: string) => {
    const properties = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`k${n}_${at}`, at]))
    return post('thousands of keys', '/v1/track', key, json({ event: 'Keys', userId: 'u', properties }))
  },
  (_: number, key: string) => post('bad JSON', '/v1/batch', key, Buffer.from('{"batch":'.repeat(10_000))),
  (_: number, key: string) => post('deep JSON', '/v1/track', key, Buffer.from(`{"event":${'['.repeat(50_000)}`)),
  (n: number, key: string): Attack => {
    const data = Buffer.from(JSON.stringify({ writeKey: key, event: 'Pixel', userId: `u${n}` })).toString('base64url')
    return { name: 'pixels', method: 'GET', path: `/v1/pixel/track?data=${data}`, headers: {} }
  },
  emptyBatch,
  (_: number, key: string) => fullBatch(key),
  (n: number, key: string, events: number) => {
    const integrations = Object.fromEntries(Array.from({ length: 800 }, (_, at) => [`Integration ${n} ${at}`, false]))
    return post('long integrations', '/v1/batch', key, json({ integrations, batch: many(events, n) }))
  },
  (n: number) => post('unknown keys', '/v1/track', `nobody-${n}`, json({ event: 'Nobody', userId: 'u' })),
]

function emptyBatch(_: number, key: string): Attack {
  return post('empty batches', '/v1/batch', key, json({ batch: [] }))
}

function many(events: number, n: number): Record<string, unknown>[] {
  return Array.from({ length: events }, () => ({ type: 'track', event: 'Hostile', userId: `u${n}` }))
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function gzip(value: unknown): Buffer {
  return gzipSync(json(value), { level: 9 })
}

function post(name: string, path: string, key: string, body: Buffer, more: Record<string, string> = {}): Attack {
  const headers = { Authorization: `Basic ${btoa(`${key}:`)}`, ...JSON_TYPE, ...more }
  return { name, method: 'POST', path, headers, body }
}
