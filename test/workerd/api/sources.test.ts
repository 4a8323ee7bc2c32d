import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { SOURCE_KINDS } from '../../../src/integrations/source-kinds.ts'
import { call, freshPlatform, newSource, recordingQueue, send } from '../world.ts'
import { ask, type DestinationReply, newDestination, refusal, type SourceReply } from './client.ts'

const at = freshPlatform()

const create = async (body: unknown) => (await ask<{ source: SourceReply }>(at, 'POST', '/api/sources', body)).source
const get = async (id: string) => (await ask<{ source: SourceReply }>(at, 'GET', `/api/sources/${id}`)).source
const accepts = async (platform: typeof at, writeKey: string) =>
  (await send(platform, '/v1/track', { body: JSON.stringify({ writeKey, userId: 'u', event: 'E' }) })).status === 200

it('makes a source in the shape of the Public API', async () => {
  const { status, json } = await call<{ data: { source: SourceReply } }>(at, 'POST', '/api/sources', {
    slug: 'shape',
    name: '  Shop  ',
  })
  expect([status, json]).toEqual([
    201,
    {
      data: {
        source: {
          id: expect.stringMatching(/^src_[0-9a-z]{20}$/),
          slug: 'shape',
          name: 'Shop',
          metadata: expect.objectContaining({ id: 'http-api', slug: 'http-api' }),
          workspaceId: 'ws_first',
          enabled: true,
          eventsPerSecond: null,
          writeKeys: [expect.stringMatching(/^[0-9a-z]{32}$/)],
          settings: {},
          labels: [],
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        },
      },
    },
  ])
  expect(await get(json.data.source.id)).toEqual(json.data.source)
})

it('names a source after its slug, and takes a write key that clients already use', async () => {
  const source = await create({ slug: 'moved', writeKey: 'Existing_Key-1', metadataId: 'http-api', enabled: false })
  expect(source).toMatchObject({ name: 'moved', enabled: false, writeKeys: ['Existing_Key-1'] })
})

describe('what cannot be a source', () => {
  it.each<[unknown, string]>([
    [{}, 'slug: '],
    [{ slug: '' }, 'slug: A slug has'],
    [{ slug: '-a' }, 'slug: A slug has'],
    [{ slug: 'ä' }, 'slug: A slug has'],
    [{ slug: 'x'.repeat(64) }, 'slug: A slug has'],
    [{ slug: 7 }, 'slug: Must be text.'],
    [{ slug: 'ok', name: '' }, 'name: Must not be empty.'],
    [{ slug: 'ok', name: 'x'.repeat(101) }, 'name: At most 100 characters.'],
    [{ slug: 'ok', enabled: 1 }, 'enabled: Must be true or false.'],
    [{ slug: 'ok', writeKey: '' }, 'writeKey: A write key has'],
    [{ slug: 'ok', writeKey: 'a b' }, 'writeKey: A write key has'],
    [{ slug: 'ok', writeKey: 'x'.repeat(65) }, 'writeKey: A write key has'],
    [{ slug: 'ok', metadataId: 'cobol' }, `metadataId: Must be one of ${SOURCE_KINDS.map(({ id }) => id).join(', ')}.`],
    [{ slug: 'ok', workspaceId: 'ws_other' }, 'workspaceId: '],
    [{ slug: 'ok', id: 'src_mine' }, 'id: '],
  ])('%j', async (body, problem) => {
    const { status, problems } = await refusal(at, 'POST', '/api/sources', body)
    expect([status, problems]).toEqual([400, [expect.stringContaining(problem)]])
  })
})

describe('what is taken', () => {
  it('a slug', async () => {
    await create({ slug: 'taken-slug' })
    expect(await refusal(at, 'POST', '/api/sources', { slug: 'taken-slug' })).toEqual({
      status: 409,
      type: 'conflict',
      problems: ['slug: The slug taken-slug is taken.'],
    })
  })

  it('a write key, also one that was revoked or whose source is gone', async () => {
    const inUse = {
      status: 409,
      type: 'conflict',
      problems: [
        'writeKey: This write key is or was in use. If it is yours, ask whoever runs this deployment: they can give it to your source.',
      ],
    }
    const first = await create({ slug: 'key-a', writeKey: 'key_of_a' })
    expect(await refusal(at, 'POST', '/api/sources', { slug: 'key-b', writeKey: 'key_of_a' })).toEqual(inUse)
    await ask(at, 'DELETE', `/api/sources/${first.id}/writekey/key_of_a`)
    expect(await refusal(at, 'POST', '/api/sources', { slug: 'key-c', writeKey: 'key_of_a' })).toEqual(inUse)
    const gone = await create({ slug: 'key-d', writeKey: 'key_of_d' })
    await ask(at, 'DELETE', `/api/sources/${gone.id}`)
    expect(await refusal(at, 'POST', '/api/sources', { slug: 'key-e', writeKey: 'key_of_d' })).toEqual(inUse)
    expect(await refusal(at, 'POST', `/api/sources/${first.id}/writekey`, { writeKey: 'key_of_d' })).toEqual(inUse)
  })

  it.each([
    ['slug', { slug: 'race' }],
    ['writeKey', { writeKey: 'race_key' }],
  ])('a %s that two ask for at the same moment goes to one of them', async (field, body) => {
    const replies = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        call<{ errors?: { field: string }[] }>(at, 'POST', '/api/sources', { slug: `race-${field}-${index}`, ...body }),
      ),
    )
    expect(replies.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409', '409', '409'])
    const fields = replies.flatMap(({ json }) => json.errors ?? []).map((error) => error.field)
    expect(fields).toEqual([field, field, field])
  })
})

it('changes name and state, and nothing else', async () => {
  const { id } = await create({ slug: 'changes' })
  const changed = await ask<{ source: SourceReply }>(at, 'PATCH', `/api/sources/${id}`, { name: 'New', enabled: false })
  expect(changed.source).toMatchObject({ id, slug: 'changes', name: 'New', enabled: false })
  expect(await get(id)).toEqual(changed.source)
  expect(await ask(at, 'PATCH', `/api/sources/${id}`, {})).toEqual(changed)
  for (const body of [{ slug: 'other' }, { writeKeys: [] }, { name: null }, { enabled: 'no' }]) {
    expect((await refusal(at, 'PATCH', `/api/sources/${id}`, body)).status).toBe(400)
  }
  expect(await get(id)).toEqual(changed.source)
})

it.each([
  ['GET', ''],
  ['PATCH', ''],
  ['DELETE', ''],
  ['POST', '/writekey'],
  ['DELETE', '/writekey/k'],
  ['GET', '/connected-destinations'],
  ['GET', '/counters'],
])('%s of a source that is not there is 404 (%s)', async (method, rest) => {
  const body = method === 'PATCH' ? { name: 'x' } : undefined
  expect(await refusal(at, method, `/api/sources/src_none${rest}`, body)).toEqual({
    status: 404,
    type: 'not-found',
    problems: ['There is no source src_none.'],
  })
})

describe('write keys', () => {
  it('are added, by chance or by choice', async () => {
    const { id } = await newSource(at, 'keys_first')
    const add = async (body?: unknown) => {
      const { status, json } = await call<{ data: { source: SourceReply } }>(
        at,
        'POST',
        `/api/sources/${id}/writekey`,
        body,
      )
      return [status, json.data.source.writeKeys.length]
    }
    expect(await add()).toEqual([201, 2])
    expect(await add({})).toEqual([201, 3])
    expect(await add({ writeKey: 'keys_chosen' })).toEqual([201, 4])
    expect((await get(id)).writeKeys).toEqual(expect.arrayContaining(['keys_first', 'keys_chosen']))
    expect((await refusal(at, 'POST', `/api/sources/${id}/writekey`, { writeKey: 'a/b' })).status).toBe(400)
  })

  it('work at once and end when they are revoked', async () => {
    const platform = freshPlatform({ env: { EVENTS: recordingQueue().queue } })
    const { id } = await newSource(platform, 'revoke_first')
    await ask(platform, 'POST', `/api/sources/${id}/writekey`, { writeKey: 'revoke_second' })
    expect([await accepts(platform, 'revoke_first'), await accepts(platform, 'revoke_second')]).toEqual([true, true])
    expect(await ask(platform, 'DELETE', `/api/sources/${id}/writekey/revoke_first`)).toEqual({ status: 'SUCCESS' })
    expect([await accepts(platform, 'revoke_first'), await accepts(platform, 'revoke_second')]).toEqual([false, true])
    expect((await get(id)).writeKeys).toEqual(['revoke_second'])
    expect((await refusal(platform, 'DELETE', `/api/sources/${id}/writekey/revoke_first`)).status).toBe(404)
  })

  it('are revoked at their own source only', async () => {
    const one = await newSource(at, 'own_one')
    const two = await newSource(at, 'own_two')
    expect((await refusal(at, 'DELETE', `/api/sources/${one.id}/writekey/own_two`)).status).toBe(404)
    expect((await get(two.id)).writeKeys).toEqual(['own_two'])
  })
})

describe('a deleted source', () => {
  it('takes its keys and destinations along', async () => {
    const platform = freshPlatform({ env: { EVENTS: recordingQueue().queue } })
    const { id, writeKey } = await newSource(platform)
    const destination = await newDestination(platform, id)
    expect(await accepts(platform, writeKey)).toBe(true)
    expect(await ask(platform, 'DELETE', `/api/sources/${id}`)).toEqual({ status: 'SUCCESS' })
    expect(await accepts(platform, writeKey)).toBe(false)
    expect((await refusal(platform, 'GET', `/api/sources/${id}`)).status).toBe(404)
    expect((await refusal(platform, 'GET', `/api/destinations/${destination.id}`)).status).toBe(404)
    expect((await refusal(platform, 'DELETE', `/api/sources/${id}`)).status).toBe(404)
  })

  it('stays when a lane does not answer, while the others are told, and goes when it is asked again', async () => {
    const told: string[] = []
    const LANE = {
      getByName: (name: string) => ({
        configure: ({ deleted }: { deleted?: boolean }) => {
          if (deleted) told.push(name)
          return deleted && told.length === 1 ? Promise.reject(new Error('lane is away')) : Promise.resolve()
        },
      }),
    } as unknown as Cloudflare.Env['LANE']
    const platform = freshPlatform({ env: { LANE }, ctx: { log: () => undefined } })
    const { id } = await newSource(platform)
    const made = [await newDestination(platform, id), await newDestination(platform, id)].map((one) => one.id)
    expect((await refusal(platform, 'DELETE', `/api/sources/${id}`)).status).toBe(500)
    expect(told.toSorted()).toEqual(made.toSorted())
    expect(await ask(platform, 'DELETE', `/api/sources/${id}`)).toEqual({ status: 'SUCCESS' })
    expect((await refusal(platform, 'GET', `/api/sources/${id}`)).status).toBe(404)
  })
})

it('lists the destinations of a source', async () => {
  const mine = await newSource(at)
  const other = await newSource(at)
  const one = await newDestination(at, mine.id)
  const two = await newDestination(at, mine.id)
  await newDestination(at, other.id)
  const { destinations } = await ask<{ destinations: DestinationReply[] }>(
    at,
    'GET',
    `/api/sources/${mine.id}/connected-destinations`,
  )
  expect(destinations.map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted())
})

it('counts from nothing', async () => {
  const { id } = await newSource(at)
  expect(await ask(at, 'GET', `/api/sources/${id}/counters`)).toEqual({
    counters: {
      requests: 0,
      received: 0,
      duplicates: 0,
      rejected: {},
      archived: 0,
      lastCommitAt: null,
      log: { bytes: expect.any(Number) as number, live: 0, rows: 0 },
    },
    meanings: {},
  })
  const { results } = await env.DB.prepare('SELECT id FROM sources WHERE id = ?').bind(id).all()
  expect(results).toHaveLength(1)
})
