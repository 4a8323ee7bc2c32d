import { cellOf } from './cells.ts'
import { BASE_COLUMNS, baseType, FOLDED_FROM, LOADED_AT } from './fixed.ts'
import type { LooseRow } from './loose.ts'
import { NoticeBook, type Remark } from './notices.ts'
import {
  type Additions,
  type Catalogue,
  type CellText,
  type ColumnType,
  isColumnType,
  type Limits,
  type NoticeCode,
  type SyncNotice,
  type TableColumn,
  type TableRows,
} from './protocol.ts'
import { commonType, typeOfValue } from './types.ts'
import { mostOfRow, RowWidth } from './width.ts'

/** What one load brings. `additions` have to be there before `tables` and `upserts` are loaded. */
export interface LoadPlan {
  additions: Additions[]
  tables: TableRows[]
  upserts: TableRows[]
  /** Objects: each row sets some of the columns of the row of its id. */
  merges: TableRows[]
  notices: SyncNotice[]
}

export interface LoadFacts {
  /** The tables as they are; `null`: there is no schema yet. */
  catalogue: Catalogue | null
  limits: Limits
  /** When it is loaded, as `2026-01-02T03:04:05.678Z`: the value of `uuid_ts`. */
  loadedAt: string
  /** What the rows' names had to say. */
  remarks?: readonly Remark[]
}

/**
 * Rows of events, in their order, as rows of tables: columns that are missing with their types, every cell as the text that
 * its column takes. A new column has the type that all its values of this load have in common; one that is there keeps its
 * own, and what does not fit is cast, or NULL and a notice. Never throws for anything that an event may have.
 */
export function planLoad(rows: readonly LooseRow[], facts: LoadFacts): LoadPlan {
  const notices = new NoticeBook()
  for (const remark of facts.remarks ?? []) notices.add(remark)
  const plans = new Map<string, TablePlan>()
  for (const row of rows) {
    let plan = plans.get(row.table)
    if (!plan) plans.set(row.table, (plan = new TablePlan(row.table, row.upsert, facts, notices)))
    plan.see(row)
  }
  // `users` after `identifies`, whose types it has.
  const all = [...plans.values()].toSorted((a, b) => Number(a.upsert) - Number(b.upsert))
  const result: LoadPlan = { additions: [], tables: [], upserts: [], merges: [], notices: [] }
  for (const plan of all) {
    const columns = plan.settle(plans)
    if (columns.length > 0) result.additions.push({ table: plan.table, columns })
    const { upsert } = plan
    const made = plan.rows()
    if (made.rows.length > 0) (upsert ? result.upserts : made.sets ? result.merges : result.tables).push(made)
  }
  result.notices = notices.list()
  return result
}

/** A column as this load sees it. */
interface Seen {
  name: string
  /** As the warehouse has it or will have it; `null`: it cannot be made. */
  column: TableColumn | null
  /** The common type of the values so far, of a column that is not there yet; `null`: none yet. */
  type: ColumnType | null
  /** Its place in the rows; -1: it has none. */
  at: number
}

/** What rows with the same list of columns have in common. */
interface Shape {
  seen: Seen[]
  /** Places of those columns whose type is still to be found. */
  open: number[]
}

class TablePlan {
  readonly table: string
  readonly upsert: boolean
  readonly #facts: LoadFacts
  readonly #there: ReadonlyMap<string, TableColumn> | undefined
  readonly #notices: NoticeBook
  readonly #rows: LooseRow[] = []
  readonly #seen = new Map<string, Seen>()
  /** By the list itself, since rows of one shape share it. */
  readonly #shapes = new Map<readonly string[], Shape>()
  #columns: TableColumn[] = []
  /** A row has been seen that clears all columns. */
  #clearsAll = false
  /** Columns of the table with those that are added. */
  #count = 0
  /** Where the cell is that is being made. */
  #row: LooseRow | undefined
  #column = ''
  #value: unknown

  constructor(table: string, upsert: boolean, facts: LoadFacts, notices: NoticeBook) {
    this.table = table
    this.upsert = upsert
    this.#facts = facts
    this.#there = facts.catalogue?.get(table)
    this.#notices = notices
  }

  /** Takes a row, and the types of its values. */
  see(row: LooseRow): void {
    this.#rows.push(row)
    const { seen, open } = this.#shapeOf(row)
    for (const name of this.#cleared(row)) this.#see(name)
    for (const i of open) {
      const one = seen[i] as Seen
      // Text holds everything: no need to look.
      if (one.type === 'text') continue
      const type = typeOfValue(row.values[i])
      one.type = one.type === null ? type : commonType(one.type, type)
    }
  }

  typeOf(column: string): TableColumn['type'] | null {
    return this.#there?.get(column)?.type ?? this.#seen.get(column)?.type ?? null
  }

  /** Decides which columns are made, and answers them. */
  settle(plans: ReadonlyMap<string, TablePlan>): TableColumn[] {
    const made: TableColumn[] = []
    const { limits } = this.#facts
    this.#count = this.#there?.size ?? 0
    for (const seen of this.#seen.values()) {
      if (seen.column === null && this.#count < limits.columns) {
        seen.column = this.#made(seen.name, this.#typeFor(seen, plans))
        made.push(seen.column)
        this.#count++
      }
      if (seen.column !== null && seen.column.type !== 'unknown') seen.at = this.#columns.push(seen.column) - 1
    }
    return made
  }

  rows(): TableRows {
    const made: TableRows = { table: this.table, columns: this.#columns, rows: [] }
    if (this.upsert) made.order = []
    if (this.#rows[0]?.clears) made.sets = []
    const loadedAt = this.#seen.get(LOADED_AT) as Seen
    const stamp = loadedAt.column && cellOf(this.#facts.loadedAt, loadedAt.column, () => undefined)
    const empty: CellText[] = this.#columns.map((column) => (column === loadedAt.column ? stamp : null))
    for (const row of this.#rows) {
      const cells = this.#cells(row, empty.slice())
      if (!cells) continue
      made.rows.push(cells)
      made.order?.push(row.order ?? '')
      made.sets?.push(this.#sets(row))
    }
    return made
  }

  /** Columns of the table that a row clears where it has no value for them. */
  *#cleared({ clears = [] }: LooseRow): Iterable<string> {
    if (clears !== 'all') for (const name of clears) if (this.#there?.has(name)) yield name
    if (clears === 'all' && !this.#clearsAll) {
      this.#clearsAll = true
      if (this.#there) yield* this.#there.keys()
    }
  }

  #sets({ clears = [], columns }: LooseRow): string {
    if (clears === 'all') return '1'.repeat(this.#columns.length)
    const set = new Set([...columns, ...clears, LOADED_AT])
    return this.#columns.map(({ name }) => (set.has(name) ? '1' : '0')).join('')
  }

  #shapeOf({ columns, base }: LooseRow): Shape {
    const known = this.#shapes.get(columns)
    if (known) return known
    const shape: Shape = { seen: [], open: [] }
    this.#shapes.set(columns, shape)
    for (const [i, name] of columns.entries()) {
      // Behind the base columns, and before all that there can be too many of.
      if (i === base) this.#see(LOADED_AT).type = baseType(LOADED_AT)
      const seen = this.#see(name)
      shape.seen.push(seen)
      if (i < base) seen.type = baseType(name)
      else if (seen.column === null) shape.open.push(i)
    }
    this.#see(LOADED_AT).type = baseType(LOADED_AT)
    return shape
  }

  #see(name: string): Seen {
    const known = this.#seen.get(name)
    if (known) return known
    const seen: Seen = { name, column: this.#there?.get(name) ?? null, type: null, at: -1 }
    this.#seen.set(name, seen)
    return seen
  }

  #made(name: string, type: ColumnType): TableColumn {
    const bytes = this.#facts.limits.textBytes
    return type === 'text' && bytes !== null ? { name, type, most: { bytes } } : { name, type }
  }

  /** Of `users` and `accounts` that of the rows they are folded from, so that the same value is the same in both. */
  #typeFor(seen: Seen, plans: ReadonlyMap<string, TablePlan>): ColumnType {
    const own = seen.type ?? 'text'
    if (!this.upsert || BASE_COLUMNS.users.includes(seen.name)) return own
    const from = FOLDED_FROM[this.table as keyof typeof FOLDED_FROM]
    const type = plans.get(from)?.typeOf(seen.name) ?? this.#facts.catalogue?.get(from)?.get(seen.name)?.type ?? null
    return type !== null && isColumnType(type) ? type : own
  }

  /** `cells`: a row without values, which they are put into. `null`: without an id there is none. */
  #cells(row: LooseRow, cells: CellText[]): CellText[] | null {
    const { values } = row
    const { seen } = this.#shapeOf(row)
    const { rowBytes } = this.#facts.limits
    const isTight = rowBytes !== null && mostOfRow(values.length + 1, this.#count) > rowBytes
    const width = isTight ? new RowWidth(this.#count, rowBytes) : null
    width?.takes(this.#facts.loadedAt, LOADED_COLUMN)
    this.#row = row
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (value === null || value === undefined) continue
      const { name, column, at } = seen[i] as Seen
      this.#column = name
      this.#value = value
      if (column === null) this.#say('too_many_columns')
      else if (at < 0) this.#say('type_unknown')
      else {
        const cell = cellOf(value, column, this.#say)
        if (width === null || width.takes(cell, column)) cells[at] = cell
        else this.#say('row_too_wide')
      }
    }
    const id = this.#seen.get('id')
    if (id && cells[id.at]) return cells
    this.#column = 'id'
    this.#value = values[0]
    this.#say('row_refused')
    return null
  }

  readonly #say = (code: NoticeCode): void => {
    const id = this.#row?.messageId ?? ''
    this.#notices.add({ code, table: this.table, column: this.#column, id, value: this.#value })
  }
}

const LOADED_COLUMN: TableColumn = { name: LOADED_AT, type: baseType(LOADED_AT) }
