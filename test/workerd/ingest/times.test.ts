import { beforeAll, expect, it, vi } from 'vitest'
import { type Context, context } from '../../../src/context.ts'
import { ask } from '../api/client.ts'
import { freshPlatform, newSource, send } from '../world.ts'

const at = freshPlatform({ ctx: { log: () => undefined } satisfies Partial<Context> })
let source = { id: '', writeKey: '' }
beforeAll(async () => {
  source = await newSource(at)
  const now = new Date(context.now()).toISOString()
  const track = (fields: object) => ({ type: 'track', userId: 'u', event: 'E', ...fields })
  const batch = [
    track({ messageId: 'good', timestamp: now }),
    track({ messageId: 'words', timestamp: 'last Tuesday' }),
    track({ messageId: 'future', timestamp: '4052-01-01T00:00:00Z' }),
    track({ messageId: 'sent', timestamp: now, sentAt: '11/12/2026' }),
    track({ messageId: 'swift', timestamp: now.replace('Z', ':Z') }),
  ]
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
}, 30_000)

const counters = () =>
  ask<{ counters: { received: number; warned: Record<string, number> } }>(
    at,
    'GET',
    `/api/sources/${source.id}/counters`,
  )

it('warnings of accepted events are counted by code, and told with each event', async () => {
  await vi.waitUntil(async () => (await counters()).counters.received === 5, { timeout: 10_000 })
  expect((await counters()).counters.warned).toEqual({ timestamp_unreadable: 1, clock_wrong: 1, sent_at_unreadable: 1 })
  const { events } = await ask<{ events: { messageId: string; warnings: string[]; payload: object }[] }>(
    at,
    'GET',
    `/api/sources/${source.id}/events`,
  )
  const warnings = Object.fromEntries(events.map((one) => [one.messageId, one.warnings]))
  expect(warnings).toEqual({
    good: [],
    words: ['timestamp_unreadable'],
    future: ['clock_wrong'],
    sent: ['sent_at_unreadable'],
    swift: [],
  })
  const words = events.find(({ messageId }) => messageId === 'words')
  expect(words?.payload).toMatchObject({ originalTimestamp: 'last Tuesday' })
})

it('a source without any has none', async () => {
  const other = await newSource(at)
  expect(JSON.stringify(await ask(at, 'GET', `/api/sources/${other.id}/counters`))).not.toContain('warned')
})
