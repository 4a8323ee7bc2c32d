import { describe, expect, it } from 'vitest'
import { icebergConnector, WarehouseError } from '../../../src/connectors/index.ts'
import type { SyncNotice } from '../../../src/tables/index.ts'
import { loadObjects, plainObjects, plainOf, someObjects, syncObjects } from '../../warehouse/plain-objects.ts'
import { CatalogueStandIn, type Fate } from './catalogue.ts'
import { readTable } from './readers.ts'
import { connect, SCHEMA, seeded } from './world.ts'

const { limits } = icebergConnector({} as never, false)

async function compare(lake: CatalogueStandIn, log: ReturnType<typeof someObjects>): Promise<void> {
  for (const [table, rows] of plainObjects(log))
    expect(plainOf(await readTable(lake, SCHEMA, table))).toEqual(new Map(rows))
}

describe.each([
  { name: 'several tables at once', transactional: true },
  { name: 'table by table', transactional: false },
])('objects in a lake whose catalogue commits $name', ({ transactional }) => {
  it(
    'are one row an id with what was set last, whatever fails and whenever the sync dies',
    { timeout: 60_000 },
    async () => {
      const random = seeded(3)
      let dies = 40
      const lake = new CatalogueStandIn({
        transactional,
        fate: (call): Fate => {
          if (--dies < 0) return 'silence'
          const chance = random()
          if (call.startsWith('POST') && chance < 0.08) return 'after'
          if (call.startsWith('POST') && !/namespaces$|tables$/.test(call) && chance < 0.13) return 'conflict'
          return chance < 0.16 ? 'before' : 'ok'
        },
      })
      const log = someObjects(5, 400)
      let deaths = 0
      for (; deaths < 500; deaths++) {
        dies = 20 + Math.floor(random() * 300)
        try {
          await syncObjects(await connect(lake, random), limits, log, [50, 30, 70][deaths % 3] ?? 50)
          break
        } catch (error) {
          if (!(error instanceof WarehouseError && error.retry)) throw error
        }
      }
      expect(deaths).toBeGreaterThan(0)
      lake.options.fate = () => 'ok'
      await compare(lake, log)
    },
  )

  it('stay as they are when a load of before comes late', async () => {
    const log = someObjects(6, 60)
    const [first, rest] = [log.slice(0, 30), log.slice(30)]
    const at = (index: number) => ({ seq: 1, index })
    // It stops before one of its calls, and goes on when the others are in.
    for (let call = 0; call < 30; call++) {
      const lake = new CatalogueStandIn({ transactional })
      const session = await connect(lake, seeded(1))
      await loadObjects(session, limits, log.slice(0, 3), { from: null, to: at(3) })
      const others = Promise.withResolvers<void>()
      const stopped = Promise.withResolvers<void>()
      let calls = 0
      const ctx = lake.context(seeded(2))
      const fetch: typeof ctx.fetch = async (request, ms) => {
        if (calls++ === call) {
          stopped.resolve()
          await others.promise
        }
        return ctx.fetch(request, ms)
      }
      const late = icebergConnector({ ...ctx, fetch }, false)
        .open(lake.settings())
        .then((zombie) => loadObjects(zombie, limits, first.slice(3), { from: at(3), to: at(30) }))
      await Promise.race([stopped.promise, late])
      await loadObjects(session, limits, first.slice(3), { from: at(3), to: at(30) })
      await loadObjects(session, limits, rest, { from: at(30), to: at(60) })
      others.resolve()
      expect(['loaded', 'moved']).toContain((await late).state)
      await compare(lake, log)
    }
  })

  it('change no file when they come again, and count what is new', async () => {
    const lake = new CatalogueStandIn({ transactional })
    const session = await connect(lake)
    const log = someObjects(7, 80)
    const to = { seq: 1, index: 80 }
    const loaded = await loadObjects(session, limits, log, { from: null, to })
    const made = Object.fromEntries([...plainObjects(log)].map(([table, rows]) => [table, rows.size]))
    expect(loaded).toEqual({ state: 'loaded', inserted: made, notices: [] })
    const snapshot = lake.metadata(SCHEMA, 'rooms')['current-snapshot-id']
    const again = { reader: 'backfill:1:o', from: null, to }
    expect(await loadObjects(session, limits, log, again)).toEqual({ state: 'loaded', inserted: {}, notices: [] })
    expect(lake.metadata(SCHEMA, 'rooms')['current-snapshot-id']).toBe(snapshot)
  })

  it('are gone with their table, and with what was told of it, however often that is asked', async () => {
    const lake = new CatalogueStandIn({ transactional })
    const session = await connect(lake)
    const told = (table: string): SyncNotice => ({ code: 'text_cut', table, column: 'a', count: 1, samples: [] })
    const facts = { from: null, to: { seq: 1, index: 20 }, discards: [told('rooms'), told('guests')] }
    await loadObjects(session, limits, someObjects(7, 20), facts)
    for (let n = 0; n < 2; n++) await session.drop(SCHEMA, 'rooms')
    expect([...((await session.catalogue(SCHEMA)) ?? new Map<string, unknown>()).keys()]).not.toContain('rooms')
    expect((await readTable(lake, SCHEMA, '_sluice_discards')).map((row) => row['table'])).toEqual(['guests'])
    expect(lake.purged).toEqual(['rooms'])
  })
})
