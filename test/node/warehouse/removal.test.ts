import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { WarehouseSession } from '../../../src/connectors/index.ts'
import type { CollectedObject } from '../../../src/tables/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { ObjectsWorld } from '../../warehouse/objects-world.ts'
import type { JobOrder } from '../../../src/warehouse/index.ts'
import { connector, settingsOf } from '../postgres/sync.ts'

let database: TestDatabase
let world: ObjectsWorld
let sessions: WarehouseSession[]
/** What happens to the next call that drops a table. */
let drops: ('before' | 'after')[]
beforeAll(async () => void (database = await openDatabase()))
beforeEach(async () => {
  await database.query('drop schema if exists shop cascade')
  sessions = []
  drops = []
  const open = async () => {
    const session = await connector.open(settingsOf(database))
    sessions.push(session)
    const drop: WarehouseSession['drop'] = async (schema, table) => {
      const fate = drops.shift()
      if (fate === 'before') return dies()
      await session.drop(schema, table)
      if (fate === 'after') return dies()
    }
    return { ...session, drop }
  }
  const portion = { events: 7, bytes: 1e6 }
  world = new ObjectsWorld('src_a', { connector: { limits: connector.limits, portion }, open })
})
afterEach(() => Promise.all(sessions.map((session) => session.end())))
afterAll(() => database.end())

function dies(): Promise<never> {
  world.died.resolve()
  return new Promise(() => undefined)
}

const set = (
  collection: string,
  id: string,
  properties: CollectedObject['properties'] = { n: 1 },
): CollectedObject => ({
  collection,
  id,
  properties,
  receivedAt: '2026-03-01T12:00:00.000Z',
})
const order: JobOrder = { kind: 'removal', sourceId: 'src_a', schema: 'shop', collections: ['rooms', 'guests'] }

async function tables(): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'shop' and table_type = 'BASE TABLE' order by 1",
  )
  return rows.map(({ name }) => name).filter((name) => !name.startsWith('_sluice'))
}

/** Alarms ring until the job is over. */
async function removed(id: string, most = 60) {
  for (let n = 0; n < most && world.warehouse.job(id)?.endedAt === null; n++) {
    world.died = Promise.withResolvers()
    await Promise.race([world.warehouse.alarm(), world.died.promise.then(() => world.openWarehouse())])
    world.clock.now += 600_000
  }
  return world.warehouse.job(id)
}

it('drops the tables of its objects and no others, whatever dies, and loads nothing again of what was there', async () => {
  await world.commit([set('rooms', 'r1', { n: 'many' }), set('guests', 'g1'), set('keys', 'k1')])
  await world.settle()
  await database.query('create table shop.notes (id text)')
  // Some of it was not loaded yet.
  await world.commit([set('rooms', 'r2'), set('halls', 'h1')])
  drops = ['before', 'after', 'after']
  await world.warehouse.order('rmv_1', order)
  expect(await world.warehouse.cancel('rmv_1')).toBe(false)
  expect(await removed('rmv_1')).toMatchObject({
    state: 'done',
    error: null,
    tables: 3,
    dropped: ['guests', 'keys', 'rooms'],
  })
  expect(await tables()).toEqual(['notes'])
  expect(world.warehouse.tables({}, { count: 9 }).lines.map(({ name }) => name)).not.toContain('rooms')
  await world.settle()
  expect(await tables()).toEqual(['notes'])
  // Connected again, what comes then makes them anew.
  world.clock.now += 60_000
  await world.commit([set('rooms', 'r3')])
  await world.settle()
  expect(await tables()).toEqual(['notes', 'rooms'])
  expect(await database.query('select id from shop.rooms')).toEqual([{ id: 'r3' }])
})

it('drops nothing while it is connected, and what was pulled since then stays', async () => {
  await world.commit([set('rooms', 'r1'), set('guests', 'g1')])
  await world.settle()
  let looks = 0
  world.stopped = () => Promise.resolve(++looks === 1)
  drops = ['after']
  await world.warehouse.order('rmv_1', order)
  expect(await removed('rmv_1')).toMatchObject({ state: 'failed', error: { code: 'still_connected' } })
  expect([looks, await tables()]).toEqual([5, ['rooms']])
})

it('says which view needs a table, and goes on when that is gone', async () => {
  await world.commit([set('rooms', 'r1')])
  await world.settle()
  await database.query('create view shop.large as select id from shop.rooms')
  await world.warehouse.order('rmv_1', order)
  expect(await removed('rmv_1', 4)).toMatchObject({
    state: 'running',
    error: { code: 'view', words: 'shop.large needs the table rooms: drop it first.', sql: 'drop view shop.large;' },
  })
  await database.query('drop view shop.large')
  expect(await removed('rmv_1')).toMatchObject({ state: 'done', dropped: ['rooms'] })
})

it('forgets what was told of a table with it, in a warehouse that has loaded nothing too', async () => {
  world.terms.discards = true
  await world.commit([set('rooms', 'r1', { n: 1 })])
  await world.settle()
  await world.commit([set('rooms', 'r2', { n: 'many' }), set('keys', 'k', { m: 1 })])
  world.clock.now += 1_000
  await world.warehouse.syncNow()
  for (let n = 0; n < 9; n++) await world.warehouse.alarm()
  expect(await database.query('select "table" from shop._sluice_discards')).toEqual([{ table: 'rooms' }])
  await world.warehouse.order('rmv_1', order)
  await removed('rmv_1')
  expect(await database.query('select * from shop._sluice_discards')).toEqual([])
  await database.query('drop schema shop cascade')
  await world.warehouse.order('rmv_2', order)
  expect(await removed('rmv_2')).toMatchObject({ state: 'done', dropped: [], tables: 0 })
})
