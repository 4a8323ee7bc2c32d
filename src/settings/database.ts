import { drizzle, type DrizzleD1Database } from 'drizzle-orm/d1'
import { getTableColumns, getTableName, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Context } from '../context.ts'
import * as schema from './schema.ts'
import { SecretBox } from './secrets.ts'

/** What every query of this room needs. */
export interface Database {
  orm: DrizzleD1Database
  ctx: Context
  /** Throws in words when `ENCRYPTION_KEYS` is missing or wrong; reading what has no secrets does not need it. */
  secrets(): SecretBox
}

export function openDatabase(db: D1Database, encryptionKeys: string | undefined, ctx: Context): Database {
  let box: SecretBox | undefined
  return { orm: drizzle(db), ctx, secrets: () => (box ??= new SecretBox(encryptionKeys, ctx)) }
}

/**
 * Names of the tables that are not there, or lack a column, of this room's and of `others`. One query. Throws when the
 * database does not answer.
 */
export async function missingTables({ orm }: Database, others: readonly SQLiteTable[] = []): Promise<string[]> {
  const found = await orm.all<{ name: string }>(
    sql`select m.name || '.' || c.name as name from sqlite_master as m, pragma_table_info(m.name) as c where m.type = 'table'`,
  )
  const there = new Set(found.map(({ name }) => name))
  return [...Object.values(schema), ...others].flatMap((table) => {
    const name = getTableName(table)
    const columns = Object.values(getTableColumns(table))
    return columns.every((column) => there.has(`${name}.${column.name}`)) ? [] : [name]
  })
}
