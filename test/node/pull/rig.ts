import { Buffer } from 'node:buffer'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { WarehouseSession } from '../../../src/connectors/index.ts'
import { context } from '../../../src/context.ts'
import type { JsonObject } from '../../../src/event/index.ts'
import { Puller, PULLER_DIALS, type PullReport, type PullTerms, VENDORS } from '../../../src/pull/index.ts'
import { SecretBox } from '../../../src/settings/secrets.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import type { Rows, Tested } from '../../pull/tested.ts'
import type { VendorServer } from '../../pull/vendor-server.ts'
import { ObjectsWorld } from '../../warehouse/objects-world.ts'
import { connector, settingsOf } from '../postgres/sync.ts'

const box = new SecretBox(`k:${Buffer.alloc(32, 1).toString('base64')}`, context)

/**
 * A vendor's server, the puller that reads it, the log that it writes and the warehouse that loads this into PostgreSQL: each
 * anew for every test of the file.
 */
export class VendorRig<S extends VendorServer> {
  readonly tested: Tested<S>
  readonly vendor: (typeof VENDORS)[number]
  database!: TestDatabase
  world!: ObjectsWorld
  server!: S
  /** `null`: it is not connected any more. */
  terms!: PullTerms | null
  puller!: Puller
  published: PullReport[] = []
  toldOf: number[] = []
  /** What went to destinations. */
  tracked: JsonObject[] = []
  /** The instance dies in the next call of the vendor. */
  dies: () => boolean = () => false
  rows!: ReturnType<ObjectsWorld['stored']>
  /** What was the most of what a puller holds: bytes of its row, objects of a row of the log, bytes of an answer. */
  readonly largest = { row: 0, objects: 0, answer: 0 }
  #sessions: WarehouseSession[] = []

  constructor(tested: Tested<S>) {
    this.tested = tested
    const vendor = VENDORS.find(({ id }) => id === tested.id)
    if (!vendor) throw new Error(`no vendor ${tested.id}`)
    this.vendor = vendor
  }

  async open(): Promise<void> {
    await this.database.query('drop schema if exists shop cascade')
    Object.assign(this, { published: [], toldOf: [], tracked: [], dies: () => false })
    this.#sessions = []
    const open = async () => {
      const session = await connector.open(settingsOf(this.database))
      this.#sessions.push(session)
      return session
    }
    const portion = { events: 500, bytes: 1e6 }
    const merging = { limits: connector.limits, portion }
    this.world = new ObjectsWorld(`src_${this.tested.id}`, { connector: merging, open })
    this.world.clock.now = 1_795_800_000_000
    this.server = this.tested.open(() => Math.floor(this.world.clock.now / 1_000))
    const address = await this.server.start()
    this.terms = {
      version: 1,
      paused: false,
      vendor: { ...this.vendor, perSecond: 1e6 },
      settings: this.tested.settings(this.server, address),
      leftOut: [],
      added: this.tested.added ?? [],
      client: null,
      allowLocal: true,
    }
    this.rows = this.world.stored()
    this.openPuller()
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.end()))
    await this.server.stop()
  }

  /** What changes in how it is set up. */
  change(changes: Partial<PullTerms>): void {
    if (!this.terms) throw new Error('no terms')
    this.terms = { ...this.terms, version: this.terms.version + 1, ...changes }
  }

  /** As after the death of an instance. */
  openPuller(stepMs = PULLER_DIALS.stepMs): void {
    const { world } = this
    const fetch: typeof context.fetch = async (request, ms) => {
      if (!this.dies()) {
        const response = await context.fetch(request, ms)
        this.largest.answer = Math.max(this.largest.answer, Number(response.headers.get('content-length') ?? 0))
        return response
      }
      world.writerDied.resolve()
      return new Promise<never>(() => undefined)
    }
    this.puller = new Puller(
      `src_${this.tested.id}`,
      this.rows.storage(),
      {
        ctx: { ...world.ctx, fetch },
        archive: world.archive,
        intake: () => {
          const log = world.intake()
          const commit: typeof log.commit = (row) => {
            this.largest.objects = Math.max(this.largest.objects, row.counts.received)
            return log.commit(row)
          }
          return { ...log, commit }
        },
        track: async (_, calls) => void this.tracked.push(...calls),
        secrets: () => box,
        terms: () => Promise.resolve(this.terms),
        publish: (_, report, told) => {
          this.published.push(report)
          this.toldOf.push(told)
          return Promise.resolve(report.failures)
        },
      },
      { ...PULLER_DIALS, stepMs },
    )
  }

  /** One alarm, whatever dies in it. */
  async ring(stepMs?: number): Promise<void> {
    const { world } = this
    world.writerDied = Promise.withResolvers()
    const [stored] = this.rows.storage().sql.exec<{ n: number }>('SELECT max(length(body)) AS n FROM puller').toArray()
    this.largest.row = Math.max(this.largest.row, stored?.n ?? 0)
    await Promise.race([this.puller.alarm(), world.writerDied.promise.then(() => this.openPuller(stepMs))])
    world.clock.now = Math.max(world.clock.now + 2_000, this.puller.report().run ? (this.rows.alarmAt ?? 0) : 0)
  }

  /** Alarms ring until a run that begins now is over. */
  async pulled(stepMs?: number): Promise<PullReport> {
    const before = this.puller.report().last?.id
    for (let n = 0; n < 100_000; n++) {
      const { run, last } = this.puller.report()
      if (!run && last && last.id !== before) return this.puller.report()
      if (!run) await this.puller.pullNow()
      await this.ring(stepMs)
    }
    throw new Error(`no end: ${JSON.stringify(this.puller.report())}`)
  }

  rowsOf(table: string, columns: string) {
    return this.database.query<Record<string, unknown>>(`select ${columns} from shop.${table} order by id`)
  }
}

/** Nothing has changed since it was read: the tables are what the server holds, row by row. */
export async function expectSame<S extends VendorServer>(
  rig: VendorRig<S>,
): Promise<{ rows: number; deleted: number }> {
  const expected: Rows = rig.tested.rows(rig.server)
  const found = await rig.database.query<{ t: string }>(
    "select table_name as t from information_schema.tables where table_schema = 'shop' and table_name not like '\\_sluice%'",
  )
  const names = found.map(({ t }) => t)
  expect([...expected.keys()].filter((name) => !names.includes(name))).toEqual([])
  // What has nothing any more has only what was deleted.
  for (const name of names) if (!expected.has(name)) expected.set(name, new Map())
  const count = { rows: 0, deleted: 0 }
  for (const [table, all] of expected) {
    const there = await rig.database.query<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from shop.${table} t`,
    )
    const real = new Map<string, Record<string, unknown>>()
    for (const { row } of there) {
      count.rows++
      const id = String(row['id'])
      const isDeleted = row['is_deleted'] === true
      if (isDeleted) count.deleted++
      const isLeft = isDeleted || rig.tested.stays?.(rig.server, table, row) === true
      if (all.has(id) || !isLeft) real.set(id, shownRow(row))
    }
    expect([table, [...real.keys()].toSorted()]).toEqual([table, [...all.keys()].toSorted()])
    for (const [id, row] of all) expect([table, real.get(id)]).toEqual([table, row])
  }
  return count
}

/** Moments as ISO texts in milliseconds; what has no value, and what the loader itself adds, is left away. */
function shownRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      if (value === null || name === 'uuid_ts' || name === 'received_at') return []
      const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*\+00:00$/.test(value)
      return [[name, isTime ? new Date(value).toISOString() : value]]
    }),
  )
}

/** For all tests of the file. */
export function vendorRig<S extends VendorServer>(tested: Tested<S>): VendorRig<S> {
  const rig = new VendorRig(tested)
  beforeAll(async () => void (rig.database = await openDatabase()))
  afterAll(() => rig.database.end())
  beforeEach(() => rig.open())
  afterEach(() => rig.close())
  return rig
}
