import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TOO_SPREAD, WarehouseError, type WarehouseSession } from '../../../src/connectors/index.ts'
import type { CollectedObject } from '../../../src/tables/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { type Fate, ObjectsWorld } from '../../warehouse/objects-world.ts'
import { Random } from '../../warehouse/random.ts'
import { connector, settingsOf } from '../postgres/sync.ts'

let database: TestDatabase
let sessions: WarehouseSession[]
beforeAll(async () => void (database = await openDatabase()))
beforeEach(async () => {
  await database.query('drop schema if exists shop cascade')
  sessions = []
})
afterEach(() => Promise.all(sessions.map((session) => session.end())))
afterAll(() => database.end())

function openWorld(portion = { events: 7, bytes: 1e6 }, objects: 'some' | 'alone' = 'alone'): ObjectsWorld {
  const open = async () => {
    const session = await connector.open(settingsOf(database))
    sessions.push(session)
    return session
  }
  return new ObjectsWorld('src_a', { connector: { limits: connector.limits, portion }, open }, objects)
}

const AT = '2026-03-01T12:00:00.000Z'
const set = (id: string, properties: CollectedObject['properties'], collection = 'rooms'): CollectedObject => ({
  collection,
  id,
  properties,
  receivedAt: AT,
})
const whole = (id: string, properties: CollectedObject['properties'], collection = 'rooms'): CollectedObject => ({
  ...set(id, properties, collection),
  whole: true,
})

async function rowsOf(table = 'rooms'): Promise<Record<string, unknown>[]> {
  const rows = await database.query<Record<string, unknown>>(
    `select to_jsonb(t) as row from shop.${table} t order by id`,
  )
  return rows.map(({ row }) => {
    const { uuid_ts: _at, received_at: _received, ...own } = row as Record<string, unknown>
    return own
  })
}

describe('objects in PostgreSQL', () => {
  it('are one row an id, merged property by property in their order, and null clears', async () => {
    const world = openWorld()
    await world.commit([set('r1', { name: 'Sea', beds: 2 }), set('r2', { name: 'Wood' }), set('r1', { beds: 3 })])
    await world.settle()
    expect(await rowsOf()).toEqual([
      { id: 'r1', name: 'Sea', beds: 3 },
      { id: 'r2', name: 'Wood', beds: null },
    ])
    await world.commit([set('r2', { beds: 1 }), set('r1', { name: null, view: { kind: 'sea', stars: [1, 2] } })])
    await world.commit([set('r3', { name: 'Loft' }), set('r3', { name: null, beds: 4 })])
    await world.settle()
    expect(await rowsOf()).toEqual([
      { id: 'r1', name: null, beds: 3, view_kind: 'sea', view_stars: '[1,2]' },
      { id: 'r2', name: 'Wood', beds: 1, view_kind: null, view_stars: null },
      { id: 'r3', name: null, beds: 4, view_kind: null, view_stars: null },
    ])
  })

  it('that come whole have nothing any more that they do not say; what is set afterwards is merged', async () => {
    const world = openWorld()
    await world.commit([whole('r1', { name: 'Sea', tax: { rate: 7 } }), set('r2', { name: 'Wood', seen: true })])
    await world.settle()
    await world.commit([whole('r1', { tax: null, floor: 1 }), set('r1', { is_deleted: true })])
    await world.settle()
    expect(await rowsOf()).toEqual([
      { id: 'r1', name: null, tax_rate: null, seen: null, floor: 1, is_deleted: true },
      { id: 'r2', name: 'Wood', tax_rate: null, seen: true, floor: null, is_deleted: null },
    ])
  })

  it('change nothing when they come again, and what cannot be cast costs only its own cell', async () => {
    const world = openWorld()
    await world.commit([set('r1', { beds: 2, name: 'Sea' })])
    await world.commit([set('r1', { beds: 2, name: 'Sea' })])
    await world.commit([set('r1', { beds: 'many', name: 'Lake' }), set('r2', { beds: 9 })])
    await world.warehouse.syncNow()
    for (let n = 0; n < 20; n++) await world.warehouse.alarm()
    expect(await rowsOf()).toEqual(
      [
        { id: 'r1', beds: 2, name: 'Lake' },
        { id: 'r2', beds: 9, name: null },
      ].map((row) => (row.id === 'r1' ? { ...row, beds: 'many' } : { ...row, beds: '9' })),
    )
  })

  it('keep their collection’s name where a source has nothing else, and step aside where events have tables', async () => {
    const alone = openWorld()
    await alone.commit([set('u1', { email: 'a@example.com' }, 'users'), set('g1', { n: 1 }, 'group')])
    await alone.settle()
    expect([await rowsOf('users'), await rowsOf('_group')]).toEqual([
      [{ id: 'u1', email: 'a@example.com' }],
      [{ id: 'g1', n: 1 }],
    ])
    await database.query('drop schema shop cascade')
    const beside = openWorld(undefined, 'some')
    await beside.commit([set('u1', { email: 'a@example.com' }, 'users')])
    await beside.settle()
    expect(await rowsOf('_users')).toEqual([{ id: 'u1', email: 'a@example.com' }])
  })
})

const FATES: Fate[] = ['before', 'after', 'dies before', 'dies after']

/** `OBJECTS=20000 OBJECTS_SEED=7 npm run test:one -- test/node/warehouse/objects.test.ts` looks further. */
it('equal what was accepted last, whatever calls, answers and instances are lost', async () => {
  const random = new Random(Number(process.env.OBJECTS_SEED ?? 1))
  const ofLoads = new Random(2)
  const count = Number(process.env.OBJECTS ?? 350)
  const world = openWorld()
  const met: Record<string, number> = {}
  world.fate = (call) => {
    const own = call === 'load' ? ofLoads : random
    const fates: Fate[] = call === 'load' ? [...FATES, 'late'] : FATES
    const fate = own.chance(0.25) ? own.of(fates) : null
    if (fate) met[`${call} ${fate}`] = (met[`${call} ${fate}`] ?? 0) + 1
    if (call === 'load' && (fate === 'before' || fate === 'after')) {
      throw new WarehouseError('lost', 'The connection is lost.', true)
    }
    return fate
  }
  const model = new Map<string, Record<string, unknown>>()
  for (let done = 0; done < count;) {
    const objects = Array.from({ length: 1 + random.below(8) }, () => {
      const id = `r${random.below(count / 8)}`
      const names = ['a', 'b', 'c', 'd'].filter(() => random.chance(0.5))
      const properties = Object.fromEntries(names.map((name) => [name, random.chance(0.2) ? null : random.below(1e6)]))
      return random.chance(0.3) ? whole(id, properties) : set(id, properties)
    })
    await world.commit(objects)
    for (const { id, properties, whole: isWhole } of objects)
      model.set(id, { ...(isWhole ? {} : model.get(id)), id, ...properties })
    done += objects.length
    // So that rows of the log leave it for segments.
    world.clock.now += 60_000
    if (random.chance(0.2)) await world.log.alarm()
    if (random.chance(0.1)) await world.settle()
  }
  await world.settle()
  const named = ['a', 'b', 'c', 'd']
  const expected = [...model.values()].map((row) => ({
    id: row['id'],
    ...Object.fromEntries(named.map((n) => [n, row[n] ?? null])),
  }))
  const byId = (one: Record<string, unknown>, other: Record<string, unknown>) =>
    String(one['id']) < String(other['id']) ? -1 : 1
  expect((await rowsOf()).toSorted(byId)).toEqual(expected.toSorted(byId))
  expect(Object.keys(met)).toEqual(expect.arrayContaining(FATES.map((fate) => `commit ${fate}`)))
  expect(met['load dies before']).toBeGreaterThan(0)
  expect(met['load dies after']).toBeGreaterThan(0)
  expect(met['load late']).toBeGreaterThan(0)
})

it('come in smaller portions where a warehouse cannot write all that one touches, and whole all the same', async () => {
  const sizes: number[] = []
  const open = async () => {
    const session = await connector.open(settingsOf(database))
    sessions.push(session)
    const load: WarehouseSession['load'] = (of) => {
      const rows = (of.merges ?? []).reduce((sum, one) => sum + one.rows.length, 0)
      if (rows > 3) throw new WarehouseError(TOO_SPREAD, 'It would have to write too much anew.', false)
      sizes.push(rows)
      return session.load(of)
    }
    return { ...session, load }
  }
  const world = new ObjectsWorld('src_a', {
    connector: { limits: connector.limits, portion: { events: 40, bytes: 1e6 } },
    open,
  })
  const all = Array.from({ length: 90 }, (_, n) => set(`r${n}`, { n }))
  await world.commit(all)
  await world.settle()
  expect(await rowsOf()).toHaveLength(90)
  expect(sizes.filter((rows) => rows > 0).every((rows) => rows === 3 || rows <= 2)).toBe(true)
})
