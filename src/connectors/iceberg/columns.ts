import type { Additions, CellText, Catalogue, TableColumn } from '../../tables/index.ts'
import { currentSchema, type IcebergField, type TableMetadata } from './metadata.ts'

/** Names that are ours alone: tables and columns which no event can have. */
export const OURS = '_sluice_'

/** A value as a Parquet file holds it; times are microseconds since 1970. */
export type Value = string | bigint | number | boolean | null

/** Iceberg's types of the columns that we make. */
const TYPES = {
  text: 'string',
  bigint: 'long',
  double: 'double',
  boolean: 'boolean',
  timestamp: 'timestamptz',
} as const

const BACK = new Map<unknown, TableColumn['type']>(
  Object.entries(TYPES).map(([ours, iceberg]) => [iceberg, ours as TableColumn['type']]),
)

/** The type of a column as we call it; `unknown`: its owner has added it, and nothing is loaded into it. */
export function columnType({ type }: IcebergField): TableColumn['type'] {
  return BACK.get(type) ?? 'unknown'
}

/** A table's columns, without those that are ours alone. */
export function tableColumns(metadata: TableMetadata): Catalogue extends Map<string, infer Columns> ? Columns : never {
  return new Map(
    currentSchema(metadata)
      .fields.filter(({ name }) => !name.startsWith(OURS))
      .map((field) => [field.name, { name: field.name, type: columnType(field), declared: declared(field) }]),
  )
}

function declared({ type }: IcebergField): string {
  return typeof type === 'string' ? type : JSON.stringify(type)
}

/** A new column. */
export function fieldOf({ name, type }: Additions['columns'][number], id: number): IcebergField {
  return { id, name, required: false, type: TYPES[type as keyof typeof TYPES] }
}

/** A cell's value, by the type of its column. */
export function cellValue(type: TableColumn['type'], cell: CellText): Value {
  if (cell === null) return null
  switch (type) {
    case 'bigint':
      return BigInt(cell)
    case 'double':
      return Number(cell)
    case 'boolean':
      return cell === 't'
    case 'timestamp':
      return microseconds(cell)
    default:
      return cell
  }
}

/** Microseconds since 1970 of `2026-01-02T03:04:05.678901Z`. */
function microseconds(cell: string): bigint {
  const [, whole, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(cell) ?? []
  const micros = BigInt(fraction.padEnd(6, '0').slice(0, 6))
  return BigInt(Date.parse(`${whole}Z`)) * 1_000n + micros
}
