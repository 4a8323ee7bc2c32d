import { beforeAll, describe, expect, it } from 'vitest'
import { gzipSync } from 'node:zlib'
import { normaliseAll } from '../../../src/ingest/events.ts'
import { facts } from '../event/facts.ts'
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

  it('does not make megabytes of a small request', async () => {
    const body = JSON.stringify({ batch: many, context: sharing(LIMIT - 100) })
    await desk.post('/v1/batch', body, KEY)
    const [taken] = await desk.taken()
    const kept = taken?.events.length ?? 0
    expect(kept).toBeGreaterThan(5)
    expect(JSON.stringify(taken).length).toBeLessThan(4 * body.length)
    expect(taken?.rejected).toEqual({ bad_request: 2500 - kept })
    const why = `${2500 - kept} events: with what the batch says for all of them they are too much text`
    expect(JSON.stringify(taken)).toContain(why)
  })

  it('does not make megabytes of 505 bytes of gzip, or of 306 in another script', async () => {
    for (const [char, gzipped] of [
      ['a', 505],
      ['漢', 400],
    ] as const) {
      const deep = `${'['.repeat(480)}${']'.repeat(480)}`
      const wide = `[${Array.from({ length: 33 }, () => deep).join()}]`
      const context = char === 'a' ? `{"a":${wide}}` : `{"a":"${char.repeat(10_000)}"}`
      const batch = Array.from({ length: 1000 }, () => '{"type":"track","event":"e","userId":"u"}').join()
      const body = new TextEncoder().encode(`{"context":${context},"batch":[${batch}]}`)
      const packed = new Uint8Array(gzipSync(body))
      expect(packed.length).toBeLessThanOrEqual(gzipped)
      expect((await desk.post('/v1/batch', packed, KEY)).status).toBe(200)
      const [taken] = await desk.taken()
      const kept = taken?.events.map((event) => new TextEncoder().encode(JSON.stringify(event)).length) ?? []
      expect(kept.length).toBeGreaterThan(0)
      expect(kept.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(4 * body.length)
      expect(taken?.rejected).toEqual({ bad_request: 1000 - kept.length })
    }
  })

  it('merges nothing for events that are rejected', async () => {
    const context = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`k${at}`, 1]))
    let reads = 0
    const counted = new Proxy(context, {
      ownKeys: (target) => (reads++, Reflect.ownKeys(target)),
    })
    const raw = Array.from({ length: 2_500 }, () => track({ event: 'Segment Consent Preference Updated' }))
    const { rejected } = normaliseAll(raw, facts({ context: counted }), 250_000)
    expect(rejected).toEqual({ consent_categorypreferences_should_exist: 2_500 })
    // Once for its size.
    expect(reads).toBeLessThanOrEqual(1)
  })

  it('looks at the categories of a batch once, not once an event', async () => {
    let reads = 0
    const categoryPreferences = new Proxy({ a: 1 }, { ownKeys: (target) => (reads++, Reflect.ownKeys(target)) })
    const raw = Array.from({ length: 2_500 }, () => track({ event: 'Segment Consent Preference Updated' }))
    const context = { consent: { categoryPreferences } }
    const { rejected } = normaliseAll(raw, facts({ context }), 250_000)
    expect(rejected).toEqual({ consent_categorypreferences_fields_should_be_bool: 2_500 })
    expect(reads).toBeLessThanOrEqual(2)
  })

  it('that makes every event too deep is written no more often than one that does not', () => {
    const deep = JSON.parse(`{"a":${'['.repeat(510)}${']'.repeat(510)},"b":"${'x'.repeat(20_000)}"}`) as object
    let reads = 0
    const context = new Proxy(deep, { ownKeys: (target) => (reads++, Reflect.ownKeys(target)) }) as Record<
      string,
      unknown
    >
    const { lines, rejected } = normaliseAll(many, facts({ context }), 100_000)
    expect([lines.length, rejected]).toEqual([0, { bad_request: 2_500 }])
    expect(reads).toBeLessThan(40)
  })

  it('costs a hundred events nothing when it is of the usual size', async () => {
    await desk.post('/v1/batch', { batch: many.slice(0, 100), context: sharing(1024) }, KEY)
    expect(await outcome(desk)).toEqual({ events: 100, rejected: {} })
  })

  it('costs no event when it is as small as the SDKs’ own', async () => {
    const context = { library: { name: 'analytics-go', version: '3.0.0' } }
    await desk.post('/v1/batch', { batch: many, context }, KEY)
    expect(await outcome(desk)).toEqual({ events: 2500, rejected: {} })
  })
})
