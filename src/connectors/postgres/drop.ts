import { DISCARDS_TABLE, WarehouseError } from '../connector.ts'
import type { PostgresConnection } from './connection.ts'
import { serverError } from './errors.ts'
import { hasTable } from './own-tables.ts'
import { literal, qualified } from './sql.ts'
import { transaction } from './transaction.ts'

/** Drops a table with what is told of it. Views that need it are their owner's: they stay, and so does it. */
export function dropTable(connection: PostgresConnection, schema: string, table: string): Promise<void> {
  return transaction(connection, async () => {
    const name = qualified(schema, table)
    await connection.query('savepoint before')
    try {
      await connection.query(`drop table if exists ${name}`)
    } catch (error) {
      if (serverError(error)?.code !== '2BP01') throw error
      await connection.query('rollback to savepoint before')
      throw await needed(connection, schema, table, error)
    }
    if (await hasTable(connection, schema, DISCARDS_TABLE))
      await connection.query(`delete from ${qualified(schema, DISCARDS_TABLE)} where "table" = $1`, [table])
  })
}

async function needed(connection: PostgresConnection, schema: string, table: string, cause: unknown) {
  const [answer] = await connection.query(
    `select distinct format('%I.%I', n.nspname, v.relname) as name, v.relkind as kind
     from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class
       join pg_namespace n on n.oid = v.relnamespace
     where d.classid = 'pg_rewrite'::regclass and d.refobjid = ${literal(qualified(schema, table))}::regclass
       and v.oid <> d.refobjid
     order by 1`,
  )
  const views = (answer?.rows ?? []) as { name: string; kind: string }[]
  const names = views.map(({ name }) => name).join(', ') || 'Something else'
  const sql = views.map(({ name, kind }) => `drop ${kind === 'm' ? 'materialized view' : 'view'} ${name};`).join('\n')
  return new WarehouseError('view', `${names} needs the table ${table}: drop it first.`, true, {
    cause,
    ...(sql !== '' && { sql }),
  })
}
