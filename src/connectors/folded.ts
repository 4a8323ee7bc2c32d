import { type CellText, FOLDED_FROM, type TableRows } from '../tables/index.ts'

/** `users` and `accounts`, whose rows follow from those of other tables. */
export type FoldedTable = keyof typeof FOLDED_FROM

export function isFolded(table: string): table is FoldedTable {
  return Object.hasOwn(FOLDED_FROM, table)
}

/** By what rows of the table that it is folded from name a person or group. */
export const KEY_OF: Readonly<Record<FoldedTable, string>> = { users: 'user_id', accounts: 'group_id' }

/**
 * Rows of one id as one: of each column the value that was received last and is not NULL; of those received at the same
 * moment the last in order.
 */
export function foldById({ columns, rows }: TableRows): CellText[][] {
  const [id, received] = ['id', 'received_at'].map((name) => columns.findIndex((column) => column.name === name))
  const folded = new Map<string, { cells: CellText[]; times: string[] }>()
  for (const row of rows) {
    const key = row[id as number] ?? ''
    const time = row[received as number] ?? ''
    let one = folded.get(key)
    if (!one) folded.set(key, (one = { cells: row.map(() => null), times: row.map(() => '') }))
    for (let at = 0; at < row.length; at++) {
      const cell = row[at] ?? null
      // Both are in UTC and begin alike, so texts go as times do.
      if (cell === null || time < (one.times[at] as string)) continue
      one.cells[at] = cell
      one.times[at] = time
    }
  }
  return [...folded.values()].map(({ cells }) => cells)
}

/** Times of the row as a whole: when it was received and loaded. */
export const OF_THE_ROW: ReadonlySet<string> = new Set(['id', 'received_at', 'uuid_ts'])
