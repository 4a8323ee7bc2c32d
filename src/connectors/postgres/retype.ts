import { createHash } from 'node:crypto'
import {
  type CellText,
  FOLDED_FROM,
  foldNotices,
  KEPT_COLUMNS,
  type SyncNotice,
  type TableRows,
} from '../../tables/index.ts'
import { type Retyping, WarehouseError } from '../connector.ts'
import { OWN_PREFIX } from './catalogue.ts'
import type { PostgresConnection } from './connection.ts'
import { isAboutRows, serverError } from './errors.ts'
import { isFolded } from '../folded.ts'
import { latest } from './fold.ts'
import { readTypes } from './load.ts'
import { identifier, literal, qualified, SQL_TYPES } from './sql.ts'
import { transaction } from './transaction.ts'

/** Ids of `users` that are looked up at a time. */
const REFOLDED = 1_000
/** Rows are told apart, found and folded by these. */
const KEPT = new Set([...KEPT_COLUMNS, 'timestamp'])

/** Giving columns another type, by one connection. Every call may be repeated. */
export function retypingBy(connection: PostgresConnection): Retyping {
  const run = <T>(statements: () => Promise<T>) => transaction(connection, statements)
  const typesOf = async (schema: string, table: string) => (await readTypes(connection, schema, [table])).get(table)
  return {
    begin: (schema, table, column, type) =>
      run(async () => {
        if (!isRetypable(column))
          throw new WarehouseError('column_kept', `Rows are found by ${column}: it stays as it is.`, false)
        const types = await typesOf(schema, table)
        if (types?.has(column) !== true) throw noColumn(table, column)
        const words = await inTheWay(connection, schema, table, column)
        if (words) throw words
        const beside = besideOf(column)
        if (types.get(beside) === SQL_TYPES[type]) return
        const drop = types.has(beside) ? `drop column ${identifier(beside)}, ` : ''
        await connection.query(
          `alter table ${qualified(schema, table)} ${drop}add column ${identifier(beside)} ${SQL_TYPES[type]}`,
        )
      }),
    fill: (schema, column, rows) => fill(connection, schema, column, rows),
    refold: (schema, table, column, after) => run(() => refold(connection, schema, table, column, after)),
    finish: (schema, table, column) =>
      run(async () => {
        const beside = besideOf(column)
        const types = await typesOf(schema, table)
        // It has taken the place already.
        if (types?.has(beside) !== true) return
        const name = qualified(schema, table)
        try {
          await connection.query(
            `savepoint swap; alter table ${name} drop column if exists ${identifier(column)};
             alter table ${name} rename column ${identifier(beside)} to ${identifier(column)}`,
          )
        } catch (error) {
          if (serverError(error)?.code !== '2BP01') throw error
          await connection.query('rollback to savepoint swap')
          throw (await inTheWay(connection, schema, table, column, error)) ?? error
        }
      }),
    cancel: (schema, table, column) =>
      run(async () => {
        const types = await typesOf(schema, table)
        if (types?.has(besideOf(column)) !== true) return
        await connection.query(`alter table ${qualified(schema, table)} drop column ${identifier(besideOf(column))}`)
      }),
  }
}

/** What the new column is called until it takes the place of the old one: no column of ours, whatever events have. */
export function besideOf(column: string): string {
  return `${OWN_PREFIX}new_${createHash('sha256').update(column).digest('hex').slice(0, 16)}`
}

function noColumn(table: string, column: string): WarehouseError {
  return new WarehouseError('no_column', `The table ${table} has no column ${column}.`, false)
}

async function fill(
  connection: PostgresConnection,
  schema: string,
  column: string,
  { table, columns, rows }: TableRows,
): Promise<{ filled: number; notices: SyncNotice[] }> {
  const [id, at] = ['id', column].map((name) => columns.findIndex((one) => one.name === name))
  if (id === undefined || at === undefined || id < 0 || at < 0) return { filled: 0, notices: [] }
  // Of rows with one id the first, as they were loaded.
  const cells = new Map<string, CellText>()
  for (const row of rows) {
    const key = row[id] ?? null
    if (key !== null && !cells.has(key)) cells.set(key, row[at] ?? null)
  }
  const beside = identifier(besideOf(column))
  const types = await transaction(connection, () => readTypes(connection, schema, [table]))
  const type = types.get(table)?.get(besideOf(column))
  if (type === undefined) throw noColumn(table, column)
  const sql = `update ${qualified(schema, table)} t set ${beside} = v.cell::${type}
    from unnest($1::text[], $2::text[]) v (id, cell)
    where t.id = v.id and t.${beside} is null`
  const notices: SyncNotice[] = []
  const put = async (some: [string, CellText][]): Promise<number> => {
    if (some.length === 0) return 0
    try {
      const values = [some.map(([key]) => key), some.map(([, cell]) => cell)]
      const [answer] = await transaction(connection, () => connection.query(sql, values))
      return answer?.count ?? 0
    } catch (error) {
      if (!isAboutRows(error)) throw error
      const [only] = some
      if (some.length === 1 && only) {
        const samples = [{ id: only[0], value: (only[1] ?? '').slice(0, 200) }]
        notices.push({ code: 'row_refused', table, column, count: 1, samples })
        return 0
      }
      const half = Math.ceil(some.length / 2)
      return (await put(some.slice(0, half))) + (await put(some.slice(half)))
    }
  }
  const filled = await put([...cells].filter(([, cell]) => cell !== null))
  return { filled, notices: foldNotices(notices) }
}

async function refold(
  connection: PostgresConnection,
  schema: string,
  table: string,
  column: string,
  after: string | null,
): Promise<string | null> {
  if (!isFolded(table)) throw new WarehouseError('not_folded', `${table} is not folded from another table.`, false)
  const from = FOLDED_FROM[table]
  const types = await readTypes(connection, schema, [table, from])
  const beside = besideOf(column)
  const type = types.get(table)?.get(beside)
  if (type === undefined) throw noColumn(table, column)
  const source = [beside, column].find((name) => types.get(from)?.get(name) === type)
  if (source === undefined) {
    const words = `Give ${from}.${column} the type first: ${table} has its values from there.`
    throw new WarehouseError('not_folded', words, false)
  }
  const name = qualified(schema, table)
  const [answer] = await connection.query(
    `with part as (select id from ${name} where $1::text is null or id > $1 order by id limit ${REFOLDED}),
     done as (update ${name} u set ${identifier(beside)} = ${latest(schema, table, source, 'u.id', types)}
       from part where u.id = part.id)
     select max(id) as last, count(*) as count from part`,
    [after],
  )
  const row = answer?.rows[0]
  return Number(row?.count) < REFOLDED ? null : String(row?.last)
}

interface View {
  name: string
  kind: string
  text: string
}

/** Views that need the old column: they have to be dropped and made again around it, which is for their owner to decide. */
async function inTheWay(
  connection: PostgresConnection,
  schema: string,
  table: string,
  column: string,
  cause?: unknown,
): Promise<WarehouseError | null> {
  const [answer] = await connection.query(
    `select distinct format('%I.%I', n.nspname, v.relname) as name, v.relkind as kind, pg_get_viewdef(v.oid) as text
     from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class
       join pg_namespace n on n.oid = v.relnamespace
       join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
     where d.classid = 'pg_rewrite'::regclass and d.refobjid = ${literal(qualified(schema, table))}::regclass and a.attname = $1
     order by 1`,
    [column],
  )
  const views = (answer?.rows ?? []) as unknown as View[]
  if (views.length === 0 && cause === undefined) return null
  const of = ({ kind }: View) => (kind === 'm' ? 'materialized view' : 'view')
  const names = views.map(({ name }) => name).join(', ') || 'something else'
  const sql = [
    ...views.map((view) => `drop ${of(view)} ${view.name};`),
    '-- then give the column its type, and afterwards:',
    ...views.map((view) => `create ${of(view)} ${view.name} as\n${view.text}`),
  ].join('\n')
  const words = `${names} needs ${table}.${column}, and has to be made again around the new column.`
  return new WarehouseError('view', words, false, { cause, ...(views.length > 0 && { sql }) })
}

/** Whether a column can be given another type: rows are not told apart, found or folded by it. */
export function isRetypable(column: string): boolean {
  return !KEPT.has(column)
}
