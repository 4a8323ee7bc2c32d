import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { ACCEPTED, chunked, type Desk, openDesk, refusal, replyOf, track } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'key-of-encoding')
})

const bytes = (text: string) => new TextEncoder().encode(text)
const JSON_BODY = JSON.stringify({ writeKey: 'key-of-encoding', batch: [track({ properties: { sum: '12 €, ✓' } })] })
const plain = bytes(JSON_BODY)
const packed = new Uint8Array(gzipSync(plain))

const TYPES: [label: string, headers: Record<string, string>][] = [
  ['application/json', { 'content-type': 'application/json' }],
  ['application/json with charset', { 'content-type': 'application/json; charset=utf-8' }],
  ['text/plain', { 'content-type': 'text/plain' }],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
  ['a wrong one', { 'content-type': 'image/png' }],
  ['nonsense', { 'content-type': ';;;' }],
  ['none', {}],
]
const gzip = { 'content-encoding': 'gzip' }
const length = (body: Uint8Array) => ({ 'content-length': String(body.length) })
const WIRES: [label: string, body: () => unknown, headers: Record<string, string>][] = [
  ['plain', () => plain, length(plain)],
  ['plain, chunked', () => chunked(plain, 7), {}],
  ['gzip', () => packed, { ...gzip, ...length(packed) }],
  ['gzip, not labelled', () => packed, length(packed)],
  ['gzip, chunked', () => chunked(packed, 11), gzip],
  ['gzip, chunked, not labelled', () => chunked(packed, 1), {}],
  ['plain, labelled gzip', () => plain, { ...gzip, ...length(plain) }],
  ['gzip in two members', () => twoMembers(), gzip],
  ['with a byte order mark', () => bytes(`\uFEFF${JSON_BODY}`), {}],
]

function twoMembers(): Uint8Array {
  const [first, second] = [gzipSync(plain.slice(0, 20)), gzipSync(plain.slice(20))]
  return new Uint8Array([...first, ...second])
}

describe.each(TYPES)('content type: %s', (_, type) => {
  it.each(WIRES)('%s', async (_, body, headers) => {
    expect(await replyOf(await desk.post('/v1/batch', body(), { ...type, ...headers }))).toEqual(ACCEPTED)
    const [taken] = await desk.taken()
    expect(taken?.events).toMatchObject([{ event: 'Paid', properties: { sum: '12 €, ✓' } }])
  })
})

describe('gzip that is damaged', () => {
  it.each<[string, Uint8Array]>([
    ['cut off', packed.slice(0, -12)],
    ['two bytes only', packed.slice(0, 2)],
    ['with junk behind it', new Uint8Array([...packed, 1, 2, 3, 4])],
    ['with a wrong checksum', packed.map((byte, at) => (at === packed.length - 5 ? byte ^ 255 : byte))],
  ])('%s is refused in words', async (_, body) => {
    const reply = await refusal(await desk.post('/v1/batch', body, gzip))
    expect([reply.status, reply.code]).toEqual([400, 'bad_request'])
    expect(reply.message).toMatch(/gzip/)
    expect(await desk.taken()).toEqual([])
  })

  it('twice over is refused', async () => {
    const reply = await refusal(await desk.post('/v1/batch', new Uint8Array(gzipSync(packed)), gzip))
    expect(reply).toMatchObject({ status: 400, code: 'bad_request' })
  })
})
