import { expect, it } from 'vitest'
import type { SpecEvent } from '../../../src/event/index.ts'
import type { Catalogue } from '../../../src/tables/index.ts'
import { EVENTS } from '../../../src/warehouse/content.ts'
import type { Portion } from '../../../src/warehouse/portions.ts'
import { readyPortions } from '../../../src/warehouse/ready.ts'

const LIMITS = { nameBytes: 63, textBytes: null, columns: 1_500, rowBytes: null }
const COLUMNS = 1_400

function portionOf(events: number): Portion<SpecEvent> {
  const all = Array.from({ length: events }, (_, n) => {
    const at = '2030-01-01T00:00:00.000Z'
    const times = { receivedAt: at, sentAt: at, timestamp: at, originalTimestamp: at }
    const call = { type: 'track', event: 'Wide', messageId: `m${n}`, context: {}, integrations: {} }
    return { ...call, ...times, properties: { [`k${n % COLUMNS}`]: n } } as unknown as SpecEvent
  })
  const ends = all.map((_, n) => ({ seq: 7, index: n + 1 }))
  const notices = [{ code: 'unreadable' as const, table: '', column: null, count: 1, samples: [] }]
  const to = { seq: 8, index: 0 }
  return { all, ends, size: 0, to, committedAt: 'whole', kinds: new Set(), notices }
}

async function ready(portion: Portion<SpecEvent>, tables: Catalogue | null) {
  const deps = { content: EVENTS, limits: LIMITS, selection: undefined, now: () => 0, rest: () => Promise.resolve() }
  const portions = (async function* () {
    yield portion
  })()
  const made = []
  for await (const one of readyPortions(portions, { ...deps, tables: () => tables })) made.push(one)
  return made
}

it('cuts a portion whose rows would be mostly NULL, and each part ends where its last event does', async () => {
  const made = await ready(portionOf(2_000), null)
  expect(made.length).toBeGreaterThan(2)
  for (const { plan } of made) {
    const cells = plan.tables.flatMap(({ rows }) => rows).reduce((sum, row) => sum + row.length, 0)
    expect(cells).toBeLessThanOrEqual(500_000)
  }
  const ids = made.flatMap(({ portion }) => portion.all.map(({ messageId }) => messageId))
  expect(ids).toEqual(Array.from({ length: 2_000 }, (_, n) => `m${n}`))
  const parts = made.map(({ portion: { all, to, committedAt, notices } }) => [
    all.length,
    to,
    committedAt,
    notices.length,
  ])
  const [first = []] = parts
  expect(first).toEqual([first[0], { seq: 7, index: first[0] }, null, 1])
  expect(parts.at(-1)?.slice(1)).toEqual([{ seq: 8, index: 0 }, 'whole', 0])
})

it('goes by the columns that a table has, of which the events need few', async () => {
  const wide = new Map(Array.from({ length: COLUMNS }, (_, n) => [`c${n}`, { name: `c${n}`, type: 'text' as const }]))
  const few = portionOf(600)
  for (const event of few.all) event.properties = { k: 1 }
  expect(await ready(few, new Map([['wide', wide]]))).toHaveLength(2)
  expect(await ready(portionOf(1), null)).toHaveLength(1)
})
