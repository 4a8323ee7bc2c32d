import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { REJECTIONS, type RejectCode, WARNINGS, type WarnCode } from '../../src/event/index.ts'
import {
  type DeadCode,
  deadWords,
  ENDINGS,
  type FailureCode,
  FAILURES,
  failureWords,
  laneWords,
  STOPS,
  type StopCode,
} from '../../src/lane/index.ts'
import { type FilterCode, FILTERS } from '../../src/match/index.ts'

const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'codes.md')

/** Each list of the docs by its heading, and the words that the code has for it. */
const LISTS: Record<string, Readonly<Record<string, string>>> = {
  'Rejected events': REJECTIONS,
  'Events with a warning': WARNINGS,
  'Filtered events': FILTERS,
  'Failed attempts': Object.fromEntries(
    Object.keys(FAILURES).map((code) => [code, `the endpoint ${failureWords(code)}`]),
  ),
  'Dead letters': ENDINGS,
  'Why nothing is sent': STOPS,
}

/** The lines of the form "- `code`: words" below a heading. */
function listed(heading: string): [string, string][] {
  const [, section = ''] = readFileSync(DOCS, 'utf8').split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^- `([^`<]+)`: (.+)$/gm)].map(([, code = '', words = '']) => [code, words])
}

describe.each(Object.entries(LISTS))('%s', (heading, words) => {
  it('have every code in the docs, in the words of the code', () => {
    expect(listed(heading)).toEqual(Object.entries(words))
  })

  it('have words, each its own', () => {
    for (const one of Object.values(words)) expect(one).toMatch(/^\p{Ll}.{9,}[^.]$/u)
    expect(new Set(Object.values(words)).size).toBe(Object.keys(words).length)
  })
})

it('no code means two things', () => {
  const all = Object.values(LISTS).flatMap(Object.keys)
  expect(new Set(all).size).toBe(all.length)
})

it('a code without its words does not compile', () => {
  expectTypeOf<RejectCode>().toEqualTypeOf<keyof typeof REJECTIONS>()
  expectTypeOf<WarnCode>().toEqualTypeOf<keyof typeof WARNINGS>()
  expectTypeOf<FilterCode>().toEqualTypeOf<keyof typeof FILTERS>()
  expectTypeOf<FailureCode>().toEqualTypeOf<keyof typeof FAILURES | `http_${number}`>()
  expectTypeOf<DeadCode>().toEqualTypeOf<keyof typeof ENDINGS | FailureCode>()
  expectTypeOf<StopCode>().toEqualTypeOf<keyof typeof STOPS>()
})

it.each([
  ['http_503', 'the endpoint answered 503'],
  ['timeout', 'the endpoint did not answer in time'],
  ['expired', 'its time was over'],
  ['other', 'other reasons'],
  ['of_a_later_version', 'the endpoint failed with of_a_later_version'],
  ['constructor', 'the endpoint failed with constructor'],
])('%s is said in words', (code, words) => {
  expect(deadWords(code)).toBe(words)
  expect(laneWords(code)).toBe(words)
})
