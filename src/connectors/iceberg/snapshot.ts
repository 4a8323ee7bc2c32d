import type { Long } from './json.ts'
import { isSame } from './json.ts'
import {
  ADDED,
  DELETED,
  describeManifest,
  type Entry,
  EXISTING,
  type ManifestFile,
  writeManifest,
  writeManifestList,
} from './manifest.ts'
import { type TableSnapshot, type TableChange, unchanged, type Update } from './metadata.ts'
import type { LakeTable } from './table.ts'

/** How long a snapshot is kept that is not the newest: queries that have begun by it go on for so long. */
const KEPT_MS = 3_600_000
/** Snapshots that a table has at most, however fast they come. */
const MOST_SNAPSHOTS = 50
/** How long a snapshot is kept that is still needed: whoever has not gone on by then will not. */
const PENDING_MS = 30 * 86_400_000
/** Snapshots that one commit takes away at most; what is left behind goes with the next ones. */
const MOST_EXPIRED = 10

/** A snapshot that goes, and the one that came after it: what only the former needs is removed afterwards. */
interface Expiry {
  gone: TableSnapshot
  next: TableSnapshot
}

/** A commit of one table that is ready to be sent. */
export interface Draft {
  table: LakeTable
  change: TableChange
  /** Files that only this commit knows: to be removed when it certainly did not take effect. */
  written: string[]
  expiries: Expiry[]
}

export interface Contents {
  operation: 'append' | 'overwrite' | 'replace' | 'delete'
  /** Manifests that stay as they are. */
  kept: readonly ManifestFile[]
  /** Lines of new manifests, one a partition spec and list. */
  lists: readonly (readonly Entry[])[]
  /** What of ours stands in the snapshot's summary. */
  summary: Record<string, string>
  /** What else the commit changes. */
  updates?: readonly Update[]
  /** Snapshots that are needed still, by their summary: rows are known again by them. */
  isPending?: (summary: Record<string, string>) => boolean
  /** Takes away every older snapshot at once. */
  forgetAll?: boolean
}

/** The numbers that a new snapshot has. */
export interface Numbers {
  snapshot: number
  sequence: Long
}

/** Numbers of the snapshot that comes next, if nobody is first. */
export function nextNumbers({ ctx, metadata }: LakeTable): Numbers {
  // 48 bits, fifteen digits: what every reader can carry, those in JavaScript too.
  const [high = 0, low = 0] = new Uint32Array(ctx.randomBytes(8).buffer)
  return {
    snapshot: (high & 0xffff) * 2 ** 32 + low || 1,
    sequence: plusOne(metadata['last-sequence-number']),
  }
}

/** A line for a file that is new with this snapshot. */
export function added(numbers: Numbers, spec: number, file: Entry['file']): Entry {
  const { snapshot, sequence } = numbers
  return { status: ADDED, snapshot, sequence, fileSequence: sequence, spec, file }
}

/** A line for a file that stays. */
export function stays(entry: Entry): Entry {
  return { ...entry, status: EXISTING }
}

/** A line for a file that goes with this snapshot. */
export function goes(numbers: Numbers, entry: Entry): Entry {
  return { ...entry, status: DELETED, snapshot: numbers.snapshot }
}

/** Writes manifests and manifest list of a new snapshot. Nothing of it is seen before the change is committed. */
export async function draftSnapshot(table: LakeTable, numbers: Numbers, contents: Contents): Promise<Draft> {
  const { ctx, metadata, schema, storage } = table
  const written: string[] = []
  const put = async (ending: string, bytes: Uint8Array<ArrayBuffer>) => {
    const path = table.newPath('metadata', ending)
    written.push(path)
    await storage.put(path, bytes)
    return path
  }
  const fresh: ManifestFile[] = []
  for (const entries of contents.lists) {
    const spec = entries[0]?.spec
    if (spec === undefined) continue
    const bytes = writeManifest(entries, schema, table.spec(spec), ctx.randomBytes(16))
    const path = await put('avro', bytes)
    fresh.push(describeManifest(path, bytes.length, spec, numbers.snapshot, numbers.sequence, entries))
  }
  // One whose files have all gone said so to whoever follows the changes; the next snapshot needs it no more.
  const manifests = [...contents.kept.filter((of) => of.added + of.existing > 0), ...fresh]
  const parent = table.snapshot?.['snapshot-id'] ?? null
  const listPath = await put(
    'snap.avro',
    writeManifestList(
      manifests,
      { snapshot: numbers.snapshot, parent, sequence: numbers.sequence },
      ctx.randomBytes(16),
    ),
  )
  const entries = contents.lists.flat()
  const snapshot: TableSnapshot = {
    'snapshot-id': numbers.snapshot,
    ...(parent === null ? {} : { 'parent-snapshot-id': parent }),
    'sequence-number': numbers.sequence,
    'timestamp-ms': Math.max(ctx.now(), table.snapshot?.['timestamp-ms'] ?? 0),
    'manifest-list': listPath,
    summary: { operation: contents.operation, ...counts(entries, table.snapshot), ...contents.summary },
    'schema-id': schema['schema-id'],
  }
  const expiries = expire(table, snapshot, contents)
  const updates: Update[] = [
    { action: 'add-snapshot', snapshot },
    { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': numbers.snapshot },
    ...(contents.updates ?? []),
  ]
  if (expiries.length > 0) {
    updates.push({
      action: 'remove-snapshots',
      'snapshot-ids': expiries.map(({ gone }) => gone['snapshot-id']),
    })
  }
  const { namespace, name } = table
  return { table, change: { namespace, table: name, requirements: unchanged(metadata), updates }, written, expiries }
}

/** What only snapshots needed that are no more is removed. A file that cannot be removed is left: it costs, and nothing else. */
export async function removeExpired({ table, expiries }: Draft): Promise<void> {
  for (const { gone, next } of expiries) {
    try {
      const after = await table.manifestsOf(next)
      const needed = new Set(after.map(({ path }) => path))
      for (const { path } of await table.manifestsOf(gone)) if (!needed.has(path)) await table.storage.remove(path)
      for (const manifest of after) {
        if (!isSame(manifest.snapshot, next['snapshot-id']) || manifest.deleted === 0) continue
        for (const { status, file } of await table.allEntries(manifest)) {
          if (status === DELETED) await table.storage.remove(file.path)
        }
      }
      await table.storage.remove(gone['manifest-list'])
    } catch (error) {
      table.ctx.log('warn', 'files of the lake left behind', { table: table.name, error: String(error) })
    }
  }
}

/** The files of a commit that certainly did not take effect. */
export async function removeWritten({ table, written }: Draft): Promise<void> {
  for (const path of written) {
    try {
      await table.storage.remove(path)
    } catch (error) {
      table.ctx.log('warn', 'files of the lake left behind', { table: table.name, error: String(error) })
    }
  }
}

/**
 * Snapshots that go with this commit: not current for an hour, or beyond fifty. Oldest first, each with the one after it. None
 * where somebody has named snapshots, and none whose neighbour is not the next of its line: there others are at work.
 */
function expire(table: LakeTable, newest: TableSnapshot, { isPending, forgetAll = false }: Contents): Expiry[] {
  if (table.hasRefs) return []
  const line = [...(table.metadata.snapshots ?? [])].toSorted((a, b) =>
    BigInt(a['sequence-number']) < BigInt(b['sequence-number']) ? -1 : 1,
  )
  line.push(newest)
  const expiries: Expiry[] = []
  for (let at = 0; at < line.length - 1; at++) {
    const [gone, next] = [line[at] as TableSnapshot, line[at + 1] as TableSnapshot]
    if (!isSame(next['parent-snapshot-id'], gone['snapshot-id'])) break
    if (!forgetAll) {
      const age = newest['timestamp-ms'] - next['timestamp-ms']
      if (age <= KEPT_MS && line.length - at <= MOST_SNAPSHOTS) break
      if (expiries.length === MOST_EXPIRED) break
      if (age <= PENDING_MS && isPending?.(gone.summary)) break
    }
    expiries.push({ gone, next })
  }
  return expiries
}

function counts(entries: readonly Entry[], parent: TableSnapshot | null): Record<string, string> {
  const of = (status: number) => entries.filter((entry) => entry.status === status)
  const rows = (status: number) => of(status).reduce((sum, { file }) => sum + file.rows, 0)
  const total = (name: string, change: number) => {
    const before = parent === null ? 0 : Number(parent.summary[name] ?? Number.NaN)
    return Number.isNaN(before) ? {} : { [name]: String(before + change) }
  }
  return {
    'added-data-files': String(of(ADDED).length),
    'added-records': String(rows(ADDED)),
    'deleted-data-files': String(of(DELETED).length),
    'deleted-records': String(rows(DELETED)),
    ...total('total-data-files', of(ADDED).length - of(DELETED).length),
    ...total('total-records', rows(ADDED) - rows(DELETED)),
  }
}

function plusOne(long: Long): Long {
  return typeof long === 'bigint' ? long + 1n : long + 1
}
