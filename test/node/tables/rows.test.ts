import { describe, expect, it } from 'vitest'
import { type Catalogue, foldNotices, isForWarehouse, keyText, looseRows, Names } from '../../../src/tables/index.ts'
import { eventOf, extended, load, LOADED, noticesOf, POSTGRES, rowsOf, track, typesOf } from './event.ts'

describe('rows', () => {
  it('of a track: common columns in tracks, properties in the table of the event', () => {
    const event = track({ total: 9.5 })
    const plan = load([event])
    const common = {
      id: event.messageId,
      anonymous_id: null,
      user_id: 'u1',
      original_timestamp: event.originalTimestamp,
      sent_at: null,
      received_at: event.receivedAt,
      timestamp: event.timestamp,
      event: 'thing_done',
      event_text: 'Thing Done',
      uuid_ts: LOADED,
    }
    expect(rowsOf(plan, 'tracks')).toEqual([common])
    expect(rowsOf(plan, 'thing_done')).toEqual([{ ...common, total: '9.5' }])
    expect(typesOf(plan, 'thing_done')).toEqual({
      id: 'text',
      anonymous_id: 'text',
      user_id: 'text',
      original_timestamp: 'timestamp',
      sent_at: 'timestamp',
      received_at: 'timestamp',
      timestamp: 'timestamp',
      event: 'text',
      event_text: 'text',
      uuid_ts: 'timestamp',
      total: 'double',
    })
  })

  it('context is flattened into every table; what is about the way of an event is not loaded', () => {
    const plan = load([
      eventOf({
        type: 'track',
        event: 'A',
        context: {
          page: { url: '/x' },
          traits: { eMail: 'a@b' },
          ip: '10.0.0.1',
          userAgentData: { brands: [{ b: 1 }] },
        },
        integrations: { All: true },
        _metadata: { bundled: ['x'] },
        writeKey: 'k',
      }),
    ])
    for (const table of ['tracks', 'a']) {
      const [row = {}] = rowsOf(plan, table)
      expect(Object.keys(row).slice(9)).toEqual([
        'uuid_ts',
        'context_page_url',
        'context_traits_e_mail',
        'context_ip',
        'context_user_agent_data_brands',
      ])
      expect(row).toMatchObject({ context_user_agent_data_brands: '[{"b":1}]' })
    }
  })

  it('58, 59: an absent trait or null makes no cell', () => {
    const traits = [{ a: 1, b: 1 }, { a: 2 }, { b: null }].map((traits) => eventOf({ type: 'identify', traits }))
    const plan = load(traits)
    expect(rowsOf(plan, 'users').map(({ id, a, b }) => [id, a, b])).toEqual([
      ['u1', '1', '1'],
      ['u1', '2', null],
      ['u1', null, null],
    ])
    expect(plan.upserts.map(({ table }) => table)).toEqual(['users'])
    expect(rowsOf(plan, 'identifies')).toHaveLength(3)
  })

  it('61: an identify of nobody known has no row in users', () => {
    const plan = load([eventOf({ type: 'identify', userId: null, anonymousId: 'a1', traits: { a: 1 } })])
    expect(rowsOf(plan, 'identifies')).toMatchObject([{ anonymous_id: 'a1', user_id: null, a: '1' }])
    expect(plan.upserts).toEqual([])
  })

  it('62: users has traits, context, received_at and neither anonymous_id nor the other times', () => {
    const event = eventOf({ type: 'identify', anonymousId: 'a1', traits: { plan: 'x' }, context: { ip: '::1' } })
    expect(rowsOf(load([event]), 'users')).toEqual([
      { id: 'u1', received_at: event.receivedAt, context_ip: '::1', plan: 'x', uuid_ts: LOADED },
    ])
  })

  it('63: a group has a row in groups and one to be folded into accounts', () => {
    const event = eventOf({ type: 'group', groupId: 'g1', traits: { name: 'Initech', groupId: 1 } })
    const plan = load([event])
    expect(rowsOf(plan, 'groups')).toMatchObject([{ group_id: 'g1', user_id: 'u1', name: 'Initech', _group_id: '1' }])
    expect(rowsOf(plan, 'accounts')).toEqual([
      { id: 'g1', received_at: event.receivedAt, name: 'Initech', _group_id: '1', uuid_ts: LOADED },
    ])
  })

  it('an alias has the id that the user had before', () => {
    const plan = load([eventOf({ type: 'alias', previousId: 'a1' })])
    expect(rowsOf(plan, 'aliases')).toMatchObject([{ previous_id: 'a1', user_id: 'u1' }])
  })

  it('a time of a client that cannot be read is NULL and a notice', () => {
    const plan = load([eventOf({ type: 'screen', name: 'S', sentAt: 'soon' })])
    expect(rowsOf(plan, 'screens')).toMatchObject([{ name: 'S', sent_at: null }])
    expect(noticesOf(plan)).toEqual(['not_castable screens.sent_at ×1'])
  })

  it('users has the types of identifies, of this load and of earlier ones', () => {
    const anonymous = eventOf({ type: 'identify', userId: null, anonymousId: 'a', traits: { n: 'none' } })
    const known = eventOf({ type: 'identify', traits: { n: 1 } })
    expect(typesOf(load([known, anonymous]), 'users')).toMatchObject({ n: 'text' })
    const later = load([known], extended(null, load([anonymous])))
    expect(typesOf(later, 'users')).toMatchObject({ n: 'text' })
    expect(rowsOf(later, 'users')).toMatchObject([{ n: '1' }])
  })

  it('58: columns that are there are used, nothing is made twice, and users may follow later', () => {
    const event = eventOf({ type: 'identify', traits: { n: 1 } })
    const catalogue = extended(null, load([event]))
    expect(load([event], catalogue).additions).toEqual([])
    catalogue.delete('users')
    expect(load([event], catalogue).additions.map(({ table }) => table)).toEqual(['users'])
  })

  it('a table that somebody else has made takes what its columns take', () => {
    const catalogue: Catalogue = new Map([['thing_done', new Map([['id', { name: 'id', type: 'bigint' as const }]])]])
    const plan = load([track({ a: 1 })], catalogue)
    expect(rowsOf(plan, 'thing_done')).toEqual([])
    expect(plan.notices.map(({ code }) => code)).toEqual(['not_castable', 'row_refused'])
  })

  it('an id that a key cannot hold is its hash, everywhere alike', () => {
    const long = 'é'.repeat(257)
    const ids = [long, `${long}x`, 'a\0b', 'ab', 'a\ud800', 'a\ud801', 'a\ufffd']
    expect(new Set(ids.map(keyText)).size).toBe(ids.length)
    expect(keyText('x'.repeat(512))).toBe('x'.repeat(512))
    expect(keyText(long)).toMatch(/^sha256:[0-9a-f]{64}$/)
    const plan = load([eventOf({ type: 'identify', userId: long, traits: {} })])
    expect(rowsOf(plan, 'identifies')[0]?.user_id).toBe(keyText(long))
    expect(rowsOf(plan, 'users')[0]?.id).toBe(keyText(long))
    expect(noticesOf(plan)).toEqual(['text_cut identifies.user_id ×1'])
  })
})

describe('what is to be loaded', () => {
  it('71: an event’s own choice of warehouses', () => {
    const goes = (integrations: unknown, id = 'w1') =>
      isForWarehouse(eventOf({ type: 'track', event: 'A', integrations: integrations as object }), id)
    expect(goes({ All: false })).toBe(true)
    expect(goes({ Warehouses: { all: false } })).toBe(false)
    expect(goes({ Warehouses: false })).toBe(false)
    expect(goes({ Warehouses: true })).toBe(true)
    expect(goes({ Warehouses: { all: true } })).toBe(true)
    expect(goes({ Warehouses: { warehouseIds: ['w1'] } })).toBe(true)
    expect(goes({ Warehouses: { warehouseIds: ['w1'] } }, 'w2')).toBe(false)
    expect(goes({ Warehouses: { all: false, warehouseIds: ['w2'] } }, 'w2')).toBe(true)
  })

  it('a selection leaves out tables and columns, and never those that rows are known by', () => {
    const event = track({ a: 1, b: 2 })
    const rows = (selection: (table: string, column: string | null) => boolean) =>
      looseRows(event, new Names(63), selection).rows.map(({ table, columns, base }) => ({ table, columns, base }))
    expect(rows((table) => table !== 'tracks').map(({ table }) => table)).toEqual(['thing_done'])
    expect(rows((table) => table !== 'thing_done').map(({ table }) => table)).toEqual(['tracks'])
    const columns = rows((_, column) => column === null || column === 'a')
    expect(columns).toEqual([
      { table: 'tracks', columns: ['id', 'user_id', 'received_at'], base: 3 },
      { table: 'thing_done', columns: ['id', 'user_id', 'received_at', 'a'], base: 3 },
    ])
  })
})

describe('notices', () => {
  it('are added up, with three samples of 200 characters', () => {
    const first = load(Array.from({ length: 5 }, () => track({ '@': 'x'.repeat(500) }))).notices
    const second = load([track({ '@': 1 })]).notices
    const [folded, ...others] = foldNotices(first, second, second)
    expect(others).toEqual([])
    expect(folded).toMatchObject({ code: 'name_empty', table: 'thing_done', column: null, count: 7 })
    expect(folded?.samples.map(({ value }) => value.length)).toEqual([200, 200, 200])
  })

  it('are bounded in number: those of further columns are one a code', () => {
    const properties = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`p${at}`, '\0']))
    const { notices } = load([track(properties)], null, { ...POSTGRES, columns: 1500 })
    const folded = foldNotices(notices, notices)
    expect(notices).toHaveLength(201)
    expect(folded).toHaveLength(201)
    expect(folded.at(-1)).toMatchObject({ code: 'text_cleaned', table: '', column: null, count: 200 })
    expect(folded.reduce((sum, { count }) => sum + count, 0)).toBe(600)
  })
})
