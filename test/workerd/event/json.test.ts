import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject, parseJson } from '../../../src/event/index.ts'
import { accepted, track, verdict } from './facts.ts'

/** Numbers that a double changes. */
const LONG = [
  '157963456373623803',
  '157963456373623804',
  '12345678901234567890',
  '9007199254740993',
  '-9007199254740993',
  '1234567890123456789012345678901234567890',
  '0.1000000000000000055511151231257827',
  '3.14159265358979323846',
  '12345678.123456789012',
  '0.30000000000000001',
  '9007199254740993.0',
  '1.57963456373623803e17',
  '1e400',
  '-1E+400',
  '1e-400',
  '4.9406564584124653e-324',
  '1.23456789012345e-315',
  `1${'0'.repeat(400)}`,
  '1795757267123456789',
]
/** Numbers that a double carries, whatever their digits look like. */
const SHORT = [
  '0',
  '-0',
  '1',
  '1.0',
  '1e3',
  '4.2e1',
  '1e21',
  '1.5e300',
  '1e-7',
  '0.1',
  '9007199254740992',
  '123456789012345',
]

describe('a number that a double changes', () => {
  it.each(LONG)('%s is written as it came, wherever it stands', (number) => {
    for (const text of [`{"a":${number}}`, `{"a":[1,${number},"x"]}`, `[{"b":{"c":${number}}}]`, `[${number}]`]) {
      expect(JSON.stringify(parseJson(text))).toBe(text)
      const spaced = text.replace(number, ` \n\t${number} \r\n`)
      expect(JSON.stringify(parseJson(spaced))).toBe(text)
    }
  })

  it.each(LONG)('%s is the text of an id', (number) => {
    const event = (fields: string) => parseJson(`{"type":"track","event":"E","messageId":"m",${fields}}`)
    for (const key of ['userId', 'anonymousId']) expect(accepted(event(`"${key}":${number}`))[key]).toBe(number)
    const group = { type: 'group', groupId: parseJson(`[${number}]`), userId: 'u' }
    expect(accepted(parseJson(JSON.stringify(group).replace(/\[(.+)\]/, '$1'))).groupId).toBe(number)
    expect(accepted(parseJson(`{"type":"alias","userId":"u","previousId":${number}}`)).previousId).toBe(number)
  })

  it.each(LONG.filter(({ length }) => length < 100))('%s is the text of a messageId', (number) => {
    expect(accepted(parseJson(`{"type":"page","userId":"u","messageId":${number}}`)).messageId).toBe(number)
  })

  it('is a number and no object for every rule', () => {
    const [number] = parseJson('[12345678901234567890]') as unknown[]
    expect(isObject(number)).toBe(false)
    expect(verdict(track({ properties: number }))).toBe('properties_not_object')
    expect(verdict(track({ context: number }))).toBe('bad_request')
    expect(verdict(track({ event: number }))).toBe('event_not_string')
    const consent = { categoryPreferences: { a: true }, version: number }
    expect(verdict(track({ event: 'Segment Consent Preference Updated', context: { consent } }))).toBe('ok')
  })

  it('stays what it is in properties, traits and context', () => {
    const text = '{"big":157963456373623803,"list":[1e400,0.1000000000000000055511151231257827],"n":1.5}'
    const event = accepted(track({ properties: parseJson(text), context: parseJson(text) }))
    expect([JSON.stringify(event.properties), JSON.stringify(event.context)]).toEqual([text, text])
  })
})

describe('a number that a double carries', () => {
  it.each(SHORT)('%s is that number, beside a long one too', (number) => {
    const plain = JSON.parse(`{"a":${number}}`) as unknown
    expect(parseJson(`{"a":${number}}`)).toEqual(plain)
    expect(parseJson(`{"a":${number},"b":[12345678901234567890]}`)).toMatchObject(plain as object)
  })

  it.each([
    ['1.0', '1'],
    ['1e3', '1000'],
    ['4.2e1', '42'],
    ['-0', '0'],
  ])('%s is the id %s', (number, id) => {
    expect(accepted({ ...track(), ...(parseJson(`{"userId":${number}}`) as object) }).userId).toBe(id)
  })
})

describe('a text', () => {
  it.each([
    '{"id":"157963456373623803"}',
    '{"id":"a 157963456373623803, b"}',
    '{"id":"uuid-1e400,\\"x\\":12345678901234567890"}',
    '{"id":"1e400","__proto__":{"a":12345678901234567890}}',
    '{"1234567890123456789":1}',
  ])('%s with digits in strings and keys is read as it is', (text) => {
    expect(JSON.stringify(parseJson(text))).toBe(text)
    expect('a' in {}).toBe(false)
  })

  it('nested as deeply as an event may be, around such a number, is read', () => {
    const text = `${'['.repeat(510)}12345678901234567890${']'.repeat(510)}`
    expect(JSON.stringify(parseJson(text))).toBe(text)
  })

  it('of any JSON means what JSON.parse says it means', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps every digit of any number, at any place', () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{15,40}(?:\.\d{1,20})?$/)
    const pad = fc.string({ maxLength: 40 })
    fc.assert(
      fc.property(digits, pad, pad, (number, before, after) => {
        const text = `{"b":${JSON.stringify(before)},"n":${number},"a":${JSON.stringify(after)}}`
        expect(JSON.stringify(parseJson(text))).toBe(text)
      }),
      { numRuns: 500 },
    )
  })
})
