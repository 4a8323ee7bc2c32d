import { type AvroField, type AvroType, readAvro, writeAvro } from './avro.ts'
import type { Long } from './json.ts'
import type { IcebergSchema, PartitionSpec } from './metadata.ts'

/** Of a file in a manifest: was it there before, is it new with this snapshot, or gone with it. */
export const EXISTING = 0
export const ADDED = 1
export const DELETED = 2

/** Where a manifest list says what its manifests hold: rows, or rows that are deleted from other files. */
export const DATA = 0

/** A data file of a table. */
export interface DataFile {
  path: string
  /** Values of the partition's fields, by their names. */
  partition: Record<string, unknown>
  rows: number
  bytes: number
  /** Bounds of some columns, by field id, each as the type's binary form. */
  bounds: Map<number, { lower: Uint8Array; upper: Uint8Array }>
}

/** A line of a manifest. Numbers of the sequence are never absent once it has been read: a new file has those of its manifest. */
export interface Entry {
  status: number
  snapshot: Long
  sequence: Long
  fileSequence: Long
  file: DataFile
  /** The partition spec that the file was written by. */
  spec: number
}

/** A line of a manifest list. */
export interface ManifestFile {
  path: string
  bytes: number
  spec: number
  content: number
  sequence: Long
  minSequence: Long
  snapshot: Long
  added: number
  existing: number
  deleted: number
  addedRows: Long
  existingRows: Long
  deletedRows: Long
}

const field = (id: number, name: string, type: AvroType): AvroField => ({ name, type, 'field-id': id })
const optional = (id: number, name: string, type: AvroType): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
})
/** A map whose keys are field ids: Avro's own maps have texts for keys only. */
const byFieldId = (key: number, value: number, type: AvroType): AvroType => ({
  type: 'array',
  logicalType: 'map',
  items: {
    type: 'record',
    name: `k${key}_v${value}`,
    fields: [field(key, 'key', 'int'), field(value, 'value', type)],
  },
})

/** Avro's schema of a manifest's lines, with the partition's fields in it: all that we write are buckets, whole numbers. */
function entrySchema(spec: PartitionSpec): AvroType {
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      field(0, 'status', 'int'),
      optional(1, 'snapshot_id', 'long'),
      optional(3, 'sequence_number', 'long'),
      optional(4, 'file_sequence_number', 'long'),
      field(2, 'data_file', {
        type: 'record',
        name: 'r2',
        fields: [
          field(134, 'content', 'int'),
          field(100, 'file_path', 'string'),
          field(101, 'file_format', 'string'),
          field(102, 'partition', {
            type: 'record',
            name: 'r102',
            fields: spec.fields.map((of) => optional(of['field-id'], of.name, 'int')),
          }),
          field(103, 'record_count', 'long'),
          field(104, 'file_size_in_bytes', 'long'),
          optional(125, 'lower_bounds', byFieldId(126, 127, 'bytes')),
          optional(128, 'upper_bounds', byFieldId(129, 130, 'bytes')),
        ],
      }),
    ],
  }
}

const LIST: AvroType = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    field(500, 'manifest_path', 'string'),
    field(501, 'manifest_length', 'long'),
    field(502, 'partition_spec_id', 'int'),
    field(517, 'content', 'int'),
    field(515, 'sequence_number', 'long'),
    field(516, 'min_sequence_number', 'long'),
    field(503, 'added_snapshot_id', 'long'),
    field(504, 'added_files_count', 'int'),
    field(505, 'existing_files_count', 'int'),
    field(506, 'deleted_files_count', 'int'),
    field(512, 'added_rows_count', 'long'),
    field(513, 'existing_rows_count', 'long'),
    field(514, 'deleted_rows_count', 'long'),
  ],
}

/** A manifest's bytes. The files that are new inherit the sequence number that their snapshot gets. */
export function writeManifest(
  entries: readonly Entry[],
  schema: IcebergSchema,
  spec: PartitionSpec,
  sync: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bounds = (file: DataFile, which: 'lower' | 'upper') =>
    file.bounds.size === 0 ? null : [...file.bounds].map(([key, value]) => ({ key, value: value[which] }))
  return writeAvro(
    entrySchema(spec),
    entries.map(({ status, snapshot, sequence, fileSequence, file }) => ({
      status,
      snapshot_id: snapshot,
      sequence_number: status === ADDED ? null : sequence,
      file_sequence_number: status === ADDED ? null : fileSequence,
      data_file: {
        content: DATA,
        file_path: file.path,
        file_format: 'PARQUET',
        partition: file.partition,
        record_count: file.rows,
        file_size_in_bytes: file.bytes,
        lower_bounds: bounds(file, 'lower'),
        upper_bounds: bounds(file, 'upper'),
      },
    })),
    {
      schema: JSON.stringify(schema),
      'schema-id': String(schema['schema-id']),
      'partition-spec': JSON.stringify(spec.fields),
      'partition-spec-id': String(spec['spec-id']),
      'format-version': '2',
      content: 'data',
    },
    sync,
  )
}

interface RawEntry {
  status: Long
  snapshot_id: Long | null
  sequence_number?: Long | null
  file_sequence_number?: Long | null
  data_file: {
    content?: Long
    file_path: string
    partition: Record<string, unknown>
    record_count: Long
    file_size_in_bytes: Long
    lower_bounds?: { key: Long; value: Uint8Array }[] | null
    upper_bounds?: { key: Long; value: Uint8Array }[] | null
  }
}

/** The lines of a manifest, whoever has written it. */
export function readManifest(bytes: Uint8Array, of: ManifestFile): Entry[] {
  return (readAvro(bytes).records as RawEntry[]).map((raw) => {
    const bounds: DataFile['bounds'] = new Map()
    const upper = new Map((raw.data_file.upper_bounds ?? []).map(({ key, value }) => [key, value]))
    for (const { key, value } of raw.data_file.lower_bounds ?? []) {
      const most = upper.get(key)
      if (most !== undefined) bounds.set(Number(key), { lower: value.slice(), upper: most.slice() })
    }
    return {
      status: Number(raw.status),
      snapshot: raw.snapshot_id ?? of.snapshot,
      sequence: raw.sequence_number ?? of.sequence,
      fileSequence: raw.file_sequence_number ?? of.sequence,
      spec: of.spec,
      file: {
        path: raw.data_file.file_path,
        partition: raw.data_file.partition,
        rows: Number(raw.data_file.record_count),
        bytes: Number(raw.data_file.file_size_in_bytes),
        bounds,
      },
    }
  })
}

/** The line that a manifest list has of a manifest that snapshot `snapshot` has brought. */
export function describeManifest(
  path: string,
  bytes: number,
  spec: number,
  snapshot: Long,
  sequence: Long,
  entries: readonly Entry[],
): ManifestFile {
  const of = (status: number) => entries.filter((entry) => entry.status === status)
  const rows = (status: number) => of(status).reduce((sum, { file }) => sum + file.rows, 0)
  const kept = entries.filter(({ status }) => status === EXISTING)
  return {
    path,
    bytes,
    spec,
    content: DATA,
    sequence,
    minSequence: kept.reduce<Long>((least, entry) => (entry.sequence < least ? entry.sequence : least), sequence),
    snapshot,
    added: of(ADDED).length,
    existing: kept.length,
    deleted: of(DELETED).length,
    addedRows: rows(ADDED),
    existingRows: rows(EXISTING),
    deletedRows: rows(DELETED),
  }
}

/** A manifest list's bytes. */
export function writeManifestList(
  manifests: readonly ManifestFile[],
  facts: { snapshot: Long; parent: Long | null; sequence: Long },
  sync: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return writeAvro(
    LIST,
    manifests.map((of) => ({
      manifest_path: of.path,
      manifest_length: of.bytes,
      partition_spec_id: of.spec,
      content: of.content,
      sequence_number: of.sequence,
      min_sequence_number: of.minSequence,
      added_snapshot_id: of.snapshot,
      added_files_count: of.added,
      existing_files_count: of.existing,
      deleted_files_count: of.deleted,
      added_rows_count: of.addedRows,
      existing_rows_count: of.existingRows,
      deleted_rows_count: of.deletedRows,
    })),
    {
      'snapshot-id': String(facts.snapshot),
      'parent-snapshot-id': String(facts.parent),
      'sequence-number': String(facts.sequence),
      'format-version': '2',
    },
    sync,
  )
}

/** The lines of a manifest list, whoever has written it. */
export function readManifestList(bytes: Uint8Array): ManifestFile[] {
  return (readAvro(bytes).records as Record<string, Long | string | undefined>[]).map((raw) => {
    const long = (name: string) => (raw[name] ?? 0) as Long
    return {
      path: raw['manifest_path'] as string,
      bytes: Number(long('manifest_length')),
      spec: Number(long('partition_spec_id')),
      content: Number(long('content')),
      sequence: long('sequence_number'),
      minSequence: long('min_sequence_number'),
      snapshot: long('added_snapshot_id'),
      added: Number(long('added_files_count')),
      existing: Number(long('existing_files_count')),
      deleted: Number(long('deleted_files_count')),
      addedRows: long('added_rows_count'),
      existingRows: long('existing_rows_count'),
      deletedRows: long('deleted_rows_count'),
    }
  })
}
