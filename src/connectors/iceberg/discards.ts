import type { Additions, CellText, TableRows } from '../../tables/index.ts'
import { DISCARDS_TABLE, type Load } from '../connector.ts'
import { writeCursor } from './place.ts'

const COLUMNS: Additions['columns'] = [
  { name: 'id', type: 'text' },
  { name: 'loaded_at', type: 'timestamp' },
  { name: 'reader', type: 'text' },
  { name: 'table', type: 'text' },
  { name: 'column', type: 'text' },
  { name: 'reason', type: 'text' },
  { name: 'count', type: 'bigint' },
  { name: 'samples', type: 'text' },
]

/**
 * What of a load could not be loaded as it was sent, as rows of a table; `null`: there is nothing, or nobody wants it. The id
 * says which load it was, so that one that comes again does not say it twice.
 *
 * @param now ms since 1970
 */
export function discardRows({ discards = [], cursor }: Load, now: number): TableRows | null {
  if (discards.length === 0) return null
  const { reader, from } = cursor
  const place = `${reader} ${from === null ? '' : writeCursor(from)}`
  const rows = discards.map(({ code, table, column, count, samples }): CellText[] => [
    [place, code, table, column].join(' '),
    new Date(now).toISOString(),
    reader,
    table,
    column,
    code,
    String(count),
    JSON.stringify(samples),
  ])
  return { table: DISCARDS_TABLE, columns: COLUMNS, rows }
}

/** Ids of the rows of which a row of the table has samples, each at most 200 characters. */
export function sampledIds(samples: string): string[] {
  try {
    const list: unknown = JSON.parse(samples)
    return Array.isArray(list)
      ? list.flatMap((one: { id?: unknown } | null) => (typeof one?.id === 'string' ? one.id : []))
      : []
  } catch {
    // Somebody else's.
    return []
  }
}
