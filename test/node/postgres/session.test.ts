import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { context } from '../../../src/context.ts'
import { postgresConnector, type WarehouseSession } from '../../../src/connectors/index.ts'
import type { TableColumn, TableRows } from '../../../src/tables/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { eventOf, track } from '../tables/event.ts'
import { connector, loadOf, planned, SCHEMA, settingsOf, sync } from './sync.ts'

let database: TestDatabase
let session: WarehouseSession
beforeAll(async () => {
  database = await openDatabase()
  session = await connector.open(settingsOf(database))
})
beforeEach(() => database.query(`drop schema if exists ${SCHEMA} cascade`))
afterAll(async () => {
  await session.end()
  await database.end()
})

const TEXT: TableColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'v', type: 'text' },
]
/** Rows of a table `t` as they are given, at the reader's place. */
async function loadRows(rows: TableRows['rows'], columns = TEXT, into = session) {
  const from = await into.cursor(SCHEMA, 'sync')
  const cursor = { reader: 'sync', from, to: { seq: (from?.seq ?? 0) + 1, index: 0 } }
  return into.load({ schema: SCHEMA, tables: [{ table: 't', columns, rows }], upserts: [], cursor })
}
const valuesOf = async (table: string, column = 'v') =>
  (await database.query(`select ${column} as v from ${SCHEMA}.${table} order by id`)).map(({ v }) => v as unknown)

describe('the catalogue', () => {
  it('says what each column takes, and knows no schema that is not there', async () => {
    expect(await session.catalogue(SCHEMA)).toBeNull()
    await session.extend(SCHEMA, [])
    expect(await session.catalogue(SCHEMA)).toEqual(new Map())
    await database.query(`
      create domain ${SCHEMA}.word as varchar(7);
      create type ${SCHEMA}.mood as enum ('fine');
      create table ${SCHEMA}.empty ();
      create table ${SCHEMA}._sluice_other (a int);
      create table ${SCHEMA}.t (a text, b varchar(9), c char(3), d varchar, e int2, f int, g bigint, h real, i double precision,
        j numeric, k numeric(10, 2), l boolean, m timestamptz, n timestamp, o date, p json, q jsonb, r uuid, s text[], t bytea,
        u ${SCHEMA}.word, v ${SCHEMA}.mood, w int generated always as (1) stored, x name, y interval, "Odd ""Name" text,
        _sluice_new_1 text, gone text);
      alter table ${SCHEMA}.t drop column gone`)
    const catalogue = await session.catalogue(SCHEMA)
    expect([...(catalogue?.keys() ?? [])]).toEqual(['empty', 't'])
    const told = [...(catalogue?.get('t')?.values() ?? [])].map(({ name, type, declared, most }) => [
      name,
      type,
      declared,
      most,
    ])
    expect(told).toEqual([
      ['a', 'text', 'text', undefined],
      ['b', 'text', 'character varying(9)', { characters: 9 }],
      ['c', 'text', 'character(3)', { characters: 3 }],
      ['d', 'text', 'character varying', undefined],
      ['e', 'bigint', 'smallint', { bits: 16 }],
      ['f', 'bigint', 'integer', { bits: 32 }],
      ['g', 'bigint', 'bigint', undefined],
      ['h', 'double', 'real', undefined],
      ['i', 'double', 'double precision', undefined],
      ['j', 'numeric', 'numeric', undefined],
      ['k', 'numeric', 'numeric(10,2)', undefined],
      ['l', 'boolean', 'boolean', undefined],
      ['m', 'timestamp', 'timestamp with time zone', undefined],
      ['n', 'timestamp', 'timestamp without time zone', undefined],
      ['o', 'timestamp', 'date', undefined],
      ['p', 'json', 'json', undefined],
      ['q', 'json', 'jsonb', undefined],
      ['r', 'unknown', 'uuid', undefined],
      ['s', 'unknown', 'text[]', undefined],
      ['t', 'unknown', 'bytea', undefined],
      ['u', 'text', 'character varying(7)', { characters: 7 }],
      ['v', 'unknown', `${SCHEMA}.mood`, undefined],
      ['w', 'unknown', 'integer', undefined],
      ['x', 'text', 'name', { bytes: 63 }],
      ['y', 'unknown', 'interval', undefined],
      ['Odd "Name', 'text', 'text', undefined],
    ])
  })
})

describe('extending', () => {
  const additions = [{ table: 't', columns: TEXT }]

  it('adds what is missing, as often as it is asked', async () => {
    for (let round = 0; round < 3; round++) await session.extend(SCHEMA, additions)
    await session.extend(SCHEMA, [{ table: 't', columns: [...TEXT, { name: 'more', type: 'double' }] }])
    expect([...((await session.catalogue(SCHEMA))?.get('t')?.keys() ?? [])]).toEqual(['id', 'v', 'more'])
  })

  it('waits for a lock, and for others that make the same', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, () => connector.open(settingsOf(database))))
    await Promise.all(others.map((one) => one.extend(SCHEMA, additions)))
    await Promise.all(others.map((one) => one.end()))
    expect([...((await session.catalogue(SCHEMA))?.keys() ?? [])]).toEqual(['t'])
    await database.query(`begin; select * from ${SCHEMA}.t`)
    const adding = session.extend(SCHEMA, [{ table: 't', columns: [{ name: 'late', type: 'text' }] }])
    await context.sleep(200)
    await database.query('commit')
    await adding
    expect((await session.catalogue(SCHEMA))?.get('t')?.has('late')).toBe(true)
  })

  it.each(['_sluice_cursor', 't'])('waits for the type of a table that others just make: %s', async (name) => {
    await database.query(`create schema if not exists ${SCHEMA}; create type ${SCHEMA}.${name} as enum ('a')`)
    const adding = session.extend(SCHEMA, additions)
    await context.sleep(200)
    await database.query(`drop type ${SCHEMA}.${name}`)
    await adding
    expect([...((await session.catalogue(SCHEMA))?.keys() ?? [])]).toEqual(['t'])
  })

  it('says what has the name of a table', async () => {
    await session.extend(SCHEMA, [])
    await database.query(`create view ${SCHEMA}.t as select 1 as id`)
    await expect(session.extend(SCHEMA, additions)).rejects.toMatchObject({
      name: 'WarehouseError',
      code: 'not_a_table',
      retry: false,
    })
  })

  it('makes names of anything', async () => {
    const hostile = ['"; drop table t; --', 'a b', "o'clock", '\\', 'é'.repeat(31), 'select', '$1']
    const columns = [...TEXT, ...hostile.map((name) => ({ name, type: 'text' as const }))]
    await session.extend('odd "schema\'s', [{ table: 'odd "t', columns }])
    const row = ['1', 'v', ...hostile]
    const tables = [{ table: 'odd "t', columns, rows: [row] }]
    const cursor = { reader: `'"\\`, from: null, to: { seq: 1, index: 2 } }
    const loaded = await session.load({ schema: 'odd "schema\'s', tables, upserts: [], cursor })
    expect(loaded).toEqual({ state: 'loaded', inserted: { 'odd "t': 1 }, notices: [] })
    expect(await session.cursor('odd "schema\'s', `'"\\`)).toEqual({ seq: 1, index: 2 })
    const [read = {}] = await database.query(`select * from "odd ""schema's"."odd ""t"`)
    expect(Object.values(read)).toEqual(row)
  })
})

describe('loading', () => {
  beforeEach(() => session.extend(SCHEMA, [{ table: 't', columns: TEXT }]))

  it('keeps every text that there is', async () => {
    const text = fc.string({ unit: 'binary' }).map((one) => one.replaceAll('\0', ''))
    const odd = ['\\.', '\\N', '\\', '\t\n\r\b\f\v', '', 'test 😆', '{"a":"b"}', '\u0001\u001f\u007f']
    const sent = [...odd, ...fc.sample(text, { numRuns: 500, seed: 1 })]
    await loadRows(sent.map((one, at) => [String(at).padStart(4, '0'), one]))
    expect(await valuesOf('t')).toEqual(sent)
  })

  it('goes in pieces, with rows longer than a piece', async () => {
    const sent = Array.from({ length: 2_001 }, (_, at) => `${at}`.repeat(at === 7 ? 400_000 : 1))
    await loadRows(sent.map((one, at) => [String(at).padStart(4, '0'), one]))
    expect(await valuesOf('t')).toEqual(sent)
  })

  it('is done by one of two who load the same portion at once; the other hears that it was moved', async () => {
    const [one, other] = [await connector.open(settingsOf(database)), await connector.open(settingsOf(database))]
    onTestFinished(async () => void (await Promise.all([one.end(), other.end()])))
    for (const from of [null, { seq: 1, index: 0 }]) {
      const to = { seq: (from?.seq ?? 0) + 1, index: 0 }
      const rows = Array.from({ length: 1_000 }, (_, at) => [`${to.seq} ${at}`, 'v'])
      const tables = [{ table: 't', columns: TEXT, rows }]
      const load = { schema: SCHEMA, tables, upserts: [], cursor: { reader: 'sync', from, to } }
      const loaded = await Promise.all([one.load(load), other.load(load)])
      expect(loaded.map(({ state }) => state).toSorted()).toEqual(['loaded', 'moved'])
      expect(loaded.find(({ state }) => state === 'moved')).toEqual({ state: 'moved', to })
      expect(await session.cursor(SCHEMA, 'sync')).toEqual(to)
    }
    expect(await valuesOf('t')).toHaveLength(2_000)
  })

  it('leaves nothing behind of a load that is broken off', async () => {
    const columns = [...TEXT, { name: 'gone', type: 'text' as const }]
    await expect(loadRows([['1', 'v', 'x']], columns)).rejects.toMatchObject({ code: 'changed', retry: true })
    expect(await session.cursor(SCHEMA, 'sync')).toBeNull()
    await loadRows([['1', 'v']])
    expect(await valuesOf('t')).toEqual(['v'])
  })

  it('finds rows that the warehouse refuses, wherever they are, and loads all others', async () => {
    await database.query(`alter table ${SCHEMA}.t add column n bigint, add column m int not null default 1,
      add constraint small check (m < 10)`)
    const columns: TableColumn[] = [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'bigint' },
      { name: 'm', type: 'bigint' },
    ]
    const rows = Array.from({ length: 300 }, (_, at) => [String(at), '1', '1'])
    for (const at of [0, 150, 299]) (rows[at] as string[])[1] = 'no number'
    for (const at of [7, 8]) (rows[at] as string[])[2] = '11'
    const loaded = await loadRows(rows, columns)
    expect(loaded).toMatchObject({ state: 'loaded', inserted: { t: 295 } })
    const notices = loaded.state === 'loaded' ? loaded.notices : []
    expect(notices.map(({ code, table, column, count }) => [code, table, column, count])).toEqual([
      ['row_refused', 't', 'n', 3],
      ['row_refused', 't', null, 2],
    ])
    expect(notices[0]?.samples[1]).toEqual({ id: '150', value: 'invalid input syntax for type bigint: "no number"' })
    expect(notices[1]?.samples[0]?.value).toContain('violates check constraint "small"')
    expect(await valuesOf('t')).toHaveLength(295)
  })

  it('finds a row that is too wide for a page', async () => {
    const wide = Array.from({ length: 600 }, (_, at) => ({ name: `c${at}`, type: 'text' as const }))
    await session.extend(SCHEMA, [{ table: 't', columns: wide }])
    const row = (id: string, cell: string) => [id, 'v', ...wide.map(({ name }) => `${name}${cell}`)]
    const loaded = await loadRows([row('1', ''), row('2', 'x'.repeat(20)), row('3', '')], [...TEXT, ...wide])
    expect(loaded).toMatchObject({ inserted: { t: 2 }, notices: [{ code: 'row_refused', table: 't', count: 1 }] })
  })

  it('leaves a user out whom the warehouse refuses', async () => {
    const events = ['u1', 'u2', 'u3'].map((userId, n) => eventOf({ type: 'identify', userId, traits: { n } }))
    await sync(session, events.slice(0, 1))
    await database.query(`alter table ${SCHEMA}.users add constraint small check (n < 2)`)
    const { notices, inserted } = await sync(session, events)
    expect(inserted).toEqual({ identifies: 2 })
    expect(notices).toMatchObject([{ code: 'row_refused', table: 'users', count: 1, samples: [{ id: 'u3' }] }])
    expect(await valuesOf('users', 'id')).toEqual(['u1', 'u2'])
  })

  it('writes down what was not loaded as it was sent, where that is wanted', async () => {
    await sync(session, [track({ n: 1 })])
    await expect(database.query(`select * from ${SCHEMA}._sluice_discards`)).rejects.toThrow('does not exist')
    const plan = await planned(session, [track({ n: 'x\0' })])
    await sync(session, [track({ n: 'x\0' })], { discards: plan.notices })
    await sync(session, [track({ n: 2 })], { discards: [] })
    const rows = await database.query(`select reader, "table", "column", reason, count, samples->0->>'value' as value
      from ${SCHEMA}._sluice_discards`)
    expect(rows).toEqual([
      { reader: 'sync', table: 'thing_done', column: 'n', reason: 'not_castable', count: '1', value: 'x' },
    ])
    expect((await session.catalogue(SCHEMA))?.has('_sluice_discards')).toBe(false)
  })

  it('says which table has lost the key by which nothing is loaded twice', async () => {
    await database.query(`alter table ${SCHEMA}.t drop constraint t_pkey`)
    await expect(loadRows([['1', 'v']])).rejects.toMatchObject({
      code: 'no_key',
      retry: false,
      sql: `alter table "${SCHEMA}"."t" add primary key (id);`,
    })
  })

  it('starts anew where the table of cursors was dropped', async () => {
    await loadRows([['1', 'v']])
    await database.query(`drop table ${SCHEMA}._sluice_cursor`)
    expect(await session.cursor(SCHEMA, 'sync')).toBeNull()
    const cursor = { reader: 'sync', from: { seq: 1, index: 0 }, to: { seq: 2, index: 0 } }
    const load = { schema: SCHEMA, tables: [], upserts: [], cursor }
    expect(await session.load(load)).toEqual({ state: 'moved', to: null })
    await session.extend(SCHEMA, [])
    expect((await session.load({ ...load, cursor: { ...cursor, from: null } })).state).toBe('loaded')
  })
})

describe('a role with few rights', () => {
  it.each(['temporary', 'no temporary'])('loads into a schema made for it, with %s tables', async (temporary) => {
    const role = `loader_${database.database}_${temporary.length}`
    await database.query(`create role ${role} login password 'secret'; create schema ${SCHEMA} authorization ${role};
      revoke temporary on database ${database.database} from public;
      ${temporary === 'temporary' ? `grant temporary on database ${database.database} to ${role}` : ''}`)
    const own = await connector.open(settingsOf(database, { username: role, password: 'secret' }))
    onTestFinished(() => own.end())
    const events = [track({ n: 1 }), eventOf({ type: 'identify', userId: 'u1', traits: { n: 2 } })]
    expect((await sync(own, events)).inserted).toEqual({ tracks: 1, thing_done: 1, identifies: 1 })
    expect((await sync(own, events)).inserted).toEqual({})
    const tables = await database.query(`select tablename from pg_tables where schemaname = '${SCHEMA}' order by 1`)
    expect(tables.map(({ tablename }) => tablename as string)).toEqual([
      '_sluice_cursor',
      'identifies',
      'thing_done',
      'tracks',
      'users',
    ])
    await expect(own.extend('another', [])).rejects.toMatchObject({
      code: 'permission',
      retry: false,
      sql: expect.stringContaining(`to "${role}"`) as string,
    })
  })
})

describe('a connection', () => {
  it('that the server ends is to be tried again', async () => {
    const own = await connector.open(settingsOf(database))
    onTestFinished(() => own.end())
    await database.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'sluice' and datname = current_database()`)
    await expect(own.catalogue(SCHEMA)).rejects.toMatchObject({ name: 'WarehouseError', retry: true })
    await session.end()
    session = await connector.open(settingsOf(database))
  })

  it('that does not answer any more is given up, when it is opened and later', async () => {
    let late = 0
    const hasty = postgresConnector(
      { ...context, now: () => context.now() + late, sleep: () => context.sleep(20) },
      true,
    )
    // A way to the database on which, from a moment on, nothing comes back.
    let isSilent = true
    const way = createServer((client) => {
      const server = connect(database.port, database.host)
      client.pipe(server)
      server.on('data', (said) => isSilent || client.write(said))
      client.on('close', () => server.destroy())
    }).listen(0, '127.0.0.1')
    await once(way, 'listening')
    onTestFinished(() => void way.close())
    const { port } = way.address() as AddressInfo
    const opening = hasty.open(settingsOf(database, { port }))
    setTimeout(() => (late = 60_000), 50)
    setTimeout(() => (late = 120_000), 300)
    await expect(opening).rejects.toMatchObject({ code: 'no_answer', retry: true })

    isSilent = false
    await session.extend(SCHEMA, [{ table: 't', columns: TEXT }])
    const own = await hasty.open(settingsOf(database, { port }))
    onTestFinished(() => own.end())
    isSilent = true
    const loading = loadRows([['1', 'v']], TEXT, own)
    setTimeout(() => (late = 240_000), 100)
    await expect(loading).rejects.toMatchObject({ code: 'timeout', retry: true })
  })

  it('leaves none open', async () => {
    const own = await connector.open(settingsOf(database))
    await own.end()
    await own.end()
    await expect(own.catalogue(SCHEMA)).rejects.toMatchObject({ name: 'WarehouseError' })
    const open = async () =>
      (
        await database.query(
          `select pid from pg_stat_activity where application_name = 'sluice' and datname = current_database()`,
        )
      ).length
    await expect.poll(open).toBe(1)
  })
})

it('loads a portion as its reader stands, whatever the server’s own settings are', async () => {
  await database.query(`alter database ${database.database} set timezone = 'Asia/Kolkata';
    alter database ${database.database} set datestyle = 'German';
    create function public.coalesce_(a text) returns text language sql as 'select 1::text';
    alter database ${database.database} set search_path = public`)
  const own = await connector.open(settingsOf(database))
  onTestFinished(() => own.end())
  const plan = await planned(own, [track({ at: '2026-05-06T07:08:09.123Z' })])
  await own.load(loadOf(plan, 'sync', null, { seq: 1, index: 0 }))
  expect(await valuesOf('thing_done', `at at time zone 'utc' = '2026-05-06 07:08:09.123'`)).toEqual([true])
})
