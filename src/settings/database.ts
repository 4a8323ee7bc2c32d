import { drizzle, type DrizzleD1Database } from 'drizzle-orm/d1'
import { getTableColumns, getTableName, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Context } from '../context.ts'
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts'
import * as schema from './schema.ts'
import { SecretBox } from './secrets.ts'

/** What every query of this room needs. */
export interface Database {
  orm: DrizzleD1Database & { $client: D1Database }
  ctx: Context
  quotas: Quotas
  /** Throws in words when `ENCRYPTION_KEYS` is missing or wrong; reading what has no secrets does not need it. */
  secrets(): SecretBox
}

export function openDatabase(
  db: D1Database,
  encryptionKeys: string | undefined,
  ctx: Context,
  quotas: Quotas = DEFAULT_QUOTAS,
): Database {
  let box: SecretBox | undefined
  return { orm: drizzle(db), ctx, quotas, secrets: () => (box ??= new SecretBox(encryptionKeys, ctx)) }
}

/**
 * Names of the tables that are not there, or lack a column, of this room's and of `others`. One query. Throws when the
 * database does not answer.
 */
export async function missingTables({ orm }: Database, others: readonly SQLiteTable[] = []): Promise<string[]> {
  const found = await orm.all<{ name: string; sql: string }>(
    sql`select name, sql from sqlite_master where type = 'table'`,
  )
  // D1 lets nobody ask for columns across tables. The migrations write each between backticks.
  const there = new Map(found.map((table) => [table.name, table.sql]))
  return [...Object.values(schema), ...others].flatMap((table) => {
    const name = getTableName(table)
    const columns = Object.values(getTableColumns(table))
    return columns.every((column) => there.get(name)?.includes(`\`${column.name}\``)) ? [] : [name]
  })
}
