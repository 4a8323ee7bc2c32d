import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { USER_AGENT, VERSION } from '../../src/version.ts'

const root = join(import.meta.dirname, '../..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }

it('is the one of package.json, wherever the platform names itself', () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  expect([VERSION, USER_AGENT]).toEqual([version, `Sluice/${version}`])
})

it('is the one that the lock file installs', () => {
  const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: Record<string, object> }
  expect([lock.version, lock.packages['']]).toEqual([version, expect.objectContaining({ version })])
})

it('is the newest of the changelog', () => {
  expect(/^## (.+)$/m.exec(read('CHANGELOG.md'))?.[1]).toBe(version)
})

it('is what the documentation shows of requests', () => {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
  const shown = pages.flatMap((name) => read(`docs/${name}`).match(/Sluice\/\d[\w.]*/g) ?? [])
  expect(shown.length).toBeGreaterThan(0)
  expect(new Set(shown)).toEqual(new Set([USER_AGENT]))
})

it('stands nowhere else in the code', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tsx?$/.test(name),
  )
  expect(files.filter((name) => /Sluice\/\d/.test(read(`src/${name}`)))).toEqual([])
})
