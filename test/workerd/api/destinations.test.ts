import { beforeAll, describe, expect, it } from 'vitest'
import { cursorOf } from '../../../src/settings/index.ts'
import { call, freshPlatform, newSource } from '../world.ts'
import { ask, type DestinationReply, newDestination, newIntegration, refusal } from './client.ts'

const at = freshPlatform()
const urls = ['https://hooks.example.com/in']
let sourceId = ''
let direct = ''

beforeAll(async () => {
  sourceId = (await newSource(at)).id
  direct = (
    await newIntegration(at, {
      settings: [
        { name: 'region', label: 'Region', type: 'select', choices: ['eu', 'us'] },
        { name: 'limit', label: 'Limit', type: 'number' },
        { name: 'deep', label: 'Deep', type: 'boolean' },
        { name: 'tags', label: 'Tags', type: 'list' },
        { name: 'pairs', label: 'Pairs', type: 'map' },
      ],
    })
  ).id
})

const get = async (id: string) =>
  (await ask<{ destination: DestinationReply }>(at, 'GET', `/api/destinations/${id}`)).destination
const patch = async (id: string, changes: unknown) =>
  (await ask<{ destination: DestinationReply }>(at, 'PATCH', `/api/destinations/${id}`, changes)).destination

it('is made in the shape of the Public API', async () => {
  const { status, json } = await call<{ data: { destination: DestinationReply } }>(at, 'POST', '/api/destinations', {
    sourceId,
    metadataId: 'webhooks',
    settings: { urls },
  })
  expect([status, json]).toEqual([
    201,
    {
      data: {
        destination: {
          id: expect.stringMatching(/^dst_[0-9a-z]{20}$/),
          name: 'Webhooks',
          enabled: true,
          paused: false,
          notice: null,
          sourceId,
          metadata: expect.objectContaining({ id: 'webhooks', name: 'Webhooks' }),
          settings: { urls },
          rate: null,
          concurrency: null,
          maxInFlight: null,
          schedule: 'segment-4h',
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          health: expect.objectContaining({ state: 'idle', label: 'No events yet', needs: null, at: null }),
        },
      },
    },
  ])
  expect(await get(json.data.destination.id)).toEqual(json.data.destination)
})

describe('is refused with', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ sourceId: 5 }, 'sourceId: Must be text.'],
    [{ enabled: 'no' }, 'enabled: Must be true or false.'],
    [{ name: ' ' }, 'name: Must not be empty.'],
    [{ rate: -1 }, 'rate: At least 0.001 a second.'],
    [{ settings: 'none' }, 'settings: Must be an object.'],
    [{ extra: 1 }, 'extra: '],
    [{ settings: {} }, 'settings.urls: This setting is required.'],
    [{ settings: undefined }, 'settings.urls: This setting is required.'],
    [{ settings: { urls: 'https://example.com' } }, 'settings.urls: Must be a list.'],
    [{ settings: { urls: [] } }, 'settings.urls: At least one is needed.'],
    [{ settings: { urls: Array<string>(6).fill('https://example.com') } }, 'settings.urls: At most 5.'],
    [{ settings: { urls: [5] } }, 'settings.urls.0: Must be text.'],
    [{ settings: { urls: [''] } }, 'settings.urls.0: Must not be empty.'],
    [{ settings: { urls: ['nonsense'] } }, 'settings.urls.0: The address is not a URL.'],
    [{ settings: { urls: [...urls, 'http://a.example'] } }, 'settings.urls.1: The address must begin with https://.'],
    [{ settings: { urls, Urls: [] } }, 'settings.Urls: There is no such setting.'],
    [{ settings: { urls, sharedSecret: '' } }, 'settings.sharedSecret: Must not be empty.'],
    [{ settings: { urls, sharedSecret: 5 } }, 'settings.sharedSecret: Must be text.'],
    [{ settings: { urls, sharedSecret: 'x'.repeat(4_097) } }, 'settings.sharedSecret: Must be shorter than'],
    [{ settings: { urls, signingSecret: 'whsec_short' } }, 'settings.signingSecret: The secret must be whsec_'],
    [
      { settings: { urls, signingSecret: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' } },
      'settings.signingSecret: The secret must be whsec_',
    ],
    [{ settings: { urls, headers: [] } }, 'settings.headers: Must be a list of names and values.'],
  ])('%j', async (facts, problem) => {
    const body = { sourceId, metadataId: 'webhooks', settings: { urls }, ...facts }
    const { status, type, problems } = await refusal(at, 'POST', '/api/destinations', body)
    expect([status, type, problems]).toEqual([400, 'bad-request', [expect.stringContaining(problem)]])
  })

  it.each<[Record<string, unknown>, string]>([
    [{}, 'settings.apiKey: This setting is required.'],
    [{ apiKey: 'k', region: 'asia' }, 'settings.region: Must be one of eu, us.'],
    [{ apiKey: 'k', limit: '5' }, 'settings.limit: Must be a number.'],
    [{ apiKey: 'k', deep: 'true' }, 'settings.deep: Must be true or false.'],
    [{ apiKey: 'k', tags: 'a' }, 'settings.tags: Must be a list.'],
    [{ apiKey: 'k', tags: Array<string>(101).fill('a') }, 'settings.tags: At most 100.'],
    [{ apiKey: 'k', pairs: { a: 1 } }, 'settings.pairs: The value of "a" must be text.'],
    [{ apiKey: 'k', endpoint: 'https://evil.example.com' }, 'settings.endpoint: There is no such setting.'],
  ])('the settings %j of a direct integration', async (settings, problem) => {
    const { status, problems } = await refusal(at, 'POST', '/api/destinations', {
      sourceId,
      metadataId: direct,
      settings,
    })
    expect([status, problems]).toEqual([400, [problem]])
  })

  it('all problems at once', async () => {
    const settings = { urls: ['http://a.example', 'https://localhost/'], signingSecret: 'x', other: 1 }
    const { problems } = await refusal(at, 'POST', '/api/destinations', { sourceId, metadataId: 'webhooks', settings })
    expect(problems.map((problem) => String(problem.split(': ')[0])).toSorted()).toEqual([
      'settings.other',
      'settings.signingSecret',
      'settings.urls.0',
      'settings.urls.1',
    ])
  })

  it('twenty of many problems, and how many more there are; of a long name its beginning', async () => {
    const names = Array.from({ length: 30 }, (_, n) => [`${n}${'x'.repeat(1_000)}`, 1])
    const settings = { urls, ...Object.fromEntries(names) }
    const { problems } = await refusal(at, 'POST', '/api/destinations', { sourceId, metadataId: 'webhooks', settings })
    expect(problems).toHaveLength(21)
    expect(problems.at(-1)).toBe('There are 10 more problems like these.')
    expect(Math.max(...problems.map(({ length }) => length))).toBeLessThan(250)
  })

  it.each<[Record<string, unknown>, string]>([
    [{ sourceId: 'src_none' }, 'There is no source src_none.'],
    [{ metadataId: 'nothing' }, 'metadataId: There is no integration nothing.'],
  ])('%j, which is not there', async (facts, problem) => {
    const body = { sourceId, metadataId: 'webhooks', settings: { urls }, ...facts }
    expect(await refusal(at, 'POST', '/api/destinations', body)).toEqual({
      status: 404,
      type: 'not-found',
      problems: [problem],
    })
  })
})

describe('a change', () => {
  it('of one thing leaves the others', async () => {
    const before = await newDestination(at, sourceId, { urls, sharedSecret: 'shh' })
    const off = { ...before, enabled: false, health: { ...before.health, state: 'disabled', label: 'Disabled' } }
    expect(await patch(before.id, { enabled: false })).toEqual(off)
    expect(await patch(before.id, { name: 'Mine' })).toEqual({ ...off, name: 'Mine' })
    expect(await patch(before.id, { rate: 2.5 })).toMatchObject({ rate: 2.5, settings: before.settings })
    expect(await patch(before.id, { rate: null })).toMatchObject({ rate: null })
    expect(await patch(before.id, { enabled: true, name: before.name })).toEqual(before)
    expect(await patch(before.id, {})).toEqual(before)
  })

  it('of a setting is merged, and null removes', async () => {
    const { id } = await newDestination(at, sourceId, { urls, headers: { 'X-A': '1' } })
    const more = [...urls, 'https://hooks.example.com/second']
    const headers = { 'X-A': '••••••••' }
    expect((await patch(id, { settings: { urls: more } })).settings).toEqual({ urls: more, headers })
    expect((await patch(id, { settings: { headers: null } })).settings).toEqual({ urls: more })
  })

  it.each<[Record<string, unknown>, string]>([
    [{ settings: { urls: null } }, 'settings.urls: This setting is required.'],
    [{ settings: { urls: ['https://10.0.0.1/'] } }, 'settings.urls.0: The address must be a public host'],
    [{ settings: { nothing: 1 } }, 'settings.nothing: There is no such setting.'],
    [{ sourceId: 'src_other' }, 'sourceId: '],
    [{ metadataId: 'other' }, 'metadataId: '],
    [{ enabled: null }, 'enabled: Must be true or false.'],
  ])('%j is refused and changes nothing', async (changes, problem) => {
    const before = await newDestination(at, sourceId)
    const { status, problems } = await refusal(at, 'PATCH', `/api/destinations/${before.id}`, {
      name: 'Changed',
      ...changes,
    })
    expect([status, problems]).toEqual([400, [expect.stringContaining(problem)]])
    expect(await get(before.id)).toEqual(before)
  })
})

it('keeps all of several changes that come at once', async () => {
  const { id } = await newDestination(at, sourceId)
  const changes = [{ sharedSecret: 's' }, { headers: { 'X-A': 'a' } }, { urls: ['https://hooks.example.com/other'] }]
  await Promise.all(changes.map((settings) => patch(id, { settings })))
  expect((await get(id)).settings).toEqual({
    urls: ['https://hooks.example.com/other'],
    sharedSecret: '••••••••',
    headers: { 'X-A': '••••••••' },
  })
})

it('is enabled and disabled, which reaches its lane with a growing version', async () => {
  const told: unknown[] = []
  const LANE = {
    getByName: (lane: string) => ({
      configure: ({ enabled, version, deleted }: { enabled: boolean; version: number; deleted?: boolean }) => {
        told.push([lane, version, enabled, deleted])
        return Promise.resolve()
      },
    }),
  } as unknown as Cloudflare.Env['LANE']
  const platform = freshPlatform({ env: { LANE } })
  const { id } = await newDestination(platform, sourceId)
  await ask(platform, 'PATCH', `/api/destinations/${id}`, { enabled: false })
  await ask(platform, 'PATCH', `/api/destinations/${id}`, { enabled: true })
  await ask(platform, 'DELETE', `/api/destinations/${id}`)
  expect(told).toEqual([
    [id, 1, true, undefined],
    [id, 2, false, undefined],
    [id, 3, true, undefined],
    [id, 4, false, true],
  ])
})

it('is saved although its lane does not answer', async () => {
  const logged: string[] = []
  const LANE = {
    getByName: () => ({ configure: () => Promise.reject(new Error('lane is away')) }),
  } as unknown as Cloudflare.Env['LANE']
  const platform = freshPlatform({ env: { LANE }, ctx: { log: (_, message) => void logged.push(message) } })
  const { id } = await newDestination(platform, sourceId)
  expect(await get(id)).toMatchObject({ id })
  expect(logged).toEqual(['lane not told of its settings'])
})

it('stays, disabled, when it is deleted and its lane does not answer, and goes when it is asked again', async () => {
  const lane = { away: false, deleted: 0 }
  const configure = ({ deleted }: { deleted?: boolean }) => {
    if (lane.away) return Promise.reject(new Error('lane is away'))
    if (deleted) lane.deleted++
    return Promise.resolve()
  }
  const LANE = { getByName: () => ({ configure }) } as unknown as Cloudflare.Env['LANE']
  const platform = freshPlatform({ env: { LANE }, ctx: { log: () => undefined } })
  const { id } = await newDestination(platform, sourceId)
  lane.away = true
  expect((await refusal(platform, 'DELETE', `/api/destinations/${id}`)).status).toBe(500)
  expect(await get(id)).toMatchObject({
    id,
    enabled: false,
    notice: 'It is being deleted. Delete it again if it is still here.',
  })
  lane.away = false
  expect(await ask(platform, 'DELETE', `/api/destinations/${id}`)).toEqual({ status: 'SUCCESS' })
  expect(lane.deleted).toBe(1)
  expect((await refusal(platform, 'GET', `/api/destinations/${id}`)).status).toBe(404)
})

it('is gone once it is deleted', async () => {
  const { id } = await newDestination(at, sourceId)
  expect(await ask(at, 'DELETE', `/api/destinations/${id}`)).toEqual({ status: 'SUCCESS' })
  for (const [method, rest] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['GET', '/ledger'],
    ['GET', '/delivery-metrics'],
    ['GET', '/dead-letters'],
  ] as const) {
    const body = method === 'PATCH' ? {} : undefined
    expect(await refusal(at, method, `/api/destinations/${id}${rest}`, body)).toEqual({
      status: 404,
      type: 'not-found',
      problems: [`There is no destination ${id}.`],
    })
  }
})

it.each(['x', -1, 1.5, '', 1e300])('has no dead letters after %j', async (key) => {
  const { id } = await newDestination(at, sourceId)
  const cursor = cursorOf({ after: [key] })
  for (const of of [cursor, cursorOf({ before: [1] }), 'o5']) {
    expect(await refusal(at, 'GET', `/api/destinations/${id}/dead-letters?pagination[cursor]=${of}`)).toEqual({
      status: 400,
      type: 'bad-request',
      problems: [expect.stringMatching(/^pagination\.cursor: This cursor is not one of ours\./)],
    })
  }
  expect((await refusal(at, 'GET', `/api/destinations/${id}/dead-letters?before=5`)).problems).toEqual([
    'before: Lists are paged by pagination[count] and pagination[cursor].',
  ])
})
