import { type SQL, sql } from 'drizzle-orm'

/** Values as a select has them in place of columns, so that a row is only inserted where another one is there. */
export function asColumns<T extends Record<string, unknown>>(row: T): { [K in keyof T]: SQL.Aliased<T[K]> } {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, sql`${value}`.as(name)])) as never
}
