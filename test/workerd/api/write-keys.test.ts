import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { freshPlatform, newSource, send } from '../world.ts'
import { ask, otherWorkspace, refusal, type SourceReply } from './client.ts'

const at = freshPlatform()
const key = () => `K${crypto.randomUUID().replaceAll('-', '')}`

interface Trail {
  events: { type: string; resourceId: string; actorType: string; after: Record<string, unknown> | null }[]
}

const make = async (headers: Record<string, string>, writeKey?: string) =>
  (
    await ask<{ source: SourceReply }>(
      at,
      'POST',
      '/api/sources',
      { slug: `s${crypto.randomUUID().slice(0, 8)}`, ...(writeKey && { writeKey }) },
      headers,
    )
  ).source

it('that a stranger brought first is found, and given to its owner, with a note for both', async () => {
  const [stranger, owner] = [await otherWorkspace(), await otherWorkspace()]
  const writeKey = key()
  const taken = await make(stranger.headers, writeKey)
  const mine = await make(owner.headers)
  const path = `/api/sources/${mine.id}/writekey`
  const refused = await refusal(at, 'POST', path, { writeKey }, owner.headers)
  expect(refused.problems).toEqual([
    'writeKey: This write key is or was in use. If it is yours, ask whoever runs this deployment: they can give it to your source.',
  ])
  // Whose it is, is for nobody but the operator.
  expect(JSON.stringify(refused)).not.toContain(stranger.id)
  for (const [method, rest] of [
    ['GET', ''],
    ['POST', '/release'],
    ['POST', '/give'],
  ] as const) {
    expect(
      (
        await refusal(
          at,
          method,
          `/api/write-keys/${writeKey}${rest}`,
          method === 'POST' ? {} : undefined,
          owner.headers,
        )
      ).status,
    ).toBe(404)
  }
  const { holder } = await ask<{ holder: object }>(at, 'GET', `/api/write-keys/${writeKey}`)
  expect(holder).toMatchObject({ workspaceId: stranger.id, sourceId: taken.id, revokedAt: null })
  const note = 'The owner showed that it is theirs.'
  await ask(at, 'POST', `/api/write-keys/${writeKey}/give`, { sourceId: mine.id, note })

  const get = async (id: string, headers: Record<string, string>) =>
    (await ask<{ source: SourceReply }>(at, 'GET', `/api/sources/${id}`, undefined, headers)).source.writeKeys
  expect((await get(mine.id, owner.headers)).includes(writeKey)).toBe(true)
  expect(await get(taken.id, stranger.headers)).toEqual([])
  const body = JSON.stringify({ writeKey, userId: 'u', event: 'E' })
  expect((await send(at, '/v1/track', { body })).status).toBe(200)
  for (const [{ headers }, type, id] of [
    [stranger, 'Write Key Released', taken.id],
    [owner, 'Write Key Given', mine.id],
  ] as const) {
    const { events } = await ask<Trail>(at, 'GET', '/api/audit-events', undefined, headers)
    expect(events[0]).toMatchObject({ type, resourceId: id, actorType: 'platform', after: { writeKey, note } })
  }
})

it('is released, whoever had it, and free again', async () => {
  const [stranger, owner] = [await otherWorkspace(), await otherWorkspace()]
  const writeKey = key()
  const taken = await make(stranger.headers, writeKey)
  await ask(at, 'DELETE', `/api/sources/${taken.id}`, undefined, stranger.headers)
  const path = `/api/write-keys/${writeKey}`
  expect(await ask(at, 'GET', path)).toMatchObject({ holder: { sourceName: null, revokedAt: expect.any(String) } })
  expect((await refusal(at, 'POST', `${path}/release`, {})).problems).toEqual(['note: This is required.'])
  await ask(at, 'POST', `${path}/release`, { note: 'n' })
  expect((await refusal(at, 'GET', path)).status).toBe(404)
  expect((await make(owner.headers, writeKey)).writeKeys).toEqual([writeKey])
})

it('of one’s own choice is for the operator to give, where the deployment says so', async () => {
  const strict = freshPlatform({ env: { WRITE_KEYS_BY: 'operator' } })
  const { headers } = await otherWorkspace()
  const writeKey = key()
  const body = { slug: 'own', writeKey }
  const problems = [expect.stringMatching(/^writeKey: Keys of your own choice come by whoever runs this deployment/)]
  expect(await refusal(strict, 'POST', '/api/sources', body, headers)).toMatchObject({ status: 403, problems })
  const { source } = await ask<{ source: SourceReply }>(strict, 'POST', '/api/sources', { slug: 'own' }, headers)
  expect(await refusal(strict, 'POST', `/api/sources/${source.id}/writekey`, { writeKey }, headers)).toMatchObject({
    status: 403,
    problems,
  })
  await ask(strict, 'POST', `/api/write-keys/${writeKey}/give`, { sourceId: source.id, note: 'Theirs.' })
  await newSource(strict, key())
  const { source: after } = await ask<{ source: SourceReply }>(
    strict,
    'GET',
    `/api/sources/${source.id}`,
    undefined,
    headers,
  )
  expect(after.writeKeys).toContain(writeKey)
})

it('an event is found in the last of ten thousand sources', async () => {
  const { id, headers } = await otherWorkspace()
  await env.DB.prepare(
    "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT 'src_many' || printf('%05d', i), ?, 's' || i, 'n', 'node', 1, i, 0 FROM n",
  )
    .bind(id)
    .run()
  const found = { batch: 'b', key: 'raw/none', chunks: [], event: 0, seq: 1, committedAt: 'now', routes: null }
  const INTAKE = {
    getByName: (source: string) => ({ find: () => Promise.resolve(source === 'src_many00001' ? found : null) }),
  } as unknown as Cloudflare.Env['INTAKE']
  const many = freshPlatform({ env: { INTAKE } })
  expect(await ask(many, 'GET', '/api/events/m-1', undefined, headers)).toMatchObject({
    event: { sourceId: 'src_many00001' },
  })
  const listed = await ask<{ pagination: { totalEntries: number } }>(many, 'GET', '/api/sources', undefined, headers)
  expect(listed.pagination.totalEntries).toBe(10_000)
})
