import { describe, expect, it } from 'vitest'
import { Names, RESERVED_NAMES, schemaName } from '../../../src/tables/index.ts'
import { snakeCase } from '../../../src/tables/snake-case.ts'
import { eventOf, load, noticesOf, REDSHIFT, rowsOf, track, typesOf } from './event.ts'

const BASE = new Set(
  'id anonymous_id user_id original_timestamp sent_at received_at timestamp event event_text uuid_ts name category'.split(
    ' ',
  ),
)

/** Columns of a table that are of properties or traits, with their values. */
function own(events: ReturnType<typeof track>[], table = 'thing_done', limits?: typeof REDSHIFT) {
  return rowsOf(load(events, null, limits), table).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !BASE.has(name) && !name.startsWith('context_'))),
  )
}

const tableOf = (event: string) => new Names(63).table(event)

describe('snake case', () => {
  it.each([
    ['sampleText', 'sample_text'],
    ['samPLE text', 'sam_ple_text'],
    ['SAMPLE 2 TEXT', 'sample_2_text'],
    ['CStringRef', 'cstring_ref'],
    ['sample___text', 'sample_text'],
    ['something.com', 'something_com'],
    ['$something%', 'something'],
    ['FOO:BAR$BAZ', 'foo_bar_baz'],
    ['___$$Base64Encode', 'base64_encode'],
    ['THE5r', 'the5r'],
    ['5TEst', '5test'],
    ['_5TEst', '5test'],
    ['f_pX9', 'f_p_x9'],
    ['p_z9Rg', 'p_z9_rg'],
    ['edf_6N', 'edf_6n'],
    ['2FA Enabled', '2fa_enabled'],
    ['Enabled 2FA', 'enabled_2fa'],
    ['lk0B@bFmjrLQ_Z6YL', 'lk0_b_b_fmjr_lq_z6yl'],
    ['@49L0S145_¬fwHƒ0TSLNVp', '49l0s145_fw_h_0tslnvp'],
    ['•¶§ƒ˚foo˙∆˚¬', 'foo'],
    ['inviteYourCustomersAddInvites', 'invite_your_customers_add_invites'],
    ['a', 'a'],
    ['a_', 'a'],
    ['', ''],
  ])('writes %s as %s', (text, name) => expect(snakeCase(text)).toBe(name))
})

describe('names of tables', () => {
  it('1: an event has a table, its name and its text', () => {
    const plan = load([track({}, 'Order Completed')])
    expect(rowsOf(plan, 'order_completed')).toMatchObject([{ event: 'order_completed', event_text: 'Order Completed' }])
    expect(rowsOf(plan, 'tracks')).toMatchObject([{ event: 'order_completed', event_text: 'Order Completed' }])
  })
  it('2: a version is a word', () => expect(tableOf('omega v2')).toBe('omega_v2'))
  it('3: digits end no word', () => expect(tableOf('CamelCase123Key')).toBe('camel_case123_key'))
  it('4: a digit first has a _ before it', () => {
    expect(tableOf('9mega')).toBe('_9mega')
    expect(own([track({ '2fa': true })])).toEqual([{ _2fa: 't' }])
  })
  it('5: of schemas too', () => {
    expect(schemaName('3doctors', 63)).toBe('_3doctors')
    expect(schemaName('my-shop', 63)).toBe('my_shop')
    expect(schemaName('магазин', 63)).toMatch(/^source_[0-9a-f]{8}$/)
  })
  it('6: signs separate words', () => expect(tableOf('path to $1,00,000')).toBe('path_to_1_00_000'))
  it('7: so do letters that are not ASCII', () => expect(tableOf('Cízǔ')).toBe('c_z'))
  it.each(['@#$%', '秒速', 'Странное Имя'])('8: %s has a row in tracks, no table, and a notice', (event) => {
    const plan = load([track({ a: 1 }, event), track({ a: 1 }, event)])
    expect(plan.tables.map(({ table }) => table)).toEqual(['tracks'])
    expect(rowsOf(plan, 'tracks')).toMatchObject([
      { event: null, event_text: event },
      { event: null, event_text: event },
    ])
    expect(noticesOf(plan)).toEqual(['name_empty tracks. ×2'])
    expect(plan.notices[0]?.samples[0]?.value).toBe(event)
  })
  it('11: an event called like a fixed table has a _ before it', () => {
    for (const name of ['Users', 'tracks', 'Pages', 'identifies', 'screens', 'groups', 'accounts', 'aliases']) {
      expect(tableOf(name)).toBe(`_${name.toLowerCase()}`)
    }
    const plan = load([track({ a: 1 }, 'Users')])
    expect(plan.upserts).toEqual([])
    expect(rowsOf(plan, '_users')).toMatchObject([{ event: '_users', event_text: 'Users', a: '1' }])
  })
  it('12: events that come out alike share a table, told apart by their text', () => {
    const plan = load(['Signed Up', 'signed_up', 'Signed-Up'].map((event) => track({}, event)))
    expect(rowsOf(plan, 'signed_up').map((row) => row.event_text)).toEqual(['Signed Up', 'signed_up', 'Signed-Up'])
    expect(plan.notices).toEqual([])
  })
  it('16: a reserved word has a _ before it', () => expect(tableOf('Select')).toBe('_select'))
  it('16a: so have columns and schemas that PostgreSQL has for itself', () => {
    expect(own([track({ xmin: 1, ctid: 2, tableoid: 3 })])).toEqual([{ _xmin: '1', _ctid: '2', _tableoid: '3' }])
    expect(schemaName('pg_shop', 63)).toBe('_pg_shop')
    expect(schemaName('public', 63)).toBe('_public')
    expect(schemaName('information-schema', 63)).toBe('_information_schema')
  })
})

describe('names of columns', () => {
  it('9, 24: a key without a letter or digit has no column, and a notice', () => {
    for (const key of ['@#$%', '']) {
      const plan = load([track({ [key]: 1, b: 2 })])
      expect(own([track({ [key]: 1, b: 2 })])).toEqual([{ b: '2' }])
      expect(noticesOf(plan)).toEqual(['name_empty thing_done. ×1'])
      expect(plan.notices[0]?.samples[0]?.value).toBe(JSON.stringify({ [key]: 1 }))
    }
    // Neither have the keys below it: they would come out as others do.
    expect(own([track({ 秒: { name: 1 }, 速: { name: 2 } })])).toEqual([{}])
  })
  it('10: a _ in front is no part of a name', () => {
    expect(own([track({ _private: 1, __abc: 2 })])).toEqual([{ private: '1', abc: '2' }])
  })
  it('13: of keys that come out alike the last one is taken, and a notice says so', () => {
    const plan = load([track({ Plan: 'a', plan: 'b', PLAN: 'c' })])
    expect(own([track({ Plan: 'a', plan: 'b', PLAN: 'c' })])).toEqual([{ plan: 'c' }])
    expect(noticesOf(plan)).toEqual(['name_taken thing_done.plan ×2'])
    expect(plan.notices[0]?.samples.map(({ value }) => value)).toEqual(['a', 'b'])
    expect(own([track({ Plan: 'a', plan: null })])).toEqual([{ plan: 'a' }])
  })
  it('14: so it is with what was flattened', () => {
    expect(own([track({ 'a.b': 1, a: { b: 2 } })])).toEqual([{ a_b: '2' }])
  })
  it('15: reserved words of either warehouse have a _ before them', () => {
    const words = ['order', 'group', 'user', 'select', 'default', 'limit', 'offset', 'desc']
    const plain = ['type', 'name2', 'date', 'value', 'key']
    const [row] = own([track(Object.fromEntries([...words, ...plain].map((key) => [key, 1])))])
    expect(Object.keys(row ?? {})).toEqual([...words.map((word) => `_${word}`), ...plain])
    expect(RESERVED_NAMES.size).toBe(176)
  })
  it('17: a base column keeps its value, and a property of that name has another', () => {
    const keys =
      'user_id event id timestamp received_at sent_at anonymous_id context_ip original_timestamp event_text uuid_ts'
    const event = track(Object.fromEntries(keys.split(' ').map((key) => [key, 'x'])))
    const [row] = rowsOf(load([event]), 'thing_done')
    expect(row).toMatchObject(Object.fromEntries(keys.split(' ').map((key) => [`_${key}`, 'x'])))
    expect(row).toMatchObject({ user_id: 'u1', event: 'thing_done', id: event.messageId, timestamp: event.timestamp })
    expect(row?.context_ip).toBeUndefined()
    // Of an identify `event` is no base column.
    expect(own([eventOf({ type: 'identify', traits: { event: 'x', timestamp: 'y' } })], 'identifies')).toEqual([
      { _timestamp: 'y' },
    ])
  })
  it('18: so have traits, in users too', () => {
    const plan = load([eventOf({ type: 'identify', traits: { id: 7, user_id: 8, uuid_ts: 9 } })])
    expect(rowsOf(plan, 'identifies')).toMatchObject([{ user_id: 'u1', _id: '7', _user_id: '8', _uuid_ts: '9' }])
    expect(rowsOf(plan, 'users')).toMatchObject([{ id: 'u1', _id: '7', _user_id: '8', _uuid_ts: '9' }])
  })
  it('19: two that come out alike by it are as 13', () => {
    expect(own([track({ order: 1, _order: 2 })])).toEqual([{ _order: '2' }])
  })
  it('20: a name that is too long ends in a hash of the whole', () => {
    const long = 'a'.repeat(70)
    const [row] = own([track({ [long]: 1 })])
    expect(Object.keys(row ?? {})[0]).toMatch(/^a{54}_[0-9a-f]{8}$/)
    expect(own([track({ ['a'.repeat(63)]: 1 })])).toEqual([{ ['a'.repeat(63)]: '1' }])
    expect(tableOf(long)).toBe(Object.keys(row ?? {})[0])
  })
  it('21: so that two that begin alike stay two', () => {
    const [row] = own([track({ [`${'a'.repeat(63)}x`]: 1, [`${'a'.repeat(63)}y`]: 2 })])
    expect(Object.values(row ?? {})).toEqual(['1', '2'])
  })
  it('22: Redshift takes 127', () => {
    const [row] = own([track({ ['a'.repeat(127)]: 1, ['b'.repeat(128)]: 2 })], 'thing_done', REDSHIFT)
    expect(Object.keys(row ?? {})).toEqual(['a'.repeat(127), expect.stringMatching(/^b{118}_[0-9a-f]{8}$/)])
  })
  it('23: a hostile key is only words', () => {
    expect(own([track({ [`x" text);copy (select '') to program 'id';--`]: 1 })])).toEqual([
      { x_text_copy_select_to_program_id: '1' },
    ])
  })
  it('64: a page has its name from its call, else from its properties, and never twice', () => {
    const page = (name: string | null, properties: Record<string, unknown>) =>
      rowsOf(load([eventOf({ type: 'page', name, properties })]), 'pages')[0]
    expect(page(null, {})).toMatchObject({ name: null, category: null })
    expect(page(null, { name: 'Home' })).toMatchObject({ name: 'Home' })
    expect(page('Home', { name: 'Home', path: '/' })).toMatchObject({ name: 'Home', path: '/' })
    expect(page('Home', { name: 'Home' })).not.toHaveProperty('_name')
    expect(page('Home', { name: 'Other' })).toMatchObject({ name: 'Home', _name: 'Other' })
    expect(typesOf(load([eventOf({ type: 'page', name: '2026-01-01' })]), 'pages')).toMatchObject({ name: 'text' })
  })
})
