import { eq, sql } from 'drizzle-orm'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { CountingSql } from '../../bench/cost/sql.ts'
import type { Context } from '../../src/context.ts'
import { openDatabase, SettingsCache } from '../../src/settings/index.ts'
import { prepared } from '../../src/settings/prepared.ts'
import { sources } from '../../src/settings/schema.ts'
import { Database } from '../platform/database.ts'
import { PLATFORM } from '../platform/limits.ts'

const KEYS = 10_000
const FIELD_BYTES = 64 * 1_024

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of the heap in use after what nobody holds is gone. */
function heap(): number {
  collect()
  return process.memoryUsage().heapUsed
}

interface Read {
  rows: number
  queries: string[]
  chars: number
}

/** A database of many tenants, and isolates on it whose rows are counted. */
function world() {
  let reader: Read | undefined
  const sql = new CountingSql((query, { rows, rowsRead }) => {
    if (!reader) return
    reader.rows += rowsRead
    reader.queries.push(query)
    reader.chars += JSON.stringify(rows).length
  })
  const database = new Database(sql, PLATFORM)
  const numbers = `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < ${KEYS - 1})`
  sql.run(
    `${numbers} insert into sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) select 'src_' || n, 'ws_' || n, 's', 's', 'http-api', 1, 0, 0 from numbers`,
  )
  sql.run(
    `${numbers} insert into write_keys (key, source_id, created_at) select 'key_of_a_source_' || n, 'src_' || n, 0 from numbers`,
  )
  const clock = { now: 1_000_000 }
  const ctx = { now: () => clock.now, sleep: () => new Promise(() => undefined), log: () => undefined }
  const isolate = () => {
    const read: Read = { rows: 0, queries: [], chars: 0 }
    const held = { until: Promise.resolve() }
    const binding = database.binding(async ({ query }, run) => {
      await Promise.resolve()
      reader = read
      const answer = run()
      reader = undefined
      if (query.includes('json_each(?)')) await held.until
      return answer
    })
    const db = openDatabase(binding, undefined, ctx as unknown as Context)
    return { read, held, db, cache: new SettingsCache(db) }
  }
  return { sql, clock, isolate }
}

it('an isolate that starts reads the keys that it is asked for, of ten thousand', async () => {
  const { isolate } = world()
  const { read, cache } = isolate()
  for (let n = 0; n < 10; n++) expect(await cache.ownerOfKey('key_of_a_source_7')).toMatchObject({ sourceId: 'src_7' })
  // The revision, and the key with its source.
  expect(read.queries).toHaveLength(2)
  expect(read.rows).toBeLessThanOrEqual(4)
  expect(cache.keys).toEqual({ owners: 1, strangers: 0, listed: 0 })
})

it('keys asked for at the same time are one query', async () => {
  const { isolate } = world()
  const { read, cache } = isolate()
  const all = Array.from({ length: 90 }, (_, n) => cache.ownerOfKey(`key_of_a_source_${n}`))
  expect((await Promise.all(all)).map((owner) => owner?.sourceId)).toEqual(all.map((_, n) => `src_${n}`))
  expect(read.queries.length).toBeLessThanOrEqual(3)
})

it('an answer that a change has overtaken is not kept', async () => {
  const { isolate, clock, sql } = world()
  const { held, cache } = isolate()
  expect(await cache.ownerOfKey('key_of_a_source_1')).toMatchObject({ enabled: true })
  const { promise, resolve } = Promise.withResolvers<void>()
  held.until = promise
  const early = cache.ownerOfKey('key_of_a_source_2')
  await new Promise((read) => setImmediate(read))
  sql.run(`update sources set enabled = 0 where id = 'src_2'`)
  clock.now += 10_000
  expect(await cache.ownerOfKey('key_of_a_source_1')).toMatchObject({ enabled: true })
  resolve()
  expect(await early).toMatchObject({ enabled: true })
  expect(await cache.ownerOfKey('key_of_a_source_2')).toMatchObject({ enabled: false })
})

it('a stranger with random keys costs one list of all, and little memory', async () => {
  const { isolate, clock, sql } = world()
  const { read, cache } = isolate()
  await cache.ownerOfKey('key_of_a_source_1')
  const before = heap()
  for (let n = 0; n < 100_000; n++) expect(await cache.ownerOfKey(`stranger_${n}_${'x'.repeat(100)}`)).toBeNull()
  expect(read.queries.filter((query) => query.includes('order by'))).toHaveLength(1)
  expect(read.queries.length).toBeLessThanOrEqual(6)
  expect(cache.keys).toMatchObject({ owners: 1, listed: KEYS })
  // A hundred bytes a key.
  expect(heap() - before).toBeLessThan(KEYS * 200)
  // Whoever has a key is none: it is asked for, now and after it was made.
  expect(await cache.ownerOfKey('key_of_a_source_2')).toMatchObject({ sourceId: 'src_2' })
  sql.run(`insert into write_keys (key, source_id, created_at) values ('made_meanwhile', 'src_3', 0)`)
  clock.now += 10_000
  expect(await cache.ownerOfKey('made_meanwhile')).toMatchObject({ sourceId: 'src_3' })
  // And one that is taken away is unknown, though it is listed.
  sql.run(`update write_keys set revoked_at = 1 where key = 'key_of_a_source_2'`)
  clock.now += 10_000
  expect(await cache.ownerOfKey('key_of_a_source_2')).toBeNull()
})

it('strangers that come slowly are remembered, as many as there is room for', async () => {
  const { isolate, clock } = world()
  const { cache } = isolate()
  for (let n = 0; n < 3_000; n++) {
    clock.now += 10_000
    expect(await cache.ownerOfKey(`stranger_${n}`)).toBeNull()
  }
  expect(cache.keys).toEqual({ owners: 0, strangers: 1_000, listed: 0 })
})

it('a plan holds nothing of 64 KB of fields, and does not read them', async () => {
  const { isolate, sql } = world()
  const field = (n: number) => ({
    name: `field_${n}`,
    label: 'A label for people',
    type: 'string',
    required: false,
    description: 'd'.repeat(500),
    choices: Array.from({ length: 10 }, (_, choice) => `choice ${choice} ${'c'.repeat(50)}`),
    scope: n === 0 ? 'device' : 'server',
  })
  const fields = Array.from({ length: 50 }, (_, n) => field(n))
  const text = JSON.stringify(fields)
  expect(text.length).toBeGreaterThan(FIELD_BYTES * 0.8)
  const device = JSON.stringify({ sdks: ['browser'], plugin: { type: 'bundle' }, defaultMode: 'device' })
  sql.run(
    `insert into integrations (id, workspace_id, slug, name, kind, description, status, endpoint, fields, supports, device, created_at, updated_at)
     values ('int_1', 'ws_1', 'partner', 'Partner', 'packaged', ?, 'PUBLIC', 'https://partner.example/', ?, '["track"]', ?, 0, 0)`,
    ['w'.repeat(10_000), text, device],
  )
  for (let n = 0; n < 20; n++)
    sql.run(
      `insert into destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, device_settings, mode, concurrency, schedule, version, created_at, updated_at)
       values ('dst_${n}', 'ws_1', 'src_${n}', 'int_1', 'Partner', 1, '{"field_1":"kept"}', '{"field_0":"seen","field_2":"no longer"}', 'device', 4, 'segment-4h', 1, 0, 0)`,
    )
  const { read, cache } = isolate()
  const plan = await cache.plan('src_1')
  expect(plan?.destinations).toMatchObject([{ integration: { name: 'Partner', supports: ['track'] } }])
  expect(plan?.onDevices).toMatchObject([{ name: 'Partner', settings: { field_0: 'seen' } }])
  expect(plan?.onDevices[0]?.settings).not.toHaveProperty('field_2')
  expect(JSON.stringify(plan).length).toBeLessThan(1_000)
  const target = await cache.target('dst_1')
  expect(target).toMatchObject({ integration: { endpoint: 'https://partner.example/' }, settings: { field_1: 'kept' } })
  expect(JSON.stringify(target).length).toBeLessThan(500)
  // Of fifty fields: name, type, format and scope.
  expect(read.chars).toBeLessThan(2 * 6_000)
  const before = heap()
  const plans = []
  for (let n = 0; n < 20; n++) plans.push(await cache.plan(`src_${n}`))
  expect(heap() - before).toBeLessThan(20 * 16 * 1_024)
  expect(plans).toHaveLength(20)
  const columns = read.queries.filter((query) => query.includes('from "destinations"'))
  for (const query of columns) expect(query).not.toMatch(/"description"|"notice"|"integrations"."slug"/)
})

it('a query is built once for each D1, and takes other values each time', async () => {
  let builds = 0
  const idOf = prepared((orm) => {
    builds += 1
    return orm
      .select({ id: sources.id })
      .from(sources)
      .where(eq(sources.id, sql.placeholder('id')))
  })
  const { isolate } = world()
  const [one, other] = [isolate().db, isolate().db]
  const found = [await idOf(one, { id: 'src_1' }), await idOf({ ...one }, { id: 'src_2' }), builds]
  expect(found).toEqual([[{ id: 'src_1' }], [{ id: 'src_2' }], 1])
  expect([await idOf(other, { id: 'nobody' }), builds]).toEqual([[], 2])
})
