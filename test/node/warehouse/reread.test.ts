import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WarehouseError, type WarehouseSession } from '../../../src/connectors/index.ts'
import type { CollectedObject } from '../../../src/tables/index.ts'
import type { JobOrder } from '../../../src/warehouse/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { ObjectsWorld } from '../../warehouse/objects-world.ts'
import { Random } from '../../warehouse/random.ts'
import { connector, settingsOf } from '../postgres/sync.ts'

let database: TestDatabase
let world: ObjectsWorld
let sessions: WarehouseSession[]
/** What becomes of the calls that read anew. */
let fate: (call: string) => 'before' | 'after' | 'dies before' | 'dies after' | null
let canReread: boolean
beforeAll(async () => void (database = await openDatabase()))
beforeEach(async () => {
  await database.query('drop schema if exists shop cascade')
  sessions = []
  fate = () => null
  canReread = true
  const open = async () => {
    const session = await connector.open(settingsOf(database))
    sessions.push(session)
    const { rereading, retyping, ...others } = session
    if (!rereading || !retyping) throw new Error('PostgreSQL reads anew')
    return { ...others, ...(canReread && { rereading: struck(rereading) }), retyping: struck(retyping) }
  }
  const portion = { events: 7, bytes: 1e6 }
  world = new ObjectsWorld('src_a', { connector: { limits: connector.limits, portion }, open })
})
afterEach(() => Promise.all(sessions.map((session) => session.end())))
afterAll(() => database.end())

function struck<T extends object>(calls: T): T {
  return Object.fromEntries(
    Object.entries(calls).map(([name, run]) => [
      name,
      async (...args: unknown[]) => {
        const met = fate(name)
        if (met === 'before') throw new WarehouseError('lost', 'The connection is lost.', true)
        if (met === 'dies before') return dies()
        const answer = await (run as (...args: unknown[]) => Promise<unknown>)(...args)
        if (met === 'after') throw new WarehouseError('lost', 'The connection is lost.', true)
        return met === 'dies after' ? dies() : answer
      },
    ]),
  ) as T
}

function dies(): Promise<never> {
  world.died.resolve()
  return new Promise(() => undefined)
}

const set = (id: string, properties: CollectedObject['properties'], whole = false): CollectedObject => ({
  collection: 'rooms',
  id,
  properties,
  receivedAt: new Date(world.clock.now).toISOString(),
  ...(whole && { whole: true as const }),
})
const leaveOut = (collections: string[], properties: Record<string, string[]> = {}) => {
  const [source] = world.terms.sources
  if (source) source.leftOut = { collections, properties }
  world.terms.version++
}

/** Alarms ring until the job is over; `meanwhile` is called between them. */
async function done(id: string, meanwhile: () => Promise<unknown> = () => Promise.resolve()) {
  for (let n = 0; n < 900 && world.warehouse.job(id)?.endedAt === null; n++) {
    world.died = Promise.withResolvers()
    await Promise.race([world.warehouse.alarm(), world.died.promise.then(() => world.openWarehouse())])
    world.clock.now += 60_000
    await meanwhile()
  }
  return world.warehouse.job(id)
}

const rows = (columns: string) =>
  database.query<Record<string, unknown>>(`select ${columns} from shop.rooms order by id`)
async function traces(): Promise<unknown[]> {
  return database.query(
    "select table_name, column_name from information_schema.columns where table_schema = 'shop' and (table_name like '%anew%' or column_name like '%new%')",
  )
}

const retype = { kind: 'retyping', sourceId: 'src_a', collection: 'rooms', property: 'beds', type: 'text' } as const
const backfill: JobOrder = { kind: 'backfill', sourceId: 'src_a', from: null, collections: null }

describe('a column of objects', () => {
  it('is given another type, with the value that was set last of each', async () => {
    await world.commit([set('r1', { beds: 2 }), set('r2', { beds: 3 }), set('r3', { beds: 4 })])
    await world.settle()
    await world.commit([set('r1', { beds: 'many' }), set('r2', { name: 'Sea' }), set('r3', { name: 'Loft' }, true)])
    await world.commit([set('r4', { beds: 2.5 }), set('r5', { beds: 1 }), set('r5', { beds: null })])
    await world.warehouse.syncNow()
    for (let n = 0; n < 9; n++) await world.warehouse.alarm()
    expect(await rows('beds')).toEqual([{ beds: null }, { beds: '3' }, { beds: null }, { beds: '2' }, { beds: null }])
    await world.warehouse.order('rty_1', retype)
    expect(await done('rty_1')).toMatchObject({ state: 'done', filled: 3, events: 9 })
    expect(await rows('id, beds, name')).toEqual([
      { id: 'r1', beds: 'many', name: null },
      { id: 'r2', beds: '3', name: 'Sea' },
      { id: 'r3', beds: null, name: 'Loft' },
      { id: 'r4', beds: '2.5', name: null },
      { id: 'r5', beds: null, name: null },
    ])
    expect(await traces()).toEqual([])
  })

  it('says how many values do not fit, which are NULL', async () => {
    await world.commit([set('r1', { beds: '2' }), set('r2', { beds: 'many' })])
    await world.settle()
    await world.warehouse.order('rty_1', { ...retype, type: 'bigint' })
    expect(await done('rty_1')).toMatchObject({
      state: 'done',
      filled: 1,
      notices: [{ code: 'not_castable', table: 'rooms', column: 'beds', count: 1 }],
    })
    expect(await rows('beds')).toEqual([{ beds: '2' }, { beds: null }])
  })

  it('stays as it is when that is cancelled, and where a warehouse cannot do it', async () => {
    await world.commit(Array.from({ length: 30 }, (_, n) => set(`r${n}`, { beds: n })))
    await world.settle()
    await world.warehouse.order('rty_1', retype)
    await world.warehouse.alarm()
    await world.warehouse.alarm()
    expect((await traces()).length).toBeGreaterThan(2)
    expect(await world.warehouse.cancel('rty_1')).toBe(true)
    expect(await done('rty_1')).toMatchObject({ state: 'cancelled' })
    expect(await traces()).toEqual([])
    canReread = false
    await world.warehouse.order('rty_2', retype)
    expect(await done('rty_2')).toMatchObject({ state: 'failed', error: { code: 'objects_not_reread' } })
    await world.warehouse.order('bfl_2', backfill)
    expect(await done('bfl_2')).toMatchObject({ state: 'failed', error: { code: 'objects_not_reread' } })
    expect(await rows('id')).toHaveLength(30)
  })
})

it('a backfill brings objects and columns that were left out, as they are now', async () => {
  leaveOut(['rooms'])
  await world.commit([set('r1', { beds: 2, name: 'Sea' }), set('r2', { beds: 3 })])
  await world.settle()
  leaveOut([], { rooms: ['name'] })
  await world.commit([set('r2', { name: 'Wood', view: true }), set('r3', { name: 'Loft' })])
  await world.settle()
  expect(await rows('id, view')).toEqual([
    { id: 'r2', view: true },
    { id: 'r3', view: null },
  ])
  leaveOut([])
  await world.warehouse.order('bfl_1', backfill)
  expect(await done('bfl_1')).toMatchObject({ state: 'done', events: 4, rows: 1 })
  expect(await rows('id, beds, name, view')).toEqual([
    { id: 'r1', beds: '2', name: 'Sea', view: null },
    { id: 'r2', beds: '3', name: 'Wood', view: true },
    { id: 'r3', beds: null, name: 'Loft', view: null },
  ])
  expect(await traces()).toEqual([])
})

/** `REREAD_SEED=7 npm run test:one -- test/node/warehouse/reread.test.ts` looks elsewhere. */
it('equals what was set last, whatever dies, fails and is set meanwhile', async () => {
  const random = new Random(Number(process.env.REREAD_SEED ?? 1))
  const model = new Map<string, Record<string, unknown>>()
  const some = async () => {
    const objects = Array.from({ length: 1 + random.below(6) }, () => {
      const names = ['beds', 'name', 'view'].filter(() => random.chance(0.5))
      const properties = Object.fromEntries(names.map((name) => [name, random.chance(0.2) ? null : random.below(99)]))
      return set(`r${random.below(30)}`, properties, random.chance(0.3))
    })
    for (const { id, properties, whole } of objects)
      model.set(id, { ...(whole ? {} : model.get(id)), id, ...properties })
    world.clock.now += 1_000
    await world.commit(objects)
  }
  await world.commit([set('r0', { beds: 1, name: 1, view: 1 })])
  model.set('r0', { id: 'r0', beds: 1, name: 1, view: 1 })
  await world.settle()
  for (let n = 0; n < 15; n++) await some()
  const met = new Set<string>()
  fate = (call) => {
    const kind = random.chance(0.5) ? random.of(['before', 'after', 'dies before', 'dies after'] as const) : null
    if (kind) met.add(`${call} ${kind}`)
    return kind
  }
  // What a sync that has died had sent takes effect when the job has gone on.
  world.fate = (call) => (call === 'load' && random.chance(0.3) ? 'late' : null)
  let left = 25
  const meanwhile = async () => {
    if (left-- > 0) await some()
    if (random.chance(0.3)) await world.warehouse.syncNow()
  }
  await world.warehouse.order('rty_1', retype)
  expect(await done('rty_1', meanwhile)).toMatchObject({ state: 'done' })
  left = 25
  await world.warehouse.order('bfl_1', backfill)
  expect(await done('bfl_1', meanwhile)).toMatchObject({ state: 'done' })
  fate = () => null
  world.fate = () => null
  await world.settle()
  const text = (value: unknown) => (value === undefined || value === null ? null : String(value))
  const expected = [...model.values()]
    .map((row) => ({ id: row['id'], beds: text(row['beds']), name: text(row['name']), view: text(row['view']) }))
    .toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
  const found = await rows('id, beds, name::text, view::text')
  expect(found.toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1))).toEqual(expected)
  expect(await traces()).toEqual([])
  expect(met.size).toBeGreaterThan(5)
})
