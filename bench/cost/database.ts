import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkStatement, type Limits, PLATFORM } from './limits.ts'
import type { Meter } from './meter.ts'
import { CountingSql, type Executed, records, type Rows, type Sql } from './sql.ts'

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'migrations')
const STATEMENTS = readdirSync(MIGRATIONS)
  .filter((one) => one.endsWith('.sql'))
  .toSorted()
  .flatMap((name) => readFileSync(join(MIGRATIONS, name), 'utf8').split('--> statement-breakpoint'))
  .filter((statement) => statement.trim())

export function migrate(sql: Sql): void {
  for (const statement of STATEMENTS) sql.run(statement)
}

/** As much of D1 as drizzle uses. `call` carries a call to the database and its answer back: `run` is what it does there. */
export function d1Over(
  execute: (query: string, bindings: readonly unknown[]) => Rows & Partial<Executed>,
  call: <T>(query: string, run: () => T) => Promise<T>,
  limits: Limits = PLATFORM,
): D1Database {
  const executeWithin = (query: string, bindings: readonly unknown[]) => {
    checkStatement(query, bindings, limits)
    return execute(query, bindings)
  }
  const prepare = (query: string, bindings: readonly unknown[] = []) => ({
    query,
    bind: (...values: unknown[]) => prepare(query, values),
    run: () => call(query, () => resultOf(executeWithin(query, bindings))),
    all: () => call(query, () => resultOf(executeWithin(query, bindings))),
    raw: () => call(query, () => executeWithin(query, bindings).rows),
    now: () => resultOf(executeWithin(query, bindings)),
  })
  const database = {
    prepare,
    batch: (statements: ReturnType<typeof prepare>[]) =>
      call(statements[0]?.query ?? '', () => statements.map((statement) => statement.now())),
  }
  return database as unknown as D1Database
}

/** Answers at once: what it costs is rows. */
export function countingD1(meter: Meter): D1Database {
  const sql = new CountingSql()
  migrate(sql)
  const execute = (query: string, bindings: readonly unknown[]) => {
    const done = sql.run(query, bindings)
    const what = query.slice(0, 60)
    if (done.rowsRead > 0) meter.add('d1RowsRead', what, done.rowsRead)
    if (done.rowsWritten > 0) meter.add('d1RowsWritten', what, done.rowsWritten)
    return done
  }
  return d1Over(execute, (_, run) => Promise.resolve().then(run))
}

function resultOf(done: Rows & Partial<Executed>) {
  const { rowsRead = 0, rowsWritten = 0 } = done
  const meta = { rows_read: rowsRead, rows_written: rowsWritten, changes: rowsWritten }
  return { success: true, results: records(done), meta }
}
