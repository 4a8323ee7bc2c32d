import { type Listed, type Page, within } from '../settings/index.ts'
import { Connection } from './connection.ts'
import type { WarehouseDeps } from './deps.ts'
import { type WarehouseDials, WAREHOUSE_DIALS } from './dials.ts'
import { ErasedPeople } from './erased.ts'
import { JobQueue } from './job-queue.ts'
import { getSync, getTable, listSourceSyncs, listSyncs, listTables } from './lists.ts'
import { WarehouseMemory, type WarehouseStep } from './memory.ts'
import type {
  Job,
  JobOrder,
  KnownTable,
  SourceReport,
  SourceSync,
  Sync,
  WarehouseReport,
  WarehouseTerms,
} from './protocol.ts'
import { reportOfWarehouse, sourceReportsOf } from './report.ts'
import { nextSync } from './schedule.ts'
import type { StoredWarehouse, WarehouseStorage } from './store.ts'
import { SyncBook } from './sync-book.ts'
import { SyncRunner } from './sync-runner.ts'

const SOON_MS = 50
/** After a failure of the platform’s own: twice as long each time, up to the last. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** Figures in lists are so old at most. */
const PUBLISH_MS = 10_000

/**
 * Loads the logs of sources into a warehouse: on its schedule or when somebody wants it, one sync at a time, and jobs
 * beside it. Where each reader of a log stands lies in the warehouse itself and moves with the rows; what is
 * stored here is a hint, and what people want to see.
 */
export class Warehouse {
  readonly #memory: WarehouseMemory
  readonly #book: SyncBook
  readonly #syncs: SyncRunner
  readonly #jobs: JobQueue
  readonly #deps: WarehouseDeps
  readonly #dials: WarehouseDials
  #published: { state: string; at: number } = { state: '', at: 0 }

  constructor(id: string, storage: WarehouseStorage, deps: WarehouseDeps, dials: WarehouseDials = WAREHOUSE_DIALS) {
    this.#deps = deps
    this.#dials = dials
    this.#memory = new WarehouseMemory(id, storage, dials.bounds)
    const people = new ErasedPeople(this.#memory)
    this.#book = new SyncBook(this.#memory, deps, dials)
    this.#syncs = new SyncRunner(this.#memory, this.#book, people, deps, dials)
    this.#jobs = new JobQueue(this.#memory, people, deps, dials)
  }

  /** What it goes by may have changed, or it may be gone or have lost its alarm: it looks at that at once. */
  async changed(): Promise<void> {
    this.#memory.begun()
    await this.#memory.store.setAlarm(this.#deps.ctx.now())
  }

  /** Begins a sync now, or answers the one that is running or about to. */
  async syncNow(): Promise<Sync> {
    const { sync, isToBegin } = this.#book.want()
    if (isToBegin) await this.#memory.store.setAlarm(this.#deps.ctx.now())
    return sync
  }

  /** How it stands, and where it is with each source. */
  report(): { report: WarehouseReport; sources: SourceReport[] } {
    const { store } = this.#memory
    return { report: reportOfWarehouse(this.#memory, this.#deps.ctx.now()), sources: sourceReportsOf(store) }
  }

  /** Of all sources, the newest first. */
  syncs(page: Page): Listed<Sync> {
    return listSyncs(this.#memory.store, page)
  }

  /** `null`: there was none of this id, or it is not kept any more. */
  sync(id: string): Sync | null {
    return getSync(this.#memory.store, id)
  }

  /** What syncs did with single sources, of one sync or one source if so wished, the newest first. */
  sourceSyncs(of: { syncId?: string; sourceId?: string }, page: Page): Listed<SourceSync> {
    return listSourceSyncs(this.#memory.store, of, page)
  }

  /** The tables that syncs have seen, by source and name. */
  tables(of: { sourceId?: string; text?: string }, page: Page): Listed<KnownTable> {
    return listTables(this.#memory.store, of, page)
  }

  /** One of them with its columns; `null`: no sync has seen it. */
  table(sourceId: string, name: string): KnownTable | null {
    return getTable(this.#memory.store, sourceId, name)
  }

  /** Orders a job under an id that is the caller's. `null`: too many are open. The same again changes nothing. */
  order(id: string, order: JobOrder): Promise<Job | null> {
    return this.#jobs.order(id, order)
  }

  /** `false`: it is over already, or there is none. Erasures and removals are not taken back. */
  cancel(id: string): Promise<boolean> {
    return this.#jobs.cancel(id)
  }

  /** The newest first. */
  jobs(): Job[] {
    return this.#jobs.list()
  }

  job(id: string): Job | null {
    return this.#jobs.get(id)
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    const { ctx } = this.#deps
    if (!this.#memory.state) return
    // An alarm may ring twice, and there is one sync at a time.
    const step = this.#memory.enter()
    if (!step) return this.#memory.store.setAlarm(ctx.now() + RETRY_MS)
    let next: number | null
    try {
      next = await within(ctx, this.#step(step), this.#dials.patienceMs)
    } catch (error) {
      this.#memory.giveUp()
      ctx.log('warn', 'a warehouse waits', { warehouse: this.#memory.id, error: String(error) })
      next = this.#faulted()
    } finally {
      this.#memory.leave(step)
    }
    if (next !== null) await this.#memory.store.setAlarm(ctx.now() + Math.max(next, SOON_MS))
  }

  /** Something of the platform’s own does not answer: that is no failure of the warehouse. */
  #faulted(): number | null {
    const state = this.#memory.state
    if (!state) return null
    state.faults++
    this.#memory.store.save(state)
    return Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(state.faults - 1, 10))
  }

  /** What is to be done now; milliseconds until the next step, `null`: there is none until somebody changes something. */
  async #step(step: WarehouseStep): Promise<number | null> {
    const { ctx, terms: termsOf } = this.#deps
    const terms = await termsOf(this.#memory.id)
    const { state } = step
    if (!terms) {
      this.#memory.clear()
      return null
    }
    this.#follow(state, terms)
    if (terms.enabled) {
      if (this.#memory.sync?.endedAt !== null && this.#book.isDue(state)) this.#book.begin(state, terms)
      const connection = new Connection(terms, ctx, this.#dials.callMs)
      try {
        await this.#work(step, terms, connection)
      } finally {
        await connection.end()
      }
    } else if (this.#memory.sync?.endedAt === null) this.#book.end(step, terms)
    if (state.faults > 0) step.save(() => void (state.faults = 0))
    await this.#publish(step, terms)
    return this.#nextIn(state, terms)
  }

  /** Syncs first; where a job waits too, each has half of the step. */
  async #work(step: WarehouseStep, terms: WarehouseTerms, connection: Connection): Promise<void> {
    const { ctx } = this.#deps
    const end = ctx.now() + this.#dials.stepMs
    const waits = () => this.#jobs.ready().find(({ notBefore }) => notBefore <= ctx.now())
    if (this.#memory.sync?.endedAt === null && !this.#jobs.settles)
      await this.#syncs.goOn(step, this.#memory.sync, terms, connection, waits() ? end - this.#dials.stepMs / 2 : end)
    for (let job = waits(); job; job = waits()) {
      await this.#jobs.run(step, job, terms, connection, end)
      if (ctx.now() >= end) return
    }
  }

  /** Takes over what it goes by: other terms are tried at once where the ones before had failed. */
  #follow(state: StoredWarehouse, terms: WarehouseTerms): void {
    if (state.terms === terms.version) return
    const now = this.#deps.ctx.now()
    const isFirst = state.terms === 0
    state.terms = terms.version
    state.nextAt = isFirst || state.failures > 0 ? now : nextSync(terms.schedule, now)
    this.#jobs.hurry()
    this.#memory.store.save(state)
  }

  #nextIn(state: StoredWarehouse, terms: WarehouseTerms): number | null {
    const now = this.#deps.ctx.now()
    // It may be deleted while nobody hears of that.
    if (!terms.enabled) return this.#dials.lookMs
    const times = this.#jobs.ready().map(({ notBefore }) => notBefore)
    if (this.#memory.sync?.endedAt === null || state.wanted) times.push(now)
    else if (state.nextAt !== null) times.push(state.nextAt)
    return times.length === 0 ? null : Math.max(0, Math.min(...times) - now)
  }

  /** Says how it stands: each new state, and its figures now and then. */
  async #publish(step: WarehouseStep, terms: WarehouseTerms): Promise<void> {
    const { ctx, publish } = this.#deps
    const { told } = step.state
    const report = reportOfWarehouse(this.#memory, ctx.now(), terms)
    const key = `${report.state} ${report.failures} ${report.last?.id} ${report.nextAt} ${told}`
    if (key === this.#published.state && ctx.now() - this.#published.at < PUBLISH_MS) return
    const now = await publish(this.#memory.id, report, told)
    this.#published = { state: key, at: ctx.now() }
    if (now !== told) step.save((state) => void (state.told = now))
  }
}
