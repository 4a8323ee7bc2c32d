import { expect, it } from 'vitest'
import { freshPlatform } from '../world.ts'
import { ask, otherWorkspace, refusal } from './client.ts'

const at = freshPlatform({ env: { SOURCE_EVENTS_PER_SECOND: '1000' } })
const slug = () => `s${crypto.randomUUID().slice(0, 8)}`

interface Reply {
  source: { id: string; eventsPerSecond: number | null }
}

it('of a workspace’s own is what it says, up to what the deployment lets through', async () => {
  const { headers } = await otherWorkspace()
  const { source } = await ask<Reply>(at, 'POST', '/api/sources', { slug: slug(), eventsPerSecond: 20 }, headers)
  expect(source.eventsPerSecond).toBe(20)
  const path = `/api/sources/${source.id}`
  const change = async (eventsPerSecond: unknown) =>
    (await ask<Reply>(at, 'PATCH', path, { eventsPerSecond }, headers)).source.eventsPerSecond
  expect(await change(1_000)).toBe(1_000)
  // What is not said stays.
  expect((await ask<Reply>(at, 'PATCH', path, { name: 'Shop' }, headers)).source.eventsPerSecond).toBe(1_000)
  expect(await change(null)).toBeNull()
  const more = await refusal(at, 'PATCH', path, { eventsPerSecond: 1_001 }, headers)
  const why = 'eventsPerSecond: At most 1000 a second: more comes by whoever runs this deployment.'
  expect([more.status, more.problems]).toEqual([403, [why]])
  const made = await refusal(at, 'POST', '/api/sources', { slug: slug(), eventsPerSecond: 2_000 }, headers)
  expect(made.status).toBe(403)
  for (const wrong of [0, -1, 1.5, '5', 100_001])
    expect((await refusal(at, 'PATCH', path, { eventsPerSecond: wrong }, headers)).status).toBe(400)
})

it('of the operator’s own workspace may be more', async () => {
  const { source } = await ask<Reply>(at, 'POST', '/api/sources', { slug: slug() })
  expect(source.eventsPerSecond).toBeNull()
  const { source: after } = await ask<Reply>(at, 'PATCH', `/api/sources/${source.id}`, { eventsPerSecond: 20_000 })
  expect(after.eventsPerSecond).toBe(20_000)
})
