import { type PlainTable, type PlainType, rowText } from './plain-loader.ts'

const TYPES: Record<string, PlainType> = {
  text: 'text',
  bigint: 'bigint',
  'double precision': 'double',
  boolean: 'boolean',
  'timestamp with time zone': 'timestamp',
}

/** Rows of a statement, of a client that is connected. */
export interface Reader {
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>
}

/** Rows that are read at once. */
const PAGE = 5_000

/**
 * What lies in a schema, in the words of the plain loader; `keep` as there. Throws for a column of a type that we do not
 * make, and for a row that does not say when it was loaded.
 */
export async function readPostgres(
  database: Reader,
  schema: string,
  keep: (text: string) => string = (text) => text,
): Promise<Map<string, PlainTable>> {
  const found = new Map<string, PlainTable>()
  const described = await database.query<{ table: string; column: string; type: string }>(
    `select table_name as table, column_name as column, data_type as type from information_schema.columns
     where table_schema = $1 and table_name not like '\\_sluice\\_%' order by table_name, ordinal_position`,
    [schema],
  )
  for (const { table, column, type } of described) {
    const own = TYPES[type]
    if (own === undefined) throw new Error(`${table}.${column} is ${type}`)
    const there = found.get(table) ?? { columns: new Map(), rows: new Map() }
    found.set(table, there)
    there.columns.set(column, own)
  }
  for (const [table, { columns, rows }] of found) {
    const names = [...columns.keys()]
    const cells = names.map((name) => asText(name, columns.get(name) ?? 'text'))
    for (let after = ''; ;) {
      const page = await database.query<{ id: string; cells: (string | null)[] }>(
        `select id, array[${cells.join(', ')}] as cells from "${schema}"."${table}" where id > $1 order by id limit ${PAGE}`,
        [after],
      )
      for (const { id, cells } of page) {
        const row = new Map(names.flatMap((name, at) => cell(name, cells[at] ?? null, columns)))
        if (!row.has('uuid_ts')) throw new Error(`${table} ${id} has no uuid_ts`)
        rows.set(id, keep(rowText(row)))
      }
      if (page.length < PAGE) break
      after = page.at(-1)?.id ?? ''
    }
  }
  return found
}

function asText(name: string, type: PlainType): string {
  if (type !== 'timestamp') return `"${name}"::text`
  return `to_char("${name}" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

function cell(name: string, text: string | null, columns: PlainTable['columns']): [string, string][] {
  if (text === null) return []
  switch (columns.get(name)) {
    case 'timestamp':
      return [[name, text.replace(/000Z$/, 'Z')]]
    case 'double':
      return [[name, String(Number(text))]]
    case 'boolean':
      return [[name, text.charAt(0)]]
    default:
      return [[name, text]]
  }
}
