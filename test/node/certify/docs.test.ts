import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { CHECKS, CHECKS_VERSION } from '../../../src/certify/index.ts'

it('docs/certification.md has every check with its words, and no other', async () => {
  const page = await readFile('docs/certification.md', 'utf8')
  const sections = page.slice(page.indexOf('## The checks')).split(/^### /m)
  const words = CHECKS.map(({ id, grade, title, mend }) => `${id} **${title}** _${grade}_ ${mend}`)
  expect(sections.slice(1).map((section) => section.trim().replaceAll(/\s+/g, ' '))).toEqual(words)
  expect(sections[0]).toContain(`The list has a version (${CHECKS_VERSION})`)
})

it('numbers are in order, each once', () => {
  const ids = CHECKS.map(({ id }) => id)
  expect(ids).toEqual([...new Set(ids)].toSorted())
})
