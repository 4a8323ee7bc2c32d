import { expect } from 'vitest'
import type { SpecEvent } from '../../../src/event/index.ts'
import type { Cursor, Loaded, WarehouseSession } from '../../../src/connectors/index.ts'
import { icebergConnector } from '../../../src/connectors/index.ts'
import type { Catalogue, CellText, TableRows } from '../../../src/tables/index.ts'
import { looseRows, Names, planLoad } from '../../../src/tables/index.ts'
import { extended, LOADED } from '../tables/event.ts'
import type { CatalogueStandIn } from './catalogue.ts'
import { readTable, type Row } from './readers.ts'

export const SCHEMA = 'shop'

/** Numbers in [0, 1) that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function connect(lake: CatalogueStandIn, random?: () => number): Promise<WarehouseSession> {
  return icebergConnector(lake.context(random), false).open(lake.settings())
}

/** Loads a log from where its reader stands, in portions, as a sync does. Fails as its session does. */
export async function sync(
  session: WarehouseSession,
  log: readonly SpecEvent[],
  portion = 50,
  reader = 'sync',
): Promise<Loaded[]> {
  const loads: Loaded[] = []
  for (let from = await session.cursor(SCHEMA, reader); (from?.index ?? 0) < log.length;) {
    const start = from?.index ?? 0
    const to = { seq: 1, index: Math.min(log.length, start + portion) }
    const loaded = await loadPart(session, log.slice(start, to.index), { reader, from, to })
    loads.push(loaded)
    from = loaded.state === 'moved' ? loaded.to : to
  }
  return loads
}

/** One load of some events. */
export async function loadPart(
  session: WarehouseSession,
  events: readonly SpecEvent[],
  cursor: { reader: string; from: Cursor | null; to: Cursor },
): Promise<Loaded> {
  const { limits } = icebergConnector({} as never, false)
  const names = new Names(limits.nameBytes)
  const rows = events.flatMap((event) => looseRows(event, names).rows)
  const plan = planLoad(rows, { catalogue: await session.catalogue(SCHEMA), limits, loadedAt: LOADED })
  if (plan.additions.length > 0) await session.extend(SCHEMA, plan.additions)
  return session.load({ schema: SCHEMA, tables: plan.tables, upserts: plan.upserts, cursor })
}

/** Makes all tables and columns that a log needs. */
export async function extendFor(session: WarehouseSession, log: readonly SpecEvent[]): Promise<void> {
  const { limits } = icebergConnector({} as never, false)
  const names = new Names(limits.nameBytes)
  const rows = log.flatMap((event) => looseRows(event, names).rows)
  await session.extend(SCHEMA, planLoad(rows, { catalogue: null, limits, loadedAt: LOADED }).additions)
}

/** What the tables have to hold after a log was loaded in such portions: rows by id, of `users` those of the last identify. */
export function expected(log: readonly SpecEvent[], portion = 50): Map<string, Map<string, Row>> {
  const { limits } = icebergConnector({} as never, false)
  const names = new Names(limits.nameBytes)
  let catalogue: Catalogue | null = null
  const tables = new Map<string, Map<string, Row>>()
  const folds = new Map<string, { table: string; id: string; received: string; event: string; row: Row }[]>()
  for (let from = 0; from < log.length; from += portion) {
    const rows = log.slice(from, from + portion).flatMap((event) => looseRows(event, names).rows)
    const plan = planLoad(rows, { catalogue, limits, loadedAt: LOADED })
    catalogue = extended(catalogue, plan)
    for (const made of plan.tables) {
      const table = tables.get(made.table) ?? new Map<string, Row>()
      tables.set(made.table, table)
      for (const row of records(made)) if (!table.has(String(row['id']))) table.set(String(row['id']), row)
    }
    for (const made of plan.upserts) {
      for (const [at, row] of records(made).entries()) {
        const key = `${made.table} ${String(row['id'])}`
        const fold = { table: made.table, id: String(row['id']), received: String(row['received_at']), row }
        folds.set(key, [...(folds.get(key) ?? []), { ...fold, event: made.order?.[at] ?? '' }])
      }
    }
  }
  for (const rows of folds.values()) {
    const [{ table, id }] = rows as [(typeof rows)[number]]
    const folded: Row = {}
    const inOrder = rows.toSorted((a, b) => (`${a.received} ${a.event}` < `${b.received} ${b.event}` ? -1 : 1))
    for (const { row } of inOrder) {
      for (const [name, value] of Object.entries(row)) if (value !== null) folded[name] = value
    }
    const into = tables.get(table) ?? new Map<string, Row>()
    tables.set(table, into.set(id, folded))
  }
  return tables
}

function records({ columns, rows }: TableRows): Row[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])))
}

/** Rows by id, each value as a cell has it, and nothing that is NULL: so that readers can be compared. */
export function comparable(rows: Iterable<Row>): Map<string, Record<string, CellText>> {
  const all = new Map<string, Record<string, CellText>>()
  for (const row of rows) {
    const id = String(row['id'])
    if (all.has(id)) throw new Error(`${id} is there twice`)
    const some: Record<string, CellText> = {}
    for (const name of Object.keys(row).toSorted()) {
      const value = row[name]
      if (value !== null && value !== undefined) some[name] = cell(value)
    }
    all.set(id, some)
  }
  return new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function cell(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return String(value)
}

/** Every table as icebird reads it, beside what it should hold. */
export async function compare(lake: CatalogueStandIn, should: ReturnType<typeof expected>): Promise<void> {
  expect(lake.tables(SCHEMA).toSorted()).toEqual([...should.keys()].toSorted())
  for (const [table, rows] of should) {
    expect([table, comparable(await readTable(lake, SCHEMA, table))]).toEqual([table, comparable(rows.values())])
  }
}
