import { Buffer } from 'node:buffer'
import type { Connectors } from '../../src/control/request.ts'
import { SimulatedWarehouse } from '../../test/platform/warehouse.ts'
import type { Receiver } from './context.ts'
import { LATENCY } from './latency.ts'
import { type Kind, KINDS } from './meter.ts'
import { costRows, CPU_MS, dollarsOf } from './prices.ts'
import type { Measured } from './scenario.ts'
import { grid } from './table.ts'
import { World } from './world.ts'

/** Objects of the report; the test has fewer. */
const OBJECTS = 20_000
/** Objects of a page of the vendor's, and of a request of somebody who sets some: the most that each may have. */
const PAGE = 100
const PER_REQUEST = 10
/** Objects that have changed since the last run. */
const CHANGED = 0.1
const VENDOR = 'https://vendor.example.com'
const LONGEST_MS = 24 * 3_600_000
const KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`

/** What a part of it costs; `events` are objects. */
export interface ObjectsCost {
  name: string
  measured: Measured
}

/** What objects cost that third parties set, that a first run and an hourly one pull, and that a warehouse loads. */
export async function measureObjects(objects: number): Promise<ObjectsCost[]> {
  const vendor = new Vendor(objects)
  const database = new SimulatedWarehouse(undefined, { events: 5_000, bytes: 4_000_000 })
  const connector = database.connector
  const connectors = { postgres: connector, redshift: connector, iceberg: connector } as Connectors
  const receiver = (clock: World['clock']): Receiver => {
    return async ({ url }) => {
      await clock.sleep(LATENCY.receiver)
      return vendor.answer(new URL(url), clock.now)
    }
  }
  const world = await World.open({ urls: [], messagesPerBatch: 100, connectors, encryptionKeys: KEYS, receiver })
  const all: ObjectsCost[] = []
  const part = async (name: string, count: number, act: () => Promise<void>) => {
    world.meter.reset()
    await act()
    const counts = world.meter.counts()
    const parts = Object.fromEntries(KINDS.map((kind) => [kind, world.meter.parts(kind)])) as Measured['parts']
    const scenario = { name, eventsPerRequest: 1, messagesPerBatch: 1, warmUpMs: 0, batches: 1 }
    all.push({ name, measured: { scenario, events: count, everyMs: 0, counts, parts } })
  }

  const own = Array.from({ length: objects }, (_, n) => ({ id: `r${n}`, properties: propertiesOf(n) }))
  await part('set', objects, () => world.set('rooms', own, PER_REQUEST))

  const { source } = await world.api<{ source: { id: string } }>('POST', '/sources', {
    slug: 'v',
    metadataId: 'stripe',
  })
  const path = `/sources/${source.id}/cloud`
  const over = async (after: string | null) => {
    for (const end = world.clock.now + LONGEST_MS; ; await world.clock.runFor(10_000)) {
      if (world.clock.now > end) throw new Error('a run does not come to its end')
      const { cloud } = await world.api<{ cloud: { status: Status } }>('GET', path)
      const { last, current } = cloud.status
      if (last && !current && last.id !== after) return last.id
    }
  }
  let last: string | null = null
  const settings = { apiKey: 'rk_bench', address: VENDOR }
  const first = async () => {
    await world.api('PUT', path, { settings })
    last = await over(null)
  }
  await part('first run', objects, first)
  const changed = Math.round(objects * CHANGED)
  vendor.change(changed, world.clock.now)
  await part('hourly run', changed, async () => {
    await world.clock.runFor(3_600_000)
    last = await over(last)
  })

  const warehouse = {
    metadataId: 'postgres',
    settings: { host: 'db.example.com', database: 'b', username: 'b', password: 'b' },
  }
  const made = await world.api<{ warehouse: { id: string } }>('POST', '/warehouses', { ...warehouse, enabled: false })
  const at = `/warehouses/${made.warehouse.id}`
  for (const id of [world.source, source.id]) await world.api('POST', `${at}/connected-sources/${id}`)
  await part('loaded', 2 * objects + changed, async () => {
    await world.api('PATCH', at, { enabled: true })
    const rows = () => database.rows('v', 'charges').size + database.rows('bench', 'rooms').size
    for (const end = world.clock.now + LONGEST_MS; rows() < 2 * objects; await world.clock.runFor(10_000))
      if (world.clock.now > end) throw new Error(`a sync does not come to its end: ${rows()} of ${2 * objects} rows`)
  })
  return all
}

interface Status {
  current: object | null
  last: { id: string } | null
}

export async function objectsReport(): Promise<string> {
  const all = await measureObjects(OBJECTS)
  const per = (kind: Kind) => [kind, ...all.map(({ measured }) => digits(measured.counts[kind] / measured.events))]
  const money = costRows(all[0]?.measured as Measured).map(({ name }, at) => [
    name,
    ...all.map(({ measured }) => digits(costRows(measured)[at]?.dollars ?? 0)),
  ])
  const heads = all.map(({ name }) => name)
  const counted = ['objects counted', ...all.map(({ measured }) => String(measured.events))]
  return [
    `Operations per object (of 0.9 KB; set ${PER_REQUEST} a request, pulled ${PAGE} a page, ${CHANGED * 100} % changed an hour)`,
    grid([['', ...heads], counted, ...KINDS.map(per)]),
    `  calls of the vendor's API an object: ${all.map(({ name, measured }) => `${name} ${digits(measured.counts.fetches / measured.events)}`).join(', ')}`,
    '',
    `US dollars per million objects at list prices (CPU as of events, ${CPU_MS.eventIngested + CPU_MS.eventRouted + CPU_MS.eventCounted} ms each)`,
    grid([['', ...heads], ...money, ['sum', ...all.map(({ measured }) => digits(dollarsOf(measured)))]]),
  ].join('\n')
}

function digits(value: number): string {
  return value === 0 ? '0' : value.toFixed(value < 0.1 ? 5 : 4)
}

function propertiesOf(n: number) {
  return { amount: n, currency: 'eur', note: 'x'.repeat(700), paid: true, address: { city: 'Cadiz', code: String(n) } }
}

/** Answers as Stripe is documented to, of charges alone. */
class Vendor {
  readonly #all: { id: string; object: 'charge'; created: number; v: number }[]
  readonly #events: { id: string; created: number; data: object }[] = []

  constructor(objects: number) {
    this.#all = Array.from({ length: objects }, (_, n) => ({
      id: `ch_${n}`,
      object: 'charge',
      created: 1_700_000_000,
      v: 0,
    }))
  }

  change(count: number, now: number): void {
    for (const one of this.#all.slice(0, count)) {
      one.v++
      const created = Math.floor(now / 1_000)
      this.#events.push({ id: `evt_${this.#events.length}`, created, data: { object: { ...one } } })
    }
  }

  answer({ pathname, searchParams: asked }: URL, now: number): Response {
    const [, , list = '', id] = pathname.split('/')
    if (id !== undefined) return json({ ...this.#all[Number(id.slice(3))], ...propertiesOf(1) })
    const [from, to] = [Number(asked.get('created[gte]') ?? 0), Number(asked.get('created[lte]') ?? Infinity)]
    const all =
      list === 'charges'
        ? this.#all.filter(({ created }) => created <= to)
        : list === 'events'
          ? this.#events.filter(({ created }) => created >= from)
          : []
    const after = asked.get('starting_after')
    const start = after === null ? 0 : all.findIndex((one) => one.id === after) + 1
    const data = all.slice(start, start + Number(asked.get('limit')))
    const shown = list === 'charges' ? data.map((one) => ({ ...one, ...propertiesOf(1) })) : data
    return json({ object: 'list', has_more: start + data.length < all.length, data: shown, at: now })
  }
}

/** Its body is there at once: that of a real one comes through streams, which take turns of their own. */
function json(body: object): Response {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  return { ok: true, status: 200, headers: new Headers(), body: [bytes] } as unknown as Response
}
