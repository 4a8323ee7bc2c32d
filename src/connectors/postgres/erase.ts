import type { Context } from '../../context.ts'
import { keyText, SAMPLE_CHARACTERS } from '../../tables/index.ts'
import { DISCARDS_TABLE, type Erased } from '../connector.ts'
import type { PostgresConnection } from './connection.ts'
import { serverError } from './errors.ts'
import { hasTable } from './own-tables.ts'
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
 * own, so that a table of any size is gone through in calls of fifteen seconds. What `_sluice_discards` says of the rows goes
 * in the same transaction.
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
  const told =
    namesIn(found.columns).includes('id') &&
    (await transaction(connection, () => hasTable(connection, schema, DISCARDS_TABLE)))
  const remove = (within: string) =>
    removeRows(connection, deletePerson(schema, table, columns, told, within), keyText(userId))
  const isIndexed = columns.every((name) => namesIn(found.indexed).includes(name))
  if (isIndexed || found.kind === 'p') return { ...(await remove('')), next: null }
  const end = ctx.now() + CALL_MS
  let [rows, discards] = [0, 0]
  let page = Number(from ?? 0)
  for (; page < Number(found.pages); page += PAGES) {
    if (ctx.now() > end) return { rows, discards, next: String(page) }
    const removed = await remove(`ctid >= '(${page},0)' and ctid < '(${page + PAGES},0)' and`)
    rows += removed.rows
    discards += removed.discards
  }
  return { rows, discards, next: null }
}

function namesOf(table: string): string[] {
  if (table === 'users') return ['id']
  return table === 'aliases' ? ['user_id', 'previous_id'] : ['user_id']
}

function namesIn(json: string | undefined): string[] {
  return json === undefined ? [] : (JSON.parse(json) as string[])
}

/** `told`: there is a table of discards, and the rows have an `id`: the samples have its beginning. */
function deletePerson(
  schema: string,
  table: string,
  columns: readonly string[],
  told: boolean,
  within: string,
): string {
  const is = columns.map((name) => `${identifier(name)} = $1`).join(' or ')
  const gone = `delete from ${qualified(schema, table)} where ${within} (${is})`
  if (!told) return `with gone as (${gone} returning 1) select count(*) as rows, 0 as discards from gone`
  return `with gone as (${gone} returning left(id::text, ${SAMPLE_CHARACTERS}) as id),
    told as (delete from ${qualified(schema, DISCARDS_TABLE)} where exists (
      select 1 from jsonb_array_elements(case jsonb_typeof(samples) when 'array' then samples else '[]' end) as sample
      where sample->>'id' in (select id from gone)) returning 1)
    select (select count(*) from gone) as rows, (select count(*) from told) as discards`
}

async function removeRows(
  connection: PostgresConnection,
  sql: string,
  key: string,
): Promise<{ rows: number; discards: number }> {
  try {
    const [answer] = await transaction(connection, () => connection.query(sql, [key]))
    const { rows, discards } = answer?.rows[0] ?? {}
    return { rows: Number(rows ?? 0), discards: Number(discards ?? 0) }
  } catch (error) {
    // Its owner has made a number of it, which this id is not: no row has it.
    if (serverError(error)?.code.startsWith('22') === true) return { rows: 0, discards: 0 }
    throw error
  }
}
