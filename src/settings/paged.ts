import { type SQL, sql } from 'drizzle-orm'
import type { Page } from './database.ts'

/** Beside a page's rows how many there are in all, so that a list is one query. */
export const ofAll: SQL<number> = sql<number>`count(*) OVER ()`

/** A page beyond the end has no row to say it. */
export function totalOf(rows: readonly { ofAll: number }[], { offset }: Page): number {
  return rows[0]?.ofAll ?? offset
}

/** The rows without what only `totalOf` reads. */
export function withoutTotal<T extends { ofAll: number }>(rows: readonly T[]): Omit<T, 'ofAll'>[] {
  return rows.map((row) => {
    const { ofAll: _, ...rest } = row
    return rest
  })
}
