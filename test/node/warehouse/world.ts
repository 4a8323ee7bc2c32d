import { writeBatch } from '../../../src/archive/index.ts'
import type { Context } from '../../../src/context.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import type { LogEntry, LogFrom } from '../../../src/intake/index.ts'
import {
  Warehouse,
  WAREHOUSE_DIALS,
  type WarehouseDials,
  type WarehouseReport,
  type WarehouseTerms,
} from '../../../src/warehouse/index.ts'
import { Bucket } from '../../platform/bucket.ts'
import { VirtualClock } from '../../platform/clock.ts'
import { PLATFORM } from '../../platform/limits.ts'
import { StoredObject } from '../../platform/objects.ts'
import { Sql } from '../../platform/sql.ts'
import { SimulatedWarehouse, type Strike } from '../../platform/warehouse.ts'

const NONE = { requests: 0, received: 0, duplicates: 0, rejected: {}, archived: 0, lastCommitAt: null }

/** A warehouse's object over a simulated warehouse, with logs and an archive of sources. */
export class WarehouseWorld {
  readonly clock = new VirtualClock()
  readonly bucket = new Bucket({ limits: PLATFORM, now: () => this.clock.now })
  readonly logs = new Map<string, LogEntry[]>()
  readonly warehouse: SimulatedWarehouse
  readonly published: WarehouseReport[] = []
  terms: WarehouseTerms | null
  /** How often others were told of failures in a row. */
  told: number[] = []
  strike: (statement: string) => Strike = () => null
  object!: Warehouse
  readonly #stored: StoredObject
  readonly #dials: WarehouseDials

  constructor(
    sources: string[] = ['src_a'],
    dials: Partial<WarehouseDials> = {},
    portion = { events: 50, bytes: 200_000 },
  ) {
    this.#dials = { ...WAREHOUSE_DIALS, ...dials }
    this.warehouse = new SimulatedWarehouse((statement) => this.strike(statement), portion)
    this.#stored = new StoredObject(new Sql(), this.clock, () => void this.object.alarm())
    for (const id of sources) this.logs.set(id, [])
    this.terms = {
      version: 1,
      enabled: true,
      schedule: { everyMinutes: 60, atMinute: 0 },
      discards: false,
      connector: this.warehouse.connector,
      open: () => this.warehouse.connector.open({}),
      sources: sources.map((id) => ({
        id,
        schema: id.replace('src_', 'shop_'),
        enabled: true,
        since: null,
        leftOut: { collections: [], properties: {} },
        objects: 'none' as const,
      })),
    }
    this.open()
  }

  /** As after the death of an instance. */
  open(): void {
    const { clock } = this
    const archive = this.bucket.binding((_, effect) => Promise.resolve(effect()))
    const ctx = {
      now: () => clock.now,
      random: () => 0.5,
      randomBytes: (length: number) => Uint8Array.from({ length }, () => Math.floor(Math.random() * 256)),
      // Alarms are awaited here while the clock stands: a turn of the others takes no time.
      sleep: (ms: number) => (ms === 0 ? Promise.resolve() : clock.sleep(ms)),
      log: () => undefined,
    } as unknown as Context
    this.object = new Warehouse(
      'whs_1',
      this.#stored.storage(),
      {
        ctx,
        archive,
        intake: (source) => ({
          log: (from: LogFrom) => Promise.resolve(this.#log(source, from)),
          counters: () => Promise.resolve({ ...NONE, log: { rows: this.logs.get(source)?.length ?? 0 } } as never),
        }),
        terms: () => Promise.resolve(this.terms),
        stopped: () => Promise.resolve(false),
        publish: (_, report, told) => {
          this.published.push(report)
          const due = [20, 5].find((n) => report.failures >= n) ?? 0
          if (due !== told) this.told.push(due)
          return Promise.resolve(due)
        },
      },
      this.#dials,
    )
  }

  /** A row of the log. */
  async commit(source: string, events: Partial<SpecEvent>[]): Promise<LogEntry> {
    const log = this.logs.get(source) ?? []
    this.logs.set(source, log)
    const at = new Date(this.clock.now).toISOString()
    const lines = events.map((event, n) =>
      JSON.stringify({
        type: 'track',
        event: 'Paid',
        messageId: `${source}-${log.length + 1}-${n}`,
        userId: 'u1',
        context: {},
        integrations: {},
        receivedAt: at,
        sentAt: at,
        timestamp: at,
        originalTimestamp: at,
        ...event,
      }),
    )
    const facts = { source, batch: `${this.clock.now}-${log.length}`, firstReceivedAt: at, lastReceivedAt: at }
    const binding = this.bucket.binding((_, effect) => Promise.resolve(effect()))
    const { key, chunks } = lines.length > 0 ? await writeBatch(binding, facts, lines) : { key: null, chunks: [] }
    const entry: LogEntry = { ...facts, seq: log.length + 1, key, chunks, committedAt: at, counters: NONE, routes: {} }
    log.push(entry)
    return entry
  }

  rows(schema: string, table: string): number {
    return this.warehouse.rows(schema, table).size
  }

  /** Lets time pass. */
  run(ms = 1_000): Promise<void> {
    return this.clock.runFor(ms)
  }

  #log(source: string, from: LogFrom) {
    const all = this.logs.get(source) ?? []
    const seq =
      'seq' in from
        ? Math.max(1, from.seq)
        : (all.find((one) => Date.parse(one.committedAt) >= from.since)?.seq ?? all.length + 1)
    return { from: seq, entries: all.slice(seq - 1, seq + 9) }
  }
}
