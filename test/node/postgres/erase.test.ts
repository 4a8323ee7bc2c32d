import { expect, it, onTestFinished } from 'vitest'
import { context } from '../../../src/context.ts'
import { postgresConnector } from '../../../src/connectors/index.ts'
import { openDatabase } from '../../postgres/database.ts'
import { settingsOf } from './sync.ts'

it('goes through a large table in calls that end, and goes on where it stopped', async () => {
  const database = await openDatabase()
  // Half a minute goes by with each look at the clock, so that each call has time for one part.
  let now = 0
  const slow = postgresConnector({ ...context, now: () => (now += 10_000) }, true)
  const session = await slow.open(settingsOf(database))
  onTestFinished(async () => void (await Promise.all([session.end(), database.end()])))
  // 1 KB a row in pages of 8 KB: 150 MB, three parts.
  await database.query(`create schema s; create unlogged table s.t (id text, user_id text, pad text);
    alter table s.t alter pad set storage plain;
    insert into s.t select 'm' || i, 'u' || i % 10, repeat('x', 3900) from generate_series(1, 40000) i`)
  const steps: { rows: number; next: string | null }[] = []
  for (let next: string | null = null; ;) {
    const erased = await session.erase('s', 't', 'u3', next)
    steps.push(erased)
    next = erased.next
    if (next === null) break
  }
  expect(steps.length).toBeGreaterThan(1)
  expect(steps.reduce((sum, { rows }) => sum + rows, 0)).toBe(4_000)
  expect(await database.query(`select count(*)::int as n from s.t where user_id = 'u3'`)).toEqual([{ n: 0 }])
  expect(await database.query(`select count(*)::int as n from s.t`)).toEqual([{ n: 36_000 }])
})

it('has nothing to remove where nobody is named, or by a number', async () => {
  const database = await openDatabase()
  const session = await postgresConnector(context, true).open(settingsOf(database))
  onTestFinished(async () => void (await Promise.all([session.end(), database.end()])))
  await database.query(`create schema s; create table s.accounts (id text); create table s.t (user_id bigint);
    insert into s.t values (7), (8); create table s.p (user_id text) partition by list (user_id);
    create table s.p1 partition of s.p for values in ('7'); insert into s.p values ('7')`)
  const erased = async (table: string, userId: string) => session.erase('s', table, userId, null)
  expect(await erased('missing', '7')).toMatchObject({ rows: 0, next: null })
  expect(await erased('accounts', '7')).toMatchObject({ rows: 0, next: null })
  expect(await erased('t', 'u7')).toMatchObject({ rows: 0, next: null })
  expect(await erased('t', '7')).toMatchObject({ rows: 1, next: null })
  expect(await erased('p', '7')).toMatchObject({ rows: 1, next: null })
})

it('removes what is told of the rows that it removes, in the same parts', async () => {
  const database = await openDatabase()
  const session = await postgresConnector(context, true).open(settingsOf(database))
  onTestFinished(async () => void (await Promise.all([session.end(), database.end()])))
  await session.extend('s', [{ table: 't', columns: ['id', 'user_id'].map((name) => ({ name, type: 'text' })) }])
  const long = 'x'.repeat(300)
  await database.query(
    `insert into s.t (id, user_id) values ('m"1', 'u1'), ('m2', 'u2'), ('m3', 'u1'), ('${long}', 'u1')`,
  )
  const of = (column: string, ...ids: string[]) => ({
    code: 'not_castable' as const,
    table: 't',
    column,
    count: ids.length,
    samples: ids.map((id) => ({ id: id.slice(0, 200), value: 'm3' })),
  })
  const discards = [of('a', 'm2', 'm"1'), of('b', 'm2'), of('c', long), of('d', 'm4'), of('e')]
  const cursor = { reader: 'sync', from: null, to: { seq: 1, index: 0 } }
  await session.load({ schema: 's', tables: [], upserts: [], cursor, discards })
  await database.query(`update s._sluice_discards set samples = '"m3"' where "column" = 'e'`)
  expect(await session.erase('s', 't', 'u1', null)).toEqual({ rows: 3, discards: 2, next: null })
  const left = await database.query('select "column" from s._sluice_discards order by 1')
  expect(left).toEqual([{ column: 'b' }, { column: 'd' }, { column: 'e' }])
  expect(await session.erase('s', 't', 'u1', null)).toEqual({ rows: 0, discards: 0, next: null })
})
