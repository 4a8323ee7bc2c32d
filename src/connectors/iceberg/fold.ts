import { LOADED_AT, type TableRows } from '../../tables/index.ts'
import { TOO_SPREAD, WarehouseError } from '../connector.ts'
import { isFolded } from '../folded.ts'
import { cellColumns } from './append.ts'
import { bucketOf } from './bucket.ts'
import { sideBySide } from './calls.ts'
import { OURS, type Value } from './columns.ts'
import type { DataFile, Entry } from './manifest.ts'
import type { PartitionSpec, TableChange } from './metadata.ts'
import { added, type Draft, draftSnapshot, goes, nextNumbers, stays } from './snapshot.ts'
import type { LakeTable } from './table.ts'

/**
 * When each column's value was received, which a fold has to know: JSON of a row, `""` for most columns, the others by their
 * field id, each with microseconds since 1970 and what decides between two of the same moment.
 */
export const STAMPS = `${OURS}received`

/** Rows of a file of `users` or `accounts`, and its bytes, beyond which it is divided in four. */
const MOST_ROWS = 5_000
const MOST_BYTES = 1_000_000
/** Files that such a table is divided into at most. Beyond it they grow. */
const MOST_BUCKETS = 4_096
const DIVISION = 4
/** Files that are written anew at the same time: each is whole in memory. */
const SIDE_BY_SIDE = 2
/** Rows of files that one load writes anew at most: what a Worker can compute in its time. */
const MOST_REWRITTEN = 500_000

/** When a value was received, and which of two comes last that were received at the same moment. */
type Stamp = [micros: number, order: string]

const EARLIEST: Stamp = [0, '']

/** A row, its values in the order of the table's columns. Held by the thousand, so it has to be small. */
interface Row {
  values: Value[]
  /** Of all values but those in `older`, by their place. */
  newest: Stamp
  older: Map<number, Stamp> | null
  /** Of an object that is to be merged: the places of what it sets. */
  sets?: readonly number[]
}

export interface FoldFacts {
  summary: Record<string, string>
  isPending: (summary: Record<string, string>) => boolean
}

export type Folded =
  | { state: 'nothing' }
  /** The table has to be divided further before: a commit of its own. */
  | { state: 'divide'; change: TableChange }
  /** `rows`: those that are new. */
  | { state: 'ready'; draft: Draft; rows: number; files: string[] }

/**
 * Folds rows into those of their ids: of each column the value that was received last and is not NULL; objects (`sets`) set
 * what they name. Doing it twice changes nothing. Files that hold one of the ids are written anew, a few at a time; the others stay.
 */
export async function draftFold(table: LakeTable, rows: TableRows, facts: FoldFacts): Promise<Folded> {
  const incoming = foldAlone(table, rows)
  if (incoming.size === 0) return { state: 'nothing' }
  table.assertRewritable()
  const manifests = await table.dataManifests()
  const entries: Entry[] = []
  for (const manifest of manifests) entries.push(...(await table.entries(manifest)))
  const shelves = new Shelves(table, entries)
  const groups = shelves.groups(incoming)
  const needed = shelves.divisionFor(groups)
  if (needed !== null) return { state: 'divide', change: needed }

  assertPossible(table, groups)

  const numbers = nextNumbers(table)
  const lines = new Map<Entry, Entry>(entries.map((entry) => [entry, stays(entry)]))
  const fresh: Entry[] = []
  let made = 0
  await sideBySide(
    groups,
    async (group) => {
      const merged = await mergeInto(table, group)
      if (!merged.changed) return
      made += merged.made
      for (const entry of group.entries) lines.set(entry, goes(numbers, entry))
      for (const { spec, partition, ids } of shelves.divide(group, merged.rows)) {
        const file = await table.write(asColumns(table, merged.rows, ids), partition)
        fresh.push(added(numbers, spec['spec-id'], file))
      }
    },
    SIDE_BY_SIDE,
  )
  if (fresh.length === 0) return { state: 'nothing' }
  const draft = await draftSnapshot(table, numbers, {
    operation: 'overwrite',
    kept: [],
    lists: bySpec([...lines.values(), ...fresh]),
    ...facts,
  })
  return { state: 'ready', draft, rows: made, files: fresh.map(({ file }) => file.path) }
}

/** Lines of manifests, one list a partition spec. */
export function bySpec(entries: readonly Entry[]): Entry[][] {
  const lists = new Map<number, Entry[]>()
  for (const entry of entries) lists.set(entry.spec, [...(lists.get(entry.spec) ?? []), entry])
  return [...lists.values()]
}

/** The rows of a load, each id's folded into one. */
function foldAlone(table: LakeTable, rows: TableRows): Map<string, Row> {
  const columns = cellColumns(
    table,
    rows,
    rows.rows.map((_, at) => at),
  )
  const places = columns.map(({ field }) => table.schema.fields.indexOf(field))
  const id = columns.find(({ field }) => field.name === 'id')
  const received = columns.find(({ field }) => field.name === 'received_at')
  const folded = new Map<string, Row>()
  for (let at = 0; at < rows.rows.length; at++) {
    const of = id?.values[at]
    if (typeof of !== 'string') continue
    const values = Array.from<Value>({ length: table.schema.fields.length }).fill(null)
    for (const [column, place] of places.entries()) values[place] = columns[column]?.values[at] ?? null
    fold(table, folded, of, {
      values,
      newest: [Number(received?.values[at] ?? 0n), rows.order?.[at] ?? ''],
      older: null,
      ...(rows.sets && { sets: places.filter((_, column) => rows.sets?.[at]?.[column] === '1') }),
    })
  }
  return folded
}

/** Whether anything of a row was taken into that of its id: a value counts that came later than the one that is there. */
function fold(table: LakeTable, rows: Map<string, Row>, id: string, row: Row): boolean {
  const into = rows.get(id)
  if (into === undefined) {
    rows.set(id, row)
    return true
  }
  if (row.sets) return set(table, into, row.values, row.sets)
  let taken = false
  const stamps = new Map<number, Stamp>()
  for (const [at, { name }] of table.schema.fields.entries()) {
    const [before, value] = [into.values[at] ?? null, row.values[at] ?? null]
    const [earlier, stamp] = [stampOf(into, at), stampOf(row, at)]
    if (before !== null) stamps.set(at, earlier)
    if (value === null || (before !== null && !isLater(stamp, earlier))) continue
    stamps.set(at, stamp)
    // When a row was loaded is no value of its events: the latest counts, and it alone changes nothing.
    if (name === LOADED_AT) into.values[at] = before === null || value > before ? value : before
    else {
      into.values[at] = value
      taken = true
    }
  }
  for (const stamp of stamps.values()) if (isLater(stamp, into.newest)) into.newest = stamp
  const older = [...stamps].filter(([, stamp]) => isLater(into.newest, stamp))
  into.older = older.length === 0 ? null : new Map(older)
  return taken
}

/** Puts what an object sets into its row, also where that is nothing. When it was loaded changes nothing by itself. */
function set(table: LakeTable, into: Row, values: readonly Value[], places: readonly number[]): boolean {
  const isOther = (at: number) => (into.values[at] ?? null) !== (values[at] ?? null)
  const changed = places.some((at) => isOther(at) && table.schema.fields[at]?.name !== LOADED_AT)
  if (changed) for (const at of places) into.values[at] = values[at] ?? null
  return changed
}

function stampOf({ newest, older }: Row, at: number): Stamp {
  return older?.get(at) ?? newest
}

function isLater([micros, order]: Stamp, [otherMicros, otherOrder]: Stamp): boolean {
  return micros === otherMicros ? order > otherOrder : micros > otherMicros
}

/** A partition spec of ours, and how many files it divides a table into. */
interface Division {
  spec: PartitionSpec
  buckets: number
}

/** Rows that belong into the same file, which may be there in several pieces or not at all. */
interface Group {
  spec: PartitionSpec
  buckets: number
  bucket: number
  entries: Entry[]
  incoming: Map<string, Row>
}

/**
 * The files of a table that is divided by a hash of its ids: first one file, then four, sixteen, … each by a partition spec of
 * its own (`bucket[16]`), so that whoever compacts the table's files leaves them apart. A file that has grown too large is
 * divided alone; then the table has files of several specs.
 */
class Shelves {
  readonly #table: LakeTable
  /** By number of buckets, the fewest first. */
  readonly #specs: Division[]
  readonly #files = new Map<string, Entry[]>()

  constructor(table: LakeTable, entries: readonly Entry[]) {
    this.#table = table
    this.#specs = table.metadata['partition-specs']
      .flatMap((spec) => {
        const buckets = bucketsOf(table, spec)
        return buckets === null ? [] : [{ spec, buckets }]
      })
      .toSorted((a, b) => a.buckets - b.buckets)
    for (const entry of entries) {
      const spec = this.#specs.find((of) => of.spec['spec-id'] === entry.spec)
      if (spec === undefined) throw notOurs(table)
      const name = spec.spec.fields[0]?.name
      const bucket = name === undefined ? 0 : Number(entry.file.partition[name])
      const key = `${spec.buckets} ${bucket}`
      this.#files.set(key, [...(this.#files.get(key) ?? []), entry])
    }
  }

  /** Which files rows belong into: that which is there for their hash, else one as the newest spec divides. */
  groups(incoming: ReadonlyMap<string, Row>): Group[] {
    const newest = this.#specs.at(-1)
    if (newest === undefined) throw notOurs(this.#table)
    const groups = new Map<string, Group>()
    for (const [id, row] of incoming) {
      const there = this.#specs.find(({ buckets }) => this.#files.has(`${buckets} ${bucketOf(id, buckets)}`))
      const { spec, buckets } = there ?? newest
      const bucket = bucketOf(id, buckets)
      const key = `${buckets} ${bucket}`
      let group = groups.get(key)
      if (group === undefined) {
        group = { spec, buckets, bucket, entries: this.#files.get(key) ?? [], incoming: new Map() }
        groups.set(key, group)
      }
      group.incoming.set(id, row)
    }
    return [...groups.values()]
  }

  /** A further partition spec that is needed before these groups can be written; `null`: none. */
  divisionFor(groups: readonly Group[]): TableChange | null {
    const most = this.#specs.at(-1)?.buckets ?? 1
    const isFull = groups.some((group) => group.buckets === most && isTooLarge(group))
    const { metadata, namespace, name } = this.#table
    const id = this.#table.field('id')
    if (!isFull || most >= MOST_BUCKETS || id === undefined) return null
    const buckets = most * DIVISION
    const spec = {
      'spec-id': Math.max(...metadata['partition-specs'].map((of) => of['spec-id'])) + 1,
      fields: [
        {
          'source-id': id.id,
          'field-id': metadata['last-partition-id'] + 1,
          name: `id_bucket_${buckets}`,
          transform: `bucket[${buckets}]`,
        },
      ],
    }
    return {
      namespace,
      table: name,
      requirements: [
        { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
        { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': metadata['last-partition-id'] },
        { type: 'assert-default-spec-id', 'default-spec-id': metadata['default-spec-id'] },
      ],
      updates: [
        { action: 'add-spec', spec },
        { action: 'set-default-spec', 'spec-id': -1 },
      ],
    }
  }

  /** The files that a group's rows are written into: one, or the next division where that would be too large. */
  divide(
    group: Group,
    rows: ReadonlyMap<string, Row>,
  ): { spec: PartitionSpec; partition: Record<string, unknown>; ids: string[] }[] {
    const finer = this.#specs.find(({ buckets }) => buckets > group.buckets)
    const isDivided = finer !== undefined && isTooLarge(group)
    const { spec, buckets } = isDivided ? finer : group
    const parts = new Map<number, string[]>()
    for (const id of rows.keys()) {
      const bucket = bucketOf(id, buckets)
      const part = parts.get(bucket)
      if (part === undefined) parts.set(bucket, [id])
      else part.push(id)
    }
    const name = spec.fields[0]?.name
    return [...parts].map(([bucket, ids]) => ({
      spec,
      partition: name === undefined ? {} : { [name]: bucket },
      ids: ids.toSorted(),
    }))
  }
}

function notOurs({ name }: LakeTable): WarehouseError {
  return new WarehouseError('partitioned', `The table ${name} has files of a partitioning that is not ours.`, false)
}

function assertPossible({ name }: LakeTable, groups: readonly Group[]): void {
  const rows = groups.flatMap(({ entries }) => entries).reduce((sum, { file }) => sum + file.rows, 0)
  if (rows <= MOST_REWRITTEN) return
  throw new WarehouseError(
    TOO_SPREAD,
    `The table ${name} has become too large for a lake: a load would have to write ${rows} rows anew. Leave ${name} out${isFolded(name) ? '; its SQL is in the docs' : ''}.`,
    false,
  )
}

function isTooLarge({ entries, incoming }: Group): boolean {
  const sum = (of: (file: DataFile) => number) => entries.reduce((total, { file }) => total + of(file), 0)
  return sum(({ rows }) => rows) + incoming.size > MOST_ROWS || sum(({ bytes }) => bytes) > MOST_BYTES
}

/** How many files a spec of ours divides a table into; `null`: it is another's. */
function bucketsOf(table: LakeTable, { fields }: PartitionSpec): number | null {
  if (fields.length === 0) return 1
  const buckets = /^bucket\[(\d+)\]$/.exec(fields[0]?.transform ?? '')?.[1]
  return fields.length === 1 && buckets !== undefined && fields[0]?.['source-id'] === table.field('id')?.id
    ? Number(buckets)
    : null
}

interface Merged {
  rows: Map<string, Row>
  changed: boolean
  /** Rows that are new. */
  made: number
}

/** The rows of a group's files with the new ones folded into them. */
async function mergeInto(table: LakeTable, { entries, incoming }: Group): Promise<Merged> {
  const rows = new Map<string, Row>()
  // Several files are no state that we make: where an id is in two of them, what came later counts.
  for (const { file } of entries) {
    for (const [id, row] of await readRows(table, file)) fold(table, rows, id, row)
  }
  let changed = false
  const before = rows.size
  for (const [id, row] of incoming) if (fold(table, rows, id, row)) changed = true
  return { rows, changed, made: rows.size - before }
}

async function readRows(table: LakeTable, file: DataFile): Promise<[string, Row][]> {
  const { rows, values } = await table.read(file)
  const { fields } = table.schema
  const of = (name: string) => values.get(table.field(name)?.id ?? -1)
  const [ids, stamps, received] = [of('id'), of(STAMPS), of('received_at')]
  const read: [string, Row][] = []
  for (let at = 0; at < rows; at++) {
    const id = ids?.[at]
    if (typeof id !== 'string') continue
    const { '': newest = EARLIEST, ...told } = readStamps(stamps?.[at] ?? null, received?.[at] ?? null)
    const older = Object.entries(told).map(
      ([field, stamp]) => [fields.findIndex((one) => one.id === Number(field)), stamp] as const,
    )
    const own = fields.map(({ id: field, name }) => (name === STAMPS ? null : (values.get(field)?.[at] ?? null)))
    read.push([id, { values: own, newest, older: older.length === 0 ? null : new Map(older) }])
  }
  return read
}

function readStamps(told: Value, received: Value): Record<string, Stamp> {
  if (typeof told === 'string') {
    try {
      return JSON.parse(told) as Record<string, Stamp>
    } catch {
      // Somebody else has written it: what the row says of itself counts.
    }
  }
  return { '': [Number(received ?? 0n), ''] }
}

function asColumns(table: LakeTable, rows: ReadonlyMap<string, Row>, ids: readonly string[]) {
  return table.schema.fields.map((field, at) => ({
    field,
    values: ids.map((id): Value => {
      const row = rows.get(id) as Row
      return field.name === STAMPS ? writeStamps(table, row) : (row.values[at] ?? null)
    }),
  }))
}

/** Most columns of a row came with the newest event: their stamp is said once. */
function writeStamps(table: LakeTable, { newest, older }: Row): string {
  const told: Record<string, Stamp> = { '': newest }
  for (const [at, stamp] of older ?? []) told[String(table.schema.fields[at]?.id)] = stamp
  return JSON.stringify(told)
}
