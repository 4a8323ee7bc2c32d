import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Cursor, WarehouseSession } from '../../../src/connectors/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { type Client, RedshiftStandIn, SETTINGS } from '../../redshift/stand-in.ts'
import { eventOf, track } from '../tables/event.ts'
import { rowsOfAll, SCHEMA, sync } from './world.ts'

let database: TestDatabase
let world: RedshiftStandIn
let client: Client
let session: WarehouseSession
beforeAll(async () => {
  database = await openDatabase()
  world = new RedshiftStandIn(database)
})
afterAll(async () => {
  await world.end()
  await database.end()
})
beforeEach(async () => {
  world.calm()
  await world.api.settled()
  await database.query(`drop schema if exists ${SCHEMA} cascade`)
  world.api.submitted.length = 0
  client = world.client()
  session = await client.connector.open(SETTINGS)
})

const at = (seq: number): Cursor => ({ seq, index: 0 })
const bring = (events: readonly SpecEvent[], from: Cursor | null, to: Cursor, by = session) =>
  sync(by, client.connector.limits, events, { from, to })
const all = () => rowsOfAll(database)
const batches = () => world.api.submitted.filter((sqls) => sqls[0]?.startsWith('lock'))

describe('a load', () => {
  it('brings rows, users and the cursor in one transaction, and leaves nothing in the bucket', async () => {
    expect(await session.catalogue(SCHEMA)).toBeNull()
    expect(await session.cursor(SCHEMA, 'sync')).toBeNull()
    const events = [
      eventOf({ type: 'identify', userId: 'u1', traits: { a: 1, b: 1, plan: 'pro' } }),
      eventOf({ type: 'identify', userId: 'u1', traits: { a: 2 } }),
      track({ amount: 1.5, at: '2026-01-01T00:00:00.000Z', tags: [1, 'x'], ok: true, big: 2 ** 53 }),
      eventOf({ type: 'group', userId: 'u1', groupId: 'g1', traits: { seats: 5 } }),
    ]
    const { loaded, notices } = await bring(events, null, at(3))
    expect(loaded).toEqual({
      state: 'loaded',
      inserted: { identifies: 2, tracks: 1, thing_done: 1, groups: 1 },
      notices: [],
    })
    expect(notices).toEqual([])
    expect(batches()).toHaveLength(1)
    expect(await session.cursor(SCHEMA, 'sync')).toEqual(at(3))
    const { users, accounts, thing_done: things } = await all()
    expect(users).toMatchObject([{ id: 'u1', a: '2', b: '1', plan: 'pro' }])
    expect(accounts).toMatchObject([{ id: 'g1', seats: '5' }])
    expect(things).toMatchObject([
      { amount: 1.5, at: new Date('2026-01-01T00:00:00.000Z'), tags: '[1,"x"]', ok: true, big: '9007199254740992' },
    ])
    expect(world.buckets.keys('shop-loads')).toEqual([])
    expect([...((await session.catalogue(SCHEMA)) ?? [])].map(([table]) => table).toSorted()).toEqual([
      'accounts',
      'groups',
      'identifies',
      'thing_done',
      'tracks',
      'users',
    ])
  })

  it('of rows that are there brings none, and of one id in a load the first', async () => {
    const [first, second] = [track({ n: 1 }), track({ n: 2 })]
    await bring([first], null, at(1))
    const again = { ...second, messageId: first.messageId }
    const { loaded } = await bring([first, again, second, { ...again, messageId: second.messageId }], at(1), at(2))
    expect(loaded).toMatchObject({ inserted: { tracks: 1, thing_done: 1 } })
    const { thing_done: things } = await all()
    expect(things?.map(({ n }) => n)).toEqual(['1', '2'])
  })

  it('loads nothing when the cursor stands elsewhere', async () => {
    await bring([track({ n: 1 })], null, at(1))
    const before = await all()
    for (const from of [null, at(0), { seq: 1, index: 1 }]) {
      const { loaded } = await bring([track({ n: 2 })], from, at(2))
      expect(loaded).toEqual({ state: 'moved', to: at(1) })
    }
    expect(await all()).toEqual(before)
  })

  it('moves the cursor of an empty portion without a file, each reader its own', async () => {
    await bring([], null, at(1))
    await bring([], at(1), at(2))
    const backfill = { reader: 'backfill:b1', from: null, to: at(1) }
    await session.load({ schema: SCHEMA, tables: [], upserts: [], cursor: backfill })
    expect(await session.cursor(SCHEMA, 'sync')).toEqual(at(2))
    expect(await session.cursor(SCHEMA, 'backfill:b1')).toEqual(at(1))
    expect(world.requests).not.toContain('PUT:empty')
    expect(batches().every((sqls) => sqls.length === 3)).toBe(true)
  })

  it('tells where nobody has made the table of cursors', async () => {
    const cursor = { reader: 'sync', from: null, to: at(1) }
    expect(await session.load({ schema: SCHEMA, tables: [], upserts: [], cursor })).toEqual({
      state: 'moved',
      to: null,
    })
  })

  it('keeps what was received last in users, whatever is loaded first', async () => {
    const events = [1, 2, 3].map((n) => eventOf({ type: 'identify', userId: 'u1', traits: { n, [`only_${n}`]: n } }))
    await bring([events[2] as SpecEvent], null, at(1))
    await bring([events[0] as SpecEvent, events[1] as SpecEvent], at(1), at(2))
    const { users } = await all()
    expect(users).toMatchObject([{ n: '3', only_1: '1', only_2: '2', only_3: '3', received_at: expect.any(Date) }])
    expect(users?.[0]?.received_at).toEqual(new Date(String(events[2]?.receivedAt)))
  })

  it('keeps what was received last where users are of another type than identifies, or these are not loaded', async () => {
    const [older, newer] = ['before', 'after'].map((word) =>
      eventOf({ type: 'identify', userId: 'u1', traits: { word, [word]: 1 } }),
    ) as [SpecEvent, SpecEvent]
    await bring([newer], null, at(1))
    await database.query(`alter table ${SCHEMA}.users alter column word type character varying(100)`)
    await bring([older], at(1), at(2))
    expect((await all()).users).toMatchObject([{ word: 'after', before: '1', after: '1' }])
    await database.query(`drop table ${SCHEMA}.identifies; drop table ${SCHEMA}.users`)
    const limits = client.connector.limits
    const only = (table: string) => table === 'users'
    await sync(session, limits, [newer], { from: at(2), to: at(3) }, only)
    await sync(session, limits, [older], { from: at(3), to: at(4) }, only)
    expect((await all()).users).toMatchObject([{ word: 'after', before: '1', after: '1' }])
    expect((await all()).identifies).toBeUndefined()
  })

  it('of many tables goes through procedures, in the same one transaction', async () => {
    const events = Array.from({ length: 150 }, (_, n) =>
      track(Object.fromEntries(Array.from({ length: 12 }, (_, p) => [`property_${n % 5}_${p}`, n])), `Event ${n}`),
    )
    events.push(eventOf({ type: 'identify', userId: 'u1', traits: { n: 1 } }))
    const { loaded } = await bring(events, null, at(1))
    expect(loaded).toMatchObject({
      state: 'loaded',
      inserted: { tracks: 150, event_0: 1, event_149: 1, identifies: 1 },
    })
    const [batch, ...more] = batches()
    expect(more).toEqual([])
    expect(batch?.filter((sql) => sql.startsWith('call')).length).toBeGreaterThan(1)
    expect(await all()).toMatchObject({ event_149: [{ property_4_11: '149' }], users: [{ n: '1' }] })
  })

  it('writes what could not be loaded into a table, where its owner wants it', async () => {
    const { limits } = client.connector
    await sync(session, limits, [track({ n: 1 })], { from: null, to: at(1) })
    const odd = `it's "odd" \\ \u0001 ; drop table tracks`
    await sync(session, limits, [track({ n: odd }), track({ ok: 1 })], { from: at(1), to: at(2) }, undefined, true)
    const [row, ...more] = await database.query(`select * from ${SCHEMA}._sluice_discards`)
    expect(more).toEqual([])
    expect(row).toMatchObject({ reader: 'sync', table: 'thing_done', column: 'n', reason: 'not_castable', count: '1' })
    expect(JSON.parse(String(row?.samples))).toMatchObject([{ value: odd }])
    expect(await session.catalogue(SCHEMA)).not.toHaveProperty('_sluice_discards')
  })
})

describe('what COPY refuses', () => {
  const prepare = async () => {
    await bring([track({ n: 1.5, name: 'a' })], null, at(1))
    await database.query(`alter table ${SCHEMA}.thing_done alter column n type real`)
  }
  const huge = () => track({ n: 1e300, name: 'huge' })

  it.each(['sys', 'stl'] as const)(
    'is asked for all at once, NULL and a notice, and stops no load (%s)',
    async (views) => {
      await prepare()
      world.engine.settings.views = views
      const events = [track({ n: 2.5, name: 'b' }), huge(), track({ n: 3.5, name: 'c' }), huge()]
      const { loaded } = await bring(events, at(1), at(2))
      world.engine.settings.views = 'sys'
      expect(loaded).toMatchObject({
        state: 'loaded',
        inserted: { thing_done: 4 },
        notices: [{ code: 'not_castable', table: 'thing_done', column: 'n', count: 2 }],
      })
      expect(loaded).toMatchObject({
        notices: [{ samples: [{ id: events[1]?.messageId, value: expect.stringContaining('1e+300') }, {}] }],
      })
      const { thing_done: things } = await all()
      expect(things?.map(({ n, name }) => [n, name])).toEqual([
        [1.5, 'a'],
        [2.5, 'b'],
        [null, 'huge'],
        [3.5, 'c'],
        [null, 'huge'],
      ])
      // That of before, the refused one, the one that loads.
      expect(batches()).toHaveLength(3)
      expect(world.buckets.keys('shop-loads')).toEqual([])
    },
  )

  it('without a column takes the whole row', async () => {
    await prepare()
    world.api.at = (point, sqls) => {
      if (point === 'part 3' && sqls[0]?.startsWith('lock'))
        for (const error of world.engine.loadErrors) error.column = ''
      // The error of the reading that only looks.
      for (const error of world.engine.loadErrors) error.column = ''
    }
    const { loaded } = await bring([huge(), track({ n: 2, name: 'b' })], at(1), at(2))
    expect(loaded).toMatchObject({
      inserted: { tracks: 2, thing_done: 1 },
      notices: [{ code: 'row_refused', table: 'thing_done', column: null, count: 1 }],
    })
  })

  it('is an error when Redshift does not say what', async () => {
    await prepare()
    world.api.at = () => {
      world.engine.loadErrors.length = 0
    }
    await expect(bring([huge()], at(1), at(2))).rejects.toMatchObject({ name: 'WarehouseError', retry: true })
    expect(await session.cursor(SCHEMA, 'sync')).toEqual(at(1))
  })
})

describe('trouble', () => {
  const events = () => [track({ n: 1 }), eventOf({ type: 'identify', userId: 'u1', traits: { a: 1 } })]

  it('an answer that is lost is asked for again with its token: nothing runs twice', async () => {
    for (const operation of [
      'PUT',
      'DELETE',
      'ExecuteStatement',
      'BatchExecuteStatement',
      'DescribeStatement',
      'GetStatementResult',
    ]) {
      for (const fate of ['lost', 'unheard', 'trouble'] as const) {
        await database.query(`drop schema if exists ${SCHEMA} cascade`)
        world.api.submitted.length = 0
        let first = true
        world.fate = (asked) => {
          if (asked !== operation || !first) return undefined
          first = false
          return fate
        }
        const { loaded } = await bring(events(), null, at(1))
        expect([operation, fate, loaded]).toMatchObject([operation, fate, { state: 'loaded', inserted: { tracks: 1 } }])
        expect(batches()).toHaveLength(1)
        expect(world.buckets.keys('shop-loads')).toEqual([])
      }
    }
  })

  it.each(['picked', 'started', 'part 0', 'part 1', 'part 3', 'part 5', 'part 9', 'commit'] as const)(
    'a transaction that fails at “%s” leaves nothing; the same again loads all',
    async (point) => {
      await bring([], null, at(1))
      let first = true
      world.api.at = (reached, sqls) => {
        if (reached !== point || !sqls[0]?.startsWith('lock') || !first) return
        first = false
        throw new Error('ERROR: the cluster is being restarted')
      }
      const some = events()
      await expect(bring(some, at(1), at(2))).rejects.toMatchObject({ code: 'stopped', retry: true })
      expect(Object.values(await all()).flat()).toEqual([])
      expect(await session.cursor(SCHEMA, 'sync')).toEqual(at(1))
      const { loaded } = await bring(some, at(1), at(2))
      expect(loaded).toMatchObject({ inserted: { tracks: 1, identifies: 1 } })
    },
  )

  it('others who write at the same time are waited for', async () => {
    await bring([], null, at(1))
    let left = 3
    world.api.at = (point, sqls) => {
      if (point !== 'part 6' || !sqls[0]?.startsWith('lock') || left-- === 0) return
      throw Object.assign(new Error('could not serialize'), { code: '40001' })
    }
    const { loaded } = await bring(events(), at(1), at(2))
    expect(loaded).toMatchObject({ state: 'loaded' })
    expect(batches()).toHaveLength(1 + 4)
    left = Infinity
    await expect(bring(events(), at(2), at(3))).rejects.toMatchObject({ code: 'conflict', retry: true })
  })

  it('what takes too long is cancelled, and loaded by the next attempt', async () => {
    await bring([], null, at(1))
    const { gate, open } = world.hold()
    world.api.at = async (point, sqls) => {
      if (point !== 'part 4' || !sqls[0]?.startsWith('lock')) return
      // A request that is on its way was signed before: AWS takes five minutes for too far off.
      for (let passed = 0; passed < 3; passed++) {
        world.skip(4 * 60_000)
        const asked = world.requests.length
        await vi.waitUntil(() => world.requests.length > asked + 1 || world.requests.includes('CancelStatement'))
      }
      await gate
    }
    const some = events()
    const loading = bring(some, at(1), at(2))
    void vi.waitUntil(() => world.requests.includes('CancelStatement'), { interval: 5 }).then(open)
    await expect(loading).rejects.toMatchObject({ code: 'stopped', retry: true })
    expect(world.requests).toContain('CancelStatement')
    world.calm()
    expect((await bring(some, at(1), at(2))).loaded).toMatchObject({ state: 'loaded', inserted: { tracks: 1 } })
  })

  it('a batch of a process that has died runs on: the next one loads nothing twice', async () => {
    await bring([], null, at(1))
    const some = events()
    // Submitted, and held before it begins.
    const { gate, open } = world.hold()
    const dead = world.client()
    const before = await dead.connector.open(SETTINGS)
    world.api.at = async (point, sqls) => {
      if (point !== 'picked' || !sqls[0]?.startsWith('lock')) return
      dead.dieAfter(0)
      world.api.at = () => undefined
      await gate
    }
    await expect(bring(some, at(1), at(2), before)).rejects.toThrow('died')
    const left = world.buckets.keys('shop-loads')
    expect(left).toHaveLength(2)
    // The cursor still stands, so the next process loads the same, and both run.
    expect(await session.cursor(SCHEMA, 'sync')).toEqual(at(1))
    const next = bring([...some, track({ n: 2 })], at(1), at(3))
    open()
    const { loaded } = await next
    await world.api.settled()
    const { thing_done: things, users } = await all()
    const won = loaded.state === 'loaded'
    expect(await session.cursor(SCHEMA, 'sync')).toEqual(won ? at(3) : at(2))
    expect(things).toHaveLength(won ? 2 : 1)
    expect(users).toHaveLength(1)
    // Its files go with a later session, not with one that could be beside it.
    await session.end()
    expect(world.buckets.keys('shop-loads')).toEqual(left)
    world.buckets.put('shop-loads', `${left[0]?.replace(/[^/]+$/, '')}somebody-elses.txt`, Buffer.from('x'), 0)
    world.skip(2 * 60 * 60_000)
    await session.end()
    expect(world.buckets.keys('shop-loads')).toEqual([expect.stringContaining('somebody-elses')])
  })

  it('of two that load the same at once one wins', async () => {
    await bring([], null, at(1))
    const other = await world.client().connector.open(SETTINGS)
    const some = events()
    const results = await Promise.all([bring(some, at(1), at(2)), bring(some, at(1), at(2), other)])
    expect(results.map(({ loaded }) => loaded.state).toSorted()).toEqual(['loaded', 'moved'])
    const { thing_done: things, identifies } = await all()
    expect([things, identifies]).toMatchObject([[{}], [{}]])
  })
})

describe('columns and tables', () => {
  it('are made by two at once, and with more columns than one statement makes', async () => {
    const other = await world.client().connector.open(SETTINGS)
    const columns = Array.from({ length: 700 }, (_, n) => ({ name: `c_${n}`, type: 'bigint' as const }))
    const id = { name: 'id', type: 'text' as const }
    await Promise.all([
      session.extend(SCHEMA, [{ table: 'wide', columns: [id, ...columns] }]),
      other.extend(SCHEMA, [{ table: 'wide', columns: [id, ...columns.slice(0, 650)] }]),
    ])
    expect((await session.catalogue(SCHEMA))?.get('wide')?.size).toBe(701)
    await session.extend(SCHEMA, [{ table: 'wide', columns }])
    expect((await session.catalogue(SCHEMA))?.get('wide')?.size).toBe(701)
  })

  it('are read as their owner has changed them', async () => {
    await session.extend(SCHEMA, [{ table: 'odd', columns: [{ name: 'id', type: 'text' }] }])
    await database.query(
      `alter table ${SCHEMA}.odd add a character varying(2000), add b integer, add c smallint, add d numeric(10,2),
       add e real, add f timestamp with time zone, add g jsonb, add h date`,
    )
    const odd = (await session.catalogue(SCHEMA))?.get('odd')
    expect([...(odd?.values() ?? [])].map(({ type, most }) => [type, most])).toEqual([
      ['text', { bytes: 512 }],
      ['text', { bytes: 2000 }],
      ['bigint', { bits: 32 }],
      ['bigint', { bits: 16 }],
      ['numeric', undefined],
      ['double', undefined],
      ['timestamp', undefined],
      ['json', undefined],
      ['unknown', undefined],
    ])
    const properties = {
      a: 'ä'.repeat(1200),
      b: 2 ** 31,
      c: 7,
      d: 1.25,
      e: 0.5,
      f: '2026-01-02T03:04:05Z',
      g: { x: ['ü'] },
      h: '2026-01-01',
    }
    const { notices } = await bring([track(properties, 'odd')], null, at(1))
    expect(notices.map(({ code, column }) => `${code} ${column}`).toSorted()).toEqual([
      'out_of_range b',
      'text_cut a',
      'type_unknown h',
    ])
    expect((await all()).odd).toMatchObject([
      {
        a: 'ä'.repeat(1000),
        b: null,
        c: 7,
        d: '1.25',
        e: 0.5,
        f: new Date('2026-01-02T03:04:05Z'),
        g_x: '["ü"]',
        h: null,
      },
    ])
  })
})

describe('erasing a person', () => {
  it('removes the rows of a table, however odd the id', async () => {
    const odd = `it's \\ "odd" :person ä`
    const long = 'x'.repeat(600)
    const events = [odd, long, 'other'].flatMap((userId) => [
      eventOf({ type: 'track', event: 'Thing Done', userId, properties: { n: 1 } }),
      eventOf({ type: 'identify', userId, traits: { a: 1 } }),
    ])
    events.push(eventOf({ type: 'alias', userId: 'new', previousId: odd }))
    await bring(events, null, at(1))
    for (const table of ['tracks', 'thing_done', 'identifies', 'users', 'aliases']) {
      const twice = [await session.erase(SCHEMA, table, odd, null), await session.erase(SCHEMA, table, odd, null)]
      const none = { discards: 0, next: null }
      expect([table, ...twice]).toEqual([table, { rows: 1, ...none }, { rows: 0, ...none }])
    }
    expect(await session.erase(SCHEMA, 'users', long, null)).toMatchObject({ rows: 1, next: null })
    expect(await session.erase(SCHEMA, 'no_such', odd, null)).toMatchObject({ rows: 0, next: null })
    expect((await all()).users).toMatchObject([{ id: 'other' }])
  })

  it('removes what is told of those rows, however odd their ids', async () => {
    const { limits } = client.connector
    await sync(session, limits, [track({ n: 1 })], { from: null, to: at(1) })
    const bad = (messageId: string, userId: string, of: string) => ({ ...track({ [of]: 'x' }), messageId, userId })
    await sync(session, limits, [track({ a: 1, b: 1, c: 1 })], { from: at(1), to: at(2) })
    const ids = [String.raw`it's \ "odd" \"`, 'plain', 'odd']
    const events = ids.map((id, nth) => bad(id, nth === 2 ? 'other' : 'gone', 'abc'.charAt(nth)))
    await sync(session, limits, events, { from: at(2), to: at(3) }, undefined, true)
    const told = () => database.query(`select "column" from ${SCHEMA}._sluice_discards order by 1`)
    expect(await told()).toEqual([{ column: 'a' }, { column: 'b' }, { column: 'c' }])
    expect(await session.erase(SCHEMA, 'thing_done', 'gone', null)).toEqual({ rows: 2, discards: 2, next: null })
    expect(await told()).toEqual([{ column: 'c' }])
  })
})
