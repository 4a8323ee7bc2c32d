import { gzipSync } from 'node:zlib'
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { objectsLog, readLines } from '../../../src/archive/index.ts'
import { readLog } from '../../../src/intake/index.ts'
import { intakeOf } from '../../../src/wiring.ts'
import { call } from '../world.ts'
import { basic, type Desk, openDesk, refusal } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ ctx: { sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)) } })
})
beforeEach(() => void (desk.clock.now = Date.now()))

const room = (id: string, properties: unknown = { name: 'Sea' }) => ({ id, properties })
const set = (body: unknown, headers: Record<string, string> = basic(desk.writeKey)) =>
  desk.post('/v1/set', body, headers)

/** What the log of the source's objects has, in its order. */
async function kept(source = desk.source): Promise<unknown[]> {
  const log = objectsLog(source)
  const all: unknown[] = []
  for await (const { key, chunks } of readLog(
    { source: log, intake: intakeOf(env, log), archive: env.ARCHIVE },
    { seq: 1 },
  )) {
    expect(key).toMatch(new RegExp(`^objects/${source}/`))
    all.push(...((await readLines(env.ARCHIVE, key ?? '', chunks)) ?? []).map((line) => JSON.parse(line) as unknown))
  }
  return all
}

describe('POST /v1/set', () => {
  it('answers when the objects are in the log, and no event comes of them', async () => {
    const before = (await kept()).length
    const response = await set({
      collection: 'rooms',
      objects: [room('r1'), room('r2', { beds: 2, tags: ['a'], at: { floor: 1 } })],
    })
    expect([response.status, await response.json()]).toEqual([200, { success: true }])
    expect((await kept()).slice(before)).toMatchObject([
      {
        collection: 'rooms',
        id: 'r1',
        properties: { name: 'Sea' },
        receivedAt: new Date(desk.clock.now).toISOString(),
      },
      { collection: 'rooms', id: 'r2', properties: { beds: 2, tags: ['a'], at: { floor: 1 } } },
    ])
    expect(desk.sent).toEqual([])
    expect((await env.ARCHIVE.list({ prefix: `raw/${desk.source}` })).objects).toEqual([])
    const { results } = await env.DB.prepare('SELECT source_id FROM object_logs WHERE source_id = ?')
      .bind(desk.source)
      .all()
    expect(results).toEqual([{ source_id: desk.source }])
  })

  it('takes the good ones of several, and names the others with their field', async () => {
    const before = (await kept()).length
    const response = await set({
      collection: 'rooms',
      objects: [room('ok'), { id: 7, properties: {} }, room('x', 'no'), null],
    })
    expect([response.status, await response.json()]).toMatchObject([
      400,
      {
        success: false,
        code: 'bad_request',
        taken: 1,
        problems: [{ field: 'objects[1].id' }, { field: 'objects[2].properties' }, { field: 'objects[3]' }],
      },
    ])
    expect((await kept()).slice(before)).toMatchObject([{ id: 'ok' }])
  })

  it.each([
    ['no collection', { objects: [room('r1')] }, 'collection'],
    ['a collection with a capital', { collection: 'Rooms', objects: [room('r1')] }, 'collection'],
    ['a collection that ends in _', { collection: 'rooms_', objects: [room('r1')] }, 'collection'],
    ['no objects', { collection: 'rooms', objects: [] }, 'objects'],
    [
      'eleven objects',
      { collection: 'rooms', objects: Array.from({ length: 11 }, (_, n) => room(`r${n}`)) },
      'objects',
    ],
    ['an id that is too long', { collection: 'rooms', objects: [room('i'.repeat(101))] }, 'objects[0].id'],
  ])('refuses %s, and keeps nothing', async (_, body, field) => {
    const before = (await kept()).length
    const response = await set(body)
    expect([response.status, await response.json()]).toMatchObject([400, { taken: 0, problems: [{ field }] }])
    expect((await kept()).length).toBe(before)
  })

  it('wants a write key in force, POST, and a source that is enabled', async () => {
    const body = { collection: 'rooms', objects: [room('r1')] }
    expect(await refusal(await set(body, {}))).toMatchObject({ status: 400, code: 'unknown_source' })
    expect(await refusal(await set(body, basic('nobody')))).toMatchObject({ status: 400, code: 'unknown_source' })
    expect(await refusal(await set('{'))).toMatchObject({ status: 400, code: 'bad_request' })
    const other = await openDesk()
    await call(other.at, 'PATCH', `/api/sources/${other.source}`, { enabled: false })
    const reply = await other.post('/v1/set', body, basic(other.writeKey))
    expect(await refusal(reply)).toMatchObject({ status: 403, code: 'source_disabled' })
    expect(await kept(other.source)).toEqual([])
  })

  it('keeps the order of what was answered, also of a repeat', async () => {
    const before = (await kept()).length
    for (const beds of [1, 2, 1])
      await set(
        { collection: 'rooms', objects: [room('same', { beds })] },
        { ...basic(desk.writeKey), Synchronous: 'true' },
      )
    expect((await kept()).slice(before)).toMatchObject([1, 2, 1].map((beds) => ({ id: 'same', properties: { beds } })))
  })
})

describe('a file of objects', () => {
  const line = (id: string, properties: unknown = { n: 1 }) => JSON.stringify({ id, collection: 'guests', properties })
  async function started(): Promise<string> {
    const response = await desk.post('/v0/start', '', basic(desk.writeKey))
    expect(response.status).toBe(201)
    return (await response.json<{ sync_id: string }>()).sync_id
  }

  it.each([false, true])('is taken line by line, gzipped: %s', async (gzipped) => {
    const before = (await kept()).length
    const id = await started()
    const text = `${Array.from({ length: 2_300 }, (_, n) => line(`g${n}`)).join('\n')}\n`
    const response = await desk.post(`/v0/upload/${id}`, gzipped ? gzipSync(text) : text, basic(desk.writeKey))
    expect([response.status, await response.json()]).toEqual([
      201,
      { part_id: expect.stringMatching(/^part_/) as string },
    ])
    const all = (await kept()).slice(before) as { id: string }[]
    expect([all.length, all[0]?.id, all.at(-1)?.id]).toEqual([2_300, 'g0', 'g2299'])
    expect((await desk.post(`/v0/keep-alive/${id}`, '', basic(desk.writeKey))).status).toBe(200)
    expect((await desk.post(`/v0/finish/${id}`, { error: '' }, basic(desk.writeKey))).status).toBe(202)
  })

  it('costs nothing but its own lines where some are bad, or the end is missing', async () => {
    const before = (await kept()).length
    const id = await started()
    const text = [
      line('a'),
      'no',
      JSON.stringify({ id: 'b', collection: 'No', properties: {} }),
      line('c', { long: 'x'.repeat(420_000) }),
      // It cannot be made a text.
      JSON.stringify({ id: 'b', collection: { toString: 1, valueOf: 1 }, properties: {} }),
      line('d'),
    ].join('\n')
    const response = await desk.post(`/v0/upload/${id}`, text, basic(desk.writeKey))
    expect([response.status, await response.json()]).toMatchObject([
      400,
      {
        taken: 2,
        problems: [
          { field: 'line 2' },
          { field: 'line 3.collection' },
          { field: 'line 4' },
          { field: 'line 5.collection' },
        ],
      },
    ])
    expect((await kept()).slice(before)).toMatchObject([{ id: 'a' }, { id: 'd' }])
    const cut = gzipSync(Array.from({ length: 50 }, (_, n) => line(`z${n}`, { r: crypto.randomUUID() })).join('\n'))
    const broken = await desk.post(`/v0/upload/${id}`, cut.subarray(0, cut.length - 200), basic(desk.writeKey))
    expect(await refusal(broken)).toMatchObject({
      status: 400,
      message: expect.stringMatching(/cannot be read on/) as string,
    })
  })

  it('needs the key and an id that was given', async () => {
    expect((await desk.post('/v0/upload/sync_nobody', line('a'), basic(desk.writeKey))).status).toBe(404)
    expect(await refusal(await desk.post(`/v0/upload/${await started()}`, line('a'), {}))).toMatchObject({
      code: 'unknown_source',
    })
    expect(await refusal(await desk.post('/v0/start', '', basic('nobody')))).toMatchObject({ code: 'unknown_source' })
  })
})
