import type { ColumnType, TableColumn } from '../../tables/index.ts'

/** Whatever it is, it is an identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function qualified(schema: string, name: string): string {
  return `${identifier(schema)}.${identifier(name)}`
}

export function literal(text: string): string {
  return `${text.includes('\\') ? ' E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

/** `"a", "b"`; with `of`, each as `of."a"`. */
export function columnList(columns: readonly { name: string }[], of?: string): string {
  return columns.map(({ name }) => (of === undefined ? identifier(name) : `${of}.${identifier(name)}`)).join(', ')
}

/** What our column types are called. */
export const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  bigint: 'bigint',
  double: 'double precision',
  boolean: 'boolean',
  timestamp: 'timestamp with time zone',
}

export function declaration({ name, type }: TableColumn): string {
  const declared = (SQL_TYPES as Record<string, string | undefined>)[type]
  if (declared === undefined) throw new Error(`no column is made as ${type}`)
  return `${identifier(name)} ${declared}`
}
