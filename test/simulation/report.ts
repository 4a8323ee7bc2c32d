import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sum, type Totals } from './figures.ts'

const FILE = join(import.meta.dirname, '..', '..', 'docs', 'reliability.md')
const BEGIN = '<!-- Written by `npm run simulate -- --update`. -->'
const END = '<!-- End of what is written by the run. -->'
const ANSWER = 'answer: '

/** Puts the figures of a run into docs/reliability.md. */
export function writeFigures(totals: Totals, from: number): void {
  const text = readFileSync(FILE, 'utf8')
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${FILE} has no place for the figures`)
  writeFileSync(FILE, `${text.slice(0, begin)}${BEGIN}\n\n${figuresText(totals, from)}\n\n${text.slice(end)}`)
}

/** Markdown: what was run, what went wrong in it, and where somebody died. */
export function figuresText(totals: Totals, from: number): string {
  const { seeds, requests, events, commits, sealed, deliveries, duplicates, replayed, faults, crashes } = totals
  const answers = entries(faults).filter(([what]) => what.startsWith(ANSWER))
  const others = entries(faults).filter(([what]) => !what.startsWith(ANSWER))
  const named = answers.map(([what, n]): [string, number] => [what.slice(ANSWER.length), n])
  return [
    table(
      ['', ''],
      [
        ['seeds', `${count(seeds)} (${count(from)} to ${count(from + seeds - 1)})`],
        ['requests of clients', count(requests)],
        ['events archived', count(events)],
        ['commits', count(commits)],
        ['of them in segments at the end', count(sealed)],
        ['requests to receivers', count(deliveries)],
        ['events that they took from replays', count(replayed)],
        ['faults', count(sum(Object.fromEntries(others)))],
        ['deaths of isolates and objects at an await', count(sum(crashes))],
        ['answers of receivers other than at once and 200', count(sum(Object.fromEntries(answers)))],
        ['duplicates at receivers, each with its reason', count(duplicates)],
        ['losses, unexplained duplicates, ledgers that do not balance, limits not kept', count(totals.failures)],
      ],
    ),
    '### Faults by kind',
    table(['fault', 'times'], rows(others)),
    '### Answers of receivers',
    table(['answer', 'times'], rows(named)),
    '### Deaths by await',
    'Who died, at which call; `after`: the call had taken effect. Of objects: before or after the rows of a call are stored.',
    table(['await', 'times'], rows(entries(crashes))),
  ].join('\n\n')
}

function entries(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

function rows(counts: readonly [string, number][]): string[][] {
  return counts.map(([what, n]) => [what, count(n)])
}

function count(n: number): string {
  return n.toLocaleString('en-US').replaceAll(',', ' ')
}

/** A Markdown table as the formatter would have it. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((name, at) => Math.max(3, name.length, ...body.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (cells[at] ?? '').padEnd(width)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
