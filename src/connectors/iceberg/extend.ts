import type { Additions, Catalogue } from '../../tables/index.ts'
import { WarehouseError } from '../connector.ts'
import { pauseBefore, sideBySide } from './calls.ts'
import type { LoadedTable } from './catalog.ts'
import { tableColumns, fieldOf, OURS } from './columns.ts'
import { STAMPS } from './fold.ts'
import type { Lake } from './lake.ts'
import { currentSchema, type IcebergField, type TableChange } from './metadata.ts'
import { CURSORS } from './place.ts'

const TRIES = 10
/** Schemas of a table that are kept; those before are taken away where the catalogue does that. */
const MOST_SCHEMAS = 20

/** What catalogues keep a table's metadata small by: the newest files of it, and no others. */
const PROPERTIES = {
  'write.format.default': 'parquet',
  'write.parquet.compression-codec': 'gzip',
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.metadata.previous-versions-max': '20',
}

/** Tables that are folded have a column more. */
const FOLDED = new Set(['users', 'accounts'])

/** The tables of a schema with their columns; `null`: there is no such schema. */
export async function readTables({ catalog }: Lake, schema: string): Promise<Catalogue | null> {
  const names = await catalog.tables(schema)
  if (names === null) return null
  const wanted = names.filter((name) => !name.startsWith(OURS))
  const tables = await sideBySide(wanted, (name) => catalog.load(schema, name))
  return new Map(tables.flatMap((table) => (table === null ? [] : [[table.name, tableColumns(table.metadata)]])))
}

/** Makes what is not there: schema, tables, columns. */
export async function extendLake(lake: Lake, schema: string, additions: readonly Additions[]): Promise<void> {
  const { catalog } = lake
  await catalog.createNamespace(schema)
  const cursors: Additions = { table: CURSORS, columns: [{ name: 'reader', type: 'text' }] }
  await sideBySide([cursors, ...additions], (addition) => extendTable(lake, schema, addition))
}

async function extendTable(lake: Lake, schema: string, { table, columns }: Additions): Promise<void> {
  const { ctx, catalog } = lake
  const wanted = FOLDED.has(table) ? [...columns, { name: STAMPS, type: 'text' as const }] : columns
  const fields = wanted.map((column, at) => fieldOf(column, at + 1))
  for (let tries = 1; tries <= TRIES; tries++) {
    if (tries > 1) await ctx.sleep(pauseBefore(ctx, tries))
    const there =
      (await catalog.load(schema, table)) ??
      (await catalog.create(schema, table, { schema: { type: 'struct', fields }, properties: PROPERTIES }))
    const change = missing(there, fields)
    if (change === null) return
    if ((await catalog.commit(change)) === 'done') return forgetSchemas(lake, schema, table)
  }
  throw new WarehouseError('busy', `Others change the table ${table} all the time; it could not be extended.`, true)
}

/** What adds the fields that a table does not have; `null`: it has them all. */
function missing({ namespace, name, metadata }: LoadedTable, fields: readonly IcebergField[]): TableChange | null {
  const schema = currentSchema(metadata)
  const there = new Set(schema.fields.map((field) => field.name))
  const last = metadata['last-column-id']
  const fresh = fields.filter((field) => !there.has(field.name)).map((field, at) => ({ ...field, id: last + 1 + at }))
  if (fresh.length === 0) return null
  const id = Math.max(...metadata.schemas.map((of) => of['schema-id'])) + 1
  return {
    namespace,
    table: name,
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
      { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': last },
    ],
    updates: [
      {
        action: 'add-schema',
        schema: { ...schema, 'schema-id': id, fields: [...schema.fields, ...fresh] },
        'last-column-id': last + fresh.length,
      },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  }
}

/** Takes away schemas that no snapshot was written by. A catalogue that does not do that keeps them. */
async function forgetSchemas({ ctx, catalog }: Lake, namespace: string, table: string): Promise<void> {
  const there = await catalog.load(namespace, table)
  if (there === null || there.metadata.schemas.length <= MOST_SCHEMAS) return
  const { metadata } = there
  const used = new Set([
    metadata['current-schema-id'],
    ...(metadata.snapshots ?? []).map((snapshot) => snapshot['schema-id']),
  ])
  const ids = metadata.schemas.map((of) => of['schema-id']).filter((id) => !used.has(id))
  try {
    await catalog.commit({
      namespace,
      table,
      requirements: [
        { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
        { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
      ],
      updates: [{ action: 'remove-schemas', 'schema-ids': ids }],
    })
  } catch (error) {
    ctx.log('info', 'the lake keeps old schemas', { table, error: String(error) })
  }
}
