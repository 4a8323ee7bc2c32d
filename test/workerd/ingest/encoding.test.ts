import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
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
  ['deflate', () => new Uint8Array(deflateSync(plain)), { 'content-encoding': 'deflate' }],
  ['deflate, not labelled', () => new Uint8Array(deflateSync(plain)), {}],
  ['deflate, labelled gzip', () => new Uint8Array(deflateSync(plain)), gzip],
  [
    'deflate, of another level',
    () => new Uint8Array(deflateSync(plain, { level: 1 })),
    { 'content-encoding': 'Deflate' },
  ],
  ['deflate without a frame', () => new Uint8Array(deflateRawSync(plain)), { 'content-encoding': 'deflate' }],
  ['br', () => new Uint8Array(brotliCompressSync(plain)), { 'content-encoding': 'br' }],
  ['gzip, labelled br', () => packed, { 'content-encoding': 'br' }],
  ['plain, labelled br', () => plain, { 'content-encoding': 'br' }],
  ['plain, labelled deflate', () => plain, { 'content-encoding': 'deflate' }],
  ['plain, labelled zstd', () => plain, { 'content-encoding': 'zstd' }],
  ['plain, labelled identity', () => plain, { 'content-encoding': 'identity' }],
  ['UTF-8 that is called something else', () => plain, { 'content-type': 'application/json; charset=iso-8859-1' }],
  ['UTF-8 of a charset that nobody knows', () => plain, { 'content-type': 'application/json; charset="x-none"' }],
]

function utf16(text: string, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2))
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), little)
  return new Uint8Array(view.buffer)
}

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
})

describe('a body that cannot be read', () => {
  const UTF16 = 'The body is UTF-16; JSON is sent as UTF-8.'
  const br = (body: Uint8Array) => new Uint8Array(brotliCompressSync(body))
  const deflate = (body: Uint8Array) => new Uint8Array(deflateSync(body))
  it.each<[string, () => Uint8Array, string, string]>([
    [
      'gzip twice',
      () => new Uint8Array(gzipSync(packed)),
      'gzip',
      'The body is compressed twice with gzip: compress it once.',
    ],
    [
      'gzip twice, said so',
      () => new Uint8Array(gzipSync(packed)),
      'gzip, gzip',
      'The body is compressed twice with gzip: compress it once.',
    ],
    [
      'deflate twice',
      () => deflate(deflate(plain)),
      'deflate',
      'The body is compressed twice with deflate: compress it once.',
    ],
    ['gzip inside of br', () => br(packed), 'br', 'The body is gzip inside of br: compress it once.'],
    [
      'zstd',
      () => new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 4, 0]),
      'zstd',
      'The content encoding zstd is not understood; gzip, deflate and br are understood.',
    ],
    [
      'zstd, not labelled',
      () => new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 4, 0]),
      '',
      'The content encoding zstd is not understood; gzip, deflate and br are understood.',
    ],
    [
      'something unknown',
      () => new Uint8Array([1, 2, 3]),
      'snappy',
      'The content encoding snappy is not understood; gzip, deflate and br are understood.',
    ],
    ['UTF-16 with a mark', () => utf16(`\uFEFF${JSON_BODY}`, true), '', UTF16],
    ['UTF-16, the other way round, with a mark', () => utf16(`\uFEFF${JSON_BODY}`, false), '', UTF16],
    ['UTF-16', () => utf16(JSON_BODY, true), '', UTF16],
    ['UTF-16, the other way round', () => utf16(JSON_BODY, false), '', UTF16],
    ['UTF-16 in gzip', () => new Uint8Array(gzipSync(utf16(JSON_BODY, true))), 'gzip', UTF16],
    ['br that is damaged', () => br(plain).slice(0, 20), 'br', 'The body is labelled br but cannot be decompressed.'],
    [
      'deflate that is damaged',
      () => deflate(plain).slice(0, 20),
      'deflate',
      'The body is labelled deflate but cannot be decompressed.',
    ],
  ])('%s: says what is wrong', async (_, body, encoding, message) => {
    const headers = encoding === '' ? {} : { 'content-encoding': encoding }
    expect(await refusal(await desk.post('/v1/batch', body(), headers))).toEqual({
      status: 400,
      code: 'bad_request',
      message,
    })
    expect(await desk.taken()).toEqual([])
  })

  it.each<[string, (body: Uint8Array) => Uint8Array]>([
    ['gzip', (body) => new Uint8Array(gzipSync(body))],
    ['deflate', deflate],
    ['deflate', (body) => new Uint8Array(deflateRawSync(body))],
    ['br', br],
  ])('%s is not inflated beyond the limit', async (encoding, pack) => {
    const bomb = pack(new Uint8Array(50_000_000).fill(32))
    expect(bomb.length).toBeLessThan(500 * 1024)
    const began = performance.now()
    const reply = await refusal(await desk.post('/v1/batch', bomb, { 'content-encoding': encoding }))
    expect([reply.status, reply.message.includes('larger than 500 KB')]).toEqual([400, true])
    expect(performance.now() - began).toBeLessThan(500)
  })
})

describe('a charset that is named', () => {
  it.each([
    ['iso-8859-1', [0x63, 0x61, 0x66, 0xe9], 'café'],
    ['"windows-1252"', [0x35, 0x80], '5€'],
    ['Shift_JIS', [0x93, 0xfa], '日'],
  ])('%s is read, when the bytes are no UTF-8', async (charset, name, text) => {
    const [before = '', after = ''] = JSON.stringify({
      writeKey: 'key-of-encoding',
      batch: [track({ event: '|' })],
    }).split('|')
    const body = new Uint8Array([...bytes(before), ...name, ...bytes(after)])
    await desk.post('/v1/batch', body, { 'content-type': `application/json; charset=${charset}` })
    expect(await desk.taken()).toMatchObject([{ events: [{ event: text }] }])
  })
})
