import { describe, expect, it } from 'vitest'
import { rejectedShown, shownOf } from '../../../src/route/tail-sample.ts'
import type { PlanDestination } from '../../../src/settings/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'

const lineOf = (n: number, more: Record<string, unknown> = {}) => {
  const event = {
    type: 'track',
    event: `E${n}`,
    messageId: `m${n}`,
    userId: 'u',
    integrations: {},
    channel: 'server',
    ...more,
  }
  return { text: JSON.stringify(event), event: event as unknown as SpecEvent }
}

const destination = (n: number) =>
  ({
    id: `dst_${n}`,
    integration: { name: 'Hooks', supports: ['page'] },
    channels: ['server'],
  }) as unknown as PlanDestination

describe('what watchers are shown of a batch', () => {
  it('is all of a small one, in its order', () => {
    const shown = shownOf([lineOf(0), lineOf(1, { type: 'page', name: 'P' })], [destination(1)])
    expect(shown.map(({ event, fate }) => [event, fate])).toEqual([
      [0, { matched: 0, filtered: 1, reasons: { dst_1: ['UNSUPPORTED_EVENT_TYPE'] } }],
      [1, { matched: 1, filtered: 0, reasons: {} }],
    ])
    expect(JSON.parse(shown[0]?.line ?? '')).toMatchObject({ event: 'E0' })
  })

  it.each([51, 100, 1_234])('is fifty of %i, from its beginning to its end', (count) => {
    const events = shownOf(
      Array.from({ length: count }, (_, n) => lineOf(n)),
      [],
    ).map(({ event }) => event)
    expect(events).toHaveLength(50)
    expect(new Set(events).size).toBe(50)
    expect(events[0]).toBe(0)
    expect(events.at(-1)).toBeGreaterThan(count * 0.97 - 1)
  })

  it('has 64 KB at most, and of a long event only what tells it apart', () => {
    const wide = Array.from({ length: 40 }, (_, n) => lineOf(n, { properties: { long: 'x'.repeat(4_000) } }))
    const chars = shownOf(wide, []).reduce((sum, { line }) => sum + line.length, 0)
    expect(chars).toBeLessThanOrEqual(64 * 1_024)
    expect(chars).toBeGreaterThan(56 * 1_024)
    const [long] = shownOf([lineOf(7, { event: 'n'.repeat(30_000) })], [])
    expect(long?.cut).toBe(true)
    expect(long?.line.length).toBeLessThan(500)
    expect(JSON.parse(long?.line ?? '')).toMatchObject({ type: 'track', messageId: 'm7', userId: 'u' })
  })

  it('names twenty-five destinations that do not get an event, and counts all', () => {
    const [shown] = shownOf(
      [lineOf(0)],
      Array.from({ length: 1_000 }, (_, n) => destination(n)),
    )
    expect(shown?.fate.filtered).toBe(1_000)
    expect(Object.keys(shown?.fate.reasons ?? {})).toHaveLength(25)
  })

  it('has five rejected events at most', () => {
    const arrivals = Array.from({ length: 9 }, (_, n) => ({
      at: n * 1_000,
      refused: [{ code: 'bad_request' as const, text: `${n}` }],
    }))
    const rejected = rejectedShown(arrivals)
    expect(rejected.map(({ text }) => text)).toEqual(['0', '1', '2', '3', '4'])
    expect(rejected[2]?.at).toBe('1970-01-01T00:00:02.000Z')
  })
})
