import type { SimulatedSchema } from '../platform/warehouse.ts'
import { personOf } from './clients.ts'
import type { OrderedErasure, OrderedRetyping, Operator, Source } from './operator.ts'
import type { World } from './world.ts'

/** Between two looks at a warehouse that has still something to load. */
const LOOK_MS = 20_000
/** That an event has a row of. */
const TABLES = ['tracks', 'bought']
/** So many looks are enough for what is owed when nothing goes wrong any more. */
const MOST_LOOKS = 60

/**
 * What was loaded of each source: its rows are exactly the events that were committed, each once, but for those of people who
 * were erased, and a sync has loaded none of them a second time, but for those that were committed twice. Columns that got
 * another type have what the archive has.
 */
export async function checkWarehouses(world: World, operator: Operator, say: (what: string) => void): Promise<void> {
  const { clock, journal } = world
  for (const warehouse of operator.warehouses) {
    if (warehouse.deleted) continue
    const { alias, database } = warehouse
    for (let looks = 0; journal.violation === null; looks++) {
      if (await operator.isLoaded(warehouse)) break
      if (looks === MOST_LOOKS) return say(`${alias} is never done with what is to be loaded`)
      await clock.sleep(LOOK_MS)
    }
    const [erasures, retypings] = [await operator.erasures(warehouse), await operator.retypings(warehouse)]
    const isErased = (n: number) => erasures.some(({ userIds }) => userIds.includes(personOf(n)))
    const loaded = world.databases.get(database)
    let repeats = 0
    for (const source of operator.sources) {
      const schema = loaded?.schemas.get(source.slug)
      const copies = copiesOf(world, source)
      const owed = owedOf(copies, erasures, world.watch.tolerance)
      for (const table of TABLES) checkRows(`${alias}: ${source.alias}.${table}`, schema, table, owed, say)
      checkNumbers(
        `${alias}: ${source.alias}`,
        schema,
        retypings.filter(({ sourceId }) => sourceId === source.id),
        say,
      )
      // Each makes a row of tracks, and one of its own table.
      const tables = TABLES.flatMap((table) => schema?.tables.get(table) ?? [])
      const backfilled = tables.map((table) => new Set([...table.backfilled].map(numberOf)))
      for (const [n, { length }] of copies) {
        if (isErased(n)) continue
        // What a backfill has brought a sync comes to later, whether once or twice.
        for (let at = 0; at < TABLES.length; at++) if (!backfilled[at]?.has(n)) repeats += length - 1
      }
    }
    // Of people who were erased it depends on the moment.
    const again = loaded?.repeated.filter((id) => !isErased(numberOf(id))).length ?? 0
    if (again !== repeats) say(`${alias} was sent ${again} rows again, not ${repeats}`)
  }
}

/** One of the times that an event was committed. Milliseconds. */
interface Copy {
  received: number
  committed: number
}

function copiesOf({ watch }: World, source: Source): Map<number, Copy[]> {
  const copies = new Map<number, Copy[]>()
  for (const { source: own, events, received, at } of watch.archive.all) {
    if (own !== source.id) continue
    for (const [index, n] of events.entries())
      copies.set(n, [...(copies.get(n) ?? []), { received: received[index] ?? 0, committed: at }])
  }
  return copies
}

/**
 * Events that have a row, and those that may have one: what a person sent while being erased is removed or not, as it comes.
 * What was received until an order is gone for good, what was committed after its end is there. `tolerance`: milliseconds
 * that clocks are apart.
 */
function owedOf(copies: Map<number, Copy[]>, erasures: readonly OrderedErasure[], tolerance: number) {
  const [must, may] = [new Set<number>(), new Set<number>()]
  for (const [n, all] of copies) {
    const own = erasures.filter(({ userIds }) => userIds.includes(personOf(n)))
    const ordered = Math.max(-Infinity, ...own.map(({ orderedAt }) => Date.parse(orderedAt)))
    const ended = Math.max(-Infinity, ...own.map(({ endedAt }) => (endedAt === null ? Infinity : Date.parse(endedAt))))
    const taken = all.filter(({ received }) => received > ordered)
    if (taken.length > 0) may.add(n)
    if (taken.some(({ committed }) => committed > ended + tolerance)) must.add(n)
  }
  return { must, may }
}

function checkRows(
  what: string,
  schema: SimulatedSchema | undefined,
  table: string,
  { must, may }: ReturnType<typeof owedOf>,
  say: (what: string) => void,
): void {
  const own = [...(schema?.tables.get(table)?.rows.keys() ?? [])].map(numberOf)
  const lacks = [...must].filter((n) => !own.includes(n))
  const foreign = own.filter((n) => !may.has(n))
  if (lacks.length > 0) say(`${what} lacks ${lacks.length} events: ${lacks.slice(0, 5).join(', ')}`)
  if (foreign.length > 0) say(`${what} has events that are not to be there: ${foreign.slice(0, 5).join(', ')}`)
  if (new Set(own).size !== own.length) say(`${what} has events twice`)
}

/** The column of the events' numbers is of the type that it was given last, and has every value that it can have. */
function checkNumbers(
  what: string,
  schema: SimulatedSchema | undefined,
  retypings: readonly OrderedRetyping[],
  say: (what: string) => void,
): void {
  for (const { state, error } of retypings)
    if (state === 'failed' && error?.code !== 'no_column') say(`${what}: a column got no other type: ${error?.code}`)
  const table = schema?.tables.get('bought')
  if (!table) return
  const last = retypings
    .filter(({ state }) => state === 'done')
    .toSorted(byEnd)
    .at(-1)
  const wanted = last?.type ?? 'bigint'
  const type = table.columns.get('n')?.type
  if (type !== wanted) say(`${what}: the column of numbers is ${type}, not ${wanted}`)
  if (table.beside.size > 0) say(`${what}: a new column was left behind`)
  for (const [id, row] of table.rows) {
    const cell = numberAs(wanted, numberOf(id))
    if (row['n'] !== cell) return say(`${what}: the number of ${id} is ${row['n']} as ${wanted}, not ${cell}`)
  }
}

function byEnd(one: OrderedRetyping, other: OrderedRetyping): number {
  return Date.parse(one.endedAt ?? '') - Date.parse(other.endedAt ?? '')
}

function numberAs(type: string, n: number): string | null {
  if (type === 'boolean') return n === 0 ? 'f' : n === 1 ? 't' : null
  return String(n)
}

/** Of an event, by the id of its row. */
function numberOf(id: string): number {
  return Number(/^m-(\d+)/.exec(id)?.[1] ?? Number.NaN)
}
