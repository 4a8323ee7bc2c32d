import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Meter } from './meter.ts'
import { CountingSql, type Executed } from './sql.ts'

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'migrations')

/** As much of D1 as drizzle uses, migrated. Answers at once: what it costs is rows. */
export function countingD1(meter: Meter): D1Database {
  const sql = new CountingSql()
  for (const name of readdirSync(MIGRATIONS)
    .filter((one) => one.endsWith('.sql'))
    .toSorted()) {
    const text = readFileSync(join(MIGRATIONS, name), 'utf8')
    for (const statement of text.split('--> statement-breakpoint')) if (statement.trim()) sql.run(statement)
  }
  const run = (query: string, bindings: readonly unknown[]) => {
    const done = sql.run(query, bindings)
    const what = query.slice(0, 60)
    if (done.rowsRead > 0) meter.add('d1RowsRead', what, done.rowsRead)
    if (done.rowsWritten > 0) meter.add('d1RowsWritten', what, done.rowsWritten)
    return done
  }
  const prepare = (query: string, bindings: readonly unknown[] = []) => ({
    bind: (...values: unknown[]) => prepare(query, values),
    run: () => Promise.resolve(resultOf(run(query, bindings))),
    all: () => Promise.resolve(resultOf(run(query, bindings))),
    raw: () => Promise.resolve(run(query, bindings).rows),
    now: () => resultOf(run(query, bindings)),
  })
  const database = {
    prepare,
    batch: (statements: ReturnType<typeof prepare>[]) =>
      Promise.resolve(statements.map((statement) => statement.now())),
  }
  return database as unknown as D1Database
}

function resultOf({ columns, rows, rowsRead, rowsWritten }: Executed) {
  const results = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])))
  return { success: true, results, meta: { rows_read: rowsRead, rows_written: rowsWritten, changes: rowsWritten } }
}
