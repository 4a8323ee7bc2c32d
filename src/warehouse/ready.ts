import {
  type Catalogue,
  type Limits,
  type LoadPlan,
  type Loose,
  Names,
  planLoad,
  type TableSelection,
} from '../tables/index.ts'
import type { LogContent } from './content.ts'
import type { Portion } from './portions.ts'

/** A portion as rows of the tables as they were when it was made. Whoever has it may empty it. */
export interface ReadyPortion<T> {
  portion: Portion<T>
  made: Loose
  plan: LoadPlan
}

export interface ReadyDeps<T> {
  content: LogContent<T>
  limits: Limits
  selection: TableSelection | undefined
  /** The tables as they are; `null`: there is no schema. */
  tables(): Catalogue | null
  now(): number
  /** Lets everything else have its turn. */
  rest(): Promise<void>
}

/** Cells of a portion's rows, of which most are NULL where tables are wide: eight bytes each, beside what they hold. */
const MOST_CELLS = 500_000

/** Makes rows of portions, one after another. One whose rows would have too many cells is cut. */
export async function* readyPortions<T>(
  portions: AsyncIterable<Portion<T>>,
  { content, limits, selection, tables, now, rest }: ReadyDeps<T>,
): AsyncGenerator<ReadyPortion<T>> {
  const names = new Names(limits.nameBytes)
  for await (const whole of portions) {
    for (let left: Portion<T> | null = whole; left;) {
      let portion: Portion<T> = left
      let made: Loose
      for (;;) {
        names.tidy()
        made = { rows: [], remarks: [] }
        for (let at = 0; at < portion.all.length; at += content.atOnce) {
          await rest()
          const { rows, remarks } = content.rows(portion.all.slice(at, at + content.atOnce), names, selection)
          made.rows.push(...rows)
          made.remarks.push(...remarks)
        }
        const cells = cellsOf(made, tables())
        const { length } = portion.all
        if (cells <= MOST_CELLS || length < 2) break
        portion = firstOf(portion, Math.max(1, Math.floor((length * MOST_CELLS) / cells)))
      }
      await rest()
      left = behind(left, portion.all.length)
      yield { portion, made, plan: planOf(made, tables(), limits, now()) }
    }
  }
}

/** What is loaded into the tables as they are at `now`, in milliseconds. */
export function planOf({ rows, remarks }: Loose, catalogue: Catalogue | null, limits: Limits, now: number): LoadPlan {
  return planLoad(rows, { catalogue, limits, loadedAt: new Date(now).toISOString(), remarks })
}

function cellsOf({ rows }: Loose, catalogue: Catalogue | null): number {
  const tables = new Map<string, { rows: number; lists: Set<readonly string[]> }>()
  for (const { table, columns } of rows) {
    let one = tables.get(table)
    if (!one) tables.set(table, (one = { rows: 0, lists: new Set() }))
    one.rows++
    // Rows of one shape share the list of their columns.
    one.lists.add(columns)
  }
  let cells = 0
  for (const [table, { rows: count, lists }] of tables) {
    const columns = new Set(catalogue?.get(table)?.keys())
    for (const list of lists) for (const column of list) columns.add(column)
    cells += count * columns.size
  }
  return cells
}

/** The first `count` events; what the archive could not give is told with them. */
function firstOf<T>(portion: Portion<T>, count: number): Portion<T> {
  const { all, ends, to } = portion
  return {
    ...portion,
    all: all.slice(0, count),
    ends: ends.slice(0, count),
    to: ends[count - 1] ?? to,
    committedAt: null,
  }
}

/** Those behind them; `null`: there are none. */
function behind<T>(portion: Portion<T>, count: number): Portion<T> | null {
  const { all, ends } = portion
  if (count >= all.length) return null
  return { ...portion, all: all.slice(count), ends: ends.slice(count), notices: [] }
}
