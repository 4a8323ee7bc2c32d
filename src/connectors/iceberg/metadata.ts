import { isSame, type Long } from './json.ts'

/** A column of a table. A `field-id` stands for it for ever; it is never given to another. */
export interface IcebergField {
  id: number
  name: string
  required: boolean
  type: unknown
}

export interface IcebergSchema {
  type: 'struct'
  'schema-id': number
  fields: IcebergField[]
}

export interface PartitionSpec {
  'spec-id': number
  fields: { 'source-id': number; 'field-id': number; name: string; transform: string }[]
}

export interface TableSnapshot {
  'snapshot-id': Long
  'parent-snapshot-id'?: Long
  'sequence-number': Long
  'timestamp-ms': number
  'manifest-list': string
  summary: Record<string, string>
  'schema-id'?: number
}

/** What a catalogue answers of a table, as far as it is used here. */
export interface TableMetadata {
  'format-version': number
  'table-uuid': string
  location: string
  'last-sequence-number': Long
  'last-column-id': number
  schemas: IcebergSchema[]
  'current-schema-id': number
  'partition-specs': PartitionSpec[]
  'default-spec-id': number
  'last-partition-id': number
  properties?: Record<string, string>
  snapshots?: TableSnapshot[]
  refs?: Record<string, { type: string; 'snapshot-id': Long }>
  'current-snapshot-id'?: Long | null
}

export interface Requirement {
  type: string
  [fact: string]: unknown
}

export interface Update {
  action: string
  [fact: string]: unknown
}

/** What a commit asks of one table. */
export interface TableChange {
  namespace: string
  table: string
  requirements: Requirement[]
  updates: Update[]
}

/** The schema in force. */
export function currentSchema(metadata: TableMetadata): IcebergSchema {
  const schema = metadata.schemas.find((of) => of['schema-id'] === metadata['current-schema-id'])
  if (schema === undefined) throw new Error('A table has no current schema')
  return schema
}

/** The snapshot that readers see; `null`: nothing has been written yet. */
export function currentSnapshot(metadata: TableMetadata): TableSnapshot | null {
  const id = metadata.refs?.['main']?.['snapshot-id'] ?? metadata['current-snapshot-id']
  if (id === null || id === undefined || isSame(id, -1)) return null
  return metadata.snapshots?.find((of) => isSame(of['snapshot-id'], id)) ?? null
}

/** That nobody has written to the table since its metadata was read. */
export function unchanged(metadata: TableMetadata): Requirement[] {
  return [
    { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
    {
      type: 'assert-ref-snapshot-id',
      ref: 'main',
      'snapshot-id': currentSnapshot(metadata)?.['snapshot-id'] ?? null,
    },
  ]
}
