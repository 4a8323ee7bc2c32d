import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { type JsonObject, normalise } from '../../../src/event/index.ts'
import type { WarehouseSession } from '../../../src/connectors/index.ts'
import {
  checkVendor,
  Puller,
  PULLER_DIALS,
  type PullReport,
  type PullTerms,
  STRIPE_VERSION,
  VENDORS,
} from '../../../src/pull/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { disturb, StripeServer, type StripeObject } from '../../pull/stripe-server.ts'
import { ObjectsWorld } from '../../warehouse/objects-world.ts'
import { Random } from '../../warehouse/random.ts'
import { connector, settingsOf } from '../postgres/sync.ts'

const SOURCE = 'src_stripe'
const [vendor] = VENDORS
if (!vendor) throw new Error('no vendor')

let database: TestDatabase
let sessions: WarehouseSession[]
let world: ObjectsWorld
let server: StripeServer
let terms: PullTerms | null
let puller: Puller
let published: PullReport[]
let toldOf: number[]
let tracked: JsonObject[]
let rows: ReturnType<ObjectsWorld['stored']>
/** The instance dies in the next call of the vendor. */
let dies: () => boolean

beforeAll(async () => void (database = await openDatabase()))
afterAll(() => database.end())
beforeEach(async () => {
  await database.query('drop schema if exists shop cascade')
  sessions = []
  published = []
  toldOf = []
  tracked = []
  dies = () => false
  const open = async () => {
    const session = await connector.open(settingsOf(database))
    sessions.push(session)
    return session
  }
  const portion = { events: 200, bytes: 1e6 }
  world = new ObjectsWorld(SOURCE, { connector: { limits: connector.limits, portion }, open })
  world.clock.now = 1_795_800_000_000
  server = new StripeServer(() => Math.floor(world.clock.now / 1_000))
  const address = await server.start()
  terms = {
    version: 1,
    paused: false,
    vendor: { ...vendor, perSecond: 1e6 },
    settings: { apiKey: server.key, address },
    leftOut: [],
  }
  rows = world.stored()
  openPuller()
})
afterEach(async () => {
  await Promise.all(sessions.map((session) => session.end()))
  await server.stop()
})

function openPuller(stepMs = PULLER_DIALS.stepMs): void {
  const fetch: typeof context.fetch = async (request, ms) => {
    if (!dies()) return context.fetch(request, ms)
    world.writerDied.resolve()
    return new Promise<never>(() => undefined)
  }
  puller = new Puller(
    SOURCE,
    rows.storage(),
    {
      ctx: { ...world.ctx, fetch },
      archive: world.archive,
      intake: () => world.intake(),
      track: async (_, calls) => void tracked.push(...calls),
      terms: () => Promise.resolve(terms),
      publish: (_, report, told) => {
        published.push(report)
        toldOf.push(told)
        return Promise.resolve(report.failures)
      },
    },
    { ...PULLER_DIALS, stepMs },
  )
}

/** Alarms ring until a run that begins now is over. */
async function pulled(stepMs?: number): Promise<PullReport> {
  const before = puller.report().last?.id
  for (let n = 0; n < 5_000; n++) {
    const { run, last } = puller.report()
    if (!run && last && last.id !== before) return puller.report()
    if (!run) await puller.pullNow()
    world.writerDied = Promise.withResolvers()
    await Promise.race([puller.alarm(), world.writerDied.promise.then(() => openPuller(stepMs))])
    world.clock.now += 2_000
  }
  throw new Error(`no end: ${JSON.stringify(puller.report())}`)
}

/** What of an object is a row, by hand: keys joined by `_`, times where Stripe has seconds. */
function flat(value: Record<string, unknown>, above = '', row: Record<string, unknown> = {}): Record<string, unknown> {
  for (const [key, one] of Object.entries(value)) {
    const name = above ? `${above}_${key}` : key
    const isTime = ['created', 'period_end', 'available_on'].includes(key) && !above.startsWith('metadata')
    if (one === null || one === undefined) continue
    if (Array.isArray(one)) row[name] = JSON.stringify(one)
    else if (typeof one === 'object') flat(one as Record<string, unknown>, name, row)
    else row[name] = isTime ? new Date((one as number) * 1_000).toISOString() : one
  }
  return row
}

const HOLDS: Record<string, [field: string, table: string, key: string]> = {
  customer: ['sources', 'cards', 'customer'],
  subscription: ['items', 'subscription_items', 'subscription'],
  invoice: ['lines', 'invoice_lines', 'invoice'],
}
const TABLES: Record<string, string> = {
  charge: 'charges',
  customer: 'customers',
  subscription: 'subscriptions',
  invoice: 'invoices',
  balance_transaction: 'balance_transactions',
  price: 'prices',
}

/** What the tables have to be, of what the server holds. */
function expectedRows(): Map<string, Map<string, Record<string, unknown>>> {
  const tables = new Map<string, Map<string, Record<string, unknown>>>()
  const put = (table: string, object: Record<string, unknown>) => {
    const there = tables.get(table) ?? new Map<string, Record<string, unknown>>()
    tables.set(table, there.set(String(object['id']), { ...flat(object), is_deleted: false }))
  }
  for (const object of server.all.values()) {
    const [field, table, key] = HOLDS[object.object] ?? []
    const { [field ?? '']: held, ...own } = object
    put(TABLES[object.object] ?? '', own)
    for (const one of (held ?? []) as StripeObject[]) put(table ?? '', { ...one, [key ?? '']: object.id })
  }
  return tables
}

async function expectSame(): Promise<{ rows: number; deleted: number }> {
  const expected = expectedRows()
  const found = await database.query<{ t: string }>(
    "select table_name as t from information_schema.tables where table_schema = 'shop' and table_name not like '\\_%'",
  )
  const names = found.map(({ t }) => t)
  expect([...expected.keys()].filter((name) => !names.includes(name))).toEqual([])
  // What has nothing any more has only what was deleted.
  for (const name of names) if (!expected.has(name)) expected.set(name, new Map())
  let deleted = 0
  let count = 0
  for (const [table, all] of expected) {
    const there = await database.query<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from shop.${table} t`,
    )
    const real = new Map<string, Record<string, unknown>>()
    for (const { row } of there) {
      count++
      if (row['is_deleted'] === true) deleted++
      else
        real.set(
          String(row['id']),
          Object.fromEntries(
            Object.entries(row).flatMap(([name, value]) => {
              if (value === null || name === 'uuid_ts' || name === 'received_at') return []
              const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*\+00:00$/.test(value)
              return [[name, isTime ? new Date(value).toISOString() : value]]
            }),
          ),
        )
    }
    expect([...real.keys()].toSorted()).toEqual([...all.keys()].toSorted())
    for (const [id, row] of all) expect([table, real.get(id)]).toEqual([table, row])
  }
  return { rows: count, deleted }
}

describe('a first run', () => {
  it('reads every list whole, and the tables are what the server holds', async () => {
    const random = new Random(3)
    for (let n = 0; n < 400; n++) disturb(server, random)
    world.clock.now += 3_600_000
    const report = await pulled()
    expect(report).toMatchObject({
      state: 'idle',
      failures: 0,
      error: null,
      run: null,
      last: { cause: 'person', troubles: [] },
    })
    expect(report.last?.passes).toMatchObject({ done: report.last?.passes.all, current: null })
    expect(report.last?.calls).toBe(server.calls)
    expect(report.collections['charges']).toEqual({ objects: server.of('charge').length, isWhole: true })
    expect([...server.versions]).toEqual([STRIPE_VERSION])
    await world.settle()
    await expectSame()
    const nothing = await pulled()
    expect(nothing.last?.calls).toBeLessThan(report.calls)
  })

  it('leaves out what nobody wants, and reads it whole when it is wanted', async () => {
    if (!terms) throw new Error('no terms')
    const random = new Random(4)
    for (let n = 0; n < 120; n++) disturb(server, random)
    const { leftOut } = (terms = { ...terms, leftOut: vendor.collections.filter((name) => name !== 'prices') })
    expect(leftOut).toContain('charges')
    const report = await pulled()
    expect(Object.keys(report.collections)).toEqual(['prices'])
    terms = { ...terms, version: 2, leftOut: [] }
    await pulled()
    await world.settle()
    await expectSame()
  })

  it('learns what was deleted while its list was left out', async () => {
    if (!terms) throw new Error('no terms')
    const [kept, lost] = [server.make('price', { n: 1 }), server.make('price', { n: 2 })]
    await pulled()
    terms = { ...terms, version: 2, leftOut: ['prices'] }
    world.clock.now += 3_600_000
    await pulled()
    server.remove(lost.id)
    world.clock.now += 3_600_000
    // The run that would have been told of it asks for other lists.
    await pulled()
    world.clock.now += 3_600_000
    terms = { ...terms, version: 3, leftOut: [] }
    await pulled()
    await world.settle()
    expect(await expectSame()).toEqual({ rows: 2, deleted: 1 })
    expect([...server.all.keys()]).toEqual([kept.id])
  })

  it('passes what the key may not read, and says so', async () => {
    server.make('charge', { amount: 1 })
    server.make('price', {})
    server.forbidden.add('prices')
    const report = await pulled()
    expect(report.last?.troubles).toMatchObject([{ code: 'no_permission', pass: 'prices' }])
    expect(report.collections).toMatchObject({ charges: { isWhole: true } })
    expect(report.collections['prices']).toBeUndefined()
    server.forbidden.clear()
    expect((await pulled()).collections['prices']).toMatchObject({ isWhole: true })
  })
})

describe('what happens at the vendor', () => {
  const happened = () => tracked.map(({ messageId }) => String(messageId))
  const wanted = (from: number) =>
    server.events.filter(({ created }) => created >= Math.floor(from / 1_000)).map(({ id }) => `stripe-${id}`)
  const switchTo = async (events: boolean) => {
    if (!terms) throw new Error('no terms')
    terms = { ...terms, version: terms.version + 1, settings: { ...terms.settings, events } }
    await pulled()
  }

  it('is sent nowhere unless somebody wants it, and then from that moment on, each time under the same id', async () => {
    server.make('customer', { metadata: {}, sources: [] })
    await pulled()
    server.make('charge', { amount: 1 })
    world.clock.now += 3_600_000
    await pulled()
    expect(tracked).toEqual([])
    world.clock.now += 3_600_000
    const from = world.clock.now
    await switchTo(true)
    expect(tracked).toEqual([])
    const buyer = server.make('customer', { metadata: { user_id: 'u7' }, sources: [] })
    const charge = server.make('charge', { amount: 5, customer: buyer.id, metadata: {} })
    for (let n = 0; n < 60; n++) server.change(charge.id, { amount: n })
    world.clock.now += 3_600_000
    await pulled()
    expect(happened().toSorted()).toEqual(wanted(from).toSorted())
    expect(tracked.find(({ event }) => event === 'charge.created')).toMatchObject({
      type: 'track',
      anonymousId: buyer.id,
      properties: { id: charge.id, amount: 5, customer: buyer.id },
    })
    expect(tracked.find(({ event }) => event === 'customer.created')).toMatchObject({
      userId: 'u7',
      anonymousId: buyer.id,
    })
    const changed = tracked.find(({ event }) => event === 'charge.updated')
    expect(changed).toMatchObject({ properties: { previous_attributes: { amount: expect.anything() } } })
    const facts = { receivedAt: world.clock.now, projectId: SOURCE, newMessageId: () => 'none' }
    expect(tracked.map((call) => normalise(call, facts).ok)).toEqual(tracked.map(() => true))
    await switchTo(false)
    const before = tracked.length
    server.change(charge.id, { amount: 70 })
    world.clock.now += 3_600_000
    await pulled()
    expect(tracked.length).toBe(before)
  })

  it('is sent once more for some hours only, so that it is known again', async () => {
    await pulled()
    await switchTo(true)
    server.make('charge', { amount: 1 })
    world.clock.now += 60_000
    await pulled()
    expect(new Set(happened()).size).toBe(1)
    const sent = happened().length
    // A day later nobody would know it again.
    world.clock.now += 86_400_000
    await pulled()
    expect(happened().length).toBe(sent)
    server.make('charge', { amount: 2 })
    world.clock.now += 5 * 86_400_000
    await pulled()
    expect(happened().length).toBe(sent + 1)
  })

  it('comes whatever fails and dies', async () => {
    await pulled()
    await switchTo(true)
    const random = new Random(8)
    const from = world.clock.now
    for (let n = 0; n < 150; n++) disturb(server, random)
    server.trouble = () => (random.chance(0.1) ? random.of(['slow down', 'broken', 'cut'] as const) : null)
    dies = () => random.chance(0.02)
    world.clock.now += 3_600_000
    await pulled()
    expect([...new Set(happened())].toSorted()).toEqual(wanted(from).toSorted())
  })
})

it('waits for a person where the key is wrong, and tries at once when it is another', async () => {
  if (!terms) throw new Error('no terms')
  const { address } = terms.settings
  server.make('charge', { amount: 1 })
  terms = { ...terms, settings: { apiKey: 'rk_wrong', address } }
  await puller.changed()
  await puller.alarm()
  expect(puller.report()).toMatchObject({ state: 'failing', failures: 1, error: { code: 'key_refused' } })
  terms = { ...terms, version: 2, settings: { apiKey: server.key, address } }
  await puller.changed()
  await puller.alarm()
  expect(puller.report()).toMatchObject({ state: 'idle', failures: 0, error: null, objects: 1 })
})

it('says before anything is kept which lists a key may not read', async () => {
  if (!terms) throw new Error('no terms')
  server.forbidden.add('refunds')
  const checks = await checkVendor(terms.vendor, terms.settings, new Set(['charges', 'refunds']), context)
  expect(checks.map(({ code, ok }) => [code, ok])).toEqual([
    ['charges', true],
    ['refunds', false],
    ['events', true],
  ])
  expect(checks[1]?.words).toMatch(/may not read/)
  const wrong = await checkVendor(
    terms.vendor,
    { ...terms.settings, apiKey: 'no' },
    new Set(['charges', 'refunds']),
    context,
  )
  expect(wrong).toMatchObject([
    { code: 'charges', ok: false, words: expect.stringMatching(/does not take the API key/) as string },
  ])
})

it('is gone when its source is: nothing of it stays', async () => {
  server.make('charge', { amount: 1 })
  await pulled()
  terms = null
  await puller.changed()
  await puller.alarm()
  expect(puller.report()).toMatchObject({ objects: 0, last: null })
})

const rowsOf = (table: string, columns: string) =>
  database.query<Record<string, unknown>>(`select ${columns} from shop.${table} order by id`)

it('does not put what a dead instance has sent, and comes late, behind what is newer', async () => {
  const { id } = server.make('charge', { amount: 1 })
  let commits = 0
  world.fate = (call) => (call === 'commit' && ++commits === 1 ? 'writer' : null)
  await puller.pullNow()
  await Promise.race([puller.alarm(), world.writerDied.promise])
  expect(commits).toBe(1)
  openPuller()
  server.change(id, { amount: 2 })
  // What was sent first takes effect after three commits more.
  for (let n = 0; n < 3; n++) await pulled()
  expect(commits).toBeGreaterThanOrEqual(4)
  await world.settle()
  expect(await rowsOf('charges', 'id, amount')).toEqual([{ id, amount: '2' }])
})

describe('what is changed while it works', () => {
  it('is looked at when the step is over, not an hour later', async () => {
    server.make('charge', { amount: 1 })
    let isAsked = false
    server.meanwhile = () => {
      if (!isAsked) void puller.changed()
      isAsked = true
    }
    await puller.pullNow()
    await puller.alarm()
    expect(puller.report()).toMatchObject({ run: null, state: 'idle' })
    expect((rows.alarmAt ?? Infinity) - world.clock.now).toBeLessThan(1_000)
  })

  it('leaves a collection to be read whole when it is taken in again', async () => {
    if (!terms) throw new Error('no terms')
    const { id } = server.make('price', { amount: 1 })
    await pulled()
    terms = { ...terms, version: 2, leftOut: ['prices'] }
    await pulled()
    server.change(id, { amount: 2 })
    for (let n = 0; n < 3; n++) {
      world.clock.now += 3_600_000
      await pulled()
    }
    terms = { ...terms, version: 3, leftOut: [] }
    await pulled()
    await world.settle()
    expect(await rowsOf('prices', 'amount')).toEqual([{ amount: '2' }])
  })

  it('begins anew with a key of another account, of which nothing is known yet', async () => {
    if (!terms) throw new Error('no terms')
    server.make('charge', { amount: 1 })
    await pulled()
    server.all.clear()
    server.events.length = 0
    server.make('charge', { amount: 7 })
    server.events.length = 0
    server.key = 'rk_test_2'
    terms = { ...terms, version: 2, settings: { ...terms.settings, apiKey: server.key } }
    await pulled()
    await world.settle()
    expect(await rowsOf('charges', 'amount')).toEqual([{ amount: '1' }, { amount: '7' }])
  })
})

it('reads all changes but those of lists that the key may not read any more, and names them', async () => {
  const charge = server.make('charge', { amount: 1 })
  const price = server.make('price', { amount: 1 })
  await pulled()
  server.forbidden.add('prices')
  server.change(charge.id, { amount: 2 })
  server.change(price.id, { amount: 2 })
  const report = await pulled()
  expect(report.last?.troubles).toMatchObject([{ code: 'no_permission', pass: 'prices' }])
  expect(report.collections).toMatchObject({ prices: { isWhole: false }, charges: { isWhole: true } })
  await world.settle()
  expect(await rowsOf('charges', 'amount')).toEqual([{ amount: '2' }])
  server.forbidden.clear()
  world.clock.now += 7_200_000
  await pulled()
  await world.settle()
  expect(await rowsOf('prices', 'amount')).toEqual([{ amount: '2' }])
})

it('ends its steps though somebody else writes all the time, and goes on when that is over', async () => {
  server.make('charge', { amount: 1 })
  let isBusy = true
  world.fate = (call) => {
    if (call === 'commit' && isBusy) world.log.commit(strange())
    world.clock.now += 1_000
    return null
  }
  await puller.pullNow()
  await puller.alarm()
  expect(puller.report()).toMatchObject({ state: 'running', objects: 0, run: { calls: server.calls } })
  isBusy = false
  expect((await pulled()).objects).toBe(1)
})

let strangers = 0
function strange(): Parameters<typeof world.log.commit>[0] {
  const at = new Date(world.clock.now).toISOString()
  const counts = { requests: 1, received: 0, duplicates: 0, rejected: {} }
  const batch = `${world.clock.now}-stranger${++strangers}`
  const times = { firstReceivedAt: at, lastReceivedAt: at }
  return { batch, key: null, chunks: [], accepts: [], ids: new Uint32Array(0), routes: {}, counts, ...times }
}

it('tells of an answer that nobody can understand, and waits longer each time', async () => {
  if (!terms) throw new Error('no terms')
  const { vendor: known } = terms
  terms = { ...terms, vendor: { ...known, page: () => Promise.reject(new RangeError('too deep')) } }
  await puller.pullNow()
  await puller.alarm()
  await puller.alarm()
  expect(puller.report()).toMatchObject({ state: 'failing', failures: 2, error: { code: 'not_understood' } })
  // Disconnected, it fails no more, and who was told hears of that.
  terms = null
  await puller.alarm()
  expect([toldOf, published.map(({ failures }) => failures)]).toEqual([
    [0, 1, 2],
    [1, 2, 0],
  ])
})

/** `STRIPE_OBJECTS=200000 npm run test:one -- test/node/pull/stripe.test.ts` takes a while. */
it('has the tables equal what the server holds, whatever dies, is cut, is slowed down and changes meanwhile', async () => {
  const random = new Random(Number(process.env.STRIPE_SEED ?? 1))
  const count = Number(process.env.STRIPE_OBJECTS ?? 200)
  while (server.all.size < count) disturb(server, random)
  let deaths = 0
  let left = 12
  const met: Record<string, number> = {}
  server.trouble = () => {
    const trouble = random.chance(0.08) ? random.of(['slow down', 'broken', 'cut'] as const) : null
    if (trouble) met[trouble] = (met[trouble] ?? 0) + 1
    return trouble
  }
  server.meanwhile = () => random.chance(0.3) && disturb(server, random)
  dies = () => left > 0 && random.chance(0.05) && (left--, deaths++, true)
  world.fate = (call) => {
    if (call === 'load') return random.chance(0.1) ? random.of(['dies before', 'dies after', 'late'] as const) : null
    const fate = random.chance(0.25) ? random.of(['before', 'after', 'dies after', 'writer'] as const) : null
    if (fate) met[fate] = (met[fate] ?? 0) + 1
    return fate
  }
  // A step does one page.
  openPuller(0)
  await pulled(0)
  for (let n = 0; n < 3; n++) {
    world.clock.now += 3_600_000
    await pulled(0)
    await world.settle()
  }
  expect(deaths).toBeGreaterThan(5)
  expect(Object.keys(met)).toEqual(expect.arrayContaining(['slow down', 'broken', 'cut', 'before', 'after', 'writer']))
  // Nothing changes any more: one run, and they are the same.
  server.meanwhile = () => undefined
  world.clock.now += 60_000
  await pulled(0)
  await world.settle()
  const { deleted } = await expectSame()
  expect(deleted).toBeGreaterThan(5)
})
