import type { Cursor, Load, Loaded, WarehouseSession } from '../../src/connectors/index.ts'
import { WarehouseError } from '../../src/connectors/index.ts'
import type { Catalogue, CellText, TableColumn, TableRows } from '../../src/tables/index.ts'
import { type PlainTable, type PlainType, rowText } from './plain-loader.ts'

type Row = Map<string, string>

/**
 * A warehouse in memory, which may fail before or after each of its statements took effect. Its rows say what `src/tables`
 * made of events; what real warehouses do with them is seen there.
 */
export class MemoryWarehouse {
  readonly #tables = new Map<string, { columns: Map<string, TableColumn>; rows: Map<string, Row> }>()
  readonly #cursors = new Map<string, Cursor>()
  /** When something of a user or group was received last. */
  readonly #received = new Map<string, string>()
  /** Asked before and after each statement; whether it fails here. */
  #fails: () => boolean

  constructor(fails: () => boolean = () => false) {
    this.#fails = fails
  }

  session(): WarehouseSession {
    const step = async <T>(run: () => T): Promise<T> => {
      await Promise.resolve()
      if (this.#fails()) throw new WarehouseError('gone', 'The connection is gone.', true)
      const answer = run()
      if (this.#fails()) throw new WarehouseError('gone', 'The connection is gone.', true)
      return answer
    }
    return {
      catalogue: () => step(() => this.#catalogue()),
      cursor: (_schema, reader) => step(() => this.#cursors.get(reader) ?? null),
      extend: (_schema, additions) =>
        step(() => {
          for (const { table, columns } of additions) {
            const there = this.#tables.get(table) ?? { columns: new Map(), rows: new Map() }
            this.#tables.set(table, there)
            for (const column of columns) if (!there.columns.has(column.name)) there.columns.set(column.name, column)
          }
        }),
      load: (load) => step(() => this.#load(load)),
      drop: (_schema, table) => step(() => void this.#tables.delete(table)),
      erase: () => Promise.resolve({ rows: 0, next: null }),
      end: () => Promise.resolve(),
    }
  }

  tables(): Map<string, PlainTable> {
    const folded = {
      users: this.#folded('users', 'identifies', 'user_id'),
      accounts: this.#folded('accounts', 'groups', 'group_id'),
    }
    return new Map(
      [...this.#tables].map(([table, { columns, rows }]) => {
        const types = new Map([...columns].map(([name, { type }]) => [name, type as PlainType]))
        const own = table === 'users' || table === 'accounts' ? folded[table] : rows
        return [table, { columns: types, rows: new Map([...own].map(([id, row]) => [id, rowText(row)])) }]
      }),
    )
  }

  #catalogue(): Catalogue | null {
    if (this.#tables.size === 0) return null
    return new Map([...this.#tables].map(([table, { columns }]) => [table, new Map(columns)]))
  }

  #load({ tables, upserts, cursor }: Load): Loaded {
    const at = this.#cursors.get(cursor.reader) ?? null
    if (JSON.stringify(at) !== JSON.stringify(cursor.from)) return { state: 'moved', to: at }
    const inserted: Record<string, number> = {}
    for (const rows of [...tables, ...upserts]) inserted[rows.table] = this.#insert(rows)
    this.#cursors.set(cursor.reader, cursor.to)
    return { state: 'loaded', inserted, notices: [] }
  }

  #insert({ table, columns, rows }: TableRows): number {
    const there = this.#tables.get(table)
    if (!there) throw new Error(`no table ${table}`)
    for (const { name } of columns) if (!there.columns.has(name)) throw new Error(`no column ${table}.${name}`)
    const before = there.rows.size
    for (const cells of rows) {
      const row = new Map(
        cells.flatMap((cell: CellText, at) => (cell === null ? [] : [[columns[at]?.name ?? '', cell]])),
      )
      const id = row.get('id') ?? ''
      if (!there.rows.has(id)) there.rows.set(id, row)
      const [key, received] = [`${table} ${id}`, row.get('received_at') ?? '']
      if (received > (this.#received.get(key) ?? '')) this.#received.set(key, received)
    }
    return there.rows.size - before
  }

  /** Of each column the value received last; of those received together that of the later event. */
  #folded(table: string, from: string, key: string): Map<string, Row> {
    const rows = [...(this.#tables.get(from)?.rows.values() ?? [])]
    const order = (row: Row) => [row.get('received_at'), row.get('timestamp'), row.get('id')].join(' ')
    const own = new Set(['anonymous_id', 'user_id', 'group_id', 'sent_at', 'original_timestamp', 'timestamp'])
    const folded = new Map<string, Row>()
    for (const row of rows.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
      const id = row.get(key)
      if (id === undefined) continue
      const more = [...row].filter(([column]) => !own.has(column))
      const received = this.#received.get(`${table} ${id}`) ?? ''
      folded.set(id, new Map([...(folded.get(id) ?? []), ...more, ['id', id], ['received_at', received]]))
    }
    return folded
  }
}
