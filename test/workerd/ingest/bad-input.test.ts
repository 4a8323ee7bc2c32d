import { beforeAll, describe, expect, it } from 'vitest'
import { ACCEPTED, basic, type Desk, openDesk, outcome, refusal, replyOf, track } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'key-of-bad-input')
})

const KEY = basic('key-of-bad-input:')
const GOOD = JSON.stringify(track({ messageId: 'good' }))

/** A batch as text, for what JSON.stringify cannot make: the entry stands between two good ones. */
const between = (entry: string) => `{"batch":[${GOOD},${entry},${GOOD.replace('good', 'good too')}]}`

function deep(open: string, close: string, levels: number): string {
  return open.repeat(levels) + (open.startsWith('{') ? '1' : '') + close.repeat(levels)
}

describe('a body that is no object', () => {
  it.each<[string, string | Uint8Array]>([
    ['empty', ''],
    ['a space', ' '],
    ['a list', '[]'],
    ['a list of events', `[${GOOD}]`],
    ['a string', '"text"'],
    ['a number', '7'],
    ['null', 'null'],
    ['true', 'true'],
    ['cut off', '{"batch":[{"type":"track"'],
    ['with something behind it', '{"batch":[]}{}'],
    ['with a trailing comma', '{"batch":[],}'],
    ['in single quotes', "{'batch':[]}"],
    ['a form', 'data=%7B%7D&writeKey=key-of-bad-input'],
    ['with a raw NUL in a string', between('{"type":"track","event":"\0","userId":"u"}')],
    ['NULs', '\0\0\0\0'],
    ['invalid UTF-8 outside of strings', new Uint8Array([0xff, 0xfe, 0x7b, 0x7d])],
    ['UTF-16', new Uint8Array([0x7b, 0, 0x7d, 0])],
    ['100,000 lists deep', '['.repeat(100_000)],
    ['100,000 lists deep and closed', deep('[', ']', 100_000)],
    ['50,000 objects deep, not closed', '{"a":'.repeat(50_000)],
  ])('is refused: %s', async (_, body) => {
    for (const path of ['/v1/batch', '/v1/track']) {
      expect(await refusal(await desk.post(path, body, KEY))).toMatchObject({ status: 400, code: 'bad_request' })
    }
    expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 2 } })
  })
})

describe('a batch that is no list', () => {
  it.each([{}, { batch: null }, { batch: 'text' }, { batch: 7 }, { batch: {} }, { batch: track() }, track()])(
    '%j is refused',
    async (body) => {
      const reply = await refusal(await desk.post('/v1/batch', body, KEY))
      expect(reply).toMatchObject({
        status: 400,
        code: 'bad_request',
        message: expect.stringMatching(/batch/) as string,
      })
      expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 1 } })
    },
  )

  it('is not found on a prototype', async () => {
    const body = `{"__proto__":{"batch":[${GOOD}]}}`
    expect(await refusal(await desk.post('/v1/batch', body, KEY))).toMatchObject({ status: 400 })
    expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 1 } })
  })
})

it('an empty batch is accepted and counted', async () => {
  expect(await replyOf(await desk.post('/v1/batch', { batch: [] }, KEY))).toEqual(ACCEPTED)
  expect(await outcome(desk)).toEqual({ events: 0, rejected: { empty_batch: 1 } })
})

const BAD: [what: string, entry: string, code: string][] = [
  ['null', 'null', 'bad_request'],
  ['a number', '7', 'bad_request'],
  ['a string', '"track"', 'bad_request'],
  ['a list', '[]', 'bad_request'],
  ['a batch', `{"batch":[${GOOD}]}`, 'bad_request'],
  ['nothing', '{}', 'bad_request'],
  ['a type on the prototype', '{"__proto__":{"type":"track"},"event":"E","userId":"u"}', 'bad_request'],
  ['a user on the prototype', '{"type":"page","__proto__":{"userId":"u"}}', 'no_user_anon_id'],
  ['no user', '{"type":"track","event":"E"}', 'no_user_anon_id'],
  ['null users', '{"type":"track","event":"E","userId":null,"anonymousId":null}', 'no_user_anon_id'],
  ['a user that is an object', '{"type":"track","event":"E","userId":{}}', 'id_not_string'],
  ['no event', '{"type":"track","userId":"u"}', 'event_not_defined'],
  ['an event that is a number', '{"type":"track","event":1,"userId":"u"}', 'event_not_string'],
  ['properties that are text', '{"type":"track","event":"E","userId":"u","properties":"p"}', 'properties_not_object'],
  ['traits that are text', '{"type":"identify","userId":"u","traits":"t"}', 'traits_not_object'],
  ['a name that is a number', '{"type":"page","userId":"u","name":1}', 'name_not_string'],
  ['a category that is a number', '{"type":"screen","userId":"u","category":1}', 'category_not_string'],
  ['no group', '{"type":"group","userId":"u"}', 'id_required'],
  [
    'no consent',
    '{"type":"track","event":"Segment Consent Preference Updated","userId":"u"}',
    'consent_categorypreferences_should_exist',
  ],
  ['60,000 lists deep', `{"type":"page","userId":"u","properties":{"a":${deep('[', ']', 60_000)}}}`, 'bad_request'],
  ['60,000 objects deep', `{"type":"page","userId":"u","properties":${deep('{"a":', '}', 60_000)}}`, 'bad_request'],
  // Keys that are numbers take another way through JSON.stringify, which ends with the stack.
  [
    '60,000 numbered objects deep',
    `{"type":"page","userId":"u","context":${deep('{"0":', '}', 60_000)}}`,
    'bad_request',
  ],
]

describe('an event among good ones', () => {
  it.each(BAD)('is counted by its reason and costs them nothing: %s', async (_, entry, code) => {
    expect(await replyOf(await desk.post('/v1/batch', between(entry), KEY))).toEqual(ACCEPTED)
    const [taken] = await desk.taken()
    expect(taken?.rejected).toEqual({ [code]: 1 })
    expect(taken?.events.map(({ messageId }) => messageId)).toEqual(['good', 'good too'])
  })
})

describe('what a batch says for all', () => {
  it('too deeply is refused', async () => {
    const body = `{"batch":[${GOOD}],"context":${deep('{"0":', '}', 60_000)}}`
    expect(await refusal(await desk.post('/v1/batch', body, KEY))).toMatchObject({ status: 400 })
    expect(await outcome(desk)).toEqual({ events: 0, rejected: { bad_request: 1 } })
  })

  it.each(['null', '"text"', '[]', '7', '[{}]'])('is not there when it is %s', async (value) => {
    await desk.post(
      '/v1/batch',
      `{"batch":[${GOOD}],"context":${value},"integrations":${value},"sentAt":${value}}`,
      KEY,
    )
    const [taken] = await desk.taken()
    expect(taken?.events).toMatchObject([{ context: {}, integrations: {} }])
  })
})

describe('odd text survives', () => {
  it.each<[string, string, unknown]>([
    ['an escaped NUL', '"a\\u0000b"', 'a\0b'],
    ['a lone high surrogate', '"\\ud800"', '\ud800'],
    ['a lone low surrogate', '"x\\udfffy"', 'x\udfffy'],
    ['an escaped line break', '"a\\nb\\r\\n"', 'a\nb\r\n'],
    ['the line breaks of Unicode', '"a\\u2028b\u2029"', 'a\u2028b\u2029'],
    ['a pair of surrogates', '"\\ud83d\\udcb6"', '💶'],
    ['the same key twice', '{"a":1,"a":2}', { a: 2 }],
    ['an empty key', '{"":1}', { '': 1 }],
  ])('%s', async (_, value, expected) => {
    const body = between(`{"type":"page","userId":"u","messageId":"odd","properties":{"value":${value}}}`)
    expect(await replyOf(await desk.post('/v1/batch', body, KEY))).toEqual(ACCEPTED)
    const [taken] = await desk.taken()
    expect(taken?.events.map(({ messageId }) => messageId)).toEqual(['good', 'odd', 'good too'])
    expect(taken?.events[1]?.properties).toEqual({ value: expected })
  })

  it('with invalid UTF-8 replaced', async () => {
    const [before = '', after = ''] = between('{"type":"page","userId":"u","name":"@"}').split('@')
    const bytes = new TextEncoder()
    const body = new Uint8Array([...bytes.encode(before), 0xc3, 0x28, 0xff, ...bytes.encode(after)])
    expect(await replyOf(await desk.post('/v1/batch', body, KEY))).toEqual(ACCEPTED)
    const [taken] = await desk.taken()
    expect(taken?.events.map(({ name }) => name)).toEqual([undefined, '\ufffd(\ufffd', undefined])
  })

  it('as keys of prototypes, which give nobody anything', async () => {
    const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    const body = between(`{"type":"page","userId":"u","properties":${hostile},"context":${hostile}}`)
    expect(await replyOf(await desk.post('/v1/batch', body, KEY))).toEqual(ACCEPTED)
    expect(desk.sent.at(-1)).toContain(`"properties":${hostile}`)
    expect(await outcome(desk)).toEqual({ events: 3, rejected: {} })
    expect('polluted' in {}).toBe(false)
  })
})

describe('times out of range', () => {
  it.each([
    '"+275760-09-13T00:00:00.000Z"',
    '"0000-01-01T00:00:00Z"',
    '1e300',
    '-1e300',
    '1e400',
    '"2030-02-30"',
    '{}',
  ])('%s: the event has the time of receipt, and what was sent', async (time) => {
    await desk.post('/v1/batch', between(`{"type":"page","userId":"u","timestamp":${time},"sentAt":${time}}`), KEY)
    const [taken] = await desk.taken()
    const text = time.replaceAll('"', '').replace(/^(-?1e)(?=300)/, '$1+')
    const event = { timestamp: '2030-01-01T00:00:02.100Z', originalTimestamp: text, sentAt: text }
    expect(taken?.events[1]).toMatchObject(event)
  })
})

it('an id twice in a batch is handed over twice: route removes repeats', async () => {
  await desk.post('/v1/batch', { batch: [track({ messageId: 'same' }), track({ messageId: 'same' })] }, KEY)
  const [taken] = await desk.taken()
  expect(taken?.events.map(({ messageId }) => messageId)).toEqual(['same', 'same'])
})
