import { describe, expect, it } from 'vitest'
import { normalise } from '../../../src/event/index.ts'
import { STRIPE_VERSION } from '../../../src/pull/index.ts'
import { disturbStripe } from '../../pull/stripe-server.ts'
import { TESTED } from '../../pull/tested.ts'
import { Random } from '../../warehouse/random.ts'
import { expectSame, vendorRig } from './rig.ts'
import { vendorSuite } from './suite.ts'

const rig = vendorRig(TESTED.stripe)
const { vendor } = rig

vendorSuite(rig)

it('says which version it wants, counts calls, and reads each collection whole', async () => {
  rig.server.make('charge', { amount: 1 })
  const report = await rig.pulled()
  expect(report.last).toMatchObject({ calls: rig.server.calls, troubles: [] })
  expect(report.collections['charges']).toEqual({ objects: 1, isWhole: true })
  expect([...rig.server.versions]).toEqual([STRIPE_VERSION])
})

it('passes what the key may not read, and says so', async () => {
  rig.server.make('charge', { amount: 1 })
  rig.server.make('price', {})
  rig.server.forbidden.add('prices')
  const report = await rig.pulled()
  expect(report.last?.troubles).toMatchObject([{ code: 'no_permission', pass: 'prices' }])
  expect(report.collections).toMatchObject({ charges: { isWhole: true } })
  expect(report.collections['prices']).toBeUndefined()
  rig.server.forbidden.clear()
  expect((await rig.pulled()).collections['prices']).toMatchObject({ isWhole: true })
})

it('waits for a person where the key is wrong, and tries at once when it is another', async () => {
  const { address } = rig.terms?.settings ?? {}
  rig.server.make('charge', { amount: 1 })
  rig.change({ settings: { apiKey: 'rk_wrong', address } })
  await rig.puller.changed()
  await rig.puller.alarm()
  expect(rig.puller.report()).toMatchObject({ state: 'failing', failures: 1, error: { code: 'key_refused' } })
  rig.change({ settings: { apiKey: rig.server.key, address } })
  await rig.puller.changed()
  await rig.puller.alarm()
  expect(rig.puller.report()).toMatchObject({ state: 'idle', failures: 0, error: null, objects: 1 })
})

it('says before anything is kept which lists a key may not read', async () => {
  rig.server.forbidden.add('refunds')
  const leftOut = vendor.collections.filter((name) => name !== 'charges' && name !== 'refunds')
  rig.change({ leftOut })
  const checks = await rig.puller.check()
  expect(checks?.map(({ code, ok }) => [code, ok])).toEqual([
    ['charges', true],
    ['refunds', false],
    ['events', true],
  ])
  expect(checks?.[1]?.words).toMatch(/may not read/)
  rig.change({ settings: { ...rig.terms?.settings, apiKey: 'no' } })
  const wrong = await rig.puller.check()
  expect(wrong).toMatchObject([
    { code: 'charges', ok: false, words: expect.stringMatching(/does not take the API key/) as string },
  ])
})

it('is gone when its source is: nothing of it stays', async () => {
  rig.server.make('charge', { amount: 1 })
  await rig.pulled()
  rig.terms = null
  await rig.puller.changed()
  await rig.puller.alarm()
  expect(rig.puller.report()).toMatchObject({ objects: 0, last: null })
})

it('does not put what a dead instance has sent, and comes late, behind what is newer', async () => {
  const { id } = rig.server.make('charge', { amount: 1 })
  let commits = 0
  rig.world.fate = (call) => (call === 'commit' && ++commits === 1 ? 'writer' : null)
  await rig.puller.pullNow()
  await Promise.race([rig.puller.alarm(), rig.world.writerDied.promise])
  expect(commits).toBe(1)
  rig.openPuller()
  rig.server.change(id, { amount: 2 })
  // What was sent first takes effect after three commits more.
  for (let n = 0; n < 3; n++) await rig.pulled()
  expect(commits).toBeGreaterThanOrEqual(4)
  await rig.world.settle()
  expect(await rig.rowsOf('charges', 'id, amount')).toEqual([{ id, amount: '2' }])
})

it('is quiet once it is disconnected: what a dead instance has sent is refused, and so is a step under way', async () => {
  rig.server.make('charge', { amount: 1 })
  expect(await rig.puller.stopped()).toBe(false)
  let commits = 0
  rig.world.fate = (call) => (call === 'commit' && ++commits === 1 ? 'writer' : null)
  await rig.puller.pullNow()
  await Promise.race([rig.puller.alarm(), rig.world.writerDied.promise])
  rig.openPuller()
  const step = rig.puller.alarm()
  rig.terms = null
  for (let n = 1; n <= 4; n++) {
    expect(await rig.puller.stopped()).toBe(true)
    expect(rig.world.log.counters().log.rows).toBe(n)
  }
  await step
  expect(rig.world.log.counters().log.rows).toBe(4)
})

describe('what is changed while it works', () => {
  it('is looked at when the step is over, not an hour later', async () => {
    rig.server.make('charge', { amount: 1 })
    let isAsked = false
    rig.server.meanwhile = () => {
      if (!isAsked) void rig.puller.changed()
      isAsked = true
    }
    await rig.puller.pullNow()
    await rig.puller.alarm()
    expect(rig.puller.report()).toMatchObject({ run: null, state: 'idle' })
    expect((rig.rows.alarmAt ?? Infinity) - rig.world.clock.now).toBeLessThan(1_000)
  })

  it('leaves a collection to be read whole when it is taken in again', async () => {
    const { id } = rig.server.make('price', { amount: 1 })
    await rig.pulled()
    rig.change({ leftOut: ['prices'] })
    await rig.pulled()
    rig.server.change(id, { amount: 2 })
    for (let n = 0; n < 3; n++) {
      rig.world.clock.now += 3_600_000
      await rig.pulled()
    }
    rig.change({ leftOut: [] })
    await rig.pulled()
    await rig.world.settle()
    expect(await rig.rowsOf('prices', 'amount')).toEqual([{ amount: '2' }])
  })

  it('begins anew with a key of another account, of which nothing is known yet', async () => {
    rig.server.make('charge', { amount: 1 })
    await rig.pulled()
    rig.server.clear()
    rig.server.make('charge', { amount: 7 })
    rig.server.events.length = 0
    rig.server.key = 'rk_test_2'
    rig.change({ settings: { ...rig.terms?.settings, apiKey: rig.server.key } })
    await rig.pulled()
    await rig.world.settle()
    expect(await rig.rowsOf('charges', 'amount')).toEqual([{ amount: '1' }, { amount: '7' }])
  })
})

it('reads all changes but those of lists that the key may not read any more, and names them', async () => {
  const charge = rig.server.make('charge', { amount: 1 })
  const price = rig.server.make('price', { amount: 1 })
  await rig.pulled()
  rig.server.forbidden.add('prices')
  rig.server.change(charge.id, { amount: 2 })
  rig.server.change(price.id, { amount: 2 })
  const report = await rig.pulled()
  expect(report.last?.troubles).toMatchObject([{ code: 'no_permission', pass: 'prices' }])
  expect(report.collections).toMatchObject({ prices: { isWhole: false }, charges: { isWhole: true } })
  await rig.world.settle()
  expect(await rig.rowsOf('charges', 'amount')).toEqual([{ amount: '2' }])
  rig.server.forbidden.clear()
  rig.world.clock.now += 7_200_000
  await rig.pulled()
  await rig.world.settle()
  expect(await rig.rowsOf('prices', 'amount')).toEqual([{ amount: '2' }])
})

it('ends its steps though somebody else writes all the time, and goes on when that is over', async () => {
  rig.server.make('charge', { amount: 1 })
  let isBusy = true
  rig.world.fate = (call) => {
    if (call === 'commit' && isBusy) rig.world.log.commit(strange())
    rig.world.clock.now += 1_000
    return null
  }
  await rig.puller.pullNow()
  await rig.puller.alarm()
  expect(rig.puller.report()).toMatchObject({ state: 'running', objects: 0, run: { calls: rig.server.calls } })
  isBusy = false
  expect((await rig.pulled()).objects).toBe(1)
})

let strangers = 0
function strange(): Parameters<typeof rig.world.log.commit>[0] {
  const at = new Date(rig.world.clock.now).toISOString()
  const counts = { requests: 1, received: 0, duplicates: 0, rejected: {} }
  const batch = `${rig.world.clock.now}-stranger${++strangers}`
  const times = { firstReceivedAt: at, lastReceivedAt: at }
  return { batch, key: null, chunks: [], accepts: [], ids: new Uint32Array(0), routes: {}, counts, ...times }
}

it('tells of an answer that nobody can understand, and waits longer each time', async () => {
  rig.change({ vendor: { ...vendor, perSecond: 1e6, page: () => Promise.reject(new RangeError('too deep')) } })
  await rig.puller.pullNow()
  await rig.puller.alarm()
  await rig.puller.alarm()
  expect(rig.puller.report()).toMatchObject({ state: 'failing', failures: 2, error: { code: 'not_understood' } })
  // Disconnected, it fails no more, and who was told hears of that.
  rig.terms = null
  await rig.puller.alarm()
  expect([rig.toldOf, rig.published.map(({ failures }) => failures)]).toEqual([
    [0, 1, 2],
    [1, 2, 0],
  ])
})

it('learns what was deleted while its list was left out', async () => {
  const [kept, lost] = [rig.server.make('price', { n: 1 }), rig.server.make('price', { n: 2 })]
  await rig.pulled()
  rig.change({ leftOut: ['prices'] })
  rig.world.clock.now += 3_600_000
  await rig.pulled()
  rig.server.remove(lost.id)
  rig.world.clock.now += 3_600_000
  // The run that would have been told of it asks for other lists.
  await rig.pulled()
  rig.world.clock.now += 3_600_000
  rig.change({ leftOut: [] })
  await rig.pulled()
  await rig.world.settle()
  expect(await expectSame(rig)).toEqual({ rows: 2, deleted: 1 })
  expect([...rig.server.all.keys()]).toEqual([kept.id])
})

describe('lists within objects', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ id: `il_${n}`, object: 'line_item', created: 1_790_000_000, amount: n }))
  const invoices = (count: number) => {
    rig.change({ leftOut: vendor.collections.filter((name) => !['invoices', 'invoice_lines'].includes(name)) })
    return rig.server.make('invoice', { lines: lines(count) })
  }
  const asked = () => {
    const { calls } = rig.server
    return () => rig.server.calls - calls
  }

  it('are read some pages at a time, however long they are, and go on where they were when all dies', async () => {
    invoices(3_210)
    rig.openPuller(0)
    await rig.puller.pullNow()
    const steps: number[] = []
    let before = 0
    for (let n = 0; n < 20 && !rig.puller.report().last; n++) {
      await rig.ring(0)
      const { objects } = rig.puller.report()
      steps.push(objects - before)
      before = objects
      rig.openPuller(0)
    }
    expect([before, Math.max(...steps) <= 1_000, steps.filter((read) => read > 0).length]).toEqual([3_211, true, 5])
    await rig.world.settle()
    await expectSame(rig)
  })

  it('are not read again from their begin when a page of one fails, by a list and by an event', async () => {
    const { id } = invoices(1_000)
    const first = asked()
    const fail = (nth: number) => {
      let n = 0
      rig.server.trouble = () => (++n === nth ? 'broken' : null)
    }
    // To be counted, listed, and in ten pages behind the first three.
    fail(7)
    expect(await rig.pulled()).toMatchObject({ failures: 0, error: null })
    expect(first()).toBe(1 + 1 + 10 + 1)
    rig.server.change(id, { total: 7 })
    rig.world.clock.now += 3_600_000
    const again = asked()
    fail(9)
    expect(await rig.pulled()).toMatchObject({ failures: 0, error: null })
    expect(again()).toBe(2 + 10 + 1)
    await rig.world.settle()
    await expectSame(rig)
  })

  it('begin anew where the item is gone after which they go on, and lose none', async () => {
    const { id } = invoices(700)
    await rig.pulled()
    rig.server.change(id, { total: 7 })
    rig.world.clock.now += 3_600_000
    let calls = 0
    rig.server.meanwhile = () => {
      if (++calls !== 5) return
      rig.server.change(id, { lines: lines(700).filter(({ amount }) => amount % 3 > 0) })
    }
    await rig.pulled()
    rig.world.clock.now += 3_600_000
    expect((await rig.pulled()).last?.troubles).toEqual([])
    await rig.world.settle()
    const there = await rig.rowsOf('invoice_lines', 'amount, is_deleted')
    const left = there.filter((row) => row['is_deleted'] === false)
    // Of what is gone an event names the first page alone: the other lines stay as they were.
    expect(left.filter(({ amount }) => Number(amount) % 3 > 0)).toHaveLength(466)
    expect(there.find(({ amount }) => amount === null || Number(amount) === 0)).toMatchObject({ is_deleted: true })
  })
})

it('goes on with a run that a version of before has begun, where that has kept its places', async () => {
  const made = Array.from({ length: 250 }, (_, n) => rig.server.make('charge', { amount: n }))
  const sql = rig.rows.storage().sql
  /** The place as it was kept before objects within others were: that of a list, and the id of an event. */
  const before = (pass: string) => {
    const { cursor } = sql
      .exec<{ cursor: string }>(
        "SELECT body ->> '$.run.cursor' AS cursor FROM puller WHERE body ->> '$.run.toCome[0].pass' = ?",
        pass,
      )
      .one()
    const { after, created } = JSON.parse(cursor) as { after: string; created?: number }
    const old = pass === 'events' ? after : JSON.stringify({ after, created })
    sql.exec("UPDATE puller SET body = json_set(body, '$.run.cursor', ?)", old)
    rig.openPuller(0)
  }
  const goTo = async (pass: string) => {
    rig.openPuller(0)
    await rig.puller.pullNow()
    for (let n = 0; n < 200; n++) {
      await rig.ring(0)
      const [row] = sql
        .exec<{ page: number; pass: string }>(
          "SELECT body ->> '$.run.page' AS page, body ->> '$.run.toCome[0].pass' AS pass FROM puller",
        )
        .toArray()
      if (row?.pass === pass && row.page > 0) return
    }
    throw new Error(`${pass} is not come to`)
  }
  await goTo('charges')
  before('charges')
  const first = await rig.pulled(0)
  expect(first.last).toMatchObject({ objects: 250, troubles: [] })
  for (const { id } of made.slice(0, 60)) rig.server.change(id, { amount: 1_000 })
  rig.world.clock.now += 3_600_000
  await goTo('events')
  before('events')
  expect((await rig.pulled(0)).last?.troubles).toEqual([])
  await rig.world.settle()
  await expectSame(rig)
})

it('knows about how many objects a first run has, though nobody counts them', async () => {
  const { server, world } = rig
  const until = world.clock.now
  for (let n = 0; n < 6_000; n++) {
    // More and more of them: as an account grows.
    world.clock.now = until - 30_000 * Math.round((6_000 - n) ** 1.3)
    server.make('charge', { amount: n })
    if (n % 4 === 0) server.make('price', {})
    if (n < 30) server.make('coupon', {})
  }
  world.clock.now = until + 3_600_000
  server.forbidden.add('refunds')
  const calls = server.calls
  await rig.puller.pullNow()
  rig.openPuller(0)
  await rig.ring(0)
  const { expected } = rig.puller.report().run ?? {}
  expect(expected?.of).toBeGreaterThan(7_530 * 0.75)
  expect(expected?.of).toBeLessThan(7_530 * 1.25)
  expect(server.calls - calls).toBeLessThan(60)
  const report = await rig.pulled()
  expect(report.objects).toBe(7_530)
})

it('counts no more than it can where a list is not to be had by time', async () => {
  for (let n = 0; n < 150; n++) rig.server.make('payment_method', { n })
  rig.world.clock.now += 3_600_000
  rig.change({ leftOut: vendor.collections.filter((name) => name !== 'payment_methods') })
  rig.server.timeless.add('payment_methods')
  const { last } = await rig.pulled()
  expect(last).toMatchObject({ objects: 150, troubles: [] })
  expect(rig.server.calls).toBeLessThan(20)
})

describe('what happens at the vendor', () => {
  const happened = () => rig.tracked.map(({ messageId }) => String(messageId))
  const wanted = (from: number) =>
    rig.server.events.filter(({ created }) => created >= Math.floor(from / 1_000)).map(({ id }) => `stripe-${id}`)
  const switchTo = async (events: boolean) => {
    rig.change({ settings: { ...rig.terms?.settings, events } })
    await rig.pulled()
  }

  it('is sent nowhere unless somebody wants it, and then from that moment on, each time under the same id', async () => {
    rig.server.make('customer', { metadata: {}, sources: [] })
    await rig.pulled()
    rig.server.make('charge', { amount: 1 })
    rig.world.clock.now += 3_600_000
    await rig.pulled()
    expect(rig.tracked).toEqual([])
    rig.world.clock.now += 3_600_000
    const from = rig.world.clock.now
    await switchTo(true)
    expect(rig.tracked).toEqual([])
    const buyer = rig.server.make('customer', { metadata: { user_id: 'u7' }, sources: [] })
    const charge = rig.server.make('charge', { amount: 5, customer: buyer.id, metadata: {} })
    for (let n = 0; n < 60; n++) rig.server.change(charge.id, { amount: n })
    rig.world.clock.now += 3_600_000
    await rig.pulled()
    expect(happened().toSorted()).toEqual(wanted(from).toSorted())
    expect(rig.tracked.find(({ event }) => event === 'charge.created')).toMatchObject({
      type: 'track',
      anonymousId: buyer.id,
      properties: { id: charge.id, amount: 5, customer: buyer.id },
    })
    expect(rig.tracked.find(({ event }) => event === 'customer.created')).toMatchObject({
      userId: 'u7',
      anonymousId: buyer.id,
    })
    const changed = rig.tracked.find(({ event }) => event === 'charge.updated')
    expect(changed).toMatchObject({ properties: { previous_attributes: { amount: expect.anything() } } })
    const facts = { receivedAt: rig.world.clock.now, projectId: 'src_stripe', newMessageId: () => 'none' }
    expect(rig.tracked.map((call) => normalise(call, facts).ok)).toEqual(rig.tracked.map(() => true))
    await switchTo(false)
    const before = rig.tracked.length
    rig.server.change(charge.id, { amount: 70 })
    rig.world.clock.now += 3_600_000
    await rig.pulled()
    expect(rig.tracked.length).toBe(before)
  })

  it('is sent once more for some hours only, so that it is known again', async () => {
    await rig.pulled()
    await switchTo(true)
    rig.server.make('charge', { amount: 1 })
    rig.world.clock.now += 60_000
    await rig.pulled()
    expect(new Set(happened()).size).toBe(1)
    const sent = happened().length
    // A day later nobody would know it again.
    rig.world.clock.now += 86_400_000
    await rig.pulled()
    expect(happened().length).toBe(sent)
    rig.server.make('charge', { amount: 2 })
    rig.world.clock.now += 5 * 86_400_000
    await rig.pulled()
    expect(happened().length).toBe(sent + 1)
  })

  it('comes whatever fails and dies', async () => {
    await rig.pulled()
    await switchTo(true)
    const random = new Random(8)
    const from = rig.world.clock.now
    for (let n = 0; n < 150; n++) disturbStripe(rig.server, random)
    rig.server.trouble = () => (random.chance(0.1) ? random.of(['slow down', 'broken', 'cut'] as const) : null)
    rig.dies = () => random.chance(0.02)
    rig.world.clock.now += 3_600_000
    await rig.pulled()
    expect([...new Set(happened())].toSorted()).toEqual(wanted(from).toSorted())
  })
})
