import { createHash } from 'node:crypto'
import { foldNotices, LOADED_AT, type SyncNotice, type TableColumn } from '../../tables/index.ts'
import type { Load, Rereading } from '../connector.ts'
import { OWN_PREFIX } from './catalogue.ts'
import type { PostgresConnection } from './connection.ts'
import { isAboutRows, serverError } from './errors.ts'
import { loadPortion, type LoadTerms, readTypes } from './load.ts'
import { hasTable } from './own-tables.ts'
import { besideOf } from './retype.ts'
import { identifier, qualified } from './sql.ts'
import { transaction } from './transaction.ts'

/** Rows that are taken at a time. */
const TAKEN = 5_000

/** By one connection. All columns of the table beside are texts, as cells are: they are cast when rows are taken. */
export function rereadingBy(connection: PostgresConnection, terms: () => Promise<LoadTerms>): Rereading {
  return {
    load: async (load) => {
      for (const { table, columns } of load.merges ?? [])
        await transaction(connection, () => makeBeside(connection, load.schema, table, columns))
      return loadPortion(connection, intoBeside(load), await terms())
    },
    take: (schema, table, column, after) => take(connection, schema, table, column, after),
    close: (schema, table) =>
      transaction(connection, async () => {
        await connection.query(`drop table if exists ${qualified(schema, tableBeside(table))}`)
      }),
  }
}

function tableBeside(table: string): string {
  return `${OWN_PREFIX}anew_${createHash('sha256').update(table).digest('hex').slice(0, 16)}`
}

async function makeBeside(
  connection: PostgresConnection,
  schema: string,
  table: string,
  columns: readonly TableColumn[],
): Promise<void> {
  const beside = tableBeside(table)
  const name = qualified(schema, beside)
  if (!(await hasTable(connection, schema, beside)))
    await connection.query(`create table ${name} (id text primary key)`)
  const there = (await readTypes(connection, schema, [beside])).get(beside)
  const missing = columns.filter((column) => there?.has(column.name) !== true)
  if (missing.length === 0) return
  await connection.query(
    `alter table ${name} ${missing.map((column) => `add column ${identifier(column.name)} text`).join(', ')}`,
  )
}

function intoBeside({ merges = [], ...load }: Load): Load {
  const texts = merges.map((rows) => ({
    ...rows,
    table: tableBeside(rows.table),
    columns: rows.columns.map(({ name }): TableColumn => ({ name, type: 'text' })),
  }))
  return { ...load, merges: texts }
}

async function take(
  connection: PostgresConnection,
  schema: string,
  table: string,
  column: string | null,
  after: string | null,
): Promise<{ rows: number; notices: SyncNotice[]; next: string | null }> {
  const beside = tableBeside(table)
  const types = await transaction(connection, () => readTypes(connection, schema, [table, beside]))
  const own = types.get(table)
  const there = types.get(beside)
  // Its new column has taken its place already.
  const isDone = column !== null && own?.has(besideOf(column)) !== true
  if (!own || !there || isDone) return { rows: 0, notices: [], next: null }
  const query = `select id from ${qualified(schema, beside)} where $1::text is null or id > $1 order by id limit ${TAKEN}`
  const [answer] = await transaction(connection, () => connection.query(query, [after]))
  const ids = (answer?.rows ?? []).map(({ id }) => String(id))
  const columns = [...there.keys()].filter((name) => own.has(name))
  const sql =
    column === null
      ? takeRows(schema, table, columns, own)
      : takeColumn(schema, table, column, own.get(besideOf(column)))
  const notices: SyncNotice[] = []
  /** Those that the server refuses are found by halves. */
  const put = async (some: readonly string[]): Promise<number> => {
    if (some.length === 0) return 0
    try {
      const [done] = await transaction(connection, () => connection.query(sql, [some]))
      return Number(done?.rows[0]?.rows ?? 0)
    } catch (error) {
      if (!isAboutRows(error)) throw error
      const half = Math.ceil(some.length / 2)
      if (some.length > 1) return (await put(some.slice(0, half))) + (await put(some.slice(half)))
      const value = (serverError(error)?.message ?? '').slice(0, 200)
      const samples = [{ id: (some[0] ?? '').slice(0, 200), value }]
      notices.push({ code: 'row_refused', table, column, count: 1, samples })
      return 0
    }
  }
  const rows = await put(ids)
  return { rows, notices: foldNotices(notices), next: ids.length < TAKEN ? null : (ids.at(-1) ?? null) }
}

/** Counts rows that are new. A row that is the same already is not written. */
function takeRows(
  schema: string,
  table: string,
  columns: readonly string[],
  types: ReadonlyMap<string, string>,
): string {
  const list = columns.map(identifier).join(', ')
  const values = columns.map((name) => `s.${identifier(name)}::${types.get(name)}`).join(', ')
  const others = columns.filter((name) => name !== 'id')
  const sets = others.map((name) => `${identifier(name)} = excluded.${identifier(name)}`).join(', ')
  const compared = others.filter((name) => name !== LOADED_AT)
  const textOf = (of: string) => `row(${compared.map((name) => `${of}.${identifier(name)}::text`).join(', ')})`
  const on =
    others.length === 0
      ? 'do nothing'
      : `do update set ${sets}${compared.length > 0 ? ` where ${textOf('t')} is distinct from ${textOf('excluded')}` : ''}`
  return `with done as (insert into ${qualified(schema, table)} as t (${list})
      select ${values} from ${qualified(schema, tableBeside(table))} s where s.id = any($1::text[])
      on conflict (id) ${on} returning (xmax = 0) as made)
    select count(*) filter (where made) as rows from done`
}

/** Into the new column beside the old one. Counts values. */
function takeColumn(schema: string, table: string, column: string, type: string | undefined): string {
  return `with done as (update ${qualified(schema, table)} t set ${identifier(besideOf(column))} = s.${identifier(column)}::${type ?? 'text'}
      from ${qualified(schema, tableBeside(table))} s where s.id = t.id and s.id = any($1::text[])
      returning s.${identifier(column)} is not null as filled)
    select count(*) filter (where filled) as rows from done`
}
