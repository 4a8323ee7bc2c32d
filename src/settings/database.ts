import { drizzle, type DrizzleD1Database } from 'drizzle-orm/d1'
import { getTableName } from 'drizzle-orm'
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

export interface Page {
  count: number
  /** Skips this many; opaque to clients. */
  offset: number
}

/**
 * Names of the tables that are not there, or lack a column, of this room's and of `others`. Throws when the database does
 * not answer at all.
 */
export async function missingTables({ orm }: Database, others: readonly SQLiteTable[] = []): Promise<string[]> {
  const looked = [...Object.values(schema), ...others].map(async (table) => {
    // Selects every column by name, and no row.
    const failed = await orm
      .select()
      .from(table)
      .limit(0)
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    if (failed !== undefined && !isMissing(failed)) throw failed
    return failed === undefined ? [] : [getTableName(table)]
  })
  return (await Promise.all(looked)).flat()
}

/** In SQLite's words. Drizzle wraps the error of D1. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /no such (?:table|column)/.test(error.message) || isMissing(error.cause)
}
