import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { Sweep } from '../../../src/inbox/index.ts'
import { freshPlatform } from '../world.ts'

const SOURCES = 9_500
const DESTINATIONS = 1_200

/** Rows of nobody's: so many that one invocation cannot ask them all. */
async function fill() {
  const count = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)'
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) ${count} SELECT 'src_' || printf('%05d', i), 'ws_many', 's' || i, 'n', 'node', 1, 0, 0 FROM n`,
    ).bind(SOURCES),
    env.DB.prepare(
      `INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) ${count} SELECT 'dst_' || printf('%05d', i), 'ws_many', 'src_00001', 'webhooks', 'n', 1, '{}', 4, 'segment-4h', 1, 0, 0 FROM n`,
    ).bind(DESTINATIONS),
  ])
}

it('goes on where it stopped, and says in one line what gives no answer', async () => {
  await fill()
  const asked: string[] = []
  const logged: unknown[][] = []
  const objects = {
    getByName: (id: string) => ({
      arm: () => Promise.resolve(),
      nudge: () => {
        asked.push(id)
        return id.startsWith('dst_') ? Promise.reject(new Error('broken')) : Promise.resolve()
      },
    }),
  } as unknown as Cloudflare.Env['INTAKE'] & Cloudflare.Env['LANE'] & Cloudflare.Env['SWEEP']
  const watching = () =>
    freshPlatform({
      env: { INTAKE: objects, LANE: objects, SWEEP: objects },
      ctx: { log: (...line) => void logged.push(line) },
    })
  await watching().watch()
  expect(asked.length).toBe(8_000)
  expect(logged).toEqual([
    ['warn', 'objects gave no answer', { to: 'watch', objects: DESTINATIONS, some: expect.any(Array) as unknown }],
  ])
  // Another isolate goes on.
  await watching().watch()
  expect(asked.length).toBe(SOURCES + DESTINATIONS)
  expect(new Set(asked).size).toBe(SOURCES + DESTINATIONS)
  await watching().watch()
  expect(asked.slice(SOURCES + DESTINATIONS, SOURCES + DESTINATIONS + 3)).toEqual([
    'dst_00001',
    'dst_00002',
    'dst_00003',
  ])
})

it('a recovery of a full inbox goes further each time', async () => {
  await runInDurableObject(env.SWEEP.getByName(crypto.randomUUID()), async (_, { storage }) => {
    const size = 250_000
    const key = (n: number) => `inbox/${n.toString(16).padStart(12, '0')}-${'0'.repeat(20)}`
    /** An R2 with so many objects: what it has of them is their names. */
    const archive = {
      list: ({ startAfter, limit = 1_000 }: R2ListOptions) => {
        const from =
          startAfter === undefined ? 0 : Number.parseInt(startAfter.split('/')[1]?.slice(0, 12) ?? '', 16) + 1
        const to = Math.min(size, from + limit)
        const objects = Array.from({ length: to - from }, (_, n) => ({ key: key(from + n) }))
        return Promise.resolve({ objects, truncated: to < size, delimitedPrefixes: [] })
      },
    } as unknown as R2Bucket
    const queued = new Set<string>()
    const events = {
      sendBatch: (messages: { body: string }[]) => {
        for (const { body } of messages) queued.add(body)
        return Promise.resolve({})
      },
    } as unknown as Queue<string>
    const alarms = { getAlarm: () => Promise.resolve(1), setAlarm: () => Promise.resolve() }
    // A new object each time, as after an eviction.
    const recover = () =>
      new Sweep(
        { sql: storage.sql, ...alarms },
        {
          ctx: { ...context, log: () => undefined },
          archive,
          events,
          intake: () => ({ log: () => Promise.reject(new Error()) }),
        },
      ).recover()
    expect(await recover()).toEqual({ queued: 100_000, complete: false })
    expect(await recover()).toEqual({ queued: 100_000, complete: false })
    expect(await recover()).toEqual({ queued: 50_000, complete: true })
    expect(queued.size).toBe(size)
    expect(await recover()).toEqual({ queued: 100_000, complete: false })
  })
})
