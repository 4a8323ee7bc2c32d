import { describe, expect, it } from 'vitest'
import { murmur3 } from '../../../src/connectors/iceberg/bucket.ts'
import { eventOf, track } from '../tables/event.ts'
import { CatalogueStandIn } from './catalogue.ts'
import { duck, readTable } from './readers.ts'
import { shopLog } from './shop.ts'
import { comparable, compare, connect, expected, loadPart, SCHEMA, seeded, sync } from './world.ts'

describe('a lake', () => {
  it('has the rows that were loaded, as another reader of Iceberg finds them', async () => {
    const lake = new CatalogueStandIn()
    const log = shopLog(seeded(1), 200)
    const loads = await sync(await connect(lake), log, 50)
    expect(loads.every(({ state }) => state === 'loaded')).toBe(true)
    await compare(lake, expected(log, 50))
  })

  it('is read by DuckDB, file by file, with the same rows and types', async () => {
    const lake = new CatalogueStandIn()
    const log = shopLog(seeded(2), 120)
    await sync(await connect(lake), log, 60)
    const should = expected(log, 60)
    const { query, close } = await duck(lake, SCHEMA)
    try {
      for (const [table, rows] of should) {
        const found =
          await query(`SELECT * EXCLUDE (${table === 'users' || table === 'accounts' ? '_sluice_received' : 'uuid_ts'})
          REPLACE (strftime(received_at, '%Y-%m-%dT%H:%M:%S.%gZ') AS received_at) FROM "${table}" ORDER BY id`)
        expect(found.map(({ id, received_at: at }) => [id, at])).toEqual(
          [...comparable(rows.values()).values()].map(({ id, received_at: at }) => [id, at]),
        )
      }
      const [sums] = await query(
        'SELECT count(*) AS n, sum(total) AS total, count(coupon) AS coupons FROM order_completed',
      )
      const orders = [...(should.get('order_completed')?.values() ?? [])]
      expect(sums).toEqual({
        n: String(orders.length),
        total: orders.reduce((sum, { total }) => sum + Number(total), 0),
        coupons: String(orders.filter(({ coupon }) => (coupon ?? null) !== null).length),
      })
      expect(
        await query('SELECT DISTINCT typeof(age) AS age, typeof(since) AS since, typeof(plan) AS plan FROM users'),
      ).toEqual([{ age: 'BIGINT', since: 'TIMESTAMP WITH TIME ZONE', plan: 'VARCHAR' }])
    } finally {
      close()
    }
  })

  it('has moments to the microsecond', async () => {
    const lake = new CatalogueStandIn()
    await sync(await connect(lake), [track({ moment: '2026-02-03T04:05:06.789012Z', first: '0001-01-01' }, 'Paid')])
    const { query, close } = await duck(lake, SCHEMA)
    expect(await query('SELECT epoch_us(moment) AS moment, epoch_us(first) AS first FROM paid')).toEqual([
      { moment: String(Date.UTC(2026, 1, 3, 4, 5, 6) * 1_000 + 789_012), first: '-62135596800000000' },
    ])
    close()
  })

  it('has columns that come later, and types that stay', async () => {
    const lake = new CatalogueStandIn()
    const session = await connect(lake)
    const log = [
      track({ a: 1 }, 'Paid'),
      track({ b: 'x', a: 2.5 }, 'Paid'),
      track({ c: '2026-02-03T04:05:06.789Z', a: 3 }, 'Paid'),
      track({ d: true, c: 'no time' }, 'Paid'),
    ]
    await sync(session, log, 1)
    await compare(lake, expected(log, 1))
    const columns = (await session.catalogue(SCHEMA))?.get('paid')
    expect(['a', 'b', 'c', 'd'].map((name) => columns?.get(name)?.type)).toEqual([
      'bigint',
      'text',
      'timestamp',
      'boolean',
    ])
    const { schemas } = lake.metadata(SCHEMA, 'paid')
    const ids = schemas.map((schema) => schema.fields.map(({ id, name }) => `${name} ${id}`))
    for (const [at, fields] of ids.slice(1).entries()) expect(fields.slice(0, ids[at]?.length)).toEqual(ids[at])
  })

  it('keeps what was received last of each column, in whatever order it comes', async () => {
    const identify = (at: number, messageId: string, traits: Record<string, unknown>) => ({
      ...eventOf({ type: 'identify', userId: 'u1', messageId, traits }),
      receivedAt: new Date(Date.UTC(2026, 2, 1) + at).toISOString(),
      timestamp: '2026-03-01T00:00:00.000Z',
    })
    const log = [
      identify(0, 'm0', { a: 1, b: 1 }),
      identify(10, 'm1', { a: 2 }),
      identify(5, 'm2', { b: 3, c: 3 }),
      identify(12, 'm3', { b: null }),
      identify(2, 'm4', { a: 9, b: 9, c: 9, d: 9 }),
      identify(12, 'm31', { e: 'later of the same moment' }),
      identify(12, 'm30', { e: 'earlier' }),
    ]
    for (const portion of [1, 2, 7]) {
      const lake = new CatalogueStandIn()
      await sync(await connect(lake), log, portion)
      const [user, ...others] = await readTable(lake, SCHEMA, 'users')
      expect(others).toEqual([])
      expect(user).toMatchObject({ id: 'u1', a: 2n, b: 3n, c: 3n, d: 9n, e: 'later of the same moment' })
      expect(user?.['received_at']).toEqual(new Date('2026-03-01T00:00:00.012Z'))
    }
  })

  it('has a table of what could not be loaded as it was sent, once', async () => {
    const lake = new CatalogueStandIn({ transactional: false })
    const session = await connect(lake)
    const cursor = { reader: 'sync', from: null, to: { seq: 1, index: 1 } }
    const samples = [{ id: 'm1', value: 'x' }]
    const discards = [{ code: 'not_castable' as const, table: 'paid', column: 'total', count: 3, samples }]
    lake.options.fate = (call) => (call === 'POST table' && lake.commits === 1 ? 'before' : 'ok')
    await expect(session.load({ schema: SCHEMA, tables: [], upserts: [], cursor, discards })).rejects.toThrow(
      'all the time',
    )
    lake.options.fate = () => 'ok'
    await session.load({ schema: SCHEMA, tables: [], upserts: [], cursor, discards })
    expect(await readTable(lake, SCHEMA, '_sluice_discards')).toEqual([
      expect.objectContaining({ reader: 'sync', table: 'paid', column: 'total', reason: 'not_castable', count: 3n }),
    ])
  })

  it('counts new rows by table', async () => {
    const lake = new CatalogueStandIn()
    const session = await connect(lake)
    const events = [
      track({ a: 1 }, 'Paid'),
      eventOf({ type: 'identify', userId: 'u1', traits: { plan: 'pro' } }),
      eventOf({ type: 'identify', userId: 'u1', traits: { plan: 'free' } }),
    ]
    const loaded = await loadPart(session, events, { reader: 'sync', from: null, to: { seq: 1, index: 3 } })
    expect(loaded).toEqual({ state: 'loaded', inserted: { tracks: 1, paid: 1, identifies: 2 }, notices: [] })
  })
})

describe('buckets', () => {
  it('are those of the specification', () => {
    const hash = (text: string) => murmur3(new TextEncoder().encode(text))
    // Appendix B of Iceberg's specification, and the test vectors of Murmur3 itself.
    expect([hash('iceberg'), hash('') >>> 0, hash('test') >>> 0, hash('Hello, world!') >>> 0]).toEqual([
      1_210_000_089, 0, 0xba6b_d213, 0xc036_3e43,
    ])
  })
})
