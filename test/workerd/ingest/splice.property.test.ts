import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EVENT_TYPES, isObject, parseJson } from '../../../src/event/index.ts'
import { normaliseAll } from '../../../src/ingest/events.ts'
import { scannedEvents } from '../../../src/ingest/scanned.ts'
import { Splicer } from '../../../src/ingest/splice.ts'
import { facts, NOW } from '../event/facts.ts'

const RUNS = { numRuns: 1_500 }
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Names and texts that mean something, have to be escaped, are sorted by JavaScript, or are nobody's. */
const odd = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom(
    '',
    '0',
    '12',
    '01',
    'ip',
    'name',
    '__proto__',
    'toJSON',
    'constructor',
    'batch',
    'é',
    '😀',
    '\ud800',
    '"',
    '\\',
  ),
)
const word = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('a', 'b', 'name', 'é', '😀 \n', 'sku') },
  { weight: 1, arbitrary: odd },
)
const oddNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7, 0.000001, 0.1, 123456789012345, 1234567890123456, 0.30000000000000004, 5e-324),
)
const number = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(0, 1, -7, 12.5, 99.99) },
  { weight: 1, arbitrary: oddNumber },
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    word,
    number,
    fc.constantFrom(true, false, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  ),
})).value
const object = fc.oneof(fc.dictionary(word, json, { maxKeys: 4 }), fc.constant({}))
const maybe = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 60, arbitrary: usual },
    { weight: 1, arbitrary: json },
    { weight: 1, arbitrary: fc.constantFrom(null, '', [], {}, 0) },
  )
const plain = fc.stringMatching(/^[a-zé ]{1,12}$/)
const id = maybe(fc.oneof({ weight: 20, arbitrary: plain }, { weight: 1, arbitrary: odd }))
const near = fc.date({ noInvalidDate: true, min: new Date('2029-12-01'), max: new Date('2030-01-01') })
const time = maybe(
  fc.oneof(
    { weight: 30, arbitrary: near.map((at) => at.toISOString()) },
    fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
    fc.constantFrom(
      '2030-01-01T00:00:00Z',
      '2030-01-01 01:00:00+01:00',
      '2030-02-30T00:00:00.000Z',
      '2029-W01-1T00:00:00.000Z',
      'x',
    ),
    fc.constantFrom(
      '2030-01-01T24:00:00.000Z',
      '2030/01/01T00:00:00.000Z',
      '2030-01-01T00:00:60.000Z',
      '0000-01-01T00:00:00.000Z',
    ),
  ),
)
const library = maybe(
  fc.record({
    name: maybe(fc.constantFrom('analytics.js', 'analytics-ios', 'analytics-go', '\nios', 'é-ios', 'analytics-kotlin')),
  }),
)
const context = maybe(
  fc.oneof(
    object,
    fc.record({ library, ip: id, userAgent: id, direct: maybe(fc.boolean()), é: json }, { requiredKeys: [] }),
  ),
)
const members = {
  event: maybe(fc.constantFrom('Paid', 'Segment Consent Preference Updated', 'Bezahlt: ä', 'a"b')),
  messageId: maybe(
    fc.oneof({ weight: 20, arbitrary: plain }, { weight: 1, arbitrary: fc.stringMatching(/^[xé]{90,110}$/) }),
  ),
  userId: id,
  anonymousId: id,
  groupId: id,
  previousId: id,
  name: id,
  category: id,
  properties: maybe(object),
  traits: maybe(object),
  context,
  integrations: maybe(object),
  timestamp: time,
  originalTimestamp: time,
  sentAt: time,
  channel: maybe(fc.constantFrom('client', 'server', 'mobile', 'browser', 'other')),
  writeKey: id,
  receivedAt: json,
  projectId: json,
  version: json,
  batch: json,
  extra: json,
}
/** Members in any order. */
const event = fc
  .tuple(
    fc.record({ type: maybe(fc.constantFrom(...EVENT_TYPES)), ...members }, { requiredKeys: ['type'] }),
    fc.infiniteStream(fc.nat(1_000)),
  )
  .map(([given, order]) => {
    const entries = Object.entries(given).map((entry): [number, [string, unknown]] => [order.next().value ?? 0, entry])
    return Object.fromEntries(entries.toSorted(([a], [b]) => a - b).map(([, entry]) => entry))
  })
const request = fc.record({
  type: fc.option(fc.constantFrom(...EVENT_TYPES), { nil: undefined, freq: 3 }),
  ip: fc.option(fc.constantFrom('203.0.113.7', 'é'), { nil: undefined }),
  userAgent: fc.option(fc.constantFrom('Mozilla "5.0"', 'ü', ''), { nil: undefined }),
  channel: fc.option(fc.constantFrom('client' as const), { nil: undefined }),
  sentAt: fc.option(time, { nil: undefined }),
})

it('writes of a scanned event the very line that reading and writing it make', () => {
  let [spliced, all] = [0, 0]
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 30, arbitrary: event }, { weight: 1, arbitrary: json }), { maxLength: 4 }),
      request,
      (batch, from) => {
        const text = JSON.stringify({ batch, sentAt: '2030-01-01T00:00:00.000Z' })
        const scanned = scannedEvents(bytesOf(text), true)
        if (!scanned) return
        const of = facts(from)
        const read = (parseJson(text) as { batch: unknown[] }).batch
        expect(normaliseAll(scanned, of, text.length)).toEqual(normaliseAll(read, of, text.length))
        const splicer = new Splicer(scanned, of)
        for (const [n, one] of read.entries()) {
          all++
          expect(scanned.raw(n)).toEqual(one)
          const line = splicer.line(n)
          if (line === undefined) continue
          spliced++
          const plain = normaliseAll([one], of, text.length)
          expect([scanned.decoded(line)]).toEqual(plain.lines)
          expect(line).toHaveLength(bytesOf(plain.lines[0] ?? '').length)
        }
      },
    ),
    RUNS,
  )
  // The property would be empty if none came that way.
  expect(spliced / all).toBeGreaterThan(0.1)
})

const SPECIAL: Record<string, unknown>[] = [
  { context: { ip: null } },
  { context: { userAgent: null, ip: '' } },
  { context: { ip: '198.51.100.1', userAgent: 'own' } },
  { context: {} },
  { context: null },
  { context: [] },
  { context: { direct: true }, channel: 'server' },
  { context: { direct: 'true' }, channel: 'server' },
  { context: { library: { name: '\nios' } } },
  { context: { library: null } },
  { channel: null },
  { channel: 'browser' },
  { userId: null, anonymousId: 'a' },
  { userId: '', anonymousId: null },
  { userId: 5 },
  { messageId: 'x'.repeat(99) },
  { messageId: 'x'.repeat(100) },
  { messageId: 'é'.repeat(99) },
  { messageId: '' },
  { messageId: null },
  { timestamp: null, originalTimestamp: '2029-12-31T23:00:00.000Z' },
  { timestamp: '2029-12-31T23:00:00Z', sentAt: null },
  { timestamp: '2035-01-01T00:00:00.000Z' },
  { timestamp: '2029-02-30T00:00:00.000Z' },
  { sentAt: '' },
  { integrations: null },
  { integrations: [] },
  { properties: null },
  { properties: [] },
  { properties: 'x' },
  { event: '' },
  { event: null },
  { event: 'Segment Consent Preference Updated' },
  { type: 'alias', previousId: 'p', userId: null },
  { type: 'alias', previousId: '' },
  { type: 'group', groupId: 7 },
  { type: 'identify', traits: null },
  { type: 'page', name: null, category: 5 },
  { type: 'nonsense' },
  { writeKey: 'x'.repeat(40_000) },
  { properties: { text: 'x'.repeat(33_000) } },
]

it.each(SPECIAL.map((fields): [string, Record<string, unknown>] => [JSON.stringify(fields).slice(0, 80), fields]))(
  'an event with %s has one line',
  (_, fields) => {
    const usual = { type: 'track', event: 'Paid', messageId: 'm', userId: 'u' }
    const text = JSON.stringify({ ...usual, ...fields })
    const scanned = scannedEvents(bytesOf(text), false)
    if (!scanned) throw new Error('it was not scanned')
    const clients = { ip: '203.0.113.7', userAgent: 'Mozilla', channel: 'client' as const }
    for (const from of [
      clients,
      { ...clients, userAgent: 'ü' },
      { sentAt: 'x' },
      { sentAt: '2030-01-01T00:00:00.000Z' },
    ]) {
      const of = facts(from)
      const read = normaliseAll([parseJson(text)], of, text.length)
      expect(normaliseAll(scanned, of, text.length)).toEqual(read)
      const line = new Splicer(scanned, of).line(0)
      expect(line === undefined ? read.lines : [scanned.decoded(line)]).toEqual(read.lines)
    }
  },
)

it('scans nothing that would be written otherwise', () => {
  let scans = 0
  const blank = fc.oneof({ weight: 20, arbitrary: fc.constant('') }, fc.constantFrom(' ', '\n'))
  /** JSON as somebody may write it by hand. */
  const written = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      json.map((value) => JSON.stringify(value)),
      fc.constantFrom('1', '{}', '[]', '"x"', 'true', 'null', '1.5', '-2'),
      fc.constantFrom('1', '{}', '[]', '"x"', 'true', 'null', '1.5', '-2'),
      fc.constantFrom(
        '1.0',
        '1e3',
        '-0',
        '0.10',
        '1E400',
        '01',
        '1.',
        '.5',
        '-',
        '+1',
        '0.0000001',
        '1234567890.1234567',
        'nul',
        'truE',
        'fakse',
      ),
      fc.constantFrom(
        '"\\/"',
        '"\\u0041"',
        '"\\u0001"',
        '"\\ud800"',
        '"\t"',
        '"\\x"',
        '"\\n"',
        '"',
        "'a'",
        '[1,]',
        '[,]',
        '{,}',
        '{"a":1,}',
      ),
      fc.tuple(blank, tie('value'), blank).map((parts) => parts.join('')),
      fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join(',')}]`),
      fc
        .array(
          fc.tuple(
            word.map((name) => JSON.stringify(name)),
            blank,
            tie('value'),
          ),
          { maxLength: 4 },
        )
        .map((entries) => `{${entries.map(([name, gap, value]) => `${name}${gap}:${value}`).join(',')}}`),
    ),
  })).value
  fc.assert(
    fc.property(written, fc.constantFrom('', '', '', '', ' ', '}', ',', '\u0000'), (value, behind) => {
      const text = `{"type":"track","a":${value}}${behind}`
      const scanned = scannedEvents(bytesOf(text), false)
      if (!scanned) return
      scans++
      expect(JSON.stringify(JSON.parse(text))).toBe(text)
      expect(JSON.stringify(parseJson(text))).toBe(text)
    }),
    RUNS,
  )
  expect(scans).toBeGreaterThan(100)
})

it('scans whatever JSON.stringify writes of usual values', () => {
  const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/^\d|["\\]/.test(text))
  const usual = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double({ min: -1e9, max: 1e9 }).map((n) => Math.round(n * 100) / 100),
    fc.boolean(),
  )
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(usual, fc.array(usual), fc.dictionary(name, usual))), (given) => {
      const text = JSON.stringify({ ...given, batch: undefined })
      fc.pre(!text.includes('\\u') && !text.includes('e-') && isObject(given))
      expect(scannedEvents(bytesOf(text), false)?.raw(0)).toEqual(JSON.parse(text))
    }),
    RUNS,
  )
})

it.each([
  ['no UTF-8', Uint8Array.from([...bytesOf('{"a":"'), 0xff, ...bytesOf('"}')])],
  ['a mark of byte order', bytesOf('\ufeff{"a":1}')],
  ['a list', bytesOf('[{"a":1}]')],
  ['nothing', bytesOf('')],
  ['half of it', bytesOf('{"a":{}')],
  ['more behind it', bytesOf('{"a":{}}}')],
  ['a name twice', bytesOf('{"a":{"b":1,"b":2}}')],
  ['a name twice, once with an escape', bytesOf('{"a":1,"\\u0061":2}')],
  ['names that JavaScript sorts', bytesOf('{"b":1,"0":2}')],
  ['many levels', bytesOf(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`)],
  [
    'an object of many names',
    bytesOf(JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`n${n}`, n])))),
  ],
])('does not scan %s', (_, bytes) => {
  expect(scannedEvents(bytes, false)).toBeUndefined()
})

it('takes a batch for a batch only', () => {
  expect(scannedEvents(bytesOf('{"batch":[]}'), false)).toBeUndefined()
  expect(scannedEvents(bytesOf('{"batch":{}}'), true)).toBeUndefined()
  expect(scannedEvents(bytesOf('{"a":[]}'), true)).toBeUndefined()
  expect(scannedEvents(bytesOf('{"batch":[],"sentAt":"x","writeKey":"k"}'), true)?.head()).toEqual({
    sentAt: 'x',
    writeKey: 'k',
  })
  expect(scannedEvents(bytesOf('{"batch":[1,{"batch":2}]}'), true)?.raw(1)).toEqual({ batch: 2 })
})

it('does not scan more events than a batch may have', () => {
  const batchOf = (n: number) => bytesOf(JSON.stringify({ batch: Array.from({ length: n }, () => ({})) }))
  expect(scannedEvents(batchOf(2_500), true)?.length).toBe(2_500)
  expect(scannedEvents(batchOf(2_501), true)).toBeUndefined()
})

it('is asked by nobody for more than it was given', () => {
  const scanned = scannedEvents(bytesOf('{"type":"track"}'), false)
  expect(scanned?.length).toBe(1)
  expect(scanned && new Splicer(scanned, facts({ receivedAt: NOW })).line(0)).toBeUndefined()
})
