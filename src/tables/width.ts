import type { CellText, TableColumn } from './protocol.ts'

/** Of a row's header, beside a bit a column. */
const HEADER = 24
/** Of a text that was moved out of the page, or is kept in it: with its length, to the next multiple of eight. */
const MOST_OF_TEXT = 24
/** What is eight bytes long begins at a multiple of eight: this much may be left empty before it. */
const GAP = 7

/**
 * What of a row has to lie within one page of PostgreSQL, in bytes, never too little: long texts are moved out of it,
 * everything else is not. Cells are added one by one.
 */
export class RowWidth {
  #bytes: number
  #texts = 0
  #eights = 0
  readonly #most: number

  /** `columns`: of the whole table. */
  constructor(columns: number, most: number) {
    this.#bytes = HEADER + Math.ceil(columns / 8)
    this.#most = most
  }

  /** Whether a cell still fits; then it is added. */
  takes(cell: CellText, { type }: TableColumn): boolean {
    if (cell === null) return true
    const isEight = type === 'bigint' || type === 'double' || type === 'timestamp'
    const bytes = this.#bytes + (isEight ? 8 : type === 'boolean' ? 1 : textBytes(cell))
    const texts = this.#texts + (isEight ? 0 : 1)
    const eights = this.#eights + (isEight ? 1 : 0)
    if (bytes + GAP * Math.min(texts, eights) > this.#most) return false
    this.#bytes = bytes
    this.#texts = texts
    this.#eights = eights
    return true
  }
}

/** The most that a row of so many cells can take, whatever they are. */
export function mostOfRow(cells: number, columns: number): number {
  return HEADER + Math.ceil(columns / 8) + cells * (MOST_OF_TEXT + GAP)
}

function textBytes(cell: string): number {
  return cell.length >= MOST_OF_TEXT ? MOST_OF_TEXT : Math.min(MOST_OF_TEXT, Buffer.byteLength(cell) + 1)
}
