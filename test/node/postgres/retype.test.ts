import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Retyping, WarehouseSession } from '../../../src/connectors/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import { type ColumnType, looseRows, Names, planLoad } from '../../../src/tables/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { eventOf, track } from '../tables/event.ts'
import { connector, SCHEMA, settingsOf, sync } from './sync.ts'

let database: TestDatabase
let session: WarehouseSession
let retyping: Retyping
beforeAll(async () => {
  database = await openDatabase()
  session = await connector.open(settingsOf(database))
  if (!session.retyping) throw new Error('PostgreSQL gives columns other types')
  retyping = session.retyping
})
beforeEach(() => database.query(`drop schema if exists ${SCHEMA} cascade`))
afterAll(async () => {
  await session.end()
  await database.end()
})

/** What the archive has once more, as rows whose column has the new type. */
async function fill(events: SpecEvent[], table: string, column: string, type: ColumnType) {
  const catalogue = await session.catalogue(SCHEMA)
  catalogue?.get(table)?.set(column, { name: column, type })
  const names = new Names(connector.limits.nameBytes)
  const rows = events.flatMap((event) => looseRows(event, names).rows)
  const plan = planLoad(rows, { catalogue, limits: connector.limits, loadedAt: '2026-03-01T12:00:00.000Z' })
  const found = plan.tables.find((one) => one.table === table)
  if (!found) throw new Error(`no row of ${table}`)
  return retyping.fill(SCHEMA, column, found)
}

it('gives a column the values that its first type lost', async () => {
  const events = [track({ n: 1 }), track({ n: 1.5 }), track({ n: 'many' }), track({})]
  await sync(session, events.slice(0, 1))
  await sync(session, events.slice(1))
  const values = async () =>
    (await database.query(`select n from ${SCHEMA}.thing_done order by id`)).map(({ n }) => n as unknown)
  expect(await values()).toEqual(['1', '1', null, null])
  for (let round = 0; round < 2; round++) {
    await retyping.begin(SCHEMA, 'thing_done', 'n', 'text')
    expect(await fill(events, 'thing_done', 'n', 'text')).toEqual({ filled: round === 0 ? 3 : 0, notices: [] })
    // Until then everybody sees the old one, and nobody the new one.
    expect(await values()).toEqual(['1', '1', null, null])
    expect((await session.catalogue(SCHEMA))?.get('thing_done')?.size).toBe(11)
  }
  for (let round = 0; round < 2; round++) await retyping.finish(SCHEMA, 'thing_done', 'n')
  expect(await values()).toEqual(['1', '1.5', 'many', null])
  expect((await session.catalogue(SCHEMA))?.get('thing_done')?.get('n')?.type).toBe('text')
  expect((await sync(session, [track({ n: 'more' })])).plan.notices).toEqual([])
})

it('names and shows the views that need the old column, and leaves all as it is', async () => {
  const events = [track({ n: 1 }), track({ n: 2 })]
  await sync(session, events)
  await retyping.begin(SCHEMA, 'thing_done', 'n', 'double')
  await database.query(`create view ${SCHEMA}.totals as select sum(n) as total from ${SCHEMA}.thing_done;
    create materialized view "Kept" as select n from ${SCHEMA}.thing_done;
    create view ${SCHEMA}.other as select id from ${SCHEMA}.thing_done`)
  await fill(events, 'thing_done', 'n', 'double')
  const refused = await retyping.finish(SCHEMA, 'thing_done', 'n').catch((error: unknown) => error)
  await expect(retyping.begin(SCHEMA, 'thing_done', 'n', 'double')).rejects.toMatchObject({ code: 'view' })
  expect(refused).toMatchObject({
    code: 'view',
    retry: false,
    message: `${SCHEMA}.totals, public."Kept" needs thing_done.n, and has to be made again around the new column.`,
  })
  const [before = '', after = ''] = String((refused as { sql?: string }).sql).split(
    '-- then give the column its type, and afterwards:',
  )
  await database.query(before)
  await retyping.finish(SCHEMA, 'thing_done', 'n')
  await database.query(after)
  expect(await database.query(`select total from ${SCHEMA}.totals`)).toEqual([{ total: 3 }])
  await database.query('drop materialized view "Kept"')
})

it('gives users theirs from what they are folded from', async () => {
  const events = [
    eventOf({ type: 'identify', userId: 'u1', traits: { zip: 1 } }),
    eventOf({ type: 'identify', userId: 'u1', traits: { zip: '0150' } }),
    eventOf({ type: 'identify', userId: 'u2', traits: { zip: 'W1' } }),
    eventOf({ type: 'identify', userId: 'u2', traits: { other: 1 } }),
  ]
  await sync(session, events.slice(0, 1))
  await sync(session, events.slice(1))
  await expect(retyping.refold(SCHEMA, 'users', 'zip', null)).rejects.toMatchObject({ code: 'no_column' })
  await retyping.begin(SCHEMA, 'users', 'zip', 'text')
  await expect(retyping.refold(SCHEMA, 'users', 'zip', null)).rejects.toMatchObject({
    code: 'not_folded',
    retry: false,
  })
  await retyping.begin(SCHEMA, 'identifies', 'zip', 'text')
  await fill(events, 'identifies', 'zip', 'text')
  expect(await retyping.refold(SCHEMA, 'users', 'zip', null)).toBeNull()
  for (const table of ['identifies', 'users']) await retyping.finish(SCHEMA, table, 'zip')
  expect(await database.query(`select id, zip from ${SCHEMA}.users order by id`)).toEqual([
    { id: 'u1', zip: '0150' },
    { id: 'u2', zip: 'W1' },
  ])
})

it('folds users some at a time', async () => {
  await sync(session, [eventOf({ type: 'identify', userId: 'u', traits: { n: 1 } })])
  await database.query(`insert into ${SCHEMA}.identifies (id, user_id, n) select 'm' || i, 'u' || i, i from generate_series(1, 1500) i;
    insert into ${SCHEMA}.users (id) select 'u' || i from generate_series(1, 1500) i`)
  for (const table of ['identifies', 'users']) await retyping.begin(SCHEMA, table, 'n', 'double')
  await database.query(`update ${SCHEMA}.identifies set n = n`)
  // What the table has that they are folded from, here put there by hand.
  const [beside] = await database.query(
    `select attname from pg_attribute where attname like '\\_sluice\\_new%' limit 1`,
  )
  await database.query(`update ${SCHEMA}.identifies set ${String(beside?.attname)} = n + 0.5`)
  const steps: (string | null)[] = []
  for (let after: string | null = null; ;) {
    after = await retyping.refold(SCHEMA, 'users', 'n', after)
    steps.push(after)
    if (after === null) break
  }
  expect(steps).toHaveLength(2)
  await retyping.finish(SCHEMA, 'users', 'n')
  expect(await database.query(`select sum(n) as sum from ${SCHEMA}.users`)).toEqual([
    { sum: 1 + 0.5 + 1_125_750 + 750 },
  ])
})

it('refuses what rows are found by, says what it cannot fill, and can be given up', async () => {
  await sync(session, [track({ n: 'one' }), track({ n: 'two' })])
  await expect(retyping.begin(SCHEMA, 'thing_done', 'user_id', 'bigint')).rejects.toMatchObject({ code: 'column_kept' })
  await expect(retyping.begin(SCHEMA, 'thing_done', 'nothing', 'bigint')).rejects.toMatchObject({ code: 'no_column' })
  await retyping.begin(SCHEMA, 'thing_done', 'n', 'text')
  await retyping.begin(SCHEMA, 'thing_done', 'n', 'bigint')
  const ids = (await database.query<{ id: string }>(`select id from ${SCHEMA}.thing_done order by id`)).map(
    ({ id }) => id,
  )
  const columns = [
    { name: 'id', type: 'text' as const },
    { name: 'n', type: 'bigint' as const },
  ]
  const rows = ids.map((id, at) => [id, at === 0 ? 'wrong' : '7'])
  expect(await retyping.fill(SCHEMA, 'n', { table: 'thing_done', columns, rows })).toEqual({
    filled: 1,
    notices: [
      { code: 'row_refused', table: 'thing_done', column: 'n', count: 1, samples: [{ id: ids[0], value: 'wrong' }] },
    ],
  })
  await retyping.cancel(SCHEMA, 'thing_done', 'n')
  await retyping.cancel(SCHEMA, 'thing_done', 'n')
  expect(await database.query(`select n from ${SCHEMA}.thing_done order by id`)).toEqual([{ n: 'one' }, { n: 'two' }])
})
