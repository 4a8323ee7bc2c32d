import { describe, expect, it } from 'vitest'
import { EVENT_TYPES, type RejectCode } from '../../../src/event/index.ts'
import { accepted, track, verdict } from './facts.ts'

/** The least that each call must have. */
const LEAST = {
  identify: {},
  track: { event: 'E' },
  page: {},
  screen: {},
  group: { groupId: 'g' },
  alias: { previousId: 'p' },
} as const

const least = (type: keyof typeof LEAST, fields: object = {}) => ({ type, userId: 'u', ...LEAST[type], ...fields })

describe('a call', () => {
  it.each(EVENT_TYPES)('%s with the least it must have is accepted', (type) => {
    expect(accepted(least(type)).type).toBe(type)
  })

  it.each([undefined, null, '', 'Track', 'delete', 'constructor', 1, {}, ['track']])('of type %j is none', (type) => {
    expect(verdict({ ...track(), type })).toBe('bad_request')
  })

  it.each(EVENT_TYPES)('%s is what the path says, whatever the body says', (type) => {
    expect(accepted({ ...least(type), type: 'nonsense' }, { type }).type).toBe(type)
  })

  it.each([null, undefined, 'text', 7, true, [], [track()]])('that is %j is none', (raw) => {
    expect(verdict(raw)).toBe('bad_request')
  })
})

/** Fields that hold an object, by call, and the code when they do not. */
const OBJECTS: [type: keyof typeof LEAST, key: string, code: RejectCode][] = [
  ...EVENT_TYPES.flatMap((type): [typeof type, string, RejectCode][] => [
    [type, 'context', 'bad_request'],
    [type, 'integrations', 'bad_request'],
  ]),
  ['identify', 'traits', 'traits_not_object'],
  ['group', 'traits', 'traits_not_object'],
  ['track', 'properties', 'properties_not_object'],
  ['page', 'properties', 'properties_not_object'],
  ['screen', 'properties', 'properties_not_object'],
]

describe.each(OBJECTS)('%s: %s', (type, key, code) => {
  it.each(['', 'text', 0, 7, true, false, ['a'], [{}]])('%j is not an object', (value) => {
    expect(verdict(least(type, { [key]: value }))).toBe(code)
  })

  it.each([undefined, null])('%j is absent, and null stays', (value) => {
    const always = key === 'context' || key === 'integrations'
    expect(accepted(least(type, { [key]: value }))[key]).toEqual(always ? {} : value)
  })

  it('the empty list of PHP is an empty object', () => {
    expect(accepted(least(type, { [key]: [] }))[key]).toEqual({})
  })

  it('an object is kept as it is, null values and all', () => {
    const value = { a: 1, b: null, c: [1, { d: [] }], 'e f': '' }
    expect(accepted(least(type, { [key]: value }))[key]).toEqual(value)
  })
})

describe('absent objects', () => {
  it.each([
    ['identify', 'traits'],
    ['track', 'properties'],
  ] as const)('of %s: undefined %s is no key once it is written', (type, key) => {
    expect(JSON.stringify(accepted(least(type, { [key]: undefined })))).not.toContain(key)
  })

  it('that a call does not know are not looked at', () => {
    expect(accepted(track({ traits: 'text' })).traits).toBe('text')
  })
})

describe('event', () => {
  it.each<[unknown, string]>([
    ['Paid', 'ok'],
    [' ', 'ok'],
    ['', 'event_not_defined'],
    [null, 'event_not_defined'],
    [undefined, 'event_not_defined'],
    [7, 'event_not_string'],
    [0, 'event_not_string'],
    [false, 'event_not_string'],
    [{}, 'event_not_string'],
    [['Paid'], 'event_not_string'],
  ])('%j: %s', (event, expected) => {
    expect(verdict(track({ event }))).toBe(expected)
  })
})

describe.each(['page', 'screen'] as const)('%s', (type) => {
  it.each(['name', 'category'])('takes a string, an empty one too, as %s', (key) => {
    expect(accepted(least(type, { [key]: '' }))[key]).toBe('')
    expect(accepted(least(type, { [key]: 'Home' }))[key]).toBe('Home')
  })

  it.each(['name', 'category'])('takes null for no %s', (key) => {
    expect(accepted(least(type, { [key]: null }))).toHaveProperty(key, null)
  })

  it.each(['name', 'category'])('takes nothing else as %s', (key) => {
    const values = [0, 7, true, false, {}, [], ['Home']]
    expect(values.map((value) => verdict(least(type, { [key]: value })))).toEqual(values.map(() => `${key}_not_string`))
  })
})

describe('of several faults', () => {
  it.each<[string, object, RejectCode]>([
    ['an id that is none comes before the event', { userId: {}, event: 7 }, 'id_not_string'],
    ['the event comes before nobody', { userId: null, event: '' }, 'event_not_defined'],
    ['the properties come before nobody', { userId: null, properties: 7 }, 'properties_not_object'],
    ['the context comes before all of these', { context: 7, userId: {}, event: '' }, 'bad_request'],
  ])('%s', (_, fields, code) => {
    expect(verdict(track({ ...fields }))).toBe(code)
  })
})
