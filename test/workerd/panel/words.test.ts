import { describe, expect, it } from 'vitest'
import { isName } from '../../../src/ui/forms.ts'
import { plural, unitOf } from '../../../src/ui/counts.ts'

describe('a name that is typed to confirm', () => {
  it.each([
    ['Growth team’s webhook', "Growth team's webhook"],
    ["Growth team's webhook", 'Growth team’s webhook'],
    ['Growth team’s webhook', '  Growth team‘s   webhook '],
    ['Growth team’s webhook', 'Growth team´s webhook'],
    ['“Quoted” – name', '"Quoted" - name'],
    ['Café', 'Cafe\u0301'],
    ['ﬁne', 'fine'],
    ['No\u00a0break', 'No break'],
    ['Zero\u200bwidth', 'Zerowidth'],
    ['❤️ hooks', '❤ hooks'],
    ['שלום', '\u200fשלום'],
  ])('%s by %s', (name, typed) => {
    expect(isName(typed, name)).toBe(true)
  })

  it.each([
    ['Webhooks', 'webhooks'],
    ['Webhooks', 'Webhook'],
    ['Webhooks', ''],
    ['Café', 'Cafe'],
    ['a-b', 'a b'],
  ])('not %s by %s', (name, typed) => {
    expect(isName(typed, name)).toBe(false)
  })
})

it.each([
  [0, '0 sources'],
  [1, '1 source'],
  [2, '2 sources'],
  [10_000, '10,000 sources'],
])('%i', (count, words) => {
  expect(plural(count, 'source')).toBe(words)
  expect(words).toContain(unitOf(count, 'source'))
})
