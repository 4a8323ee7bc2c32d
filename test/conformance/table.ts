import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, '../../docs/sdks.md')
const BEGIN = '<!-- conformance: begin -->'
const END = '<!-- conformance: end -->'

const HEAD = [
  'SDK',
  'version',
  'calls made',
  'events received',
  'fields',
  '400',
  '429 + Retry-After',
  '500',
  'other hosts',
]

/** A table in Markdown, laid out as the formatter wants it. */
export function markdown(rows: string[][]): string {
  const lines = [HEAD, ...rows]
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** What docs/sdks.md holds between its markers. */
export function tableOfDocs(): string {
  return parts().table
}

export function writeTable(table: string): void {
  const { before, after } = parts()
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`)
}

function parts(): { before: string; table: string; after: string } {
  const text = readFileSync(PAGE, 'utf8')
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`docs/sdks.md has no ${BEGIN} … ${END}`)
  return {
    before: text.slice(0, begin),
    table: text.slice(begin + BEGIN.length, end).trim(),
    after: text.slice(end + END.length),
  }
}
