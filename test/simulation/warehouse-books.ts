import type { SimulatedSchema } from '../platform/warehouse.ts'
import type { Operator } from './operator.ts'
import type { World } from './world.ts'

/** Between two looks at a warehouse that has still something to load. */
const LOOK_MS = 20_000
/** So many looks are enough for what is owed when nothing goes wrong any more. */
const MOST_LOOKS = 60

/**
 * What was loaded of each source: its rows are exactly the events that were committed, each once, and a sync has loaded none
 * of them a second time, but for those that were committed twice.
 */
export async function checkWarehouses(world: World, operator: Operator, say: (what: string) => void): Promise<void> {
  const { clock, watch, journal } = world
  for (const warehouse of operator.warehouses) {
    if (warehouse.deleted) continue
    const { alias, database } = warehouse
    for (let looks = 0; journal.violation === null; looks++) {
      if (await operator.isLoaded(warehouse)) break
      if (looks === MOST_LOOKS) return say(`${alias} is never done with what is to be loaded`)
      await clock.sleep(LOOK_MS)
    }
    const loaded = world.databases.get(database)
    let repeats = 0
    for (const source of operator.sources) {
      const times = new Map<number, number>()
      for (const { events } of watch.archive.all.filter((one) => one.source === source.id))
        for (const event of events) times.set(event, (times.get(event) ?? 0) + 1)
      const schema = loaded?.schemas.get(source.slug)
      const own = numbersIn(schema)
      const lacks = [...times.keys()].filter((n) => !own.includes(n))
      const foreign = own.filter((n) => !times.has(n))
      if (lacks.length > 0)
        say(`${alias} lacks ${lacks.length} events of ${source.alias}: ${lacks.slice(0, 5).join(', ')}`)
      if (foreign.length > 0) say(`${alias} has events that ${source.alias} has not: ${foreign.slice(0, 5).join(', ')}`)
      if (new Set(own).size !== own.length) say(`${alias} has events of ${source.alias} twice`)
      const tracks = schema?.tables.get('tracks')?.rows.size ?? 0
      if (tracks !== times.size) say(`${alias} has ${tracks} rows in tracks of ${times.size} events of ${source.alias}`)
      // Each makes a row of tracks, and one of its own table.
      for (const n of times.values()) repeats += (n - 1) * 2
    }
    const again = loaded?.repeats ?? 0
    if (again !== repeats) say(`${alias} was sent ${again} rows again, not ${repeats}`)
  }
}

/** Numbers of the events that have a row in a table of their own. */
function numbersIn(schema: SimulatedSchema | undefined): number[] {
  const numbers: number[] = []
  for (const { columns, rows } of schema?.tables.values() ?? [])
    if (columns.has('n')) for (const row of rows.values()) numbers.push(Number(row['n']))
  return numbers
}
