import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NOT_SERVED } from '../../src/control/not-served.ts'
import { ROUTES } from '../workerd/access/routes.ts'

const root = join(import.meta.dirname, '../..')
const read = (page: string) => readFileSync(join(root, page), 'utf8')
const pagesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
const pages = ['.', 'docs', 'examples'].flatMap(pagesIn)

/** Their tables are made from, or held against, what runs and what is installed: a column for each thing. */
const WIDE_TABLES = new Set(['docs/packaged.md', 'docs/sdks.md'])
const LONGEST_LINE = 130

const withoutCode = (text: string) => text.replaceAll(/^( *)```.*?^\1```$/gms, '')
const cellsOf = (row: string) => row.slice(1, -1).split(/(?<!\\)\|/)
const isRow = (line: string) => line.startsWith('|')

/** As GitHub makes them of headings: lower case, spaces as dashes, most other characters left out. */
function anchorsOf(page: string): Set<string> {
  const headings = withoutCode(read(page)).matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

describe.each(pages)('%s', (page) => {
  const text = withoutCode(read(page))

  it('has no dead link', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const dead = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : relative(root, join(root, dirname(page), path))
        if (!existsSync(join(root, target))) return true
        return anchor !== undefined && !anchorsOf(target).has(anchor)
      })
    expect(dead).toEqual([])
  })

  it('names no file that is not there', () => {
    const named = [...text.matchAll(/`((?:src|test|bench|scripts|docs|examples|migrations)\/[\w./-]+)`/g)]
    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('has lines that fit', () => {
    const long = text.split('\n').filter((line) => line.length > LONGEST_LINE)
    expect(WIDE_TABLES.has(page) ? long.filter((line) => !isRow(line)) : long).toEqual([])
  })

  it('says no more than a sentence in a cell', () => {
    const cells = text.split('\n').filter(isRow).flatMap(cellsOf)
    expect(cells.filter((cell) => /[.!?] +[\p{Lu}`]/u.test(cell))).toEqual([])
  })
})

it('has a README of at most 120 lines that leads to every page', () => {
  const readme = read('README.md')
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(120)
  const others = pages.filter((page) => page !== 'README.md')
  expect(others.filter((page) => !readme.includes(`](${page})`))).toEqual([])
})

it('shows each thing that is stored', () => {
  const code = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`src/${name}`))
    .join('\n')
  const tables = [/sqliteTable\(\s*'(\w+)'/g, /\b(\w+)\s*\(\w+ INTEGER PRIMARY KEY/g].flatMap((made) =>
    [...code.matchAll(made)].map(([, name = '']) => name),
  )
  const keys = [...code.matchAll(/return `(\w+)\/\$\{(?:source|accept)\b/g)].map(([, name = '']) => `${name}/`)
  const queues = [...read('wrangler.toml').matchAll(/^(?:queue|dead_letter_queue) = "(.+)"$/gm)].map(
    ([, name = '']) => name,
  )
  expect([tables.length, keys.length, queues.length].every((count) => count > 2)).toBe(true)
  const headings = [...read('ARCHITECTURE.md').matchAll(/^###+ .*$/gm)].join('\n')
  expect([...tables, ...keys, ...queues].filter((name) => !headings.includes(`\`${name}\``))).toEqual([])
})

it('says of the API what its own reference says', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs-api.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
})

it('has every route of the API, and no other', () => {
  const real = Object.keys(ROUTES).filter((route) => / \/(?:api|healthz)/.test(route))
  const told = [...read('docs/api.md').matchAll(/^\| `([A-Z]+ \/(?:api|healthz)[^`?]*)/gm)].map(([, route]) => route)
  const shape = (route = '') => route.replaceAll(/:\w+|\{\w+\}/g, '*')
  expect([...new Set(told.map(shape))].toSorted()).toEqual([...new Set(real.map(shape))].toSorted())
})

it('names each group of Segment’s Public API that is not served, and no other', () => {
  const [, table = ''] = read('docs/segment-public-api.md').split('## What is not\n')
  const told = table
    .split('\n')
    .filter(isRow)
    .slice(2)
    .map((row) => cellsOf(row)[0]?.trim())
  expect(told).toEqual(NOT_SERVED.map(({ group }) => group))
})
