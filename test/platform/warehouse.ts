import {
  type Connector,
  type Cursor,
  type Erased,
  type Load,
  type Loaded,
  type Retyping,
  WarehouseError,
  type WarehouseSession,
} from '../../src/connectors/index.ts'
import type { Additions, Catalogue, CellText, ColumnType, TableColumn, TableRows } from '../../src/tables/index.ts'

/** Whether a statement fails, and when: before it has taken effect, or after. */
export type Strike = 'before' | 'after' | null

export interface SimulatedTable {
  columns: Map<string, TableColumn>
  /** By id; each row by column. */
  rows: Map<string, Record<string, CellText>>
  /** Ids of rows that a backfill has brought. */
  backfilled: Set<string>
  /** New columns that wait to take the place of the old ones: the cells that were put into them, by id. */
  beside: Map<string, { type: ColumnType; cells: Map<string, CellText> }>
}

export interface SimulatedSchema {
  tables: Map<string, SimulatedTable>
  cursors: Map<string, Cursor>
  /** Ids of rows that its discards tell of. */
  discards: Set<string>
}

/** A database in memory, as a connector sees one: every statement takes effect as a whole, and may fail before or after. */
export class SimulatedWarehouse {
  readonly schemas = new Map<string, SimulatedSchema>()
  /** Ids of rows that syncs have sent though they were there already: left out. What a backfill sends or has brought is none. */
  readonly repeated: string[] = []
  /** Connections that are open. */
  open = 0
  readonly #strike: (statement: string) => Promise<Strike> | Strike
  readonly #portion: Connector['portion']

  constructor(
    strike: (statement: string) => Promise<Strike> | Strike = () => null,
    portion = { events: 50, bytes: 200_000 },
  ) {
    this.#strike = strike
    this.#portion = portion
  }

  get connector(): Connector {
    return {
      limits: { nameBytes: 63, textBytes: null, columns: 1_600, rowBytes: 8_000 },
      portion: this.#portion,
      check: () => Promise.resolve([{ code: 'host', ok: true, words: 'It is there.' }]),
      open: () =>
        this.#statement('open', () => {
          this.open++
          return this.#session()
        }),
    }
  }

  /** Rows of a table, by id. */
  rows(schema: string, table: string): Map<string, Record<string, CellText>> {
    return this.schemas.get(schema)?.tables.get(table)?.rows ?? new Map()
  }

  #session(): WarehouseSession {
    return {
      catalogue: (schema) => this.#statement('catalogue', () => this.#catalogue(schema)),
      cursor: (schema, reader) => this.#statement('cursor', () => this.#there(schema).cursors.get(reader) ?? null),
      extend: (schema, additions) => this.#statement('extend', () => this.#extend(schema, additions)),
      load: (load) => this.#statement('load', () => this.#load(structuredClone(load))),
      erase: (schema, table, userId, from) => this.#statement('erase', () => this.#erase(schema, table, userId, from)),
      drop: (schema, table) => this.#statement('drop', () => void this.schemas.get(schema)?.tables.delete(table)),
      retyping: this.#retyping(),
      end: () => this.#statement('end', () => void this.open--),
    }
  }

  #retyping(): Retyping {
    const tableOf = (schema: string, table: string) => this.schemas.get(schema)?.tables.get(table)
    return {
      begin: (schema, table, column, type) =>
        this.#statement('begin', () => {
          const known = tableOf(schema, table)
          if (!known?.columns.has(column)) throw new WarehouseError('no_column', `No ${table}.${column}.`, false)
          if (known.beside.get(column)?.type !== type) known.beside.set(column, { type, cells: new Map() })
        }),
      fill: (schema, column, rows) =>
        this.#statement('fill', () => this.#fill(tableOf(schema, rows.table), column, rows)),
      refold: () => Promise.reject(new WarehouseError('not_folded', 'Nothing is folded here.', false)),
      finish: (schema, table, column) =>
        this.#statement('finish', () => {
          const known = tableOf(schema, table)
          const beside = known?.beside.get(column)
          // It has taken the place already.
          if (!known || !beside) return
          known.columns.set(column, { name: column, type: beside.type })
          for (const [id, row] of known.rows) row[column] = beside.cells.get(id) ?? null
          known.beside.delete(column)
        }),
      cancel: (schema, table, column) =>
        this.#statement('cancel', () => void tableOf(schema, table)?.beside.delete(column)),
    }
  }

  #fill(known: SimulatedTable | undefined, column: string, { columns, rows }: TableRows) {
    const beside = known?.beside.get(column)
    if (!known || !beside) throw new WarehouseError('no_column', `There is no new column ${column}.`, false)
    const [idAt, at] = ['id', column].map((name) => columns.findIndex((one) => one.name === name))
    let filled = 0
    for (const cells of rows) {
      const id = cells[idAt ?? -1] ?? null
      const cell = cells[at ?? -1] ?? null
      if (id === null || cell === null || !known.rows.has(id) || beside.cells.has(id)) continue
      beside.cells.set(id, cell)
      filled++
    }
    return { filled, notices: [] }
  }

  async #statement<T>(name: string, effect: () => T): Promise<T> {
    const strike = await this.#strike(name)
    if (strike === 'before') throw new WarehouseError('struck', `The simulated warehouse fails before ${name}.`, true)
    const result = effect()
    if (strike === 'after') throw new WarehouseError('struck', `The simulated warehouse fails after ${name}.`, true)
    return result
  }

  #there(schema: string): SimulatedSchema {
    const there = this.schemas.get(schema)
    if (!there) throw new WarehouseError('no_schema', `There is no schema ${schema}.`, false)
    return there
  }

  #catalogue(schema: string): Catalogue | null {
    const there = this.schemas.get(schema)
    return there ? new Map([...there.tables].map(([name, { columns }]) => [name, new Map(columns)])) : null
  }

  #extend(schema: string, additions: readonly Additions[]): void {
    const there = this.schemas.get(schema) ?? {
      tables: new Map<string, SimulatedTable>(),
      cursors: new Map<string, Cursor>(),
      discards: new Set<string>(),
    }
    this.schemas.set(schema, there)
    for (const { table, columns } of additions) {
      const known = there.tables.get(table) ?? {
        columns: new Map<string, TableColumn>(),
        rows: new Map(),
        backfilled: new Set<string>(),
        beside: new Map(),
      }
      there.tables.set(table, known)
      for (const column of columns) if (!known.columns.has(column.name)) known.columns.set(column.name, column)
    }
  }

  #load({ schema, tables, upserts, merges = [], cursor, discards = [] }: Load): Loaded {
    const there = this.#there(schema)
    const stands = there.cursors.get(cursor.reader) ?? null
    if (JSON.stringify(stands) !== JSON.stringify(cursor.from)) return { state: 'moved', to: stands }
    const inserted: Record<string, number> = {}
    for (const some of merges) inserted[some.table] = merge(tableIn(there, some), some)
    for (const { table, columns, rows } of [...tables, ...upserts]) {
      const known = tableIn(there, { table, columns, rows })
      const folds = upserts.some((one) => one.table === table)
      for (const cells of rows) {
        const row = Object.fromEntries(columns.map(({ name }, at) => [name, cells[at] ?? null]))
        const missing = columns.find(({ name }) => !known.columns.has(name))
        if (missing) throw new WarehouseError('no_column', `${table} has no column ${missing.name}.`, false)
        const id = row['id']
        if (!id) throw new WarehouseError('no_id', `A row of ${table} has no id.`, false)
        const before = known.rows.get(id)
        if (before && !folds) {
          if (cursor.reader === 'sync' && !known.backfilled.has(id)) this.repeated.push(id)
          continue
        }
        if (!before && cursor.reader !== 'sync') known.backfilled.add(id)
        if (!before) inserted[table] = (inserted[table] ?? 0) + 1
        // The value received last that is not NULL, whatever comes when.
        const isNewer = (row['received_at'] ?? '') >= (before?.['received_at'] ?? '')
        const merged = Object.entries({ ...before, ...row }).map(([name, value]) => {
          const known = before?.[name] ?? null
          return [name, value === null || (known !== null && !isNewer) ? known : value] as const
        })
        known.rows.set(id, before ? Object.fromEntries(merged) : row)
      }
    }
    for (const { samples } of discards) for (const { id } of samples) there.discards.add(id)
    there.cursors.set(cursor.reader, cursor.to)
    return { state: 'loaded', inserted, notices: [] }
  }

  /** Goes through a table three rows at a time. */
  #erase(schema: string, table: string, userId: string, from: string | null): Erased {
    const rows = this.schemas.get(schema)?.tables.get(table)?.rows ?? new Map<string, Record<string, CellText>>()
    const some = [...rows]
      .filter(([id]) => from === null || id > from)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, 3)
    const isTheirs = ([id, row]: [string, Record<string, CellText>]) =>
      table === 'users' ? id === userId : row['user_id'] === userId || row['previous_id'] === userId
    const mine = some.filter(isTheirs)
    for (const [id] of mine) {
      rows.delete(id)
      for (const { cells } of this.schemas.get(schema)?.tables.get(table)?.beside.values() ?? []) cells.delete(id)
    }
    const discards = mine.filter(([id]) => this.schemas.get(schema)?.discards.delete(id)).length
    return { rows: mine.length, discards, next: some.length < 3 ? null : (some.at(-1)?.[0] ?? null) }
  }
}

/** The table that rows are loaded into, which has to be as whoever made them thinks. */
function tableIn({ tables }: SimulatedSchema, { table, columns }: TableRows): SimulatedTable {
  const known = tables.get(table)
  if (!known) throw new WarehouseError('no_table', `There is no table ${table}.`, false)
  const other = columns.find(({ name, type }) => (known.columns.get(name)?.type ?? type) !== type)
  if (other) throw new WarehouseError('other_type', `${table}.${other.name} has another type.`, true)
  return known
}

/** Sets what each row says of the row of its id; answers how many are new. */
function merge({ rows: there }: SimulatedTable, { table, columns, rows, sets = [] }: TableRows): number {
  let made = 0
  const met = new Set<string>()
  for (const [at, cells] of rows.entries()) {
    const row = Object.fromEntries(columns.map(({ name }, one) => [name, cells[one] ?? null]))
    const id = row['id'] ?? ''
    if (id === '' || met.has(id)) throw new WarehouseError('twice', `${table} is sent ${id} twice.`, false)
    met.add(id)
    const before = there.get(id)
    if (!before) made++
    const set = Object.entries(row).filter((_, one) => !before || sets[at]?.[one] === '1')
    there.set(id, { ...before, ...Object.fromEntries(set) })
  }
  return made
}
