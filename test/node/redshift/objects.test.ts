import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { type Fate, RedshiftStandIn, SETTINGS } from '../../redshift/stand-in.ts'
import { loadObjects, plainObjects, plainOf, someObjects, syncObjects } from '../../warehouse/plain-objects.ts'
import { Random } from '../../warehouse/random.ts'
import { rowsOfAll } from './world.ts'

let database: TestDatabase
let world: RedshiftStandIn
beforeAll(async () => {
  database = await openDatabase()
  world = new RedshiftStandIn(database)
})
afterAll(async () => {
  await world.end()
  await database.end()
})

/** `REDSHIFT_OBJECTS=5000 npm run test:one -- test/node/redshift/objects.test.ts` looks further. */
it('objects are one row an id with what was set last, whenever a process dies and whatever fails', async () => {
  const log = someObjects(5, Number(process.env.REDSHIFT_OBJECTS ?? 120))
  const random = new Random(2)
  world.fate = () => (random.chance(0.06) ? random.of<Fate>(['lost', 'unheard', 'trouble']) : undefined)
  let [deaths, failures] = [0, 0]
  for (let going = true; going;) {
    const client = world.client()
    if (random.chance(0.8)) client.dieAfter(random.below(40))
    try {
      const session = await client.connector.open(SETTINGS)
      await syncObjects(session, client.connector.limits, log, random.of([10, 15, 20]))
      await session.end()
      going = false
    } catch (error) {
      if (String(error).includes('died')) deaths++
      else failures++
      if (/syntax error|is no name/.test(String(error))) throw error
    }
    if (deaths + failures > 40) world.calm()
  }
  world.calm()
  await world.api.settled()
  expect(deaths).toBeGreaterThan(1)
  const found = await rowsOfAll(database)
  for (const [table, rows] of plainObjects(log)) expect(plainOf(found[table] ?? [])).toEqual(rows)

  // The same once more changes nothing, and counts nothing as new.
  const session = await world.client().connector.open(SETTINGS)
  const to = { seq: 1, index: log.length }
  const { limits } = world.client().connector
  const again = await loadObjects(session, limits, log, { reader: 'backfill:1:o', from: null, to })
  expect(again).toEqual({ state: 'loaded', inserted: {}, notices: [] })
  const same = await rowsOfAll(database)
  for (const [table, rows] of plainObjects(log)) expect(plainOf(same[table] ?? [])).toEqual(rows)
  const late = { from: null, to: { seq: 1, index: 20 } }
  expect(await loadObjects(session, limits, log.slice(0, 20), late)).toMatchObject({ state: 'moved' })
  const more = { reader: 'backfill:2:o', from: null, to: { seq: 1, index: 1 } }
  const other = { collection: 'rooms', id: 'new', properties: { beds: 1 }, receivedAt: '2026-03-01T12:00:00.000Z' }
  expect(await loadObjects(session, limits, [other], more)).toMatchObject({ inserted: { rooms: 1 } })

  // A table that is dropped is gone, and so it stays when that is asked once more.
  for (let n = 0; n < 2; n++) await session.drop('shop', 'rooms')
  expect([...((await session.catalogue('shop')) ?? new Map<string, unknown>()).keys()]).not.toContain('rooms')
})
