import type { Context } from '../../context.ts'
import { keyText } from '../../tables/index.ts'
import type { Erased } from '../connector.ts'
import type { PostgresConnection } from './connection.ts'
import { serverError } from './errors.ts'
import { identifier, qualified } from './sql.ts'
import { transaction } from './transaction.ts'

/** Of one call, in milliseconds: then it says where it stopped. */
const CALL_MS = 15_000
/** Pages of a table that one statement reads: 64 MB. */
const PAGES = 8_192

const TABLE = `
  select c.relkind as kind, pg_relation_size(c.oid) / current_setting('block_size')::bigint as pages,
    array_to_json(array_agg(a.attname)) as columns,
    array_to_json(array(select k.attname from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = i.indkey[0]
      where i.indrelid = c.oid and i.indisvalid and i.indpred is null)) as indexed
  from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
    join pg_attribute a on a.attrelid = c.oid and a.attname in ('id', 'user_id', 'previous_id') and not a.attisdropped
  where n.nspname = $1 and c.relname = $2 group by c.oid, c.relkind`

/**
 * Removes a person's rows of a table. By an index where there is one; else page by page, each 64 MB in a transaction of its
 * own, so that a table of any size is gone through in calls of fifteen seconds.
 */
export async function eraseRows(
  connection: PostgresConnection,
  schema: string,
  table: string,
  userId: string,
  from: string | null,
  ctx: Context,
): Promise<Erased> {
  const [answer] = await transaction(connection, () => connection.query(TABLE, [schema, table]))
  const found = answer?.rows[0] as Record<'kind' | 'pages' | 'columns' | 'indexed', string> | undefined
  const columns = namesOf(table).filter((name) => namesIn(found?.columns).includes(name))
  if (!found || columns.length === 0) return { rows: 0, next: null }
  const remove = (within: string) => removeRows(connection, schema, table, columns, keyText(userId), within)
  const isIndexed = columns.every((name) => namesIn(found.indexed).includes(name))
  if (isIndexed || found.kind === 'p') return { rows: await remove(''), next: null }
  const end = ctx.now() + CALL_MS
  let rows = 0
  let page = Number(from ?? 0)
  for (; page < Number(found.pages); page += PAGES) {
    if (ctx.now() > end) return { rows, next: String(page) }
    rows += await remove(`ctid >= '(${page},0)' and ctid < '(${page + PAGES},0)' and`)
  }
  return { rows, next: null }
}

function namesOf(table: string): string[] {
  if (table === 'users') return ['id']
  return table === 'aliases' ? ['user_id', 'previous_id'] : ['user_id']
}

function namesIn(json: string | undefined): string[] {
  return json === undefined ? [] : (JSON.parse(json) as string[])
}

async function removeRows(
  connection: PostgresConnection,
  schema: string,
  table: string,
  columns: readonly string[],
  key: string,
  within: string,
): Promise<number> {
  const is = columns.map((name) => `${identifier(name)} = $1`).join(' or ')
  const sql = `delete from ${qualified(schema, table)} where ${within} (${is})`
  try {
    const [answer] = await transaction(connection, () => connection.query(sql, [key]))
    return answer?.count ?? 0
  } catch (error) {
    // Its owner has made a number of it, which this id is not: no row has it.
    if (serverError(error)?.code.startsWith('22') === true) return 0
    throw error
  }
}
