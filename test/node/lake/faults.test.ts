import { describe, expect, it } from 'vitest'
import { WarehouseError } from '../../../src/connectors/index.ts'
import { track } from '../tables/event.ts'
import { CatalogueStandIn, type Fate } from './catalogue.ts'
import { duck, readTable } from './readers.ts'
import { shopLog } from './shop.ts'
import { compare, connect, expected, extendFor, loadPart, SCHEMA, seeded, sync } from './world.ts'

const CATALOGUES = [
  { name: 'several tables at once', transactional: true },
  { name: 'table by table', transactional: false },
]

describe.each(CATALOGUES)('a catalogue that commits $name', ({ transactional }) => {
  it('loads each row once, whatever fails and whenever the sync dies', { timeout: 60_000 }, async () => {
    for (let seed = 1; seed <= 2; seed++) {
      const random = seeded(seed)
      let dies = 40
      const lake = new CatalogueStandIn({
        transactional,
        fate: (call): Fate => {
          if (--dies < 0) return 'silence'
          const changes = call.startsWith('POST')
          const chance = random()
          if (changes && chance < 0.08) return 'after'
          if (changes && call !== 'POST namespaces' && call !== 'POST tables' && chance < 0.13) return 'conflict'
          return chance < 0.16 ? 'before' : 'ok'
        },
      })
      const log = shopLog(seeded(seed + 100), 150)
      let deaths = 0
      for (; deaths < 500; deaths++) {
        // A sync that dies answers nobody any more, in the middle of anything.
        dies = 20 + Math.floor(random() * 400)
        try {
          // Portions are cut otherwise each time: what was half loaded comes again with other rows beside it.
          await sync(await connect(lake, random), log, [50, 30, 70][deaths % 3])
          break
        } catch (error) {
          if (!(error instanceof WarehouseError && error.retry)) throw error
        }
      }
      expect(deaths).toBeGreaterThan(0)
      lake.options.fate = () => 'ok'
      await compareRows(lake, log)
    }
  })

  it('is loaded by one of two who come at once', async () => {
    const lake = new CatalogueStandIn({ transactional })
    const log = shopLog(seeded(9), 120)
    await sync(await connect(lake), log.slice(0, 60), 60)
    const from = { seq: 1, index: 60 }
    const load = async (seed: number) =>
      loadPart(await connect(lake, seeded(seed)), log.slice(60), { reader: 'sync', from, to: { seq: 1, index: 120 } })
    const loads = await Promise.all([load(1), load(2)])
    expect(loads.map(({ state }) => state).toSorted()).toEqual(['loaded', 'moved'])
    await compareRows(lake, log)
  })

  it('takes what eight bring at once', { timeout: 60_000 }, async () => {
    const lake = new CatalogueStandIn({ transactional })
    const log = shopLog(seeded(10), 80)
    await extendFor(await connect(lake), log)
    const loads = await Promise.all(
      Array.from({ length: 8 }, async (_, at) =>
        loadPart(await connect(lake, seeded(at)), log.slice(at * 10, at * 10 + 10), {
          reader: `backfill:${at}`,
          from: null,
          to: { seq: 1, index: at * 10 + 10 },
        }),
      ),
    )
    expect(loads.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'loaded'))
    expect(lake.conflicts).toBeGreaterThan(0)
    await compareRows(lake, log)
  })
})

/** Types depend on how a log is cut into loads; which rows there are, and whose users, does not. */
async function compareRows(lake: CatalogueStandIn, log: ReturnType<typeof shopLog>): Promise<void> {
  const should = expected(log, 50)
  expect(lake.tables(SCHEMA).toSorted()).toEqual([...should.keys()].toSorted())
  for (const [table, rows] of should) {
    const found = await readTable(lake, SCHEMA, table)
    expect([table, ...found.map(({ id }) => id as string).toSorted()]).toEqual([table, ...[...rows.keys()].toSorted()])
    for (const row of found) {
      const of = rows.get(row['id'] as string)
      expect([table, row['plan'] ?? null, row['user_id'] ?? null]).toEqual([
        table,
        of?.['plan'] ?? null,
        of?.['user_id'] ?? null,
      ])
    }
  }
}

describe('a lake', () => {
  it('knows again what took effect though nobody said so', async () => {
    let lost = 0
    const lake = new CatalogueStandIn({
      fate: (call) => (call === 'POST transaction' && lost++ === 0 ? 'after' : 'ok'),
    })
    const loaded = await loadPart(await connect(lake), [track({ a: 1 }, 'Paid')], {
      reader: 'sync',
      from: null,
      to: { seq: 1, index: 1 },
    })
    expect(loaded).toEqual({ state: 'loaded', inserted: { tracks: 1, paid: 1 }, notices: [] })
    expect([lost, await readTable(lake, SCHEMA, 'paid')]).toEqual([1, [expect.objectContaining({ a: 1n })]])
  })

  it('says where another has got to', async () => {
    const lake = new CatalogueStandIn()
    const session = await connect(lake)
    const log = [track({ a: 1 }, 'Paid'), track({ a: 2 }, 'Paid')]
    await sync(session, log)
    const cursor = { reader: 'sync', from: null, to: { seq: 1, index: 1 } }
    expect(await loadPart(session, log.slice(0, 1), cursor)).toEqual({ state: 'moved', to: { seq: 1, index: 2 } })
    expect(await readTable(lake, SCHEMA, 'paid')).toHaveLength(2)
  })

  it('leaves out what a backfill brings again', async () => {
    const lake = new CatalogueStandIn()
    const session = await connect(lake)
    const log = shopLog(seeded(11), 150)
    await sync(session, log.slice(50), 25)
    await sync(session, log, 40, 'backfill:b1')
    await compareRows(lake, log)
    const again = await sync(session, log, 150, 'backfill:b2')
    expect(again).toEqual([{ state: 'loaded', inserted: {}, notices: [] }])
  })

  it('is loaded table by table where the catalogue says nothing of its endpoints and knows no transactions', async () => {
    const lake = new CatalogueStandIn({ saysEndpoints: false, transactional: false })
    const log = shopLog(seeded(12), 60)
    await sync(await connect(lake), log, 30)
    await compare(lake, expected(log, 30))
    expect(lake.calls['POST transaction']).toBe(1)
  })

  it('is written with a person’s own keys where the catalogue hands out none', async () => {
    const lake = new CatalogueStandIn({ vends: false })
    await sync(await connect(lake), [track({ a: 1 }, 'Paid')])
    expect(await readTable(lake, SCHEMA, 'paid')).toHaveLength(1)
  })

  it('has a second row of what intake let into the log twice, and a query that counts them', async () => {
    const lake = new CatalogueStandIn()
    const session = await connect(lake)
    const [first, second] = [track({ a: 1 }, 'Paid'), track({ a: 2 }, 'Paid')]
    const again = { ...first, receivedAt: '2026-02-09T00:00:00.000Z' }
    // Within a load an id is taken once; what comes with a later one is not looked for in all that is there.
    await sync(session, [first, first, second, again] as ReturnType<typeof shopLog>, 3)
    const { query, close } = await duck(lake, SCHEMA)
    expect(await query('SELECT count(*) AS rows, count(*) - count(DISTINCT id) AS repeated FROM tracks')).toEqual([
      { rows: '3', repeated: '1' },
    ])
    close()
  })
})
