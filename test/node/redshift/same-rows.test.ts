import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WarehouseSession } from '../../../src/connectors/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { type Fate, RedshiftStandIn, SETTINGS } from '../../redshift/stand-in.ts'
import { connector as postgres, settingsOf } from '../postgres/sync.ts'
import { eventOf } from '../tables/event.ts'
import { rowsOfAll, SCHEMA, sync } from './world.ts'

/** More by the environment, for a long look. */
const PORTIONS = Number(process.env.REDSHIFT_PORTIONS ?? 8)
const SEED = Number(process.env.REDSHIFT_SEED ?? 1)
const EVENTS = 14

/** The same numbers for the same seed, in [0, 1). */
function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Portions of a shop whose values change their types, with events that come twice and late. */
function portionsOf(seed: number): SpecEvent[][] {
  const random = dice(seed)
  const pick = <One>(from: readonly One[]): One => from[Math.floor(random() * from.length)] as One
  const value = () =>
    pick<unknown>([
      1,
      2.5,
      -7,
      true,
      false,
      'text',
      'ä😆"\\',
      '2026-01-02T03:04:05Z',
      [1, 'x'],
      { deep: 1, er: { x: 'y' } },
      null,
      '',
      2 ** 40,
    ])
  const values = () =>
    Object.fromEntries(['a', 'b', 'Plan Type', `p${Math.floor(random() * 12)}`].map((key) => [key, value()]))
  const user = () => pick(['u1', 'u2', 'u3', 'ü4'])
  const made: SpecEvent[] = []
  const next = (): SpecEvent => {
    if (made.length > 3 && random() < 0.15) return pick(made)
    const userId = user()
    const event = eventOf(
      pick<() => Record<string, unknown>>([
        () => ({ type: 'track', event: pick(['Order Completed', 'Viewed', 'Users']), userId, properties: values() }),
        () => ({ type: 'identify', userId, traits: values(), context: { ip: '1.2.3.4' } }),
        () => ({ type: 'group', userId, groupId: pick(['g1', 'g2']), traits: values() }),
        () => ({ type: 'page', userId, name: 'Home', properties: values() }),
        () => ({ type: 'alias', userId, previousId: 'old' }),
      ])(),
    )
    made.push(event)
    return event
  }
  return Array.from({ length: PORTIONS }, () => {
    const events = Array.from({ length: EVENTS }, next)
    return random() < 0.3 ? events.toReversed() : events
  })
}

let database: TestDatabase
let plain: TestDatabase
let world: RedshiftStandIn
beforeAll(async () => {
  ;[database, plain] = await Promise.all([openDatabase(), openDatabase()])
  world = new RedshiftStandIn(database)
})
afterAll(async () => {
  await world.end()
  await database.end()
  await plain.end()
})

/** The next portion from where the cursor stands; whether there was one. */
async function step(session: WarehouseSession, portions: SpecEvent[][]): Promise<boolean> {
  const from = await session.cursor(SCHEMA, 'sync')
  const events = portions[from?.seq ?? 0]
  if (!events) return false
  await sync(session, world.client().connector.limits, events, { from, to: { seq: (from?.seq ?? 0) + 1, index: 0 } })
  return true
}

const SAYS = [
  'ERROR: 1023\n  Detail: Serializable isolation violation on table - 1',
  'ERROR: Query (1) cancelled on user request',
  'ERROR: connection to the cluster was lost',
]

describe('the same portions in PostgreSQL and in Redshift', () => {
  it('are the same rows, whenever a process dies and whatever fails', { timeout: 240_000 }, async () => {
    const portions = portionsOf(SEED)
    const session = await postgres.open(settingsOf(plain))
    while (await step(session, portions));
    await session.end()

    const random = dice(SEED + 1)
    let deaths = 0
    let failures = 0
    world.fate = () => {
      const roll = random()
      const fates: Fate[] = ['lost', 'unheard', 'trouble']
      return roll < 0.06 ? fates[Math.floor(roll * 50)] : undefined
    }
    world.api.at = () => {
      if (random() < 0.01) throw new Error(SAYS[Math.floor(random() * SAYS.length)])
    }
    for (let going = true; going;) {
      const client = world.client()
      if (random() < 0.8) client.dieAfter(Math.floor(random() * 60))
      try {
        const session = await client.connector.open(SETTINGS)
        while ((going = await step(session, portions)));
        await session.end()
      } catch (error) {
        if (String(error).includes('died')) deaths++
        else failures++
        if (/syntax error|is no name/.test(String(error))) throw error
      }
      if (deaths + failures > 60) world.calm()
    }
    world.calm()
    await world.api.settled()
    expect(deaths).toBeGreaterThan(2)

    const [rows, wanted] = [await rowsOfAll(database), await rowsOfAll(plain)]
    expect(Object.keys(rows)).toEqual(Object.keys(wanted))
    for (const [table, expected] of Object.entries(wanted)) expect([table, rows[table]]).toEqual([table, expected])
    expect(Object.values(rows).flat().length).toBeGreaterThan(PORTIONS * EVENTS)

    // Nothing of all that is left.
    const ours = await database.query(
      `select tablename from pg_tables where schemaname = '${SCHEMA}' and tablename like '\\_sluice%'`,
    )
    expect(ours).toEqual([{ tablename: '_sluice_cursor' }])
    world.skip(2 * 60 * 60_000)
    await (await world.client().connector.open(SETTINGS)).end()
    expect(world.buckets.keys('shop-loads')).toEqual([])
  })
})
