import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { bytesOfAll, checkRow, type Limits, PLATFORM } from './limits.ts'

export interface Rows {
  columns: string[]
  rows: unknown[][]
}

/** What a statement has read or written: rows that came back or were changed, and the bytes of what went in and came out. */
export interface Touched {
  rows: number
  bytes: number
}

export interface Executed extends Rows {
  rowsRead: number
  rowsWritten: number
}

/** A statement, and what its columns are called: that stays so, as long as no table is altered. */
interface Prepared {
  statement: StatementSync
  columns: string[]
}

/** What Node's types do not know yet. */
interface Serialized {
  serialize(): Uint8Array
  deserialize(image: Uint8Array): void
}

/** Databases as they are once these statements were run: a simulation lays one out for each seed. */
const IMAGES = new WeakMap<readonly string[], Uint8Array>()

/** SQLite with values as Durable Objects and D1 take and give them, within their limits. */
export class Sql {
  protected readonly db: DatabaseSync & Serialized
  readonly #statements = new Map<string, Prepared>()
  readonly #inMemory: boolean
  readonly #limits: Limits
  readonly #onTouch: (touched: Touched) => void

  /** In memory, or in a file where that would be too much. `onTouch` hears what each statement has touched. */
  constructor(limits: Limits = PLATFORM, file = ':memory:', onTouch: (touched: Touched) => void = () => undefined) {
    this.#limits = limits
    this.#onTouch = onTouch
    this.db = new DatabaseSync(file) as DatabaseSync & Serialized
    this.#inMemory = file === ':memory:'
    if (!this.#inMemory) this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    this.#bound()
  }

  /** SQLite itself says that it is full: SQLITE_FULL. */
  #bound(): void {
    const [{ page_size: bytes }] = this.db.prepare('PRAGMA page_size').all() as [{ page_size: number }]
    this.db.exec(`PRAGMA max_page_count = ${Math.floor(this.#limits.storageBytes / bytes)}`)
  }

  run(query: string, bindings: readonly unknown[] = []): Rows {
    const { columns, rows } = this.execute(query, bindings)
    return { columns, rows }
  }

  /** `changes`: rows that a statement without result columns has changed. */
  protected execute(query: string, bindings: readonly unknown[]): Rows & { changes: number } {
    checkRow(bindings, this.#limits)
    const { statement, columns } = this.#prepared(query)
    const values = bindings.map(toSqlite)
    const put = bytesOfAll(bindings)
    if (columns.length === 0) {
      const changes = Number(statement.run(...values).changes)
      this.#onTouch({ rows: changes, bytes: put })
      return { columns, rows: [], changes }
    }
    const rows = (statement.all(...values) as unknown as unknown[][]).map((row) => row.map(fromSqlite))
    this.#onTouch({ rows: rows.length, bytes: put + rows.reduce((sum, row) => sum + bytesOfAll(row), 0) })
    return { columns, rows, changes: 0 }
  }

  transaction<T>(closure: () => T): T {
    this.prepare('BEGIN').run()
    try {
      const result = closure()
      this.prepare('COMMIT').run()
      return result
    } catch (error) {
      this.prepare('ROLLBACK').run()
      throw error
    }
  }

  /** Bytes of the pages in use, as an object's `databaseSize`. */
  get size(): number {
    const [pages = 0, free = 0, bytes = 0] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
      Number((this.prepare(`PRAGMA ${name}`).get() as unknown as number[])[0]),
    )
    return (pages - free) * bytes
  }

  close(): void {
    this.db.close()
  }

  /** A schema for an empty database: statements without bindings and rows. In memory the same list is run once a process. */
  lay(statements: readonly string[]): void {
    const image = this.#inMemory ? IMAGES.get(statements) : undefined
    if (image) {
      this.#statements.clear()
      this.db.deserialize(image)
      // Of the database that it was before.
      return this.#bound()
    }
    this.transaction(() => this.db.exec(statements.join(';\n')))
    if (this.#inMemory) IMAGES.set(statements, this.db.serialize())
  }

  protected prepare(query: string): StatementSync {
    return this.#prepared(query).statement
  }

  #prepared(query: string): Prepared {
    const known = this.#statements.get(query)
    if (known) return known
    const statement = this.db.prepare(query)
    statement.setReturnArrays(true)
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) }
    this.#statements.set(query, prepared)
    return prepared
  }
}

/** Rows as records, by column. */
export function records({ columns, rows }: Rows): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])))
}

/** What `exec` of a Durable Object's storage answers. */
export function cursorOf(done: Rows & Partial<Executed>) {
  const all = records(done)
  const one = () => {
    if (all.length !== 1) throw new Error(`${all.length} rows where one was expected`)
    return all[0]
  }
  const { rowsRead, rowsWritten } = done
  return { toArray: () => all, one, [Symbol.iterator]: () => all.values(), rowsRead, rowsWritten }
}

function toSqlite(value: unknown): SQLInputValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (typeof value === 'boolean') return Number(value)
  return (value ?? null) as SQLInputValue
}

function fromSqlite(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value
  return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength)
}
