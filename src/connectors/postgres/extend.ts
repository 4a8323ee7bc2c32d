import type { Context } from '../../context.ts'
import { type Additions, type Catalogue, FOLDED_FROM, type TableColumn } from '../../tables/index.ts'
import { hasSchema, readCatalogue } from './catalogue.ts'
import type { PostgresConnection } from './connection.ts'
import { serverError } from './errors.ts'
import { CURSOR_TABLE, hasTable } from './own-tables.ts'
import { declaration, identifier, qualified } from './sql.ts'
import { transaction } from './transaction.ts'

/** Pauses between attempts, in milliseconds. */
const PAUSES = [500, 1_000, 2_000, 4_000]
/**
 * Somebody holds a lock, or made the same thing at the same time. Two who make a table meet at its name (42P07), at the type
 * of its rows (42710) or at the index of either (23505), by how far the other had come.
 */
const AGAIN = /^(?:55P03|40P01|40001|42P06|42P07|42701|42710|23505)$/

/**
 * Makes what is not there: schema, cursor table, tables, columns. Each table in a short transaction of its own, so that no
 * lock is held for long and a report that is under way holds up one table.
 */
export async function extendSchema(
  connection: PostgresConnection,
  schema: string,
  additions: readonly Additions[],
  ctx: Context,
): Promise<void> {
  await patiently(ctx, async () => {
    const isThere = await transaction(connection, () => hasSchema(connection, schema))
    // Asked before, since `if not exists` wants the right to make one that is there too.
    if (!isThere)
      await transaction(connection, () => connection.query(`create schema if not exists ${identifier(schema)}`))
    await transaction(connection, async () => {
      if (!(await hasTable(connection, schema, CURSOR_TABLE.name))) await connection.query(CURSOR_TABLE.sql(schema))
    })
  })
  if (additions.length === 0) return
  let catalogue = await transaction(connection, () => readCatalogue(connection, schema))
  for (const { table, columns } of additions) {
    await patiently(ctx, async (isFirst) => {
      if (!isFirst) catalogue = await transaction(connection, () => readCatalogue(connection, schema))
      const statements = statementsFor(schema, table, columns, catalogue?.get(table))
      if (statements !== '') await transaction(connection, () => connection.query(statements))
    })
  }
}

function statementsFor(
  schema: string,
  table: string,
  columns: readonly TableColumn[],
  there: ReturnType<Catalogue['get']>,
): string {
  const name = qualified(schema, table)
  if (!there) {
    const made = columns.map((column) => declaration(column) + (column.name === 'id' ? ' primary key' : ''))
    return [`create table ${name} (${made.join(', ')})`, ...indexesOf(name, table, columns)].join('; ')
  }
  const missing = columns.filter((column) => !there.has(column.name))
  if (missing.length === 0) return ''
  return `alter table ${name} ${missing.map((column) => `add column ${declaration(column)}`).join(', ')}`
}

/** By which `users` and `accounts` are recomputed: the latest value of a person or group. */
function indexesOf(name: string, table: string, columns: readonly TableColumn[]): string[] {
  if (!Object.values<string>(FOLDED_FROM).includes(table)) return []
  const key = table === FOLDED_FROM.users ? 'user_id' : 'group_id'
  if (!columns.some((column) => column.name === key)) return []
  return [`create index on ${name} (${identifier(key)}, received_at)`]
}

async function patiently(ctx: Context, run: (isFirst: boolean) => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run(attempt === 0)
    } catch (error) {
      const pause = PAUSES[attempt]
      if (pause === undefined || !AGAIN.test(serverError(error)?.code ?? '')) throw error
      await ctx.sleep(pause)
    }
  }
}
