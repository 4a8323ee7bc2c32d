import type { Catalogue, TableColumn } from '../../tables/index.ts'
import type { PostgresConnection } from './connection.ts'

/** Of our own tables, and of a column that is being given another type. */
export const OWN_PREFIX = '_sluice_'

/** Of a domain the type that it is made of. */
const COLUMNS = `
  select c.relname as table, a.attname as name, t.typname as type, t.mod, format_type(t.oid, t.mod) as declared,
    (a.attgenerated <> '' or a.attidentity = 'a') as made
  from pg_catalog.pg_namespace n
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
    left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join lateral (
      with recursive base as (
        select oid, typname, typtype, typbasetype, typtypmod, a.atttypmod as mod
        from pg_catalog.pg_type where oid = a.atttypid
        union all
        select b.oid, b.typname, b.typtype, b.typbasetype, b.typtypmod, base.typtypmod
        from base join pg_catalog.pg_type b on base.typtype = 'd' and b.oid = base.typbasetype
      )
      select oid, typname, mod from base where typtype <> 'd'
    ) t on true
  where n.nspname = $1
  order by c.relname, a.attnum`

/** The tables of a schema, all but ours, as they are now; `null`: there is no such schema. */
export async function readCatalogue(connection: PostgresConnection, schema: string): Promise<Catalogue | null> {
  const [answer] = await connection.query(COLUMNS, [schema])
  const rows = answer?.rows ?? []
  if (rows.length === 0 && !(await hasSchema(connection, schema))) return null
  const catalogue: Catalogue = new Map()
  for (const row of rows) {
    const { table, name, type, mod, declared, made } = row as Record<string, string | null>
    if (typeof table !== 'string' || table.startsWith(OWN_PREFIX)) continue
    let columns = catalogue.get(table)
    if (!columns) catalogue.set(table, (columns = new Map()))
    if (typeof name !== 'string' || name.startsWith(OWN_PREFIX)) continue
    columns.set(name, columnOf(name, made === 't' ? '' : (type ?? ''), Number(mod), declared ?? ''))
  }
  return catalogue
}

export async function hasSchema(connection: PostgresConnection, schema: string): Promise<boolean> {
  const [answer] = await connection.query('select 1 from pg_catalog.pg_namespace where nspname = $1', [schema])
  return (answer?.rows.length ?? 0) > 0
}

const BITS: Readonly<Record<string, number>> = { int2: 16, int4: 32, int8: 64 }
const PLAIN: Readonly<Record<string, TableColumn['type']>> = {
  text: 'text',
  citext: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  int2: 'bigint',
  int4: 'bigint',
  int8: 'bigint',
  float8: 'double',
  float4: 'double',
  bool: 'boolean',
  timestamptz: 'timestamp',
  timestamp: 'timestamp',
  date: 'timestamp',
  numeric: 'numeric',
  json: 'json',
  jsonb: 'json',
}

/** `type`: PostgreSQL's own short name, `''` of what is loaded with nothing; `mod`: its length and four, -1: none. */
function columnOf(name: string, type: string, mod: number, declared: string): TableColumn {
  const column: TableColumn = { name, type: PLAIN[type] ?? 'unknown', declared }
  const bits = BITS[type]
  if (bits !== undefined && bits < 64) return { ...column, most: { bits } }
  if ((type === 'varchar' || type === 'bpchar') && mod > 4) return { ...column, most: { characters: mod - 4 } }
  return type === 'name' ? { ...column, most: { bytes: 63 } } : column
}
