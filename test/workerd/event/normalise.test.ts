import { describe, expect, it } from 'vitest'
import { type JsonObject, normalise, warningsOf } from '../../../src/event/index.ts'
import { accepted, facts, NOW, track } from './facts.ts'

/** The worked example of the protocol: analytics.js, its clock 60 s fast. */
const SENT = {
  type: 'track',
  event: 'Order Completed',
  anonymousId: 'anon-1',
  userId: 'u-1',
  messageId: 'ajs-next-1-x',
  timestamp: '2030-01-01T00:01:00.000Z',
  sentAt: '2030-01-01T00:01:02.000Z',
  writeKey: 'wk_1',
  properties: { orderId: 'o1', total: 12.5, products: [{ sku: 'A' }], shipTo: { City: 'Oslo' }, coupon: null },
  context: { library: { name: 'analytics.js', version: 'npm:next-1.84.1' }, page: { path: '/buy' } },
  integrations: {},
  _metadata: { bundled: ['Segment.io'], unbundled: ['Some Tool'], bundledIds: [] },
}

it('brings the worked example into its form', () => {
  const { writeKey: _, ...kept } = SENT
  const event = accepted(SENT, { projectId: 'src_9', type: 'track', ip: '203.0.113.7', userAgent: 'Browser/1' })
  expect(event).toStrictEqual({
    ...kept,
    channel: 'client',
    context: { ...SENT.context, ip: '203.0.113.7', userAgent: 'Browser/1' },
    timestamp: '2030-01-01T00:00:00.100Z',
    originalTimestamp: '2030-01-01T00:01:00.000Z',
    sentAt: '2030-01-01T00:01:02.000Z',
    receivedAt: '2030-01-01T00:00:02.100Z',
    projectId: 'src_9',
    version: 2,
  })
})

describe('times', () => {
  const received = new Date(NOW).toISOString()
  const times = (fields: JsonObject) => {
    const { timestamp, originalTimestamp, sentAt, receivedAt } = accepted(track(fields))
    return { timestamp, originalTimestamp, sentAt, receivedAt }
  }

  it.each<[string, JsonObject, object]>([
    ['none', {}, { timestamp: received, originalTimestamp: received, sentAt: undefined }],
    [
      'timestamp only: it stands',
      { timestamp: '2020-05-05T05:05:05+02:00' },
      { timestamp: '2020-05-05T03:05:05.000Z', originalTimestamp: '2020-05-05T03:05:05.000Z', sentAt: undefined },
    ],
    [
      'sentAt only: the time of receipt',
      { sentAt: '2030-01-01T00:01:02.000Z' },
      { timestamp: received, originalTimestamp: received, sentAt: '2030-01-01T00:01:02.000Z' },
    ],
    [
      'originalTimestamp in place of timestamp',
      { originalTimestamp: '2030-01-01T00:01:00.000Z', sentAt: '2030-01-01T00:01:02.000Z' },
      { timestamp: '2030-01-01T00:00:00.100Z', originalTimestamp: '2030-01-01T00:01:00.000Z' },
    ],
    [
      'timestamp before originalTimestamp',
      { originalTimestamp: '2001-01-01T00:00:00.000Z', timestamp: '2030-01-01T00:00:00.000Z' },
      { timestamp: '2030-01-01T00:00:00.000Z', originalTimestamp: '2030-01-01T00:00:00.000Z' },
    ],
    [
      'a result in the future',
      { timestamp: '2030-01-01T00:10:00.000Z', sentAt: '2030-01-01T00:00:00.000Z' },
      { timestamp: '2030-01-01T00:10:02.100Z', originalTimestamp: '2030-01-01T00:10:00.000Z' },
    ],
    [
      'microseconds and offsets',
      { timestamp: '2030-01-01T02:01:00.000999+02:00', sentAt: '2029-12-31T19:01:02.000Z' },
      { timestamp: '2030-01-01T05:00:00.100Z', originalTimestamp: '2030-01-01T00:01:00.000Z' },
    ],
    [
      'a day that does not exist',
      { timestamp: '2030-02-30T00:00:00.000Z' },
      { timestamp: received, originalTimestamp: '2030-02-30T00:00:00.000Z' },
    ],
    ['words', { timestamp: 'now', sentAt: {} }, { timestamp: received, originalTimestamp: 'now', sentAt: '{}' }],
    [
      'words, and an originalTimestamp that can be read',
      { timestamp: 'now', originalTimestamp: '2030-01-01T00:00:00.000Z' },
      { timestamp: '2030-01-01T00:00:00.000Z', originalTimestamp: 'now' },
    ],
  ])('%s', (_, fields, expected) => {
    expect(times(fields)).toMatchObject({ ...expected, receivedAt: received })
  })

  it('leave no sentAt that was not sent', () => {
    expect('sentAt' in accepted(track())).toBe(false)
  })

  it.each<[string, JsonObject, string[] | undefined]>([
    ['nothing wrong', { timestamp: '2030-01-01T00:00:00Z', sentAt: 1893456000 }, undefined],
    ['blank and null ones', { timestamp: ' ', originalTimestamp: null, sentAt: '' }, undefined],
    ['unreadable', { timestamp: 'now' }, ['timestamp_unreadable']],
    ['unreadable by its type', { timestamp: true }, ['timestamp_unreadable']],
    ['an unreadable sentAt', { sentAt: '11/12/2029' }, ['sent_at_unreadable']],
    ['two of them', { originalTimestamp: 'x', sentAt: [] }, ['timestamp_unreadable', 'sent_at_unreadable']],
    ['a clock in 1970', { timestamp: '2030-01-01T00:00:00Z', sentAt: 0 }, ['clock_wrong']],
    ['the year 4052', { timestamp: '4052-01-01T00:00:00Z' }, ['clock_wrong']],
  ])('warn of %s', (_, fields, warnings) => {
    const result = normalise(track(fields), facts())
    expect(result).toMatchObject({ ok: true })
    expect('warnings' in result ? result.warnings : undefined).toEqual(warnings)
    expect(warningsOf(accepted(track(fields)))).toEqual(warnings ?? [])
  })
})

describe('what is ours to say', () => {
  it('is not taken from the client', () => {
    const claims = { projectId: 'src_other', version: 99, receivedAt: '2001-01-01T00:00:00.000Z' }
    expect(accepted(track(claims))).toMatchObject({
      projectId: 'src_1',
      version: 2,
      receivedAt: '2030-01-01T00:00:02.100Z',
    })
  })

  it.each(['wk', '', null, 7, {}])('is not the write key: %j is gone', (writeKey) => {
    expect('writeKey' in accepted(track({ writeKey }))).toBe(false)
  })

  it('leaves fields that the Spec does not know', () => {
    expect(accepted(track({ _metadata: { a: 1 }, extra: null, nested: { writeKey: 'mine' } }))).toMatchObject({
      _metadata: { a: 1 },
      extra: null,
      nested: { writeKey: 'mine' },
    })
  })
})

describe('null', () => {
  it.each<[string, JsonObject]>([
    ['userId', { type: 'track', event: 'E', anonymousId: 'a', userId: null }],
    ['anonymousId', { type: 'track', event: 'E', userId: 'u', anonymousId: null }],
    ['traits', { type: 'identify', userId: 'u', traits: null }],
    ['traits', { type: 'group', userId: 'u', groupId: 'g', traits: null }],
    ['properties', { type: 'track', event: 'E', userId: 'u', properties: null }],
    ['properties', { type: 'screen', userId: 'u', properties: null }],
    ['name', { type: 'page', userId: 'u', name: null }],
    ['category', { type: 'page', userId: 'u', category: null }],
    ['sentAt', { type: 'page', userId: 'u', sentAt: null }],
    ['extra', { type: 'page', userId: 'u', extra: null }],
  ])('as %s stays in what is delivered: %j', (key, raw) => {
    expect(JSON.stringify(accepted(raw))).toContain(`"${key}":null`)
    expect('warnings' in normalise(raw, facts())).toBe(false)
  })

  it('is no person', () => {
    expect(normalise(track({ userId: null, anonymousId: null }), facts())).toEqual({
      ok: false,
      code: 'no_user_anon_id',
    })
    expect(normalise({ type: 'alias', userId: null, previousId: 'p', anonymousId: 'a' }, facts())).toMatchObject({
      ok: false,
    })
  })
})

describe('keys of prototypes', () => {
  const HOSTILE = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"text"}'
  const hostile = () => JSON.parse(HOSTILE) as JsonObject

  it.each(['properties', 'context', 'integrations'])('are data in %s', (key) => {
    expect(JSON.stringify(accepted(track({ [key]: hostile() }))[key])).toBe(HOSTILE)
  })

  it('are data at the top, and give an event nothing', () => {
    const raw = JSON.parse(
      '{"__proto__":{"userId":"u","polluted":1},"type":"track","event":"E","anonymousId":"a"}',
    ) as unknown
    const event = accepted(raw)
    expect(Object.getOwnPropertyDescriptor(event, '__proto__')?.value).toEqual({ userId: 'u', polluted: 1 })
    expect([event.userId, event.polluted, Object.getPrototypeOf(event)]).toEqual([
      undefined,
      undefined,
      Object.prototype,
    ])
  })

  it('are data in what a batch says for all', () => {
    const { context } = accepted(track({ context: { a: 1 } }), { context: hostile() })
    expect(JSON.parse(JSON.stringify(context))).toEqual({ ...hostile(), a: 1 })
    expect(context.polluted).toBeUndefined()
  })

  it('change nothing for anyone else', () => {
    accepted(track({ properties: hostile(), context: hostile() }), { context: hostile() })
    expect('polluted' in {}).toBe(false)
  })
})
