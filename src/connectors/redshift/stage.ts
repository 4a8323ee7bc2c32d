import type { CellText, SyncNotice, TableColumn, TableRows } from '../../tables/index.ts'
import { WarehouseError, type Load } from '../connector.ts'
import { foldById } from '../folded.ts'
import { isTooLong, stageLine } from './line.ts'
import { redshiftType } from './sql.ts'

/** Bytes that the names of one table's columns may take of a statement, which has each of them twice. */
const MOST_LIST_BYTES = 90_000
const MOST_COLUMNS = 1_590

/** A table of a load, and where its columns lie in the stage. `columns[0]` is `id`, where it has one. */
export interface Staged {
  /** Its number in the stage's column `k`. */
  k: number
  table: string
  columns: TableColumn[]
  /** Of each column: its name in the stage, and the place of its cell in a row. */
  slots: string[]
  cells: number[]
  rows: CellText[][]
  /** Of objects: the slot that says which columns a row sets, by the places of its cells. */
  sets?: string
}

/** How a stage says which columns a row of objects sets; no table of ours has it. */
const SETS: TableColumn = { name: '_sluice_sets', type: 'text', declared: 'character varying(1600)' }

/**
 * All rows of a load lie in one table, so that one file and one COPY bring them, however many tables they are for. Its
 * columns are slots that the tables share: the third text of 512 bytes of every table lies in the same one. COPY checks each
 * cell by its slot's type, which is that of the column it is for.
 */
export interface LoadStage {
  /** Rows of different ids. */
  tables: Staged[]
  /** `users` and `accounts`, one row an id: of each column what was received last and is not NULL. */
  upserts: Staged[]
  /** Objects, one row an id, each of which sets some of the columns. */
  merges: Staged[]
  /** At most one: what could not be loaded, for its owner. */
  discards: Staged[]
  /** Slots with their types, `k` not among them. */
  slots: [name: string, type: string][]
  notices: SyncNotice[]
}

/** The stage of a load's rows. Throws a `WarehouseError` when they are no rows of ours. */
export function loadStageOf({ tables, upserts, merges = [] }: Pick<Load, 'tables' | 'upserts' | 'merges'>): LoadStage {
  const stage: LoadStage = { tables: [], upserts: [], merges: [], discards: [], slots: [], notices: [] }
  for (const [kind, all] of [
    ['tables', tables],
    ['upserts', upserts],
  ] as const) {
    for (const table of all) {
      if (table.rows.length === 0) continue
      const cells = fitting(table, stage.notices)
      const staged = addTo(stage, table, cells, kind === 'tables' ? firstOfEach(table) : foldById(table))
      staged.rows = shortEnough(staged, stage.notices)
      stage[kind].push(staged)
    }
  }
  for (const table of merges) if (table.rows.length > 0) stage.merges.push(mergeOf(table, stage))
  return stage
}

/** Objects with what each sets behind its cells. */
function mergeOf(table: TableRows, stage: LoadStage): Staged {
  const columns = [...table.columns, SETS]
  const rows = table.rows.map((row, nth) => [...row, table.sets?.[nth] ?? null])
  const cells = fitting(table, stage.notices)
  const staged = addTo(stage, { ...table, columns, rows }, [...cells, table.columns.length], rows)
  staged.rows = shortEnough(staged, stage.notices)
  const sets = staged.slots.at(-1)
  return sets === undefined ? staged : { ...staged, sets }
}

/** Puts rows beside the others that have no id. */
export function withDiscards(stage: LoadStage, discards: TableRows): LoadStage {
  const more: LoadStage = { ...stage, slots: [...stage.slots], discards: [] }
  if (discards.rows.length > 0) more.discards.push(addTo(more, discards, [...discards.columns.keys()], discards.rows))
  return more
}

function addTo(stage: LoadStage, { table, columns }: TableRows, cells: number[], rows: CellText[][]): Staged {
  const kept = cells.map((at) => columns[at] as TableColumn)
  const k = stage.tables.length + stage.upserts.length + stage.merges.length
  return { k, table, columns: kept, slots: slotsFor(kept, stage), cells, rows }
}

/** Names of slots: the n-th column of a type has the n-th slot of that type. New ones are added to the stage. */
function slotsFor(columns: readonly TableColumn[], stage: LoadStage): string[] {
  const free = Map.groupBy(stage.slots, ([, type]) => type)
  const slots = columns.map((column) => {
    const type = redshiftType(column)
    const known = free.get(type)?.shift()
    if (known) return known[0]
    const slot = `c${stage.slots.length}`
    stage.slots.push([slot, type])
    return slot
  })
  if (stage.slots.length > MOST_COLUMNS) {
    throw new WarehouseError(
      'too_many_columns',
      `Rows of one load need ${stage.slots.length} columns of a stage.`,
      false,
    )
  }
  return slots
}

const idOf = ({ table, columns }: TableRows): number => {
  const at = columns.findIndex(({ name }) => name === 'id')
  if (at < 0) throw new WarehouseError('rows', `Rows of “${table}” have no id.`, false)
  return at
}

/** Places of the columns that are loaded, `id` first; those whose names are too long together are left out, with a notice. */
function fitting(table: TableRows, notices: SyncNotice[]): number[] {
  const id = idOf(table)
  const kept = [id]
  let bytes = 0
  for (const [at, { name, type }] of table.columns.entries()) {
    if (at === id || type === 'unknown') continue
    bytes += 2 * name.length + 16
    if (bytes <= MOST_LIST_BYTES) kept.push(at)
    else notices.push(...leftOut(table, at, id))
  }
  return kept
}

function leftOut({ table, columns, rows }: TableRows, at: number, id: number): SyncNotice[] {
  const lost = rows.filter((row) => (row[at] ?? null) !== null)
  if (lost.length === 0) return []
  const samples = lost.slice(0, 3).map((row) => ({ id: row[id] ?? '', value: (row[at] ?? '').slice(0, 200) }))
  return [{ code: 'too_many_columns', table, column: columns[at]?.name ?? null, count: lost.length, samples }]
}

/** The rows without those that are too long for a line, which become a notice. */
function shortEnough(staged: Staged, notices: SyncNotice[]): CellText[][] {
  const long = staged.rows.filter(
    (row) =>
      row.reduce((length, cell) => length + (cell?.length ?? 0), 0) > 500_000 && isTooLong(stageLine(staged, row)),
  )
  if (long.length === 0) return staged.rows
  notices.push(rowsRefused(staged, long, 'longer than 4 MB'))
  return staged.rows.filter((row) => !long.includes(row))
}

/** A notice of whole rows of a table that are left out. */
export function rowsRefused({ table, cells }: Staged, rows: readonly CellText[][], why: string): SyncNotice {
  const samples = rows.slice(0, 3).map((row) => ({ id: row[cells[0] as number] ?? '', value: why.slice(0, 200) }))
  return { code: 'row_refused', table, column: null, count: rows.length, samples }
}

/** Redshift enforces no key, so what comes twice in one load is left out here. */
function firstOfEach(table: TableRows): CellText[][] {
  const id = idOf(table)
  const rows = new Map<CellText, CellText[]>()
  for (const row of table.rows) {
    const key = row[id] ?? null
    if (key !== null && !rows.has(key)) rows.set(key, row)
  }
  return [...rows.values()]
}
