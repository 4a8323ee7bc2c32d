import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { ACCEPTED, basic, chunked, type Desk, openDesk, outcome, refusal, replyOf, track } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'key-of-bodies')
})

const KEY = basic('key-of-bodies:')
const LIMIT = 500 * 1024

/** A good batch, as a body of exactly so many bytes. */
function bodyOf(bytes: number): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify({ batch: [track(), track()] })
  return new Uint8Array(Buffer.from(text + ' '.repeat(bytes - text.length)))
}
const packed = (body: Uint8Array) => new Uint8Array(gzipSync(body))
const length = (body: Uint8Array) => ({ 'content-length': String(body.length) })

const WIRES: [string, (body: Uint8Array<ArrayBuffer>) => [body: unknown, headers: Record<string, string>]][] = [
  ['with its length', (body) => [body, length(body)]],
  ['chunked', (body) => [chunked(body, 60_000), {}]],
  ['gzip with its length', (body) => [packed(body), length(packed(body))]],
  ['gzip, chunked', (body) => [chunked(packed(body)), { 'content-encoding': 'gzip' }]],
]

async function expectTooLarge(response: Response): Promise<void> {
  const reply = await refusal(response)
  expect(reply).toMatchObject({ status: 400, code: 'bad_request', message: expect.stringMatching(/500 KB/) as string })
  expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 1 } })
}

describe.each(WIRES)('a body %s', (_, wire) => {
  it('of exactly 500 KB is accepted', async () => {
    const [body, headers] = wire(bodyOf(LIMIT))
    expect(await replyOf(await desk.post('/v1/batch', body, { ...KEY, ...headers }))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 2, rejected: {} })
  })

  it('of one byte more is refused and counted', async () => {
    const [body, headers] = wire(bodyOf(LIMIT + 1))
    await expectTooLarge(await desk.post('/v1/batch', body, { ...KEY, ...headers }))
  })
})

describe('a body that is too large', () => {
  it('is not read when its length says so', async () => {
    let read = 0
    const body = new ReadableStream<Uint8Array>({ pull: () => void read++ }, { highWaterMark: 0 })
    await expectTooLarge(await desk.post('/v1/batch', body, { ...KEY, 'content-length': String(LIMIT + 1) }))
    expect(read).toBe(0)
  })

  it('is read no further than the limit when it never ends', async () => {
    let read = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        read += 50_000
        controller.enqueue(new Uint8Array(50_000).fill(32))
      },
      cancel: () => void (cancelled = true),
    })
    await expectTooLarge(await desk.post('/v1/batch', body, KEY))
    expect(cancelled).toBe(true)
    expect(read).toBeLessThan(2 * LIMIT)
  })

  it.each(['10', '-1', 'NaN', '1e3', '', '0x10', ' '])(
    'is refused when its length is said to be “%s”',
    async (said) => {
      await expectTooLarge(await desk.post('/v1/batch', bodyOf(LIMIT + 1), { ...KEY, 'content-length': said }))
    },
  )

  it('is refused before it is inflated, when it is too large as it comes', async () => {
    const noise = new Uint8Array(LIMIT + 1)
    for (let at = 0; at < noise.length; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536))
    noise.set([0x1f, 0x8b])
    await expectTooLarge(await desk.post('/v1/batch', noise, KEY))
  })

  it('is never inflated beyond the limit: what lies damaged behind it is not found', async () => {
    const megabyte = gzipSync(new Uint8Array(1024 * 1024).fill(32))
    const bomb = Buffer.concat([...Array.from({ length: 400 }, () => megabyte), Buffer.from('damaged')])
    expect(bomb.length).toBeLessThan(LIMIT)
    await expectTooLarge(await desk.post('/v1/batch', new Uint8Array(bomb), KEY))
  })
})

describe.each(['10', '-1', 'NaN', '1e3', '', '0x10', ' '])('a good body whose length is said to be “%s”', (said) => {
  it('is accepted', async () => {
    expect(await replyOf(await desk.post('/v1/batch', bodyOf(200), { ...KEY, 'content-length': said }))).toEqual(
      ACCEPTED,
    )
    expect(await outcome(desk)).toEqual({ events: 2, rejected: {} })
  })
})

describe('a request that is refused whole', () => {
  it.each<[string, string, unknown]>([
    ['broken JSON', '/v1/batch', '{"batch":['],
    ['broken JSON of one event', '/v1/t', '{"event":'],
    ['nothing', '/v1/batch', ''],
    ['damaged gzip', '/v1/batch', new Uint8Array([0x1f, 0x8b, 8, 0])],
    ['no batch', '/v1/batch', {}],
    ['a batch that is no list', '/v1/batch', { batch: {} }],
  ])('is counted for a source that is known: %s', async (_, path, body) => {
    expect(await refusal(await desk.post(path, body, KEY))).toMatchObject({ status: 400, code: 'bad_request' })
    expect(await desk.taken()).toMatchObject([{ source: desk.source, events: [], rejected: { bad_request: 1 } }])
  })

  it('is counted by the key in its body too', async () => {
    await desk.post('/v1/batch', { writeKey: 'key-of-bodies' })
    expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 1 } })
  })

  it.each<[string, Record<string, string>]>([
    ['without a key', {}],
    ['of an unknown key', basic('nobody:')],
  ])('is counted for nobody %s', async (_, headers) => {
    expect(await refusal(await desk.post('/v1/batch', '{', headers))).toMatchObject({
      status: 400,
      code: 'bad_request',
    })
    expect(await desk.taken()).toEqual([])
  })

  it('is refused in the same words when that cannot be counted', async () => {
    const fails = () => Promise.reject(new Error('down'))
    const broken = await openDesk(
      { env: { EVENTS: { send: fails } as unknown as Queue<string>, ARCHIVE: { put: fails } as unknown as R2Bucket } },
      null,
    )
    expect(await refusal(await broken.post('/v1/batch', '{', KEY))).toMatchObject({ status: 400, code: 'bad_request' })
  })
})
