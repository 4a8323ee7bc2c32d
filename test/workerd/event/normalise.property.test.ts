import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EVENT_TYPES, isEventType, isObject, type JsonObject, normalise, warningsOf } from '../../../src/event/index.ts'
import { facts } from './facts.ts'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const json = fc.jsonValue({ maxDepth: 3 })
const object = fc.dictionary(fc.string(), json, { maxKeys: 4 })
const id = fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.constant(null))
const time = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.integer(),
  fc.string(),
)
const library = fc.constantFrom('analytics.js', 'analytics-ios', 'analytics-go', 'own')
const context = fc.oneof(object, fc.record({ library: fc.record({ name: library }), direct: fc.boolean() }))

/** Events that are mostly right; every field may also be missing. */
const plausible = fc.record(
  {
    type: fc.constantFrom(...EVENT_TYPES),
    messageId: id,
    userId: id,
    anonymousId: id,
    groupId: id,
    previousId: id,
    event: fc.string({ minLength: 1 }),
    name: fc.string(),
    category: fc.string(),
    properties: fc.oneof(object, fc.constant(null), fc.constant([])),
    traits: object,
    context,
    integrations: object,
    timestamp: time,
    originalTimestamp: time,
    sentAt: time,
    channel: fc.constantFrom('client', 'browser', 'nonsense'),
    writeKey: fc.string(),
    extra: json,
  },
  { requiredKeys: ['type'] },
)
/** The same with one field replaced by anything. */
const spoiled = fc
  .tuple(plausible, fc.constantFrom('type', 'userId', 'context', 'event', 'timestamp', 'messageId', '__proto__'), json)
  .map(([event, key, value]): JsonObject => Object.defineProperty({ ...event }, key, { value, enumerable: true }))
const raw = fc.oneof({ weight: 4, arbitrary: plausible }, { weight: 2, arbitrary: spoiled }, json)
const request = fc.record({
  receivedAt: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  context: fc.option(context, { nil: undefined }),
  integrations: fc.option(object, { nil: undefined }),
  sentAt: fc.option(time, { nil: undefined }),
  ip: fc.option(fc.ipV4(), { nil: undefined }),
  userAgent: fc.option(fc.string(), { nil: undefined }),
  type: fc.option(fc.constantFrom(...EVENT_TYPES), { nil: undefined }),
})
const RUNS = { numRuns: 1_000 }

it('never throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.oneof(raw, fc.anything()), request, (given, from) => {
      expect(() => normalise(given, facts(from))).not.toThrow()
    }),
    RUNS,
  )
})

it('gives an event with every field that it must have, or a code', () => {
  let accepted = 0
  fc.assert(
    fc.property(raw, request, (given, from) => {
      const result = normalise(given, facts(from))
      if (!result.ok) return /^[a-z_]+$/.test(result.code)
      accepted++
      const { event } = result
      expect(isEventType(event.type)).toBe(true)
      expect(event.messageId).toSatisfy((text: unknown) => typeof text === 'string' && text !== '' && text.length < 100)
      expect([event.userId, event.anonymousId].filter((one) => typeof one === 'string' && one !== '')).not.toEqual([])
      expect(['client', 'server', 'mobile']).toContain(event.channel)
      expect([isObject(event.context), isObject(event.integrations)]).toEqual([true, true])
      for (const text of [event.timestamp, event.receivedAt]) expect(text).toMatch(ISO)
      // The client's own are ours to write where they can be read, and else stay, with a warning.
      const kept = [event.originalTimestamp, event.sentAt ?? event.receivedAt].filter((text) => !ISO.test(text))
      expect(kept.length).toBeLessThanOrEqual(result.warnings?.length ?? 0)
      expect(Date.parse(event.timestamp)).toBeLessThanOrEqual(from.receivedAt + 86_400_000)
      expect(result.warnings ?? []).toEqual(expect.arrayContaining(warningsOf(event)))
      expect([event.version, event.projectId, 'writeKey' in event]).toEqual([2, 'src_1', false])
      return true
    }),
    RUNS,
  )
  expect(accepted).toBeGreaterThan(RUNS.numRuns / 10)
})

it('warns of no clock that the time of its batch has corrected', () => {
  const result = normalise(
    { type: 'identify', anonymousId: 'a', timestamp: 86_401, sentAt: 'one day' },
    facts({ receivedAt: 0, sentAt: 1 }),
  )
  if (!result.ok) throw new Error(result.code)
  expect([result.warnings, warningsOf(result.event)]).toEqual([['sent_at_unreadable'], ['sent_at_unreadable']])
})

it('changes nothing of what it is given', () => {
  fc.assert(
    fc.property(raw, request, (given, from) => {
      const before = JSON.stringify([given, from])
      normalise(given, facts(from))
      expect(JSON.stringify([given, from])).toBe(before)
    }),
    RUNS,
  )
})

it('takes its own result for what it is', () => {
  fc.assert(
    fc.property(raw, request, (given, from) => {
      const once = normalise(given, facts(from))
      if (!once.ok) return
      const twice = normalise(once.event, facts(from))
      if (!twice.ok) throw new Error(`rejected: ${twice.code}`)
      const { timestamp: _, originalTimestamp: __, ...stable } = once.event
      expect(twice.event).toMatchObject(stable)
    }),
    RUNS,
  )
})

it('corrects by the same instant however wrong the client’s clock is', () => {
  const ms = fc.integer({ min: Date.UTC(1990), max: Date.UTC(2050) })
  const age = fc.integer({ min: 0, max: 365 * 86_400_000 })
  fc.assert(
    fc.property(ms, age, fc.integer({ min: -1e11, max: 1e11 }), (sentAt, before, wrong) => {
      const timestampOf = (shift: number) => {
        const raw = { type: 'page', userId: 'u', timestamp: sentAt - before + shift, sentAt: sentAt + shift }
        const result = normalise(raw, facts())
        return result.ok ? result.event.timestamp : result.code
      }
      expect(timestampOf(wrong)).toBe(timestampOf(0))
    }),
  )
})
