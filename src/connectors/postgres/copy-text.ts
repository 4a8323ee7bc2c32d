import type { CellText } from '../../tables/index.ts'

/** Rows and characters of a piece, at most; a row that is longer is one. */
const PIECE_ROWS = 500
const PIECE_CHARACTERS = 300_000

/** Rows in the text format of COPY, in pieces. Each is made when it is asked for, so that only one is held. */
export function* copyPieces(rows: Iterable<readonly CellText[]>): Generator<string> {
  let piece = ''
  let count = 0
  for (const row of rows) {
    piece += copyLine(row)
    count++
    if (count < PIECE_ROWS && piece.length < PIECE_CHARACTERS) continue
    yield piece
    piece = ''
    count = 0
  }
  if (piece !== '') yield piece
}

function copyLine(row: readonly CellText[]): string {
  let line = ''
  for (let at = 0; at < row.length; at++) {
    const cell = row[at]
    if (at > 0) line += '\t'
    line += cell === null || cell === undefined ? '\\N' : escaped(cell)
  }
  return `${line}\n`
}

const SPECIAL = /[\\\b\t\n\v\f\r]/
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
}

function escaped(cell: string): string {
  return SPECIAL.test(cell) ? cell.replaceAll(/[\\\b\t\n\v\f\r]/g, (one) => ESCAPES[one] as string) : cell
}
