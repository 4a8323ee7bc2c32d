import { expect, it } from 'vitest'
import { readAvro, writeAvro } from '../../../src/connectors/iceberg/avro.ts'
import { fieldOf, type Value } from '../../../src/connectors/iceberg/columns.ts'
import { readParquet, writeParquet } from '../../../src/connectors/iceberg/parquet.ts'

// Both are tested in Node against other readers; here, that they work in the runtime that a sync has.
it('writes and reads Parquet of every type', async () => {
  const values: [type: Parameters<typeof fieldOf>[0]['type'], values: Value[]][] = [
    ['text', ['größer 🎉', null, '']],
    ['bigint', [9_007_199_254_740_993n, -1n, null]],
    ['double', [0.1, null, -1e300]],
    ['boolean', [true, false, null]],
    ['timestamp', [1_770_091_445_789_012n, null, -62_135_596_800_000_000n]],
  ]
  const columns = values.map(([type, of], at) => ({ field: fieldOf({ name: type, type }, at + 1), values: of }))
  const bytes = await writeParquet(columns)
  const file = { byteLength: bytes.byteLength, slice: (from: number, to?: number) => bytes.slice(from, to).buffer }
  const fields = columns.map(({ field }) => field)
  expect(await readParquet(file, fields)).toEqual({
    rows: 3,
    values: new Map(values.map(([, of], at) => [at + 1, of])),
  })
})

it('writes and reads Avro', () => {
  const schema = {
    type: 'record',
    name: 'entry',
    fields: [
      { name: 'path', type: 'string' },
      { name: 'size', type: 'long' },
    ],
  }
  const records = [{ path: 's3://bucket/größe.parquet', size: 12 }]
  expect(readAvro(writeAvro(schema as never, records, {}, new Uint8Array(16)))).toMatchObject({ records })
})
