import { describe, expect, it } from 'vitest'
import { WarehouseWorld } from './world.ts'

const PAGE = { count: 100 }
const track = (n: number, event = 'Paid') =>
  Array.from({ length: n }, (_, at) => ({ event, properties: { total: at } }))

describe('a sync', () => {
  it('loads what the log has, once, and says what it did', async () => {
    const world = new WarehouseWorld()
    await world.commit('src_a', track(3))
    await world.commit('src_a', [])
    await world.commit('src_a', [{ type: 'identify', traits: { plan: 'pro' } }])
    await world.object.changed()
    await world.run()
    expect([world.rows('shop_a', 'tracks'), world.rows('shop_a', 'paid'), world.rows('shop_a', 'users')]).toEqual([
      3, 3, 1,
    ])
    const { report, sources } = world.object.report()
    expect(report).toMatchObject({ state: 'idle', failures: 0, rows: 8, current: null })
    expect(report.last).toMatchObject({ state: 'success', events: 4, rows: 8, cause: 'schedule', progress: 1 })
    expect(sources).toMatchObject([{ sourceId: 'src_a', next: 4, last: 3 }])
    expect(world.object.sourceSyncs({}, PAGE).lines).toMatchObject([
      { sourceId: 'src_a', tables: { tracks: 3, paid: 3, identifies: 1, users: 1 } },
    ])
    expect(world.warehouse.open).toBe(0)
  })

  it('comes again by its schedule, and goes on where it stopped', async () => {
    const world = new WarehouseWorld()
    await world.commit('src_a', track(2))
    await world.object.changed()
    await world.run()
    await world.commit('src_a', track(5))
    await world.run(59 * 60_000)
    expect(world.rows('shop_a', 'paid')).toBe(2)
    await world.run(2 * 60_000)
    expect([world.rows('shop_a', 'paid'), world.warehouse.repeated.length]).toEqual([7, 0])
    expect(world.object.report().report.last).toMatchObject({ events: 5 })
  })

  it('begins now when somebody wants it, one at a time', async () => {
    const world = new WarehouseWorld()
    await world.commit('src_a', track(1))
    await world.object.changed()
    await world.run()
    await world.commit('src_a', track(1))
    const [one, two] = await Promise.all([world.object.syncNow(), world.object.syncNow()])
    expect(two.id).toBe(one.id)
    await world.run()
    expect(world.object.syncs(PAGE).lines).toMatchObject([{ id: one.id, cause: 'person', events: 1 }, { events: 1 }])
  })

  it('does a step of an alarm, and the rest in the next, in portions as the connector wants them', async () => {
    const world = new WarehouseWorld(['src_a'], { stepMs: 0 }, { events: 7, bytes: 1e6 })
    for (let n = 0; n < 6; n++) await world.commit('src_a', track(10))
    await world.object.changed()
    await world.run(10_000)
    expect([world.rows('shop_a', 'paid'), world.warehouse.repeated.length]).toEqual([60, 0])
    expect(world.published.some(({ current }) => current !== null)).toBe(true)
  })

  it('says once that all that a source has is gone, before it has a table', async () => {
    const world = new WarehouseWorld()
    const { key } = await world.commit('src_a', track(3))
    await world.bucket.binding((_, effect) => Promise.resolve(effect())).delete(key ?? '')
    await world.object.changed()
    await world.run()
    await world.object.syncNow()
    await world.run()
    expect(world.object.report().report).toMatchObject({ failures: 0, rows: 0 })
    expect(world.object.sourceSyncs({}, PAGE).lines).toMatchObject([
      { state: 'partial', events: 0, notices: [{ code: 'unreadable', count: 3, samples: [{ value: key }] }] },
    ])
    await world.commit('src_a', track(1))
    await world.object.syncNow()
    await world.run()
    expect(world.rows('shop_a', 'paid')).toBe(1)
    expect(world.object.report().report.last).toMatchObject({ state: 'success', events: 1 })
  })

  it('passes an archive object that is gone, with a notice', async () => {
    const world = new WarehouseWorld()
    await world.commit('src_a', track(2))
    const { key } = await world.commit('src_a', track(3))
    await world.commit('src_a', track(4))
    world.bucket.objects.delete(key ?? '')
    await world.object.changed()
    await world.run()
    expect(world.rows('shop_a', 'paid')).toBe(6)
    const [part] = world.object.sourceSyncs({}, PAGE).lines
    expect(part).toMatchObject({
      state: 'partial',
      notices: [{ code: 'unreadable', count: 3, samples: [{ value: key }] }],
    })
  })

  it('loads nothing twice whose answer was lost, nor what was replayed', async () => {
    const world = new WarehouseWorld(['src_a'], {}, { events: 2, bytes: 1e6 })
    for (let n = 0; n < 4; n++) await world.commit('src_a', track(3))
    await world.commit('src_a', [{ messageId: 'src_a-1-0', event: 'Paid' }])
    let loads = 0
    world.strike = (statement) => (statement === 'load' && ++loads % 3 === 0 ? 'after' : null)
    await world.object.changed()
    await world.run(60_000)
    expect(world.rows('shop_a', 'paid')).toBe(12)
    expect(world.warehouse.repeated.length).toBe(2)
  })

  it('survives the death of its object in the middle of a load', async () => {
    const world = new WarehouseWorld(['src_a'], {}, { events: 2, bytes: 1e6 })
    for (let n = 0; n < 4; n++) await world.commit('src_a', track(3))
    let loads = 0
    world.strike = (statement) => {
      if (statement === 'load' && ++loads === 2) throw new Error('gone')
      return null
    }
    await world.object.changed()
    await world.run(0)
    world.open()
    await world.object.changed()
    await world.run(60_000)
    expect([world.rows('shop_a', 'paid'), world.warehouse.repeated.length]).toEqual([12, 0])
  })

  it('stops when it is deleted, and keeps nothing', async () => {
    const world = new WarehouseWorld(['src_a'], { stepMs: 0 }, { events: 1, bytes: 1e6 })
    await world.commit('src_a', track(30))
    await world.object.changed()
    await world.run(100)
    world.terms = null
    await world.object.changed()
    await world.run()
    const before = world.rows('shop_a', 'paid')
    expect(before).toBeLessThan(30)
    await world.run(3 * 3_600_000)
    expect([world.rows('shop_a', 'paid'), world.object.syncs(PAGE).total]).toEqual([before, 0])
  })

  it('goes on with the others when a source is gone in the middle', async () => {
    const world = new WarehouseWorld(['src_a', 'src_b'], { stepMs: 0 }, { events: 1, bytes: 1e6 })
    await world.commit('src_a', track(30))
    await world.commit('src_b', track(2))
    await world.object.changed()
    await world.run(100)
    if (world.terms) world.terms = { ...world.terms, sources: world.terms.sources.slice(1) }
    await world.run(10_000)
    expect(world.rows('shop_a', 'paid')).toBeLessThan(30)
    expect(world.rows('shop_b', 'paid')).toBe(2)
    expect(world.object.report().report.last).toMatchObject({ state: 'success' })
  })
})

describe('a warehouse that cannot be reached', () => {
  it('is tried again with growing pauses; the 5th and 20th failure in a row are told of', async () => {
    const world = new WarehouseWorld()
    await world.commit('src_a', track(1))
    world.strike = (statement) => (statement === 'open' ? 'before' : null)
    await world.object.changed()
    await world.run()
    expect(world.object.report().report).toMatchObject({ state: 'failing', failures: 1, error: { code: 'struck' } })
    const pauses: number[] = []
    for (let n = 0; n < 8; n++) {
      const { nextAt } = world.object.report().report
      pauses.push(Math.round(((nextAt ?? 0) - world.clock.now) / 60_000))
      await world.run((nextAt ?? 0) - world.clock.now + 100)
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    expect(world.told).toEqual([5])
    await world.run(12 * 3_600_000)
    expect(world.told).toEqual([5, 20])
    world.strike = () => null
    await world.run(3_700_000)
    expect(world.told).toEqual([5, 20, 0])
    expect([world.rows('shop_a', 'paid'), world.object.report().report.state]).toEqual([1, 'idle'])
  })

  it('is tried at once when its settings were changed', async () => {
    const world = new WarehouseWorld()
    await world.commit('src_a', track(1))
    world.strike = () => 'before'
    await world.object.changed()
    await world.run(5 * 60_000)
    world.strike = () => null
    if (world.terms) world.terms = { ...world.terms, version: 2 }
    await world.object.changed()
    await world.run()
    expect(world.rows('shop_a', 'paid')).toBe(1)
  })

  it('lets other sources be loaded when one fails', async () => {
    const world = new WarehouseWorld(['src_a', 'src_b'])
    await world.commit('src_a', track(1))
    await world.commit('src_b', track(1))
    let extended = 0
    world.strike = (statement) => (statement === 'extend' && ++extended <= 3 ? 'before' : null)
    await world.object.changed()
    await world.run(10_000)
    expect([world.rows('shop_a', 'paid'), world.rows('shop_b', 'paid')]).toEqual([0, 1])
    expect(world.object.report().report).toMatchObject({
      failures: 1,
      last: { state: 'partial', error: { code: 'struck' } },
      // Of one source nothing is loaded yet.
      until: null,
    })
    await world.run(70_000)
    expect(world.rows('shop_a', 'paid')).toBe(1)
    expect(world.object.report().report.until).not.toBe(null)
  })
})

describe('selective sync', () => {
  it('leaves out collections and properties for good, and a source until it is back', async () => {
    const world = new WarehouseWorld(['src_a', 'src_b'])
    const [a, b] = world.terms?.sources ?? []
    if (!a || !b) throw new Error('no sources')
    a.leftOut = { collections: ['paid'], properties: { seen: ['total', 'received_at'] } }
    b.enabled = false
    await world.commit('src_a', [...track(2), ...track(2, 'Seen')])
    await world.commit('src_b', track(2))
    await world.object.changed()
    await world.run()
    expect([world.rows('shop_a', 'tracks'), world.rows('shop_a', 'paid'), world.rows('shop_a', 'seen')]).toEqual([
      4, 0, 2,
    ])
    const [seen] = world.warehouse.rows('shop_a', 'seen').values()
    expect([seen && 'total' in seen, typeof seen?.['received_at']]).toEqual([false, 'string'])
    expect(world.warehouse.schemas.has('shop_b')).toBe(false)
    a.leftOut = { collections: [], properties: {} }
    b.enabled = true
    await world.commit('src_a', track(1))
    await world.object.syncNow()
    await world.run()
    expect([world.rows('shop_a', 'paid'), world.rows('shop_b', 'paid')]).toEqual([1, 2])
  })
})

describe('beside the syncs', () => {
  it('a backfill reads once more what was there when it was ordered', async () => {
    const world = new WarehouseWorld(['src_a'], { stepMs: 0 }, { events: 3, bytes: 1e6 })
    const [a] = world.terms?.sources ?? []
    if (a) a.leftOut = { collections: ['paid'], properties: {} }
    for (let n = 0; n < 5; n++) await world.commit('src_a', track(4))
    await world.object.changed()
    await world.run(20_000)
    expect(world.rows('shop_a', 'paid')).toBe(0)
    if (a) a.leftOut = { collections: [], properties: {} }
    await world.object.order('bfl_1', { kind: 'backfill', sourceId: 'src_a', from: null, collections: ['paid'] })
    await world.object.order('bfl_1', { kind: 'backfill', sourceId: 'src_a', from: null, collections: ['paid'] })
    await world.run(20_000)
    expect([world.rows('shop_a', 'paid'), world.rows('shop_a', 'tracks')]).toEqual([20, 20])
    expect(world.object.jobs()).toMatchObject([{ id: 'bfl_1', state: 'done', events: 20, rows: 20, progress: 1 }])
  })

  it('a backfill from a date begins there', async () => {
    const world = new WarehouseWorld()
    const [a] = world.terms?.sources ?? []
    if (a) a.since = world.clock.now + 3_600_000
    await world.commit('src_a', track(1))
    await world.run(1_800_000)
    const from = world.clock.now
    await world.commit('src_a', track(2))
    await world.object.changed()
    await world.run()
    expect(world.rows('shop_a', 'paid')).toBe(0)
    await world.object.order('bfl_1', { kind: 'backfill', sourceId: 'src_a', from, collections: null })
    await world.run(5_000)
    expect(world.rows('shop_a', 'paid')).toBe(2)
  })

  it('erases a person from every table, goes on after a failure, and does not load them again', async () => {
    const world = new WarehouseWorld(['src_a', 'src_b'])
    for (const id of ['src_a', 'src_b'])
      await world.commit(id, [
        { userId: 'u1' },
        { userId: 'u2' },
        { type: 'identify', userId: 'u1', traits: {} },
        { type: 'alias', userId: 'u3', previousId: 'u1' },
      ])
    await world.object.changed()
    await world.run()
    const there = world.warehouse.schemas.get('shop_a')
    const [ofOne] = [...(there?.tables.get('identifies')?.rows ?? [])].map(([id]) => id)
    for (const id of [ofOne ?? '', 'another']) there?.discards.add(id)
    let erased = 0
    world.strike = (statement) => (statement === 'erase' && ++erased % 4 === 0 ? 'after' : null)
    await world.run()
    await world.object.order('ers_1', { kind: 'erasure', userIds: ['u1'] })
    await world.run(3_600_000)
    expect(world.object.jobs()).toMatchObject([{ state: 'done', tables: 10 }])
    expect(world.object.jobs()).toMatchObject([{ removed: { 'shop_a._sluice_discards': 1 } }])
    expect([...(there?.discards ?? [])]).toEqual(['another'])
    for (const schema of ['shop_a', 'shop_b'])
      for (const [name, { rows }] of world.warehouse.schemas.get(schema)?.tables ?? [])
        for (const [id, row] of rows) expect([name, id, row['user_id'], row['previous_id']]).not.toContain('u1')
    expect(world.rows('shop_a', 'paid')).toBe(1)
    world.strike = () => null
    await world.object.order('bfl_1', { kind: 'backfill', sourceId: 'src_a', from: null, collections: null })
    await world.commit('src_a', [{ userId: 'u1' }])
    await world.object.syncNow()
    await world.run(10_000)
    // What they send afterwards is theirs to be loaded.
    expect(world.rows('shop_a', 'paid')).toBe(2)
  })
})

it('keeps a hundred syncs, and knows tables and columns by when they were first seen', async () => {
  const world = new WarehouseWorld()
  await world.commit('src_a', track(1))
  await world.object.changed()
  await world.run()
  const first = world.clock.now
  await world.run(3_600_000 * 2)
  await world.commit('src_a', [{ event: 'Paid', properties: { total: 1, coupon: 'x' } }])
  await world.object.syncNow()
  await world.run()
  const columns = world.object.table('src_a', 'paid')?.columns ?? []
  expect(columns.find(({ name }) => name === 'total')?.firstAt).toBeLessThan(first)
  expect(columns.find(({ name }) => name === 'coupon')?.firstAt).toBeGreaterThan(first)
  expect(world.object.tables({ text: 'pai' }, PAGE).lines).toMatchObject([{ name: 'paid', rows: 2 }])
  await world.run(3_600_000 * 120)
  expect(world.object.syncs(PAGE).total).toBe(100)
})
