/**
 * Writes the tables of docs/api.md: of each group its operations and what they do, as the platform's own reference has
 * them. `--check` writes nothing and fails when they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupsOf } from '../src/control/reference/index.ts'
import { FEATURES } from '../src/features.ts'

const PAGE = join(import.meta.dirname, '..', 'docs', 'api.md')

const before = readFileSync(PAGE, 'utf8')
const after = withTables(before, await groupsOf(FEATURES))
if (process.argv.includes('--check')) {
  if (after === before) process.exit()
  console.error('The tables of docs/api.md are not what the API is: npm run docs:api')
  process.exit(1)
}
writeFileSync(PAGE, after)

/** Each section that is named for a group begins with its table; a group without a section is an error. */
function withTables(page, groups) {
  const rows = Map.groupBy(
    groups.flatMap(({ name, operations }) => Object.entries(operations).map((entry) => [name, ...entry])),
    ([name]) => name,
  )
  return [...rows].reduce((text, [name, operations]) => {
    const section = new RegExp(`(^## ${name}\\n\\n)(?:(?:\\|.*\\n)+\\n)?`, 'm')
    if (!section.test(text)) throw new Error(`docs/api.md has no section "${name}"`)
    const lines = operations.map(([, route, { summary }]) => [`\`${route.replaceAll(/:(\w+)/g, '{$1}')}\``, summary])
    return text.replace(section, (_, heading) => `${heading}${tableOf([['operation', 'does'], ...lines])}\n`)
  }, page)
}

/** As the formatter writes it: columns as wide as their widest cell. */
function tableOf([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)))
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |\n`
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('')
}
