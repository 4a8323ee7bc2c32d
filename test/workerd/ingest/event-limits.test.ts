import { beforeAll, describe, expect, it } from 'vitest'
import { ACCEPTED, basic, type Desk, openDesk, outcome, refusal, replyOf, track } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'key-of-limits')
})

const KEY = basic('key-of-limits:')
const LIMIT = 32 * 1024
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length

/** An event of exactly so many bytes as compact JSON, filled with `char`. */
function eventOf(bytes: number, char: string): object {
  const room = bytes - bytesOf(track({ messageId: 'large', fill: '' }))
  const step = bytesOf(char) - 2
  const event = track({ messageId: 'large', fill: char.repeat(room / step) + 'x'.repeat(room % step) })
  expect(bytesOf(event)).toBe(bytes)
  return event
}

describe.each([
  ['one byte a character', 'x'],
  ['two bytes', 'é'],
  ['three bytes', '€'],
  ['four bytes', '💶'],
  ['two bytes by an escape', '"'],
  ['six bytes by an escape', '\u0001'],
])('an event of %s', (_, char) => {
  it('and exactly 32 KB is accepted', async () => {
    expect(await replyOf(await desk.post('/v1/track', eventOf(LIMIT, char), KEY))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 1, rejected: {} })
  })

  it('and one byte more is refused and counted', async () => {
    const reply = await refusal(await desk.post('/v1/track', eventOf(LIMIT + 1, char), KEY))
    expect(reply).toMatchObject({ status: 400, code: 'bad_request', message: expect.stringMatching(/32 KB/) as string })
    expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 1 } })
  })

  it('costs its batch nothing but itself', async () => {
    const batch = [track({ messageId: 'a' }), eventOf(LIMIT, char), eventOf(LIMIT + 1, char), track({ messageId: 'z' })]
    expect(await replyOf(await desk.post('/v1/batch', { batch }, KEY))).toEqual(ACCEPTED)
    const [taken] = await desk.taken()
    expect(taken?.rejected).toEqual({ bad_request: 1 })
    expect(taken?.events.map(({ messageId }) => messageId)).toEqual(['a', 'large', 'z'])
  })
})

describe('the bytes of an event', () => {
  it('are those of compact JSON, however it is written', async () => {
    const text = JSON.stringify(eventOf(LIMIT, 'x')).replaceAll(',', ` ${' '.repeat(9_000)},\n`)
    expect(text.length).toBeGreaterThan(LIMIT + 20_000)
    expect(await replyOf(await desk.post('/v1/track', text, KEY))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 1, rejected: {} })
  })

  it('are not what is wrong with an event that lacks a user', async () => {
    const text = JSON.stringify({ event: 'E' }) + ' '.repeat(LIMIT)
    expect(await replyOf(await desk.post('/v1/track', text, KEY))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 0, rejected: { no_user_anon_id: 1 } })
  })

  it('do not include what the server adds', async () => {
    const raw = { ...eventOf(LIMIT - 100, 'x'), context: { library: { name: 'analytics.js' } } }
    const room = LIMIT - bytesOf(raw)
    const headers = { ...KEY, 'user-agent': 'x'.repeat(500), 'cf-connecting-ip': '203.0.113.7' }
    const reply = await desk.post('/v1/track', { ...raw, more: 'x'.repeat(room - 10) }, headers)
    expect(await replyOf(reply)).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 1, rejected: {} })
  })
})

describe.each([
  ['lists', '[', ']'],
  ['objects', '{"a":', '}'],
  ['objects with numbers for keys', '{"0":', '}'],
  ['objects with text beside', String.raw`{"b":"]}\\","c":"\"}}","a":`, ',"d":"{["}'],
])('an event of nested %s', (_, open, close) => {
  /** The event itself and its properties are two levels more. */
  const pageOf = (levels: number) =>
    `{"type":"page","userId":"u","properties":{"a":${open.repeat(levels - 2)}1${close.repeat(levels - 2)}}}`

  it('is accepted with 500 levels', async () => {
    expect(await replyOf(await desk.post('/v1/page', pageOf(500), KEY))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 1, rejected: {} })
  })

  it.each([501, 700])('is refused and counted with %d', async (levels) => {
    const reply = await refusal(await desk.post('/v1/page', pageOf(levels), KEY))
    expect(reply).toMatchObject({ status: 400, message: expect.stringMatching(/500 levels/) as string })
    expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 1 } })
  })

  it('costs its batch nothing but itself', async () => {
    const batch = `{"batch":[${pageOf(501)},${pageOf(500)}]}`
    expect(await replyOf(await desk.post('/v1/batch', batch, KEY))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 1, rejected: { bad_request: 1 } })
  })
})

it.each<[string, unknown]>([
  ['an event that is wide', [{}]],
  ['text full of brackets', '{[{['],
  ['text that ends with a backslash, beside brackets', ['\\', '{']],
  ['text with quotes, beside brackets', '"{'],
])('%s is not deep', async (_, item) => {
  const event = track({ properties: { list: Array.from({ length: 2_000 }, () => item).flat() } })
  expect(await replyOf(await desk.post('/v1/track', event, KEY))).toEqual(ACCEPTED)
  expect(await outcome(desk)).toEqual({ events: 1, rejected: {} })
})

describe('a batch', () => {
  const page = (at: number) => ({ type: 'page', userId: 'u', messageId: `m${at}` })

  it.each([2499, 2500])('of %d events is taken whole', async (count) => {
    const batch = Array.from({ length: count }, (_, at) => page(at))
    expect(await replyOf(await desk.post('/v1/batch', { batch }, KEY))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: count, rejected: {} })
  })

  it('of 2501 events loses the last', async () => {
    const batch = Array.from({ length: 2501 }, (_, at) => page(at))
    expect(await replyOf(await desk.post('/v1/batch', { batch }, KEY))).toEqual(ACCEPTED)
    const [taken] = await desk.taken()
    expect(taken?.rejected).toEqual({ bad_request: 1 })
    expect(taken?.events.map(({ messageId }) => messageId)).toEqual(batch.slice(0, 2500).map((one) => one.messageId))
  })

  it('counts those beyond the limit beside those that are wrong', async () => {
    const batch = Array.from({ length: 2510 }, (_, at) => (at % 2 === 0 ? page(at) : { type: 'page' }))
    await desk.post('/v1/batch', { batch }, KEY)
    expect(await outcome(desk)).toEqual({ events: 1250, rejected: { no_user_anon_id: 1250, bad_request: 10 } })
  })
})

describe('what a batch says for all its events', () => {
  const sharing = (bytes: number) => ({ library: { name: 'x' }, fill: 'x'.repeat(bytes) })
  const many = Array.from({ length: 2500 }, () => ({ type: 'page', userId: 'u' }))

  it('may be as large as one event', async () => {
    const body = { batch: [track(), track()], context: sharing(LIMIT - 100) }
    expect(await replyOf(await desk.post('/v1/batch', body, KEY))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 2, rejected: {} })
  })

  it.each(['context', 'integrations'])('is refused when its %s is larger', async (key) => {
    const reply = await refusal(await desk.post('/v1/batch', { batch: many, [key]: sharing(400 * 1024) }, KEY))
    expect(reply).toMatchObject({ status: 400, code: 'bad_request', message: expect.stringMatching(/32 KB/) as string })
    expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 1 } })
  })

  it('does not make gigabytes of a small request', async () => {
    await desk.post('/v1/batch', { batch: many, context: sharing(LIMIT - 100) }, KEY)
    const [taken] = await desk.taken()
    const kept = taken?.events.length ?? 0
    expect(kept).toBeGreaterThan(200)
    expect(kept * LIMIT).toBeLessThan(9 * 1024 * 1024)
    expect(taken?.rejected).toEqual({ bad_request: 2500 - kept })
  })

  it('costs no event when it is of the usual size', async () => {
    await desk.post('/v1/batch', { batch: many, context: sharing(1024) }, KEY)
    expect(await outcome(desk)).toEqual({ events: 2500, rejected: {} })
  })
})
