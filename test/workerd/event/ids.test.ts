import { describe, expect, it } from 'vitest'
import { accepted, track, verdict } from './facts.ts'

type Row = [given: unknown, outcome: string]

const outcome = (fields: Record<string, unknown>, key: string): unknown => {
  const reason = verdict(fields)
  return reason === 'ok' ? accepted(fields)[key] : reason
}

/** What any id may be; a missing one means different things. */
const PRESENT: Row[] = [
  ['u-1', 'u-1'],
  [' ', ' '],
  ['0', '0'],
  ['constructor', 'constructor'],
  ['💶', '💶'],
  [42, '42'],
  [0, '0'],
  [-1.5, '-1.5'],
  [1e21, '1e+21'],
]
const WRONG: Row[] = [
  [true, 'id_not_string'],
  [false, 'id_not_string'],
  [{}, 'id_not_string'],
  [{ id: 'u' }, 'id_not_string'],
  [[], 'id_not_string'],
  [['u'], 'id_not_string'],
  // JSON's 1e400.
  [Infinity, 'id_not_string'],
]
const ABSENT: unknown[] = [undefined, null, '']

describe.each(['userId', 'anonymousId'])('%s', (key) => {
  const other = key === 'userId' ? 'anonymousId' : 'userId'
  const only = (value: unknown) => ({ type: 'track', event: 'E', messageId: 'm', [key]: value })

  it.each([...PRESENT, ...WRONG])('%j alone gives %j', (value, expected) => {
    expect(outcome(only(value), key)).toBe(expected)
  })

  it.each(WRONG)('%j beside a good other one gives %j', (value, expected) => {
    expect(outcome({ ...only(value), [other]: 'x' }, key)).toBe(expected)
  })

  it.each(ABSENT)('%j alone leaves nobody', (value) => {
    expect(verdict(only(value))).toBe('no_user_anon_id')
  })

  it.each([undefined, ''])('%j beside the other one is left out', (value) => {
    const event = accepted({ ...only(value), [other]: 'x' })
    expect([key in event, event[other]]).toEqual([false, 'x'])
  })

  it('null beside the other one stays', () => {
    expect(accepted({ ...only(null), [other]: 'x' })).toMatchObject({ [key]: null, [other]: 'x' })
  })
})

describe('nobody', () => {
  it.each(ABSENT.flatMap((a) => ABSENT.map((b): [unknown, unknown] => [a, b])))('%j and %j', (userId, anonymousId) => {
    expect(verdict(track({ userId, anonymousId }))).toBe('no_user_anon_id')
  })
})

describe('groupId', () => {
  const group = (groupId: unknown) => ({ type: 'group', userId: 'u', groupId })

  it.each([...PRESENT, ...WRONG])('%j gives %j', (value, expected) => {
    expect(outcome(group(value), 'groupId')).toBe(expected)
  })

  it.each(ABSENT)('%j is required', (value) => {
    expect(verdict(group(value))).toBe('id_required')
  })

  it('is not touched in other calls', () => {
    expect(accepted(track({ groupId: 7 })).groupId).toBe(7)
  })
})

describe('alias', () => {
  const alias = (fields: object) => ({ type: 'alias', previousId: 'anon', userId: 'u', ...fields })

  it.each([...PRESENT, ...WRONG])('previousId %j gives %j', (previousId, expected) => {
    expect(outcome(alias({ previousId }), 'previousId')).toBe(expected)
  })

  it.each(ABSENT)('previousId %j is required', (previousId) => {
    expect(verdict(alias({ previousId }))).toBe('id_required')
  })

  it.each(ABSENT)('userId %j is required', (userId) => {
    expect(verdict(alias({ userId, anonymousId: 'a' }))).toBe('id_required')
  })

  it('takes both as strings', () => {
    expect(accepted(alias({ previousId: 1, userId: 2 }))).toMatchObject({ previousId: '1', userId: '2' })
  })
})

describe('messageId', () => {
  it.each<[string, unknown, string]>([
    ['a string', 'm-1', 'm-1'],
    ['a number', 17, '17'],
    ['99 characters', 'x'.repeat(99), 'x'.repeat(99)],
    ['100 characters', 'x'.repeat(100), 'bad_request'],
    ['far too long', 'x'.repeat(10_000), 'bad_request'],
    ['missing', undefined, 'assigned'],
    ['null', null, 'assigned'],
    ['empty', '', 'assigned'],
    ['true', true, 'bad_request'],
    ['an object', {}, 'bad_request'],
    ['a list', ['m'], 'bad_request'],
  ])('%s', (_, messageId, expected) => {
    expect(outcome(track({ messageId }), 'messageId')).toBe(expected)
  })

  it('is made once for each event that has none', () => {
    let made = 0
    const newMessageId = () => `id-${++made}`
    const ids = [track({ messageId: '' }), track(), track({ messageId: null })].map(
      (raw) => accepted(raw, { newMessageId }).messageId,
    )
    expect([ids, made]).toEqual([['id-1', 'm1', 'id-2'], 2])
  })
})
