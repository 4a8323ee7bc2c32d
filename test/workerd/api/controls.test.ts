import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { LaneConfig } from '../../../src/settings/index.ts'
import { openDatabase, SettingsCache } from '../../../src/settings/index.ts'
import { context } from '../../../src/context.ts'
import { freshPlatform, newSource } from '../world.ts'
import { ask, type DestinationReply, newDestination, refusal } from './client.ts'

const at = freshPlatform()
const urls = ['https://hooks.example.com/in']
let sourceId = ''

beforeAll(async () => {
  sourceId = (await newSource(at)).id
})

const patch = async (id: string, changes: unknown) =>
  (await ask<{ destination: DestinationReply }>(at, 'PATCH', `/api/destinations/${id}`, changes)).destination
const get = async (id: string) =>
  (await ask<{ destination: DestinationReply }>(at, 'GET', `/api/destinations/${id}`)).destination

const CUSTOM = { delaysSeconds: [0, 1.5, 604_800], ageSeconds: 700_000 }

it.each<[string, unknown]>([
  ['rate', 12.5],
  ['concurrency', 1],
  ['concurrency', 50],
  ['concurrency', null],
  ['maxInFlight', 1],
  ['maxInFlight', 600],
  ['maxInFlight', null],
  ['paused', true],
  ['schedule', 'standard-webhooks-3d'],
  ['schedule', CUSTOM],
])('%s %j is set when a destination is made, by a change, and shown', async (name, value) => {
  const body = { sourceId, metadataId: 'webhooks', settings: { urls }, [name]: value }
  const made = (await ask<{ destination: DestinationReply }>(at, 'POST', '/api/destinations', body)).destination
  expect(made).toMatchObject({ [name]: value })
  expect(await get(made.id)).toMatchObject({ [name]: value })
  const before = await newDestination(at, sourceId)
  const { health: _health, ...changed } = await patch(before.id, { [name]: value })
  const { health: _before, ...same } = before
  expect(changed).toEqual({ ...same, [name]: value })
})

it('keeps a schedule’s name as the word that it always was', async () => {
  const { id } = await newDestination(at, sourceId)
  const row = await env.DB.prepare('SELECT schedule, paused, notice FROM destinations WHERE id = ?').bind(id).first()
  expect(row).toEqual({ schedule: 'segment-4h', paused: 0, notice: null })
})

describe('is refused:', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ concurrency: 0 }, 'concurrency: At least 1.'],
    [{ concurrency: 51 }, 'concurrency: At most 50.'],
    [{ concurrency: 2.5 }, 'concurrency: Must be a whole number.'],
    [{ concurrency: '4' }, 'concurrency: Must be a number.'],
    [{ maxInFlight: 0 }, 'maxInFlight: At least 1.'],
    [{ maxInFlight: 601 }, 'maxInFlight: At most 600.'],
    [{ maxInFlight: 1.5 }, 'maxInFlight: Must be a whole number.'],
    [{ paused: 'yes' }, 'paused: Must be true or false.'],
    [{ schedule: 'never' }, 'schedule: Must be segment-4h, standard-webhooks-3d, or delaysSeconds and ageSeconds.'],
    [{ schedule: null }, 'schedule: Must be segment-4h, standard-webhooks-3d, or delaysSeconds and ageSeconds.'],
    [{ schedule: { ageSeconds: 5 } }, 'schedule.delaysSeconds: '],
    [{ schedule: { delaysSeconds: [], ageSeconds: 5 } }, 'schedule.delaysSeconds: At least one attempt.'],
    [{ schedule: { delaysSeconds: [-1], ageSeconds: 5 } }, 'schedule.delaysSeconds.0: Must not be negative.'],
    [{ schedule: { delaysSeconds: ['1'], ageSeconds: 5 } }, 'schedule.delaysSeconds.0: Must be a number.'],
    [
      { schedule: { delaysSeconds: [604_801], ageSeconds: 700_000 } },
      'schedule.delaysSeconds.0: At most 604800 seconds.',
    ],
    [{ schedule: { delaysSeconds: Array<number>(51).fill(0), ageSeconds: 5 } }, 'schedule.delaysSeconds: At most 50'],
    [{ schedule: { delaysSeconds: [0], ageSeconds: 0 } }, 'schedule.ageSeconds: At least 1 second.'],
    [{ schedule: { delaysSeconds: [0], ageSeconds: 2_592_001 } }, 'schedule.ageSeconds: At most 2592000 seconds.'],
    [
      { schedule: { delaysSeconds: [0, 6], ageSeconds: 5 } },
      'schedule.ageSeconds: Must be at least the sum of the delays.',
    ],
    [{ schedule: { delaysSeconds: [0], ageSeconds: 5, more: 1 } }, 'schedule.more: '],
    [{ notice: 'mine' }, 'notice: '],
  ])('%j', async (facts, problem) => {
    const before = await newDestination(at, sourceId)
    const body = { sourceId, metadataId: 'webhooks', settings: { urls }, ...facts }
    for (const [method, path, sent] of [
      ['POST', '/api/destinations', body],
      ['PATCH', `/api/destinations/${before.id}`, facts],
    ] as const) {
      const { status, problems } = await refusal(at, method, path, sent)
      expect([status, problems]).toEqual([400, [expect.stringContaining(problem)]])
    }
    expect(await get(before.id)).toEqual(before)
  })
})

it('all of it reaches the lane', async () => {
  const told: LaneConfig[] = []
  const LANE = {
    getByName: () => ({ configure: (config: LaneConfig) => Promise.resolve(void told.push(config)) }),
  } as unknown as Cloudflare.Env['LANE']
  const platform = freshPlatform({ env: { LANE } })
  const { id } = await newDestination(platform, sourceId)
  const changes = { rate: 5, concurrency: null, maxInFlight: 12, paused: true, schedule: CUSTOM }
  await ask(platform, 'PATCH', `/api/destinations/${id}`, changes)
  // A sign of the settings, by which the lane sees that they were changed.
  const settings = expect.stringMatching(/^[0-9a-z]+$/) as unknown
  const common = { enabled: true, timeoutMs: 5_000, settings }
  expect(told).toEqual([
    { version: 1, paused: false, rate: null, concurrency: null, schedule: 'segment-4h', ...common },
    { version: 2, ...changes, ...common },
  ])
  expect(told[0]?.settings).toBe(told[1]?.settings)
})

it('a paused destination is in its source’s plan, a disabled one is not', async () => {
  const source = (await newSource(at)).id
  const [paused, disabled] = [await newDestination(at, source), await newDestination(at, source)]
  await patch(paused.id, { paused: true })
  await patch(disabled.id, { enabled: false })
  const plan = await new SettingsCache(openDatabase(env.DB, undefined, context)).plan(source)
  expect(plan?.destinations).toMatchObject([{ id: paused.id, lane: { paused: true, enabled: true } }])
})
