import type { TableRows } from '../../tables/index.ts'
import { WarehouseError } from '../connector.ts'
import { columnType, type Value, cellValue } from './columns.ts'
import type { Long } from './json.ts'
import { DATA, type DataFile, type Entry, type ManifestFile } from './manifest.ts'
import type { IcebergField } from './metadata.ts'
import type { Columns } from './parquet.ts'
import { added, type Draft, draftSnapshot, goes, nextNumbers, stays } from './snapshot.ts'
import { type LakeTable, timeBounds } from './table.ts'

/** Manifests that a load finds before it makes one of them. */
const MANY_MANIFESTS = 16
/** A manifest with so many files is left alone. */
const FULL_MANIFEST = 500
/** A file with fewer rows and bytes than this is small: it is made one with others when many have come together. */
const SMALL_ROWS = 10_000
const SMALL_BYTES = 1_000_000
/** What is made one at a time, so that it fits into memory. */
const TOGETHER_ROWS = 20_000
const TOGETHER_BYTES = 2_000_000

/** What a load says of itself, and what it remembers between its attempts. */
export interface AppendFacts {
  summary: Record<string, string>
  isPending: (summary: Record<string, string>) => boolean
  /**
   * Which files may hold rows of this load already: `null`: none; else those whose sequence number is at least this, and
   * whose times are those of the rows.
   */
  since: Long | null
  /** The file with a table's rows, written by an attempt before: it is as good for the next. */
  prepared: Map<string, { rows: number; file: DataFile }>
}

export interface Appended {
  draft: Draft
  /** Rows that are new. */
  rows: number
  /** Data files that only this draft knows. */
  files: string[]
}

/**
 * Appends rows whose ids are not there yet, the first of each id. `null`: there are none.
 *
 * Where many small files have come together, the rows of some are written again with the new ones, in one file, so that files
 * and manifests stay few whatever the number of loads.
 */
export async function draftAppend(table: LakeTable, rows: TableRows, facts: AppendFacts): Promise<Appended | null> {
  const fresh = await freshRows(table, rows, facts.since)
  if (fresh.length === 0) return null
  const numbers = nextNumbers(table)
  const spec = table.unpartitioned['spec-id']
  const manifests = await table.manifests()
  const merging = await toMerge(table, manifests, spec)
  let file: DataFile
  const files: string[] = []
  if (merging.small.length > 0) {
    file = await table.write(await together(table, merging.small, cellColumns(table, rows, fresh)))
    files.push(file.path)
  } else {
    const prepared = facts.prepared.get(table.name)
    file = prepared?.rows === fresh.length ? prepared.file : await table.write(cellColumns(table, rows, fresh))
    facts.prepared.set(table.name, { rows: fresh.length, file })
  }
  const lines = [
    ...merging.stay.map(stays),
    ...merging.small.map((entry) => goes(numbers, entry)),
    added(numbers, spec, file),
  ]
  const draft = await draftSnapshot(table, numbers, {
    operation: merging.small.length > 0 ? 'overwrite' : 'append',
    kept: manifests.filter((manifest) => !merging.manifests.includes(manifest)),
    lists: [lines],
    summary: facts.summary,
    isPending: facts.isPending,
  })
  return { draft, rows: fresh.length, files }
}

/** Rows that are to be loaded, by their index: the first of each id, without those that are there. */
async function freshRows(table: LakeTable, { columns, rows }: TableRows, since: Long | null): Promise<number[]> {
  const id = columns.findIndex(({ name }) => name === 'id')
  const seen = new Set<string>()
  const first = rows.flatMap((row, at) => {
    const of = row[id] ?? null
    if (of === null || seen.has(of)) return []
    seen.add(of)
    return [at]
  })
  if (since === null || first.length === 0) return first
  const received = columns.findIndex(({ name }) => name === 'received_at')
  const times = first.flatMap((at) => {
    const cell = received < 0 ? null : (rows[at]?.[received] ?? null)
    return cell === null ? [] : [cellValue('timestamp', cell) as bigint]
  })
  const there = await idsThere(table, seen, times, since)
  return first.filter((at) => !there.has(rows[at]?.[id] as string))
}

/** Which of some ids stand in the table, among rows that were received when theirs were: the same event has the same time. */
async function idsThere(table: LakeTable, ids: Set<string>, times: bigint[], since: Long): Promise<Set<string>> {
  const there = new Set<string>()
  const id = table.field('id')
  const received = table.field('received_at')
  if (id === undefined) return there
  const lower = times.reduce<bigint | null>((least, time) => (least === null || time < least ? time : least), null)
  const upper = times.reduce<bigint | null>((most, time) => (most === null || time > most ? time : most), null)
  for (const manifest of await table.manifests()) {
    if (manifest.content !== DATA || BigInt(manifest.sequence) < BigInt(since)) continue
    for (const { file, sequence } of await table.entries(manifest)) {
      if (BigInt(sequence) < BigInt(since)) continue
      const bounds = received === undefined ? null : timeBounds(file, received)
      if (bounds !== null && lower !== null && upper !== null && (bounds.upper < lower || bounds.lower > upper))
        continue
      const { values } = await table.read(file, [id])
      for (const value of values.get(id.id) ?? []) if (ids.has(value as string)) there.add(value as string)
    }
  }
  return there
}

interface Merging {
  /** Manifests that are made one. */
  manifests: ManifestFile[]
  /** Their files that stay, and those whose rows are written again. */
  stay: Entry[]
  small: Entry[]
}

async function toMerge(table: LakeTable, manifests: readonly ManifestFile[], spec: number): Promise<Merging> {
  const open = manifests.filter(
    (of) => of.content === DATA && of.spec === spec && of.added + of.existing < FULL_MANIFEST,
  )
  const none = { manifests: [], stay: [], small: [] }
  if (open.length < MANY_MANIFESTS) return none
  const entries: Entry[] = []
  for (const manifest of open) entries.push(...(await table.entries(manifest)))
  // Rows of a file must not be written again while others say which of them are deleted.
  const mayRewrite = table.isRewritable && manifests.every(({ content }) => content === DATA)
  const small: Entry[] = []
  const stay: Entry[] = []
  let [rows, bytes] = [0, 0]
  for (const entry of entries.toSorted((a, b) => a.file.rows - b.file.rows)) {
    const { file } = entry
    const isSmall = file.rows < SMALL_ROWS && file.bytes < SMALL_BYTES
    const fits = rows + file.rows <= TOGETHER_ROWS && bytes + file.bytes <= TOGETHER_BYTES
    if (mayRewrite && isSmall && fits) {
      small.push(entry)
      rows += file.rows
      bytes += file.bytes
    } else stay.push(entry)
  }
  return { manifests: open, stay, small }
}

/** Columns of new rows, as the table calls and types them. */
export function cellColumns(table: LakeTable, { columns, rows }: TableRows, wanted: readonly number[]): Columns {
  return columns.map(({ name, type }, column) => {
    const field = table.field(name)
    if (field === undefined || columnType(field) !== type) {
      throw new WarehouseError(
        'columns',
        `The column ${name} of ${table.name} has been changed just now; the next try goes by what is there.`,
        true,
      )
    }
    return { field, values: wanted.map((at) => cellValue(type, rows[at]?.[column] ?? null)) }
  })
}

/** Rows of files, and new ones behind them, as columns of the whole table. */
async function together(table: LakeTable, small: readonly Entry[], fresh: Columns): Promise<Columns> {
  const all = new Map<number, Value[]>(table.schema.fields.map(({ id }) => [id, []]))
  let count = 0
  const add = (rows: number, of: (field: IcebergField) => readonly Value[] | undefined) => {
    for (const field of table.schema.fields) {
      const values = all.get(field.id) as Value[]
      const more = of(field)
      for (let at = 0; at < rows; at++) values.push(more?.[at] ?? null)
    }
    count += rows
  }
  // In the order in which they came: rows that lie near each other in time are read together.
  for (const { file } of small.toSorted((a, b) => (BigInt(a.sequence) < BigInt(b.sequence) ? -1 : 1))) {
    const { rows, values } = await table.read(file)
    add(rows, (field) => values.get(field.id))
  }
  add(fresh[0]?.values.length ?? 0, (field) => fresh.find((column) => column.field.id === field.id)?.values)
  return count === 0 ? fresh : table.schema.fields.map((field) => ({ field, values: all.get(field.id) as Value[] }))
}
