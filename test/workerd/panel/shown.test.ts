import { describe, expect, it } from 'vitest'
import type { TailEvent } from '../../../src/control/events/tail-event.ts'
import { factsOf } from '../../../src/control/events/pages/facts.ts'
import { EventRow } from '../../../src/control/events/pages/row.tsx'
import { cutText, SHOWN, shownJson } from '../../../src/ui/shown.ts'

const deep = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown
const many = (count: number, value: (n: number) => unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, value(n)]))

/** What 32 KB of an event can hold at its worst. */
const HOSTILE: Record<string, Record<string, unknown>> = {
  '3,300 properties': many(3_300, (n) => n),
  '32 arrays, 495 deep': many(32, () => deep(495)),
  'one value of 32,000 quotes': { p: '"'.repeat(32_000) },
  'one name of 32,000 letters': { ['<'.repeat(32_000)]: 1 },
  'a list of 16,000': { p: Array.from({ length: 16_000 }, () => 0) },
  '4,000 empty objects in one another’s list': { p: Array.from({ length: 4_000 }, () => ({ a: {} })) },
  'control characters': { p: '\u0000'.repeat(5_000) },
}

const eventOf = (properties: Record<string, unknown>): TailEvent => ({
  id: '1.0',
  status: 'accepted',
  at: '2026-11-27T05:27:47.123Z',
  type: 'track',
  name: 'x'.repeat(30_000),
  messageId: null,
  userId: '&'.repeat(30_000),
  anonymousId: null,
  warnings: [],
  code: null,
  destinations: null,
  text: null,
  payload: { type: 'track', event: 'E', properties },
})

describe.each(Object.entries(HOSTILE))('%s', (_, properties) => {
  it('is cut before it becomes part of a page', () => {
    const facts = factsOf(eventOf(properties), {})
    expect(facts.length).toBeLessThanOrEqual(SHOWN.facts + 1)
    const html = String(EventRow({ event: eventOf(properties), names: {}, path: '/sources/s/debugger' }))
    // Fifty of them make a page.
    expect(html.length * 50).toBeLessThan(700 * 1024)
    expect(html).toContain('cut here')
  })

  it('is written without looking at what is not shown', () => {
    let looked = 0
    const counted = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value
      return new Proxy(value, {
        get: (target, name, self) => {
          looked++
          return counted(Reflect.get(target, name, self))
        },
      })
    }
    const { text, cut } = shownJson(counted(properties), SHOWN.raw)
    expect(cut).toBe(true)
    expect(text.length).toBeLessThanOrEqual(SHOWN.raw)
    expect(looked).toBeLessThan(SHOWN.raw)
  })
})

describe('what is within the limits', () => {
  it.each([
    [{}],
    [[]],
    [{ a: 1, b: [1, 'two', null, true, { c: {} }], 'd"e': { f: [] } }],
    ['text'],
    [{ emoji: '👩‍👩‍👧', rtl: 'שלום', own: { ['__proto__']: 1 } }],
  ])('is written as JSON.stringify writes it: %j', (value) => {
    expect(shownJson(value, 10_000)).toEqual({ text: JSON.stringify(value, null, 2), cut: false })
    expect(shownJson(value, 10_000, '')).toEqual({ text: JSON.stringify(value), cut: false })
  })

  it('says how many values it leaves out, and keeps what matters most', () => {
    const facts = factsOf(
      {
        ...eventOf(many(3_300, (n) => n)),
        destinations: { matched: 0, filtered: 1, reasons: { d: ['UNSUPPORTED_EVENT_TYPE'] } },
      },
      { d: 'Hooks' },
    )
    expect(facts.map(([name]) => name)).toContain('Not sent to Hooks')
    const shown = facts.filter(([name]) => name.startsWith('properties.')).length
    expect(facts.at(-1)).toEqual(['Not shown here', `${(3_300 - shown).toLocaleString('en-GB')} values`])
  })
})

it('breaks no letter in two', () => {
  expect(cutText('ab🎉', 3)).toEqual({ text: 'ab', cut: true })
  expect(cutText('ab🎉', 4)).toEqual({ text: 'ab🎉', cut: false })
})

it('levels beyond the tenth are not written', () => {
  const tenth = (inner: string) => '['.repeat(10) + inner + ']'.repeat(10)
  expect(shownJson(deep(12), 10_000, '')).toEqual({ text: tenth('[…]'), cut: true })
  expect(shownJson(deep(11), 10_000, '')).toEqual({ text: tenth('[]'), cut: false })
})
