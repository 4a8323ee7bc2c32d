import { SAMPLE_CHARACTERS } from '../../tables/index.ts'
import { DISCARDS_TABLE, type Erased, WarehouseError } from '../connector.ts'
import { pauseBefore } from './calls.ts'
import type { Value } from './columns.ts'
import { sampledIds } from './discards.ts'
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
/** Before a place in the table of discards, where a call has come to, in what `from` says. */
const WITHIN_DISCARDS = 'discards '

/**
 * Removes a person's rows from a table, and all that could still show them: files that hold them are written anew; when all
 * have been looked through, every older snapshot goes, with the files that only it needed.
 *
 * A call goes through some files, in the order in which they came. What is written meanwhile comes after them, so that nothing
 * slips past.
 *
 * What is told of rows goes before they do, for by their ids it is found: in calls of its own, of the same files.
 */
export async function eraseFrom(
  lake: Lake,
  schema: string,
  name: string,
  userId: string,
  from: string | null,
): Promise<Erased> {
  const names = name === 'users' ? ['id'] : name === 'aliases' ? ['user_id', 'previous_id'] : ['user_id']
  return eraseRows(lake, schema, name, { names, is: (value) => value === userId }, readFrom(from))
}

/** Removes what `_sluice_discards` says of a table. */
export async function forgetTold(lake: Lake, schema: string, table: string): Promise<void> {
  const sought: Sought = { names: ['table'], is: (value) => value === table }
  let file: string | null = null
  do {
    const { next }: Erased = await eraseRows(lake, schema, DISCARDS_TABLE, sought, { file, discards: null })
    file = next
  } while (file !== null)
}

/** Whose rows go: values of columns. */
interface Sought {
  names: readonly string[]
  is(value: Value): boolean
}

/** Where a call goes on: behind a file of the table; before that, behind one of the table of discards (`null`: its first). */
interface From {
  file: string | null
  discards: string | null
}

function readFrom(from: string | null): From {
  if (!from?.startsWith(WITHIN_DISCARDS)) return { file: from, discards: null }
  const [discards = '', file = ''] = from.slice(WITHIN_DISCARDS.length).split('\n')
  return { file: file || null, discards }
}

async function eraseRows(lake: Lake, schema: string, name: string, sought: Sought, from: From): Promise<Erased> {
  for (let tries = 1; tries <= TRIES; tries++) {
    if (tries > 1) await lake.ctx.sleep(pauseBefore(lake.ctx, tries))
    const loaded = await lake.catalog.load(schema, name)
    if (loaded === null) return { rows: 0, next: null }
    const table = new LakeTable(lake.ctx, lake.settings, loaded)
    if (table.snapshot === null) return { rows: 0, next: null }
    assertUnnamed(table)
    const found = await findFiles(table, sought, from.file)
    if (found.hit.length === 0 && found.next !== null) return { rows: 0, next: found.next }
    const isLast = found.hit.length === 0
    if (!isLast && name !== DISCARDS_TABLE) {
      const told = await eraseTold(lake, schema, table, found, sought, from)
      if (told !== null) return told
    }
    const { draft, rows } = isLast ? { draft: await forgetting(table), rows: 0 } : await without(table, found, sought)
    const committed = await lake.catalog.commit(draft.change)
    if (committed === 'done') {
      await removeExpired(draft)
      return { rows, next: isLast ? null : (found.next ?? from.file ?? '') }
    }
    // Where it is not known whether it took effect, what is found next time says it.
    if (committed === 'conflict') await removeWritten(draft)
  }
  throw new WarehouseError('busy', `Others write to the table ${name} all the time; nobody could be removed.`, true)
}

/** The next part of what is told of the rows that go; `null`: there is nothing more. */
async function eraseTold(
  lake: Lake,
  schema: string,
  table: LakeTable,
  found: Found,
  sought: Sought,
  from: From,
): Promise<Erased | null> {
  const ids = await idsOf(table, found, sought)
  const is = (value: Value) => typeof value === 'string' && sampledIds(value).some((id) => ids.has(id))
  const place = { file: from.discards, discards: null }
  const { rows, next } = await eraseRows(lake, schema, DISCARDS_TABLE, { names: ['samples'], is }, place)
  if (next === null) return null
  return { rows: 0, discards: rows, next: `${WITHIN_DISCARDS}${next}\n${from.file ?? ''}` }
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
async function findFiles(table: LakeTable, sought: Sought, from: string | null): Promise<Found> {
  const fields = fieldsOf(table, sought)
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
    if ([...values.values()].some((column) => column.some(sought.is))) hit.push(entry)
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

function fieldsOf(table: LakeTable, { names }: Sought): IcebergField[] {
  return names.flatMap((name) => table.field(name) ?? [])
}

/** Ids of the rows that go. */
async function idsOf(table: LakeTable, { hit }: Found, sought: Sought): Promise<Set<Value>> {
  const ids = new Set<Value>()
  const id = table.field('id')
  if (id === undefined) return ids
  const fields = fieldsOf(table, sought)
  for (const { file } of hit) {
    const { rows, values } = await table.read(file, [id, ...fields.filter((field) => field !== id)])
    for (let at = 0; at < rows; at++) {
      const one = values.get(id.id)?.[at]
      if (typeof one !== 'string' || !fields.some((field) => sought.is(values.get(field.id)?.[at] ?? null))) continue
      ids.add(one.slice(0, SAMPLE_CHARACTERS))
    }
  }
  return ids
}

async function without(
  table: LakeTable,
  { hit, manifests }: Found,
  sought: Sought,
): Promise<{ draft: Draft; rows: number }> {
  table.assertRewritable()
  const numbers = nextNumbers(table)
  const fields = fieldsOf(table, sought)
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
        if (!fields.some(({ id }) => sought.is(values.get(id)?.[at] ?? null))) left.push(at)
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
