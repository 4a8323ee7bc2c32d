import { and, type SQL, sql } from 'drizzle-orm'
import type { DrizzleD1Database } from 'drizzle-orm/d1'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { refusal, type Refusal } from '../refusal.ts'

/** How much of each thing there may be, unless the operator says otherwise. */
export const DEFAULT_QUOTAS = {
  /** A workspace. */
  sources: 10_000,
  destinations: 10_000,
  warehouses: 100,
  integrations: 200,
  tokens: 200,
  invitations: 200,
  members: 1_000,
  labels: 200,
  /** Those of a workspace that are not over. */
  replays: 20,
  /** The newest that a workspace keeps. */
  alerts: 1_000,
  /** Sources of a warehouse. */
  warehouse_sources: 1_000,
  /** A source, with those that are revoked: they stay taken. */
  keys: 100,
  /** Changes that a workspace makes in a minute, by each isolate. `ADMIN_TOKEN` is not counted. */
  writes: 600,
  /** Days that an entry of the audit trail is kept. */
  audit_days: 400,
}

export type Quotas = Record<keyof typeof DEFAULT_QUOTAS, number>

/**
 * The variable `QUOTAS`: `name=number` with spaces between, such as `sources=100 tokens=20`; what is not named has its
 * default. `fault`: why what it says is not in force.
 */
export function readQuotas(text: string | undefined): { quotas: Quotas; fault?: string } {
  const quotas: Quotas = { ...DEFAULT_QUOTAS }
  for (const entry of (text ?? '').split(/\s+/).filter(Boolean)) {
    const [, name = '', value = ''] = /^(\w+)=(\d{1,9})$/.exec(entry) ?? []
    if (!Object.hasOwn(DEFAULT_QUOTAS, name)) {
      const names = Object.keys(DEFAULT_QUOTAS).join(', ')
      const fault = `QUOTAS has ${JSON.stringify(entry.slice(0, 60))}, which is none of name=number with a name of ${names}.`
      return { quotas: { ...DEFAULT_QUOTAS }, fault }
    }
    quotas[name as keyof Quotas] = Number(value)
  }
  return { quotas }
}

/** Whether there are more rows than may be. `mine`: those that count. */
export function over(table: SQLiteTable, mine: SQL, quota: number): SQL {
  return sql`(select count(*) from ${table} where ${mine}) > ${quota}`
}

/**
 * The statement that takes back the row just written where there are now more than may be, in the transaction that wrote
 * it: whoever looks first and writes then can be overtaken. What it returns is for `unlessFull`.
 */
export function takeBack(
  { orm, quotas }: { orm: DrizzleD1Database; quotas: Quotas },
  table: SQLiteTable,
  written: SQL,
  { mine, what }: { mine: SQL; what: keyof Quotas },
) {
  return orm
    .delete(table)
    .where(and(written, over(table, mine, quotas[what])))
    .returning({ one: sql<number>`1` })
}

/** Throws 409 when a row was taken back. */
export function unlessFull(takenBack: readonly unknown[], { quotas }: { quotas: Quotas }, what: keyof Quotas): void {
  if (takenBack.length > 0) throw full(quotas[what], what)
}

/** What is counted by something else, and in which words. */
const OTHERS_THAN_OF_WORKSPACES: Partial<Record<keyof Quotas, [owner: string, what: string]>> = {
  keys: ['source', 'write keys, revoked ones included'],
  warehouse_sources: ['warehouse', 'sources'],
}

export function full(quota: number, what: keyof Quotas): Refusal {
  const [owner, rest] = OTHERS_THAN_OF_WORKSPACES[what] ?? ['workspace', what]
  const message = `A ${owner} has at most ${quota} ${rest}. Remove what is no longer needed, or ask whoever runs this deployment for more.`
  return refusal(409, message)
}
