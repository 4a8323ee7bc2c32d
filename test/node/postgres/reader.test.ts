import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { READER, readerSql } from '../../../src/control/warehouses/reader-sql.ts'
import { openDatabase } from '../../postgres/database.ts'
import { eventOf } from '../tables/event.ts'
import { connector, SCHEMA, settingsOf, sync } from './sync.ts'

const LOADER = 'loads_for_reader'

const ordered = (event: string, userId: string, properties: Record<string, unknown>) =>
  eventOf({ type: 'track', event, userId, properties })

it('selects from every table of its schemas, also from later ones, and can do nothing else', async () => {
  const database = await openDatabase()
  await database.query(`create role ${LOADER} login password 'p';
    grant connect, create, temporary on database ${database.database} to ${LOADER};
    create schema other; create table other.secrets (v text); insert into other.secrets values ('hidden')`)
  const as = async (user: string, password: string) => {
    const { host, port } = database
    const client = new pg.Client({ host, port, user, password, database: database.database })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }
  const session = await connector.open(settingsOf(database, { username: LOADER, password: 'p' }))
  onTestFinished(async () => {
    await session.end()
    await database.query(`drop owned by ${LOADER} cascade; drop owned by ${READER}`)
    await database.query(`drop role ${LOADER}; drop role ${READER}`)
    await database.end()
  })
  await sync(session, [ordered('Order Completed', 'u1', { total: 5 })])

  const { admin, owner } = readerSql('postgres', database.database, [SCHEMA])
  await database.query(admin)
  const loader = await as(LOADER, 'p')
  await loader.query(owner)
  const reader = await as(READER, 'choose a long password')
  // An event, a call and a column that were not there when it was given its rights.
  await sync(session, [
    ordered('Order Cancelled', 'u1', { why: 'late' }),
    ordered('Order Completed', 'u2', { total: 6, currency: 'EUR' }),
    eventOf({ type: 'identify', userId: 'u1', traits: { plan: 'pro' } }),
  ])

  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = $1 order by 1`,
    [SCHEMA],
  )
  expect(tables.length).toBeGreaterThan(5)
  for (const { name } of tables) {
    const { rows } = await reader.query<{ n: number }>(`select count(*)::int as n from ${SCHEMA}."${name}"`)
    expect([name, (rows[0]?.n ?? 0) > 0]).toEqual([name, true])
  }
  const { rows } = await reader.query(`select total::int, currency from ${SCHEMA}.order_completed order by total`)
  expect(rows).toEqual([
    { total: 5, currency: null },
    { total: 6, currency: 'EUR' },
  ])

  const refused = async (text: string) =>
    reader.query(text).then(
      () => 'done',
      ({ code }: { code: string }) => code,
    )
  for (const text of [
    `insert into ${SCHEMA}.tracks (id) values ('x')`,
    `update ${SCHEMA}.users set id = 'x'`,
    `delete from ${SCHEMA}.order_cancelled`,
    `truncate ${SCHEMA}.tracks`,
    `alter table ${SCHEMA}.tracks add column x text`,
    `drop table ${SCHEMA}.tracks`,
    `create table ${SCHEMA}.mine (v text)`,
    'create table public.mine (v text)',
    'create schema mine',
    'create role mine',
    'select * from other.secrets',
  ])
    expect([text, await refused(text)]).toEqual([text, '42501'])
  const [{ rights } = { rights: -1 }] = await database.query<{ rights: number }>(
    `select count(*)::int as rights from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%' and c.relkind in ('r', 'v', 'p')
       and (has_table_privilege($1, c.oid, 'insert, update, delete, truncate, references, trigger')
         or has_schema_privilege($1, n.oid, 'create') or n.nspname = 'other' and has_table_privilege($1, c.oid, 'select'))`,
    [READER],
  )
  expect(rights).toBe(0)
})

it('quotes whatever a name has', () => {
  const { admin, owner } = readerSql('postgres', 'a"; drop database b; --', ['s"; drop schema t; --', 'u'])
  expect(admin).toContain('on database "a""; drop database b; --" to')
  expect(owner).toContain('in schema "s""; drop schema t; --", "u" grant')
})
