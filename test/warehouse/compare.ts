import { expect } from 'vitest'
import type { PlainTable } from './plain-loader.ts'

/** Columns with their types, and rows, of one table as of the other. Of rows the first ten that differ are said. */
export function expectSameTables(found: Map<string, PlainTable>, expected: Map<string, PlainTable>): void {
  expect([...found.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
  for (const [table, { columns, rows }] of expected) {
    const other = found.get(table)
    const types = (map: PlainTable['columns'] | undefined) => Object.fromEntries(map ?? [])
    expect({ table, types: types(other?.columns) }).toEqual({ table, types: types(columns) })
    const ids = new Set([...rows.keys(), ...(other?.rows.keys() ?? [])])
    const different = [...ids].filter((id) => rows.get(id) !== other?.rows.get(id)).slice(0, 10)
    const both = (map: Map<string, string> | undefined) => different.map((id) => ({ table, id, row: map?.get(id) }))
    expect(both(other?.rows)).toEqual(both(rows))
  }
}
