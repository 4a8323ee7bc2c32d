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
  const result: LoadPlan = { additions: [], tables: [], upserts: [], notices: [] }
  for (const plan of all) {
    const columns = plan.settle(plans)
    if (columns.length > 0) result.additions.push({ table: plan.table, columns })
    const { upsert } = plan
    const made = plan.rows()
    if (made.rows.length > 0) (upsert ? result.upserts : result.tables).push(made)
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

class TablePlan {
  readonly table: string
  readonly upsert: boolean
  readonly #facts: LoadFacts
  readonly #there: ReadonlyMap<string, TableColumn> | undefined
  readonly #notices: NoticeBook
  readonly #rows: LooseRow[] = []
  readonly #seen = new Map<string, Seen>()
  #columns: TableColumn[] = []
  /** Columns of the table with those that are added. */
  #count = 0

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
    const { columns, values, base } = row
    for (let i = 0; i < columns.length; i++) {
      // Behind the base columns, and before all that there can be too many of.
      if (i === base) this.#see(LOADED_AT).type = baseType(LOADED_AT)
      const seen = this.#see(columns[i] as string)
      if (seen.column !== null) continue
      const type = i < base ? baseType(seen.name) : typeOfValue(values[i])
      seen.type = seen.type === null ? type : commonType(seen.type, type)
    }
  }

  typeOf(column: string): TableColumn['type'] | null {
    return this.#there?.get(column)?.type ?? this.#seen.get(column)?.type ?? null
  }

  /** Decides which columns are made, and answers them. */
  settle(plans: ReadonlyMap<string, TablePlan>): TableColumn[] {
    this.#see(LOADED_AT).type = baseType(LOADED_AT)
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
    const rows: CellText[][] = []
    for (const row of this.#rows) {
      const cells = this.#cells(row)
      if (cells) rows.push(cells)
    }
    return { table: this.table, columns: this.#columns, rows }
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
    const type = plans.get(from)?.typeOf(seen.name) ?? null
    return type !== null && isColumnType(type) ? type : own
  }

  /** `null`: without an id there is no row. */
  #cells({ columns, values, messageId }: LooseRow): CellText[] | null {
    const cells = Array.from<CellText>({ length: this.#columns.length }).fill(null)
    const { rowBytes } = this.#facts.limits
    const isTight = rowBytes !== null && mostOfRow(values.length + 1, this.#count) > rowBytes
    const width = isTight ? new RowWidth(this.#count, rowBytes) : null
    const put = (name: string, value: unknown): void => {
      if (value === null || value === undefined) return
      const { column, at } = this.#seen.get(name) as Seen
      const say = (code: NoticeCode): void =>
        this.#notices.add({ code, table: this.table, column: name, id: messageId, value })
      if (column === null) say('too_many_columns')
      else if (at < 0) say('type_unknown')
      else {
        const cell = cellOf(value, column, say)
        if (width === null || width.takes(cell, column)) cells[at] = cell
        else say('row_too_wide')
      }
    }
    put(LOADED_AT, this.#facts.loadedAt)
    for (let i = 0; i < columns.length; i++) put(columns[i] as string, values[i])
    const id = this.#seen.get('id')
    if (id && cells[id.at]) return cells
    this.#notices.add({ code: 'row_refused', table: this.table, column: 'id', id: messageId, value: values[0] })
    return null
  }
}
