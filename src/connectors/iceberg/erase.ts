import { type Erased, WarehouseError } from '../connector.ts'
import { pauseBefore } from './calls.ts'
import type { Lake } from './lake.ts'
import type { Entry, ManifestFile } from './manifest.ts'
import type { IcebergField } from './metadata.ts'
import { added, type Draft, draftSnapshot, goes, nextNumbers, removeExpired, removeWritten, stays } from './snapshot.ts'
import { LakeTable } from './table.ts'

const TRIES = 25
/** What one call looks through at most: files, and their bytes. */
const MOST_FILES = 200
const MOST_BYTES = 32_000_000
/** Files that it writes anew at most. */
const MOST_REWRITTEN = 10

/**
 * Removes a person's rows from a table, and all that could still show them: files that hold them are written anew; when all
 * have been looked through, every older snapshot goes, with the files that only it needed.
 *
 * A call goes through some files, in the order in which they came. What is written meanwhile comes after them, so that nothing
 * slips past.
 */
export async function eraseFrom(
  lake: Lake,
  schema: string,
  name: string,
  userId: string,
  from: string | null,
): Promise<Erased> {
  for (let tries = 1; tries <= TRIES; tries++) {
    if (tries > 1) await lake.ctx.sleep(pauseBefore(lake.ctx, tries))
    const loaded = await lake.catalog.load(schema, name)
    if (loaded === null) return { rows: 0, next: null }
    const table = new LakeTable(lake.ctx, lake.settings, loaded)
    if (table.snapshot === null) return { rows: 0, next: null }
    assertUnnamed(table)
    const found = await findFiles(table, userId, from)
    if (found.hit.length === 0 && found.next !== null) return { rows: 0, next: found.next }
    const isLast = found.hit.length === 0
    const { draft, rows } = isLast ? { draft: await forgetting(table), rows: 0 } : await without(table, found, userId)
    const committed = await lake.catalog.commit(draft.change)
    if (committed === 'done') {
      await removeExpired(draft)
      return { rows, next: isLast ? null : (found.next ?? from ?? '') }
    }
    // Where it is not known whether it took effect, what is found next time says it.
    if (committed === 'conflict') await removeWritten(draft)
  }
  throw new WarehouseError('busy', `Others write to the table ${name} all the time; nobody could be removed.`, true)
}

function assertUnnamed(table: LakeTable): void {
  if (!table.hasRefs) return
  throw new WarehouseError(
    'kept_by_ref',
    `Somebody keeps older snapshots of ${table.name} by a branch or a tag; the person would stay in them. Remove it first.`,
    false,
  )
}

interface Found {
  /** Files with rows of the person, and the manifests in which they stand. */
  hit: Entry[]
  manifests: { manifest: ManifestFile; entries: Entry[] }[]
  /** Where to go on; `null`: these were the last. */
  next: string | null
}

/** The next files, and which of them have rows of a person. */
async function findFiles(table: LakeTable, userId: string, from: string | null): Promise<Found> {
  const fields = fieldsOf(table)
  const manifests: Found['manifests'] = []
  for (const manifest of await table.dataManifests()) {
    manifests.push({ manifest, entries: await table.entries(manifest) })
  }
  const left = manifests
    .flatMap(({ entries }) => entries)
    .filter((entry) => from === null || placeOf(entry) > from)
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  const hit: Entry[] = []
  let [files, bytes] = [0, 0]
  let next: string | null = null
  for (const entry of left) {
    if (files === MOST_FILES || bytes > MOST_BYTES || hit.length === MOST_REWRITTEN) break
    const { values } = await table.read(entry.file, fields)
    if ([...values.values()].some((column) => column.includes(userId))) hit.push(entry)
    files++
    bytes += entry.file.bytes
    next = placeOf(entry)
  }
  return { hit, manifests, next: files === left.length ? null : next }
}

/** When a file came: text that is in order as the numbers are. */
function placeOf({ fileSequence, file }: Entry): string {
  return `${String(fileSequence).padStart(19, '0')} ${file.path}`
}

/** Columns that say whose a row is. */
function fieldsOf(table: LakeTable): IcebergField[] {
  const names = table.name === 'users' ? ['id'] : table.name === 'aliases' ? ['user_id', 'previous_id'] : ['user_id']
  return names.flatMap((name) => table.field(name) ?? [])
}

async function without(
  table: LakeTable,
  { hit, manifests }: Found,
  userId: string,
): Promise<{ draft: Draft; rows: number }> {
  table.assertRewritable()
  const numbers = nextNumbers(table)
  const fields = fieldsOf(table)
  const touched = manifests.filter(({ entries }) => entries.some((entry) => hit.includes(entry)))
  const lists: Entry[][] = []
  const files: string[] = []
  let removed = 0
  for (const { entries } of touched) {
    const lines: Entry[] = []
    for (const entry of entries) {
      if (!hit.includes(entry)) {
        lines.push(stays(entry))
        continue
      }
      const { rows, values } = await table.read(entry.file)
      const left: number[] = []
      for (let at = 0; at < rows; at++) {
        if (fields.every(({ id }) => values.get(id)?.[at] !== userId)) left.push(at)
      }
      removed += rows - left.length
      lines.push(goes(numbers, entry))
      if (left.length === 0) continue
      const columns = table.schema.fields.map((field) => {
        const of = values.get(field.id)
        return { field, values: left.map((at) => of?.[at] ?? null) }
      })
      const file = await table.write(columns, entry.file.partition)
      files.push(file.path)
      lines.push(added(numbers, entry.spec, file))
    }
    lists.push(lines)
  }
  const manifestsNow = await table.manifests()
  const draft = await draftSnapshot(table, numbers, {
    operation: 'overwrite',
    kept: manifestsNow.filter((of) => touched.every(({ manifest }) => manifest !== of)),
    lists,
    summary: {},
  })
  return { draft: { ...draft, written: [...draft.written, ...files] }, rows: removed }
}

/** A snapshot with the same rows, and nothing before it. */
async function forgetting(table: LakeTable): Promise<Draft> {
  return draftSnapshot(table, nextNumbers(table), {
    operation: 'replace',
    kept: await table.manifests(),
    lists: [],
    summary: {},
    forgetAll: true,
  })
}
