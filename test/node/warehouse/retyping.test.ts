import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Retyping, WarehouseSession } from '../../../src/connectors/index.ts'
import type { RetypingJob } from '../../../src/warehouse/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { connector, settingsOf } from '../postgres/sync.ts'
import { WarehouseWorld } from './world.ts'

const SCHEMA = 'shop_a'
let database: TestDatabase
let world: WarehouseWorld
/** Calls of the connection, and what happens with one of them. */
let called: (name: string) => void | Promise<void>
let calls: string[]
/** Where instances die, in this order: nothing of theirs goes on. */
let deaths: [name: string, when: 'before' | 'after'][]
let died: PromiseWithResolvers<void>
let sessions: WarehouseSession[]

beforeAll(async () => void (database = await openDatabase()))
afterEach(() => Promise.all(sessions.map((session) => session.end())))
afterAll(() => database.end())
beforeEach(async () => {
  await database.query(`drop schema if exists ${SCHEMA} cascade`)
  calls = []
  called = () => undefined
  deaths = []
  sessions = []
  // A step does one portion of ten events, and a sync and a job have a step each.
  world = new WarehouseWorld(['src_a'], { stepMs: 0 })
  if (!world.terms) throw new Error('no terms')
  const open = async () => watched(await connector.open(settingsOf(database)))
  const portion = { events: 10, bytes: 1e6 }
  world.terms = { ...world.terms, connector: { limits: connector.limits, portion }, open }
})

function watched(session: WarehouseSession): WarehouseSession {
  const { retyping } = session
  sessions.push(session)
  if (!retyping) throw new Error('PostgreSQL gives columns other types')
  const watch = <T extends object>(of: T): T =>
    Object.fromEntries(
      Object.entries(of).map(([name, run]) => [
        name,
        async (...args: unknown[]) => {
          calls.push(name)
          await called(name)
          await dies(name, 'before')
          const answer = await (run as (...args: unknown[]) => unknown)(...args)
          await dies(name, 'after')
          return answer
        },
      ]),
    ) as T
  return { ...session, load: watch({ load: session.load }).load, retyping: watch<Retyping>(retyping) }
}

function dies(name: string, when: 'before' | 'after'): Promise<void> | undefined {
  const [next] = deaths
  if (next?.[0] !== name || next[1] !== when) return undefined
  deaths.shift()
  died.resolve()
  return new Promise(() => undefined)
}

const order = { kind: 'retyping', sourceId: 'src_a', collection: 'paid', property: 'total', type: 'text' } as const
const paid = (...totals: unknown[]) => totals.map((total) => ({ properties: { total } }))

/** Alarms ring until all is done that can be. */
async function settled(isOver: () => boolean = () => job().endedAt !== null && idle(), pass = 0): Promise<void> {
  for (let n = 0; n < 100; n++) {
    if (isOver()) return
    world.clock.now += pass
    died = Promise.withResolvers()
    await Promise.race([world.object.alarm(), died.promise.then(() => world.open())])
  }
  throw new Error(`it does not come to an end: ${JSON.stringify(world.object.jobs())}`)
}

function idle(): boolean {
  return world.object.report().report.current === null
}

async function synced(): Promise<void> {
  await world.object.syncNow()
  await settled(() => idle() && world.object.report().report.last !== null && !isWanted())
}

function isWanted(): boolean {
  const { sources } = world.object.report()
  return sources.length === 0 || (sources[0]?.next ?? 0) <= (world.logs.get('src_a')?.length ?? 0)
}

function job(): RetypingJob {
  const [found] = world.object.jobs()
  if (found?.kind !== 'retyping') throw new Error('there is none')
  return found
}

async function totals(table = 'paid', column = 'total'): Promise<unknown[]> {
  const rows = await database.query(`select ${column}::text as value from ${SCHEMA}.${table} order by received_at, id`)
  return rows.map(({ value }) => value as unknown)
}

it('brings back the values that the first type had made NULL, and changes what the browser of tables shows', async () => {
  await world.commit('src_a', paid(1))
  await synced()
  await world.commit('src_a', paid('many', 2.5, undefined, true))
  await synced()
  expect(await totals()).toEqual(['1', null, '2', null, '1'])
  const [part] = world.object.sourceSyncs({}, { count: 1 }).lines
  expect(part?.notices.map(({ code }) => code)).toEqual(['not_castable', 'fraction_lost'])
  for (let n = 0; n < 2; n++) await world.object.order('rty_1', order)
  await settled()
  expect(job()).toMatchObject({
    state: 'done',
    events: 5,
    filled: 4,
    progress: 1,
    read: 2,
    last: 2,
    notices: [],
    error: null,
  })
  expect(await totals()).toEqual(['1', 'many', '2.5', null, 'true'])
  const column = world.object.table('src_a', 'paid')?.columns.find(({ name }) => name === 'total')
  expect(column?.type).toBe('text')
  await world.commit('src_a', paid('more'))
  await synced()
  expect(await totals()).toEqual(['1', 'many', '2.5', null, 'true', 'more'])
})

it('goes on after any death and failure, and has the rows that came meanwhile', async () => {
  await world.commit('src_a', paid(1))
  await synced()
  for (let n = 0; n < 5; n++) await world.commit('src_a', paid(...Array.from({ length: 10 }, (_, at) => `v${n}-${at}`)))
  await synced()
  await world.object.order('rty_1', order)
  deaths = [
    ['begin', 'before'],
    ['fill', 'after'],
    ['fill', 'before'],
    ['load', 'after'],
    ['finish', 'after'],
  ]
  let fills = 0
  called = async (name) => {
    if (name === 'fill' && ++fills === 3) {
      // New rows, which the sync loads before it is done.
      await world.commit('src_a', paid('late'))
      await world.object.syncNow()
    }
  }
  await settled(() => idle() && world.object.jobs()[0]?.state === 'done', 60_000)
  expect(deaths).toEqual([])
  expect(calls.lastIndexOf('fill')).toBeGreaterThan(calls.indexOf('load', calls.indexOf('fill')))
  const values = await totals()
  expect(values).toHaveLength(52)
  expect(values).not.toContain(null)
  expect([values[0], values.at(-1)]).toEqual(['1', 'late'])
})

it('has its end alone: no sync loads while new columns take their place', async () => {
  await world.commit('src_a', [{ type: 'identify', traits: { zip: 12 } }])
  await synced()
  await world.commit('src_a', [
    { type: 'identify', traits: { zip: '0123' } },
    { type: 'identify', userId: 'u2', traits: { zip: '0456x' } },
  ])
  await synced()
  expect(await totals('users', 'zip')).toEqual(['123', null])
  await world.object.order('rty_1', { ...order, collection: 'users', property: 'zip' })
  called = async (name) => {
    if (name === 'refold') {
      await world.commit('src_a', [{ type: 'identify', userId: 'u3', traits: { zip: '07' } }])
      await world.object.syncNow()
    }
  }
  await settled(() => job().state === 'done' && idle() && !isWanted())
  expect(calls.slice(calls.indexOf('refold')).filter((name) => name !== 'refold')).toEqual(['finish', 'finish', 'load'])
  expect(await totals('identifies', 'zip')).toEqual(['12', '0123', '0456x', '07'])
  expect(await totals('users', 'zip')).toEqual(['0123', '0456x', '07'])
})

it('says which view stands in the way before anything is read, and leaves nothing behind', async () => {
  await world.commit('src_a', paid(1))
  await synced()
  await database.query(`create view ${SCHEMA}.sums as select sum(total) from ${SCHEMA}.paid`)
  await world.object.order('rty_1', order)
  await settled()
  expect(job()).toMatchObject({ state: 'failed', events: 0, error: { code: 'view', retry: false } })
  expect(job().error?.words).toContain(`${SCHEMA}.sums needs paid.total`)
  expect(job().error?.sql).toContain(`drop view ${SCHEMA}.sums;`)
  expect(await columnsOf('paid')).not.toContain('_sluice_new')
})

it('waits for a view that was made meanwhile, and takes what came until then', async () => {
  await world.commit('src_a', paid(1))
  await synced()
  await world.object.order('rty_1', order)
  called = async (name) => {
    if (name === 'finish')
      await database.query(`create or replace view ${SCHEMA}.sums as select total from ${SCHEMA}.paid`)
  }
  await settled(() => job().error !== null)
  expect(job()).toMatchObject({ state: 'running', error: { code: 'view' } })
  called = () => undefined
  await world.commit('src_a', paid('late'))
  await synced()
  await database.query(`drop view ${SCHEMA}.sums`)
  await settled(undefined, 60_000)
  expect(job()).toMatchObject({ state: 'done', error: null })
  expect(await totals()).toEqual(['1', 'late'])
})

it('is cancelled without a trace; backfills of the source wait for it', async () => {
  await world.commit('src_a', paid(1))
  await synced()
  for (let n = 0; n < 3; n++) await world.commit('src_a', paid(...Array.from({ length: 10 }, () => 'x')))
  await world.object.order('rty_1', order)
  await world.object.order('bfl_1', { kind: 'backfill', sourceId: 'src_a', from: null, collections: null })
  const state = (id: string) => world.object.job(id)?.state
  await settled(() => calls.includes('fill'))
  expect([state('rty_1'), state('bfl_1')]).toEqual(['running', 'waiting'])
  expect(await columnsOf('paid')).toContain('_sluice_new')
  expect(await world.object.cancel('rty_1')).toBe(true)
  await settled(() => state('bfl_1') === 'done')
  expect(state('rty_1')).toBe('cancelled')
  expect(await world.object.cancel('rty_1')).toBe(false)
  expect(await columnsOf('paid')).not.toContain('_sluice_new')
})

it('fills in nothing that is left out', async () => {
  await world.commit('src_a', paid(1))
  await synced()
  const [source] = world.terms?.sources ?? []
  if (source) source.leftOut = { collections: [], properties: { paid: ['total'] } }
  await world.object.order('rty_1', order)
  await settled()
  expect(job()).toMatchObject({ state: 'failed', events: 0, error: { code: 'left_out' } })
})

it('keeps what was not loaded as it was sent in a table, where that is wanted', async () => {
  await world.commit('src_a', paid(1))
  await synced()
  await world.commit('src_a', paid('many'))
  await synced()
  const there = async () => database.query(`select to_regclass('${SCHEMA}._sluice_discards') as name`)
  expect(await there()).toEqual([{ name: null }])
  if (world.terms) world.terms = { ...world.terms, discards: true }
  await world.commit('src_a', paid('more', 'most'))
  await synced()
  expect(
    await database.query(`select reader, "table", "column", reason, count::int from ${SCHEMA}._sluice_discards`),
  ).toEqual([{ reader: 'sync', table: 'paid', column: 'total', reason: 'not_castable', count: 2 }])
})

async function columnsOf(table: string): Promise<string> {
  const rows = await database.query<{ name: string }>(
    'select column_name as name from information_schema.columns where table_schema = $1 and table_name = $2',
    [SCHEMA, table],
  )
  return rows.map(({ name }) => name).join(' ')
}
