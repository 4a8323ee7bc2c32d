import { gunzipSync, gzipSync } from 'node:zlib'
import type { AsyncBuffer } from 'hyparquet'
import type { ParquetWriteOptions } from 'hyparquet-writer'
import { columnType, type Value } from './columns.ts'
import type { IcebergField } from './metadata.ts'

type SchemaElement = NonNullable<ParquetWriteOptions['schema']>[number]

/** Columns of one length. */
export type Columns = { field: IcebergField; values: Value[] }[]

const ELEMENTS: Record<string, Omit<SchemaElement, 'name'>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  bigint: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
}

/** A Parquet file of the columns, compressed by gzip, with the field ids by which Iceberg finds them. */
export async function writeParquet(columns: Columns): Promise<Uint8Array<ArrayBuffer>> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const file = parquetWriteBuffer({
    columnData: columns.map(({ field, values }) => ({ name: field.name, data: values })),
    schema: [
      { name: 'table', num_children: columns.length },
      ...columns.map(({ field }): SchemaElement => ({
        ...(ELEMENTS[columnType(field)] as Omit<SchemaElement, 'name'>),
        name: field.name,
        repetition_type: 'OPTIONAL',
        field_id: field.id,
      })),
    ],
    codec: 'GZIP',
    compressors: { GZIP: (bytes) => gzipSync(bytes) },
    rowGroupSize: 10_000,
    createdBy: 'sluice',
    // Some readers look here for what the columns are.
    kvMetadata: [
      {
        key: 'iceberg.schema',
        value: JSON.stringify({ type: 'struct', 'schema-id': 0, fields: columns.map(({ field }) => field) }),
      },
    ],
  })
  return new Uint8Array(file)
}

/**
 * Columns of a Parquet file, by field id, of those fields that are asked for and that it has. Throws for a file that is
 * compressed by what this runtime cannot undo.
 */
export async function readParquet(
  file: AsyncBuffer,
  fields: readonly IcebergField[],
): Promise<{ rows: number; values: Map<number, Value[]> }> {
  const { parquetMetadataAsync, parquetRead } = await import('hyparquet')
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: 64_000 })
  const wanted = new Set(fields.map(({ id }) => id))
  const columns = metadata.schema.filter(({ field_id: id }) => id !== undefined && wanted.has(id))
  const ids = new Map(columns.map(({ name, field_id: id }) => [name, id as number]))
  const rows = Number(metadata.num_rows)
  const values = new Map<number, Value[]>(
    columns.map(({ field_id: id }) => [id as number, Array.from<Value>({ length: rows }).fill(null)]),
  )
  if (columns.length > 0) {
    await parquetRead({
      file,
      metadata,
      columns: columns.map(({ name }) => name),
      compressors: { GZIP: (bytes) => gunzipSync(bytes) },
      parsers: {
        timestampFromMicroseconds: (micros: bigint) => micros,
        timestampFromMilliseconds: (millis: bigint) => millis * 1_000n,
      },
      onChunk: ({ columnName, columnData, rowStart }) => {
        const of = values.get(ids.get(columnName) as number) as Value[]
        for (let at = 0; at < columnData.length; at++) {
          if (rowStart + at < rows) of[rowStart + at] = (columnData[at] as Value | undefined) ?? null
        }
      },
    })
  }
  return { rows, values }
}
