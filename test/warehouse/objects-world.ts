import { objectsLog } from '../../src/archive/index.ts'
import { commitObjects } from '../../src/collections/index.ts'
import type { Context } from '../../src/context.ts'
import { Intake, INTAKE_DIALS, type LogFrom } from '../../src/intake/index.ts'
import type { CollectedObject } from '../../src/tables/index.ts'
import { Warehouse, WAREHOUSE_DIALS, type WarehouseTerms } from '../../src/warehouse/index.ts'
import { Bucket } from '../platform/bucket.ts'
import { VirtualClock } from '../platform/clock.ts'
import { PLATFORM } from '../platform/limits.ts'
import { StoredObject } from '../platform/objects.ts'
import { Sql } from '../platform/sql.ts'

/**
 * What becomes of a call: it is lost before it is done, its answer is lost, or the instance that made it dies then; `late`:
 * it dies, and what it had sent takes effect when another instance has gone on. `writer`: of a commit, that whoever made it
 * dies in that way, and not the log.
 */
export type Fate = 'before' | 'after' | 'dies before' | 'dies after' | 'late' | 'writer' | null

/**
 * The log of a source's objects and the object of a warehouse that loads it, both with their storage: instances die, calls
 * and answers are lost. A step of the warehouse that has died hangs; `settle` goes on with another.
 */
export class ObjectsWorld {
  readonly clock = new VirtualClock()
  readonly bucket = new Bucket({ limits: PLATFORM, now: () => this.clock.now })
  readonly archive = this.bucket.binding((_, effect) => Promise.resolve(effect()))
  readonly terms: WarehouseTerms
  /** Whether nothing is pulled any more. */
  stopped: () => Promise<boolean> = () => Promise.resolve(true)
  fate: (call: 'commit' | 'load') => Fate = () => null
  warehouse!: Warehouse
  log!: Intake
  died = Promise.withResolvers<void>()
  writerDied = Promise.withResolvers<void>()
  readonly ctx = {
    now: () => this.clock.now,
    random: () => 0.5,
    randomBytes: (length: number) => Uint8Array.from({ length }, () => Math.floor(Math.random() * 256)),
    // What is short passes at once; what limits a call never comes.
    sleep: (ms: number) => (ms < 1_000 ? Promise.resolve() : new Promise<void>(() => undefined)),
    log: () => undefined,
  } as unknown as Context
  readonly #rows = { warehouse: this.stored(), log: this.stored() }
  readonly #source: string
  /** What takes effect after so many loads more. */
  #late: { call: 'commit' | 'load'; effect: () => unknown; after: number }[] = []

  constructor(source: string, terms: Pick<WarehouseTerms, 'connector' | 'open'>, objects: 'some' | 'alone' = 'alone') {
    this.#source = source
    const { open } = terms
    this.terms = {
      version: 1,
      enabled: true,
      schedule: { everyMinutes: 60, atMinute: 0 },
      discards: false,
      connector: terms.connector,
      open: async () => {
        const session = await open()
        return { ...session, load: (load) => this.meets('load', () => session.load(load)) }
      },
      sources: [
        {
          id: source,
          schema: 'shop',
          enabled: true,
          since: null,
          leftOut: { collections: [], properties: {} },
          objects,
        },
      ],
    }
    this.openLog()
    this.openWarehouse()
  }

  /** As after the death of an instance. */
  openLog(): void {
    const dials = { ...INTAKE_DIALS, segmentRows: 20, liveMs: INTAKE_DIALS.repeatMs }
    const lane = () => ({ register: () => Promise.reject(new Error('a log of objects has no lanes')) })
    const name = objectsLog(this.#source)
    this.log = new Intake(name, this.#rows.log.storage(), this.ctx, lane, this.archive, undefined, dials)
  }

  openWarehouse(): void {
    const none = { log: { rows: 0, bytes: 0, live: 0 } }
    const deps = {
      ctx: this.ctx,
      archive: this.archive,
      intake: (log: string) =>
        log === objectsLog(this.#source)
          ? { log: async (from: LogFrom) => this.log.log(from), counters: async () => this.log.counters() }
          : { log: async () => ({ from: 1, entries: [] }), counters: async () => none as never },
      terms: () => Promise.resolve(this.terms),
      stopped: () => this.stopped(),
      publish: () => Promise.resolve(0),
    }
    this.warehouse = new Warehouse('whs_1', this.#rows.warehouse.storage(), deps, { ...WAREHOUSE_DIALS, stepMs: 0 })
  }

  /** The log as whoever writes it reaches it. */
  readonly intake = () => ({
    commit: (row: Parameters<Intake['commit']>[0]) => this.meets('commit', () => this.log.commit(structuredClone(row))),
    counters: () => Promise.resolve(this.log.counters()),
  })

  /** Objects as one row of the log, sent again until that is known to be there. */
  async commit(objects: readonly CollectedObject[]): Promise<void> {
    for (;;) {
      try {
        await commitObjects(this.#source, objects, { refused: 0 }, this)
        return
      } catch {
        // The sender tries again.
      }
    }
  }

  /** Syncs until the table has what the log has. */
  async settle(): Promise<void> {
    await this.warehouse.syncNow()
    for (let n = 0; n < 20_000; n++) {
      this.died = Promise.withResolvers()
      await Promise.race([this.warehouse.alarm(), this.died.promise.then(() => this.openWarehouse())])
      this.clock.now += 1_000
      const { report } = this.warehouse.report()
      if (report.current === null && report.last !== null && this.#isLoaded()) return
      if (report.current === null) await this.warehouse.syncNow()
    }
    throw new Error(
      `no end: ${JSON.stringify(this.warehouse.report())} ${JSON.stringify(this.warehouse.syncs({ count: 3 }))}`,
    )
  }

  async meets<T>(call: 'commit' | 'load', effect: () => T | Promise<T>): Promise<T> {
    const fate = this.fate(call)
    if (fate === 'before') throw new Error('the call is lost')
    if (fate === 'late' || fate === 'writer') this.#late.push({ call, effect, after: 3 })
    if (fate === 'writer') {
      this.writerDied.resolve()
      return new Promise(() => undefined)
    }
    if (fate === 'dies before' || fate === 'late') return this.#dies(call)
    const answer = await effect()
    await this.#comeLate(call)
    if (fate === 'after') throw new Error('the answer is lost')
    return fate === 'dies after' ? this.#dies(call) : answer
  }

  async #comeLate(call: 'commit' | 'load'): Promise<void> {
    for (const late of this.#late) if (late.call === call) late.after--
    const due = this.#late.filter(({ after }) => after <= 0)
    this.#late = this.#late.filter(({ after }) => after > 0)
    for (const { effect } of due) await effect()
  }

  #dies(call: 'commit' | 'load'): Promise<never> {
    if (call === 'commit') {
      this.openLog()
      throw new Error('the object has died')
    }
    this.died.resolve()
    return new Promise(() => undefined)
  }

  #isLoaded(): boolean {
    const [sync] = this.warehouse.syncs({ count: 1 }).lines
    return sync?.state === 'success' && sync.startedAt >= this.#lastCommit()
  }

  #lastCommit(): number {
    return Date.parse(this.log.counters().lastCommitAt ?? '') || 0
  }

  /** Storage of an object more. */
  stored(): StoredObject {
    return new StoredObject(new Sql(), this.clock, () => undefined)
  }
}
