import { WarehouseError } from '../connector.ts'
import type { PostgresConnection } from './connection.ts'
import { qualified } from './sql.ts'
import { transaction } from './transaction.ts'

const UNKEYED = `
  select c.relname as table from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'id' and not a.attisdropped
  where n.nspname = $1 and c.relname not like '\\_sluice\\_%' and not exists (
    select 1 from pg_index i where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null
      and i.indnkeyatts = 1 and i.indkey[0] = a.attnum)
  order by 1 limit 20`

/** Tables whose owner has taken away what keeps a row from being loaded twice. */
export async function unkeyed(connection: PostgresConnection, schema: string, cause: unknown): Promise<WarehouseError> {
  const [answer] = await transaction(connection, () => connection.query(UNKEYED, [schema]))
  const tables = (answer?.rows ?? []).map(({ table }) => String(table))
  const words = `These tables of ${schema} have no unique index over id any more, without which a row would be loaded twice: ${tables.join(', ')}.`
  const sql = tables.map((table) => `alter table ${qualified(schema, table)} add primary key (id);`).join('\n')
  return new WarehouseError('no_key', words, false, { cause, sql })
}
