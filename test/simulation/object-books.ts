import type { CollectedObject } from '../../src/tables/index.ts'
import type { SimulatedSchema } from '../platform/warehouse.ts'
import type { Operator } from './operator.ts'
import { COLLECTION, type SetRequest, type Setters } from './setters.ts'
import { VENDOR_LISTS } from './vendor.ts'
import type { World } from './world.ts'

type Say = (what: string) => void
type Row = Record<string, string>

/** Times that are of the load, not of the object. */
const OF_THE_LOAD = new Set(['received_at', 'uuid_ts'])

/**
 * What was set and pulled, when everything is loaded: tables have one row an id, which is what was accepted last; what was
 * acknowledged is in the log, in the order of the answers; and of a vendor's objects all is there as it has them, what is
 * gone with `is_deleted`.
 */
export function checkObjects(world: World, operator: Operator, setters: Setters, say: Say): void {
  const [source] = operator.sources
  const { cloud } = operator
  if (!source || !cloud) return
  const [set, pulled] = [world.objects.of(source.id), world.objects.of(cloud.id)]
  checkSets(setters.requests, set, (what) => say(`objects of ${source.alias}: ${what}`))
  checkPulls(pulled, (what) => say(`objects of ${cloud.alias}: ${what}`))
  for (const { alias, database, deleted } of operator.warehouses) {
    const schemas = world.databases.get(database)?.schemas
    if (deleted) continue
    const wanted = Object.keys(VENDOR_LISTS)
    checkRows(`${alias}: ${source.alias}`, schemas?.get(source.slug), [COLLECTION], rowsOf(set), say)
    checkRows(`${alias}: ${cloud.alias}`, schemas?.get(cloud.slug), wanted, rowsOf(pulled), say)
    checkVendor(`${alias}: ${cloud.alias}`, schemas?.get(cloud.slug), world, say)
  }
}

/** What is acknowledged is there; nothing is there more often than it was sent, or behind what was sent after its answer. */
function checkSets(requests: readonly SetRequest[], log: readonly CollectedObject[], say: Say): void {
  const places = new Map<number, number[]>()
  for (const [at, { properties }] of log.entries()) {
    const v = properties.v as number
    places.set(v, [...(places.get(v) ?? []), at])
  }
  const sent = new Set<number>()
  /** By setter and id: where the last one is that was answered at once. */
  const behind = new Map<string, number>()
  for (const { setter, objects, attempts, acked } of requests) {
    for (const { id, properties } of objects) {
      const v = properties['v'] as number
      const own = places.get(v) ?? []
      sent.add(v)
      if (acked && own.length === 0) return say(`${id} was acknowledged with ${v} and is lost`)
      if (own.length > attempts) return say(`${id} was set to ${v} ${own.length} times, and sent ${attempts} times`)
      for (const at of own) {
        const logged = JSON.stringify(log[at]?.properties)
        if (log[at]?.id !== id || logged !== JSON.stringify(properties)) return say(`${id} was set to ${logged}`)
        if (at < (behind.get(`${setter} ${id}`) ?? -1)) return say(`${id} was set to ${v} before what was sent earlier`)
      }
    }
    // Of one that was sent again the first attempt may still be on its way.
    if (acked && attempts === 1)
      for (const { id, properties } of objects)
        behind.set(`${setter} ${id}`, places.get(properties['v'] as number)?.[0] ?? -1)
  }
  const foreign = [...places.keys()].filter((v) => !sent.has(v))
  if (foreign.length > 0) say(`nobody has set ${foreign.join(', ')}`)
}

/** No older state of an object comes behind a newer one. */
function checkPulls(log: readonly CollectedObject[], say: Say): void {
  const newest = new Map<string, number>()
  for (const { id, properties } of log) {
    const v = properties.is_deleted === true ? Infinity : (properties.v as number)
    if (v < (newest.get(id) ?? 0)) return say(`${id} is ${v} behind ${newest.get(id)}`)
    newest.set(id, v)
  }
}

/** What the objects of a log come to, one after another: by table and id, each property that has a value. */
function rowsOf(log: readonly CollectedObject[]): Map<string, Map<string, Row>> {
  const tables = new Map<string, Map<string, Row>>()
  for (const { collection, id, properties, whole } of log) {
    const rows = tables.get(collection) ?? new Map<string, Row>()
    const row: Row = { ...(whole ? {} : rows.get(id)), id }
    for (const [name, value] of Object.entries(properties)) {
      delete row[name]
      if (value !== null) row[name] = value === true ? 't' : value === false ? 'f' : String(value)
    }
    tables.set(collection, rows.set(id, row))
  }
  return tables
}

function checkRows(
  what: string,
  schema: SimulatedSchema | undefined,
  tables: readonly string[],
  wanted: ReadonlyMap<string, Map<string, Row>>,
  say: Say,
): void {
  for (const table of tables) {
    const [is, should] = [there(schema, table), wanted.get(table) ?? new Map<string, Row>()]
    const ids = new Set([...is.keys(), ...should.keys()])
    for (const id of ids) {
      const [one, other] = [is.get(id), should.get(id)].map((row) => row && textOf(row))
      if (one !== other) return say(`${what}.${table} has ${one} where ${other} was accepted`)
    }
  }
}

/** What the vendor holds, and what it has no more. */
function checkVendor(what: string, schema: SimulatedSchema | undefined, { vendor }: World, say: Say): void {
  for (const [table, object] of Object.entries(VENDOR_LISTS)) {
    const is = there(schema, table)
    const own = [...vendor.objects.values()].filter((one) => one.object === object)
    for (const { id, v, note } of own) {
      const row = is.get(id)
      if (row?.['v'] !== String(v) || row['note'] !== (note === undefined ? undefined : String(note)))
        return say(`${what}.${table} has ${row && textOf(row)} where ${id} is ${v}, ${note}`)
      if (row['is_deleted'] !== 'f') return say(`${what}.${table} says that ${id} is gone`)
    }
    const ids = new Set(own.map(({ id }) => id))
    for (const [id, row] of is) {
      if (!ids.has(id) && !vendor.gone.has(id)) return say(`${what}.${table} has ${id}, which never was`)
      if (vendor.gone.has(id) && row['is_deleted'] !== 't') return say(`${what}.${table} has ${id}, which is gone`)
    }
  }
}

/** Rows as they are loaded: each column that has a value. */
function there(schema: SimulatedSchema | undefined, table: string): Map<string, Row> {
  const rows = [...(schema?.tables.get(table)?.rows ?? [])].map(([id, row]): [string, Row] => {
    const own = Object.entries(row).filter(([name, cell]) => cell !== null && !OF_THE_LOAD.has(name))
    return [id, Object.fromEntries(own) as Row]
  })
  return new Map(rows)
}

function textOf(row: Row): string {
  return JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
