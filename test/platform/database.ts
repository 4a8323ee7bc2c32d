import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Carry } from './call.ts'
import { checkStatement, type Limits } from './limits.ts'
import { type Executed, records, type Rows, type Sql } from './sql.ts'

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'migrations')
const STATEMENTS = readdirSync(MIGRATIONS)
  .filter((one) => one.endsWith('.sql'))
  .toSorted()
  .flatMap((name) => readFileSync(join(MIGRATIONS, name), 'utf8').split('--> statement-breakpoint'))
  .filter((statement) => statement.trim())

export interface DatabaseCall {
  /** Of a batch: its first statement. */
  query: string
}

/** As much of D1 as drizzle uses: one database, with the platform's tables in it. */
export class Database {
  protected readonly sql: Sql
  readonly #limits: Limits

  /** `sql` is laid out here. D1 takes ten gigabytes whatever a Durable Object takes. */
  constructor(sql: Sql, limits: Limits) {
    this.sql = sql
    this.#limits = limits
    sql.lay(STATEMENTS)
  }

  binding(carry: Carry<DatabaseCall>): D1Database {
    const execute = (query: string, bindings: readonly unknown[]): Rows & Partial<Executed> => {
      checkStatement(query, bindings, this.#limits)
      return this.sql.run(query, bindings)
    }
    const prepare = (query: string, bindings: readonly unknown[] = []) => ({
      query,
      bind: (...values: unknown[]) => prepare(query, values),
      run: () => carry({ query }, () => resultOf(execute(query, bindings))),
      all: () => carry({ query }, () => resultOf(execute(query, bindings))),
      raw: () => carry({ query }, () => execute(query, bindings).rows),
      now: () => resultOf(execute(query, bindings)),
    })
    const batch = (statements: ReturnType<typeof prepare>[]) =>
      carry({ query: statements[0]?.query ?? '' }, () => statements.map((statement) => statement.now()))
    return { prepare, batch } as unknown as D1Database
  }

  close(): void {
    this.sql.close()
  }
}

function resultOf(done: Rows & Partial<Executed>) {
  const { rowsRead = 0, rowsWritten = 0 } = done
  const meta = { rows_read: rowsRead, rows_written: rowsWritten, changes: rowsWritten }
  return { success: true, results: records(done), meta }
}
