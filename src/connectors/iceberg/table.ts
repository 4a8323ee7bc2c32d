import { type Context, randomId } from '../../context.ts'
import type { LoadedTable } from './catalog.ts'
import { columnType, type Value } from './columns.ts'
import { isSame } from './json.ts'
import {
  DATA,
  type DataFile,
  DELETED,
  type Entry,
  type ManifestFile,
  readManifest,
  readManifestList,
} from './manifest.ts'
import {
  currentSchema,
  currentSnapshot,
  type IcebergField,
  type IcebergSchema,
  type PartitionSpec,
  type TableSnapshot,
  type TableMetadata,
} from './metadata.ts'
import { type Columns, readParquet, writeParquet } from './parquet.ts'
import type { GuardedSettings } from './settings.ts'
import { keysOf, Storage } from './storage.ts'
import { WarehouseError } from '../connector.ts'

/** Bytes of a file up to which it is fetched whole even where one column is wanted. */
const WHOLE = 256_000
/** Columns whose bounds stand in the manifests: readers leave out files by them. None says anything about a person. */
const BOUNDED = new Set(['received_at', 'timestamp'])

/** A table as it was when it was loaded, with its files. */
export class LakeTable {
  readonly ctx: Context
  readonly namespace: string
  readonly name: string
  readonly metadata: TableMetadata
  readonly schema: IcebergSchema
  /** What readers see; `null`: nothing has been written yet. */
  readonly snapshot: TableSnapshot | null
  readonly storage: Storage
  #manifests: Promise<ManifestFile[]> | undefined

  constructor(ctx: Context, settings: GuardedSettings, { namespace, name, metadata, vended }: LoadedTable) {
    this.ctx = ctx
    this.namespace = namespace
    this.name = name
    this.metadata = metadata
    this.schema = currentSchema(metadata)
    this.snapshot = currentSnapshot(metadata)
    this.storage = new Storage(ctx, keysOf(settings, vended, metadata.location))
  }

  /** Manifests of the snapshot that readers see. */
  manifests(): Promise<ManifestFile[]> {
    this.#manifests ??= this.snapshot === null ? Promise.resolve([]) : this.manifestsOf(this.snapshot)
    return this.#manifests
  }

  async manifestsOf(snapshot: TableSnapshot): Promise<ManifestFile[]> {
    return readManifestList(await this.storage.get(snapshot['manifest-list']))
  }

  /**
   * Manifests of data files; those of deleted rows are refused, because a file that they speak of cannot be written anew.
   *
   * @throws WarehouseError `delete_files`
   */
  async dataManifests(): Promise<ManifestFile[]> {
    const manifests = await this.manifests()
    if (manifests.some((of) => of.content !== DATA && of.added + of.existing > 0)) {
      throw new WarehouseError(
        'delete_files',
        `Somebody has deleted rows of ${this.name} by delete files. Have the table’s files rewritten first, in Spark by “rewrite_data_files”.`,
        false,
      )
    }
    return manifests.filter((of) => of.content === DATA)
  }

  /** Files that a manifest says are there. */
  async entries(manifest: ManifestFile): Promise<Entry[]> {
    return (await this.allEntries(manifest)).filter(({ status }) => status !== DELETED)
  }

  /** Files of a manifest, with those that went with its snapshot. */
  async allEntries(manifest: ManifestFile): Promise<Entry[]> {
    return readManifest(await this.storage.get(manifest.path), manifest)
  }

  field(name: string): IcebergField | undefined {
    return this.schema.fields.find((field) => field.name === name)
  }

  /** The partition spec by which rows lie in no order. */
  get unpartitioned(): PartitionSpec {
    const spec = this.metadata['partition-specs'].find(({ fields }) => fields.length === 0)
    if (spec !== undefined) return spec
    throw new WarehouseError('partitioned', `The table ${this.name} has been made anew with partitions.`, false)
  }

  spec(id: number): PartitionSpec {
    const spec = this.metadata['partition-specs'].find((of) => of['spec-id'] === id)
    if (spec === undefined)
      throw new WarehouseError('spec', `The table ${this.name} has no partition spec ${id}.`, false)
    return spec
  }

  /** Whether rows of it can be written again: whoever has added a column of a type that we do not write would lose it. */
  get isRewritable(): boolean {
    return this.schema.fields.every((field) => columnType(field) !== 'unknown')
  }

  assertRewritable(): void {
    if (this.isRewritable) return
    const name = this.schema.fields.find((field) => columnType(field) === 'unknown')?.name
    throw new WarehouseError(
      'column_type',
      `Rows of ${this.name} cannot be written again: its column “${name}” is of a type that is not written here.`,
      false,
    )
  }

  /** Writes rows into a new data file. Columns without any value are left out: readers see NULL there. */
  async write(columns: Columns, partition: Record<string, unknown> = {}): Promise<DataFile> {
    const some = columns.filter(({ field, values }) => field.name === 'id' || values.some((value) => value !== null))
    const bytes = await writeParquet(some)
    const path = this.newPath('data', 'parquet')
    await this.storage.put(path, bytes)
    const bounds: DataFile['bounds'] = new Map()
    for (const { field, values } of some) {
      if (!BOUNDED.has(field.name) || columnType(field) !== 'timestamp') continue
      bounds.set(field.id, boundsOf(values as (bigint | null)[]))
    }
    return { path, partition, rows: columns[0]?.values.length ?? 0, bytes: bytes.length, bounds }
  }

  /** Rows of a data file, by field id, of all columns or of some. */
  async read(
    { path, bytes }: DataFile,
    fields: readonly IcebergField[] = this.schema.fields,
  ): Promise<{ rows: number; values: Map<number, Value[]> }> {
    const isWhole = bytes <= WHOLE || fields.length > 2
    const whole = isWhole ? (await this.storage.get(path)).buffer : undefined
    return readParquet(
      whole ?? {
        byteLength: bytes,
        slice: async (from, to = bytes) => (await this.storage.get(path, { from, to })).buffer,
      },
      fields,
    )
  }

  /** A place for a new file, which no other has had. */
  newPath(folder: 'data' | 'metadata', ending: string): string {
    const base = this.metadata.location.replace(/\/+$/, '')
    return `${base}/${folder}/${this.ctx.now()}-${randomId(this.ctx, '', 24)}.${ending}`
  }

  /** Whether anybody but us has named snapshots of the table. Then none of them is taken away. */
  get hasRefs(): boolean {
    return Object.keys(this.metadata.refs ?? {}).some((name) => name !== 'main')
  }

  /** Snapshots with these in their summary, the oldest first. */
  snapshotsOf(matches: (summary: Record<string, string>) => boolean): TableSnapshot[] {
    return (this.metadata.snapshots ?? []).filter(({ summary }) => matches(summary))
  }

  isCurrent(snapshot: TableSnapshot): boolean {
    return isSame(snapshot['snapshot-id'], this.snapshot?.['snapshot-id'])
  }
}

function boundsOf(values: readonly (bigint | null)[]): { lower: Uint8Array; upper: Uint8Array } {
  let lower: bigint | null = null
  let upper: bigint | null = null
  for (const value of values) {
    if (value === null) continue
    if (lower === null || value < lower) lower = value
    if (upper === null || value > upper) upper = value
  }
  return { lower: binary(lower ?? 0n), upper: binary(upper ?? 0n) }
}

/** A time as Iceberg's single-value form: eight bytes, the lowest first. */
function binary(micros: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, micros, true)
  return bytes
}

/** The bounds of a time in a file, microseconds since 1970; `null`: the manifest does not say. */
export function timeBounds({ bounds }: DataFile, field: IcebergField): { lower: bigint; upper: bigint } | null {
  const of = bounds.get(field.id)
  if (of?.lower.length !== 8 || of.upper.length !== 8) return null
  const read = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true)
  return { lower: read(of.lower), upper: read(of.upper) }
}
