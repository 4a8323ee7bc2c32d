import type { SyncNotice } from '../../tables/index.ts'
import { type Cursor, DISCARDS_TABLE as DISCARDS } from '../connector.ts'
import type { PostgresConnection } from './connection.ts'
import { serverError } from './errors.ts'
import { qualified } from './sql.ts'

/** A table of ours in each schema. */
export interface OwnTable {
  name: string
  sql(schema: string): string
}

const CURSOR = '_sluice_cursor'
export const CURSOR_TABLE: OwnTable = {
  name: CURSOR,
  sql: (schema) => `create table ${qualified(schema, CURSOR)} (
    reader text primary key, seq bigint not null, event bigint not null, moved_at timestamp with time zone not null)`,
}

const DISCARDS_AS_MADE: OwnTable = {
  name: DISCARDS,
  sql: (schema) => `create table ${qualified(schema, DISCARDS)} (
    loaded_at timestamp with time zone not null, reader text not null, "table" text not null, "column" text,
    reason text not null, count bigint not null, samples jsonb not null)`,
}

/** Asked before one is made, since `if not exists` wants the right to make one that is there too. */
export async function hasTable(connection: PostgresConnection, schema: string, table: string): Promise<boolean> {
  const [answer] = await connection.query('select to_regclass($1) is not null as there', [qualified(schema, table)])
  return answer?.rows[0]?.there === 't'
}

/** Where a reader stands; `null`: nowhere yet, or there is no such table. */
export async function readCursor(
  connection: PostgresConnection,
  schema: string,
  reader: string,
): Promise<Cursor | null> {
  try {
    const [answer] = await connection.query(`select seq, event from ${qualified(schema, CURSOR)} where reader = $1`, [
      reader,
    ])
    const row = answer?.rows[0]
    return row ? { seq: Number(row.seq), index: Number(row.event) } : null
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Nobody has made the table of cursors yet, or somebody has dropped it: no reader stands anywhere. */
export class NoCursorTable extends Error {}

/** Within a transaction: whether the cursor stood at `from`; then it is at `to`, and nobody else moves it until the end. */
export async function moveCursor(
  connection: PostgresConnection,
  schema: string,
  { reader, from, to }: { reader: string; from: Cursor | null; to: Cursor },
): Promise<boolean> {
  const table = qualified(schema, CURSOR)
  const first = `insert into ${table} (reader, seq, event, moved_at) values ($1, $2, $3, now()) on conflict (reader) do nothing`
  const move = `update ${table} set seq = $2, event = $3, moved_at = now() where reader = $1 and seq = $4 and event = $5`
  const values = [reader, to.seq, to.index, ...(from === null ? [] : [from.seq, from.index])]
  try {
    const [answer] = await connection.query(from === null ? first : move, values)
    return answer?.count === 1
  } catch (error) {
    if (isMissing(error)) throw new NoCursorTable(undefined, { cause: error })
    throw error
  }
}

/** Within a transaction; the table is made with the first of them. */
export async function writeDiscards(
  connection: PostgresConnection,
  schema: string,
  reader: string,
  notices: readonly SyncNotice[],
): Promise<void> {
  if (notices.length === 0) return
  if (!(await hasTable(connection, schema, DISCARDS))) await connection.query(DISCARDS_AS_MADE.sql(schema))
  await connection.query(
    `insert into ${qualified(schema, DISCARDS)} (loaded_at, reader, "table", "column", reason, count, samples)
     select now(), $1, "table", "column", code, count, samples
     from jsonb_to_recordset($2) as d ("table" text, "column" text, code text, count bigint, samples jsonb)`,
    // `jsonb` takes no NUL.
    [
      reader,
      JSON.stringify(notices, (_, value: unknown) => (typeof value === 'string' ? value.replaceAll('\0', '') : value)),
    ],
  )
}

export function isMissing(error: unknown): boolean {
  const code = serverError(error)?.code
  return code === '42P01' || code === '3F000'
}
