import { Buffer } from 'node:buffer'
import type { CellText, TableColumn } from '../../tables/index.ts'

/** Bytes of a line: COPY reads no longer object. */
const MOST_BYTES = 4_000_000

/** One JSON object, `{"k":3,"c0":"…"}`; what is NULL has no key. */
export function stageLine(
  {
    k,
    columns,
    slots,
    cells,
  }: { k: number; columns: readonly TableColumn[]; slots: readonly string[]; cells: readonly number[] },
  row: readonly CellText[],
): string {
  let line = `{"k":${k}`
  for (const [at, column] of columns.entries()) {
    const cell = row[cells[at] as number] ?? null
    if (cell !== null) line += `,"${slots[at]}":${valueOf(column, cell)}`
  }
  return `${line}}\n`
}

export function isTooLong(line: string): boolean {
  return line.length > MOST_BYTES / 4 && Buffer.byteLength(line) > MOST_BYTES
}

/** Digits that every reader of JSON numbers keeps. */
const SAFE_NUMBER = /^-?\d{1,15}$|^-?\d{1,10}\.\d{1,5}$/

/** A cell as COPY reads it. A number that a reader could round stands in quotes, which COPY takes as well. */
function valueOf({ type, declared }: TableColumn, cell: string): string {
  switch (type) {
    case 'bigint':
    case 'double':
    case 'numeric':
      return SAFE_NUMBER.test(cell) ? cell : JSON.stringify(cell)
    case 'boolean':
      return cell === 't' ? 'true' : 'false'
    case 'timestamp':
      return JSON.stringify(cell.replace('T', ' ').replace(/Z$/, declared === 'timestamp with time zone' ? '+00' : ''))
    case 'json':
      return cell
    default:
      return JSON.stringify(cell.toWellFormed())
  }
}
