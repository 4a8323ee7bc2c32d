import type { SyncNotice, TableColumn, TableRows } from '../../tables/index.ts'
import { DISCARDS_TABLE } from '../connector.ts'
import { createTable } from './sql.ts'

const COLUMNS: TableColumn[] = [
  { name: 'loaded_at', type: 'timestamp' },
  { name: 'reader', type: 'text' },
  { name: 'table', type: 'text' },
  { name: 'column', type: 'text' },
  { name: 'reason', type: 'text' },
  { name: 'count', type: 'bigint' },
  // JSON.
  { name: 'samples', type: 'text', declared: 'character varying(16384)' },
]

export const createDiscards = (schema: string) => createTable(schema, DISCARDS_TABLE, COLUMNS)

/** Notices as rows. `at`: canonical text of the moment. */
export function stagedDiscards(notices: readonly SyncNotice[], reader: string, at: string): TableRows {
  return {
    table: DISCARDS_TABLE,
    columns: COLUMNS,
    rows: notices.map(({ code, table, column, count, samples }) => [
      at,
      reader,
      table,
      column,
      code,
      String(count),
      JSON.stringify(samples).replaceAll(String.raw`\u0000`, ''),
    ]),
  }
}
