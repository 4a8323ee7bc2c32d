import { type Context, randomId } from '../context.ts'
import { WarehouseError } from '../connectors/index.ts'
import { objectsLog } from '../archive/index.ts'
import type { SpecEvent } from '../event/index.ts'
import { type IntakeRemote, LOST_TRIES } from '../intake/index.ts'
import { cutPage, type Listed, mapPage, type Page, within } from '../settings/index.ts'
import { type CollectedObject, foldNotices, isForWarehouse } from '../tables/index.ts'
import { type WarehouseDials, WAREHOUSE_DIALS } from './dials.ts'
import { isOpen, isSettling, jobOf, presentJob, readyJobs } from './jobs.ts'
import { Connection } from './connection.ts'
import { EVENTS, objectsOf } from './content.ts'
import { loadLog, type LoadedPortion } from './load.ts'
import { afterFailure, perform, troubleOf } from './perform.ts'
import type {
  ConnectedSource,
  Job,
  JobOrder,
  KnownTable,
  SourceReport,
  SourceSync,
  Sync,
  WarehouseReport,
  WarehouseTerms,
} from './protocol.ts'
import { withoutPeople } from './samples.ts'
import { nextSync } from './schedule.ts'
import { addTables, presentPart, presentSync, progressOfSync, rowsIn } from './syncs.ts'
import {
  type StoredJob,
  type StoredPart,
  type StoredSync,
  type StoredWarehouse,
  type WarehouseStorage,
  WarehouseStore,
} from './store.ts'

export interface WarehouseDeps {
  ctx: Context
  archive: R2Bucket
  intake(source: string): Pick<IntakeRemote, 'log' | 'counters'>
  /** How it is set up now; `null`: there is no such warehouse any more. */
  terms(warehouse: string): Promise<WarehouseTerms | null>
  /**
   * What lists show of it without asking it, and others are told: `told` is the number of failures in a row that they were
   * told of last. Answers of how many they are told now.
   */
  publish(warehouse: string, report: WarehouseReport, told: number): Promise<number>
}

const SOON_MS = 50
/** After a failure of the platform’s own: twice as long each time, up to the last. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** A source whose warehouse fails for a moment is tried again at once, so often. */
const MOST_TRIES = 3
/** Figures in lists are so old at most. */
const PUBLISH_MS = 10_000

/**
 * Loads the logs of sources into a warehouse: on its schedule or when somebody wants it, one sync at a time, and jobs
 * beside it. Where each reader of a log stands lies in the warehouse itself and moves with the rows; what is
 * stored here is a hint, and what people want to see.
 */
export class Warehouse {
  readonly #id: string
  readonly #store: WarehouseStore
  readonly #deps: WarehouseDeps
  readonly #dials: WarehouseDials
  #state: StoredWarehouse | null
  #sync: StoredSync | null
  #jobs: Map<string, StoredJob>
  #erased: Map<string, number>
  /** The step under way: one that was given up stores nothing any more. */
  #running: object | undefined
  #published: { state: string; at: number } = { state: '', at: 0 }

  constructor(id: string, storage: WarehouseStorage, deps: WarehouseDeps, dials: WarehouseDials = WAREHOUSE_DIALS) {
    this.#id = id
    this.#deps = deps
    this.#dials = dials
    this.#store = new WarehouseStore(storage, dials.bounds)
    this.#state = this.#store.read()
    this.#sync = this.#store.lastSync()
    this.#jobs = new Map(this.#store.jobs().map((job) => [job.id, job]))
    this.#erased = this.#store.erased()
  }

  /** What it goes by may have changed, or it may be gone or have lost its alarm: it looks at that at once. */
  async changed(): Promise<void> {
    this.#begun()
    await this.#store.setAlarm(this.#deps.ctx.now())
  }

  /** Begins a sync now, or answers the one that is running or about to. */
  async syncNow(): Promise<Sync> {
    const { ctx } = this.#deps
    const state = this.#begun()
    if (this.#sync?.endedAt === null) return presentSync(this.#sync)
    if (!state.wanted) {
      state.wanted = { id: randomId(ctx, 'syn_'), cause: 'person' }
      this.#store.save(state)
    }
    await this.#store.setAlarm(ctx.now())
    return { ...NOT_BEGUN, id: state.wanted.id, cause: state.wanted.cause, startedAt: ctx.now() }
  }

  /** How it stands, and where it is with each source. */
  report(): { report: WarehouseReport; sources: SourceReport[] } {
    const sources = [...this.#store.sources()].map(([sourceId, { cursor, until, last }]) => ({
      sourceId,
      until,
      next: cursor?.seq ?? 1,
      last,
    }))
    return { report: this.#report(), sources }
  }

  /** Of all sources, the newest first. */
  syncs(page: Page): Listed<Sync> {
    const listed = cutPage(this.#store.syncs(), page, ({ n }) => [-n])
    return mapPage(listed, presentSync)
  }

  /** `null`: there was none of this id, or it is not kept any more. */
  sync(id: string): Sync | null {
    const sync = this.#store.syncs().find((one) => one.id === id)
    return sync ? presentSync(sync) : null
  }

  /** What syncs did with single sources, of one sync or one source if so wished, the newest first. */
  sourceSyncs(of: { syncId?: string; sourceId?: string }, page: Page): Listed<SourceSync> {
    const n = of.syncId === undefined ? undefined : (this.#store.syncs().find(({ id }) => id === of.syncId)?.n ?? -1)
    const parts = this.#store.parts({
      ...(n !== undefined && { n }),
      ...(of.sourceId !== undefined && { sourceId: of.sourceId }),
    })
    const listed = cutPage(parts, page, (part) => [-part.n, part.sourceId])
    return mapPage(listed, presentPart)
  }

  /** The tables that syncs have seen, by source and name. */
  tables(of: { sourceId?: string; text?: string }, page: Page): Listed<KnownTable> {
    const wanted = (of.text ?? '').trim().toLowerCase()
    const all = this.#store.tables(of.sourceId).filter(({ name }) => name.includes(wanted))
    return cutPage(all, page, ({ sourceId, name }) => [sourceId, name])
  }

  /** One of them with its columns; `null`: no sync has seen it. */
  table(sourceId: string, name: string): KnownTable | null {
    return this.#store.tables(sourceId).find((table) => table.name === name) ?? null
  }

  /** Orders a job under an id that is the caller's. `null`: too many are open. The same again changes nothing. */
  async order(id: string, order: JobOrder): Promise<Job | null> {
    const { ctx } = this.#deps
    const state = this.#begun()
    const known = this.#jobs.get(id)
    if (known) return presentJob(known)
    const { jobs: most, openJobs } = this.#dials.bounds
    const all = [...this.#jobs.values()]
    if (all.filter(isOpen).length >= openJobs) return null
    const job = jobOf(id, order, ctx.now())
    const over = all.filter((one) => !isOpen(one))
    const gone = over.slice(0, Math.max(0, over.length - most + 1))
    this.#store.save(state, () => {
      for (const one of gone) this.#store.deleteJob(one.id)
      this.#store.putJob(job)
      // Before a row of theirs is removed, so that no sync loads one behind it.
      if (job.kind === 'erasure') {
        this.#store.putErased(job.userIds, job.orderedAt)
        this.#forget(job.userIds)
      }
    })
    for (const one of gone) this.#jobs.delete(one.id)
    this.#jobs.set(id, job)
    this.#erased = this.#store.erased()
    await this.#store.setAlarm(ctx.now())
    return presentJob(job)
  }

  /** `false`: it is over already, or there is none. An erasure is not taken back. */
  async cancel(id: string): Promise<boolean> {
    const job = this.#jobs.get(id)
    const now = this.#deps.ctx.now()
    if (!job || !this.#state || job.kind === 'erasure' || !isOpen(job) || isSettling(job)) return false
    // What it has made in the warehouse goes first.
    if (job.kind === 'retyping') Object.assign(job, { gaveUp: 'cancelled', error: null, tries: 0, notBefore: now })
    else Object.assign(job, { state: 'cancelled', endedAt: now })
    this.#store.save(this.#state, () => this.#store.putJob(job))
    await this.#store.setAlarm(now)
    return true
  }

  /** The newest first. */
  jobs(): Job[] {
    return [...this.#jobs.values()].toReversed().map(presentJob)
  }

  job(id: string): Job | null {
    const job = this.#jobs.get(id)
    return job ? presentJob(job) : null
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    const { ctx } = this.#deps
    if (!this.#state) return
    // An alarm may ring twice, and there is one sync at a time.
    if (this.#running) return this.#store.setAlarm(ctx.now() + RETRY_MS)
    const running = {}
    this.#running = running
    let next: number | null
    try {
      next = await within(ctx, this.#step(running), this.#dials.patienceMs)
    } catch (error) {
      this.#giveUp()
      ctx.log('warn', 'a warehouse waits', { warehouse: this.#id, error: String(error) })
      next = this.#faulted()
    } finally {
      if (this.#running === running) this.#running = undefined
    }
    if (next !== null) await this.#store.setAlarm(ctx.now() + Math.max(next, SOON_MS))
  }

  #begun(): StoredWarehouse {
    if (this.#state) return this.#state
    const state: StoredWarehouse = {
      version: 0,
      terms: 0,
      nextAt: null,
      wanted: null,
      failures: 0,
      error: null,
      told: 0,
      faults: 0,
      rows: 0,
      syncs: 0,
      erased: 0,
    }
    this.#store.save(state)
    this.#state = state
    return state
  }

  /** What is in memory may be ahead of what is stored. */
  #giveUp(): void {
    this.#running = undefined
    this.#state = this.#store.read()
    this.#sync = this.#store.lastSync()
    this.#jobs = new Map(this.#store.jobs().map((job) => [job.id, job]))
  }

  /** Something of the platform’s own does not answer: that is no failure of the warehouse. */
  #faulted(): number | null {
    const state = this.#state
    if (!state) return null
    state.faults++
    this.#store.save(state)
    return Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(state.faults - 1, 10))
  }

  /** What is to be done now; milliseconds until the next step, `null`: there is none until somebody changes something. */
  async #step(running: object): Promise<number | null> {
    const { ctx, terms: termsOf } = this.#deps
    const terms = await termsOf(this.#id)
    const state = this.#stateOf(running)
    if (!terms) return this.#end()
    this.#follow(state, terms)
    if (terms.enabled) {
      if (this.#sync?.endedAt !== null && this.#isDue(state)) this.#beginSync(state, terms)
      const connection = new Connection(terms, ctx, this.#dials.callMs)
      try {
        await this.#work(running, terms, connection)
      } finally {
        await connection.end()
      }
    } else if (this.#sync?.endedAt === null) this.#endSync(running, terms)
    if (state.faults > 0) this.#save(running, () => void (state.faults = 0))
    await this.#publish(running, terms)
    return this.#nextIn(state, terms)
  }

  /** Syncs first; where a job waits too, each has half of the step. */
  async #work(running: object, terms: WarehouseTerms, connection: Connection): Promise<void> {
    const { ctx } = this.#deps
    const end = ctx.now() + this.#dials.stepMs
    const waits = () => readyJobs(this.#jobs.values()).find(({ notBefore }) => notBefore <= ctx.now())
    const stands = [...this.#jobs.values()].some(isSettling)
    if (this.#sync?.endedAt === null && !stands)
      await this.#goOn(running, this.#sync, terms, connection, waits() ? end - this.#dials.stepMs / 2 : end)
    for (let job = waits(); job; job = waits()) {
      await this.#do(running, job, terms, connection, end)
      if (ctx.now() >= end) return
    }
  }

  /** Goes on with the sync that is running, until it is over or the time is. */
  async #goOn(
    running: object,
    sync: StoredSync,
    terms: WarehouseTerms,
    connection: Connection,
    end: number,
  ): Promise<void> {
    const { ctx } = this.#deps
    for (;;) {
      const source = terms.sources.find((one) => one.enabled && one.id > sync.after)
      if (!source) return this.#endSync(running, terms)
      const part = this.#store.part(sync.n, source.id) ?? (await this.#partOf(running, sync, source, terms))
      if (part) {
        try {
          if (!(await this.#load(running, sync, part, source, terms, connection, end))) return
        } catch (error) {
          if (!(error instanceof WarehouseError)) throw error
          // What cannot be opened at all fails for every source alike.
          if (this.#failed(running, sync, part, error, connection.isOpen)) return
          await connection.end()
          if (part.endedAt === null) return
        }
      }
      this.#save(running, () => {
        sync.after = source.id
        sync.done++
        this.#store.putSync(sync)
      })
      if (ctx.now() >= end) return
    }
  }

  /** What a sync has to do with a source; `null`: nothing is new. */
  async #partOf(
    running: object,
    sync: StoredSync,
    source: ConnectedSource,
    terms: WarehouseTerms,
  ): Promise<StoredPart | null> {
    const { ctx, intake } = this.#deps
    const hasObjects = source.objects !== 'none' && terms.connector.merges === true
    const [{ log }, objects] = await Promise.all([
      intake(source.id).counters(),
      hasObjects ? intake(objectsLog(source.id)).counters() : null,
    ])
    this.#stateOf(running)
    const known = this.#store.source(source.id)
    const now = ctx.now()
    const span = objects && { first: known?.objects?.cursor.seq ?? 1, last: objects.log.rows }
    const isNew = (known?.cursor?.seq ?? 1) <= log.rows || (span !== null && span.first <= span.last)
    const looks = log.rows > 0 && (sync.cause === 'person' || !known || now - known.lookedAt >= this.#dials.lookMs)
    // One that was never looked at is noted before it is loaded: else nobody sees that nothing of it is.
    if (!isNew || !known) {
      const until = isNew ? null : now
      const facts = { ...known, cursor: known?.cursor ?? null, lookedAt: known?.lookedAt ?? 0, until, last: log.rows }
      this.#save(running, () => this.#store.putSource(source.id, facts))
    }
    if (!isNew && !looks) return null
    return {
      n: sync.n,
      syncId: sync.id,
      sourceId: source.id,
      state: 'running',
      events: 0,
      rows: 0,
      startedAt: now,
      endedAt: null,
      error: null,
      tables: {},
      notices: [],
      first: known?.cursor?.seq ?? 1,
      last: log.rows,
      ...(span && { objects: span }),
      tries: 0,
    }
  }

  /** Loads what is new of one source; `false`: the time is over before that is done. */
  async #load(
    running: object,
    sync: StoredSync,
    part: StoredPart,
    source: ConnectedSource,
    terms: WarehouseTerms,
    connection: Connection,
    end: number,
  ): Promise<boolean> {
    if (part.endedAt !== null) return true
    const { ctx } = this.#deps
    const { schema, since, leftOut } = source
    const shared = { schema, since, leftOut, only: null }
    const session = await connection.session()
    const enough = () => ctx.now() >= end
    const { discards } = terms
    const times = { now: () => ctx.now(), rest: () => ctx.sleep(0) }
    const deps = { ...this.#reading(terms), ...times, session, enough, discards }
    const takes = (event: SpecEvent) => this.#takes(event)
    const events = { ...shared, log: source.id, content: EVENTS, reader: 'sync', last: part.last, takes }
    for await (const loaded of loadLog(events, deps)) {
      this.#book(running, sync, part, loaded, 'events')
      if (enough()) return false
    }
    if (part.objects) {
      const { last } = part.objects
      const content = objectsOf(source.objects === 'alone')
      const log = objectsLog(source.id)
      // Whenever it was connected: an object that has not changed since is one all the same.
      const objects = { ...shared, since: null, log, content, reader: 'objects', last, takes: this.#takesObject }
      for await (const loaded of loadLog(objects, deps)) {
        this.#book(running, sync, part, loaded, 'objects')
        if (enough()) return false
      }
    }
    this.#save(running, () => {
      const now = ctx.now()
      part.endedAt = now
      part.state = part.notices.length > 0 ? 'partial' : 'success'
      const known = this.#store.source(source.id)
      const cursor = known?.cursor ?? null
      // What was committed since it was looked at is not loaded, so all that is loaded is older than this sync.
      this.#store.putSource(source.id, { ...known, cursor, until: sync.startedAt, last: part.last, lookedAt: now })
      this.#putPart(part)
    })
    return true
  }

  /** A portion is in the warehouse. */
  #book(running: object, sync: StoredSync, part: StoredPart, loaded: LoadedPortion, of: 'events' | 'objects'): void {
    const { to, committedAt, events, inserted, merged, notices, catalogue } = loaded
    const { ctx } = this.#deps
    const { countedTables } = this.#dials.bounds
    const rows = rowsIn(inserted)
    this.#save(running, (state) => {
      part.events += events
      part.rows += rows
      part.tables = addTables(part.tables, inserted, countedTables)
      part.notices = foldNotices(part.notices, notices)
      part.tries = 0
      sync.events += events
      sync.rows += rows
      sync.progress = progressOfSync(sync, part, of, to)
      sync.notices += notices.reduce((n, { count }) => n + count, 0)
      state.rows += rows
      const known = this.#store.source(part.sourceId)
      const until = committedAt === null || of === 'objects' ? (known?.until ?? null) : Date.parse(committedAt)
      const before = { ...known, cursor: known?.cursor ?? null, last: part.last, lookedAt: known?.lookedAt ?? 0, until }
      const tables = [...new Set([...(known?.objects?.tables ?? []), ...merged])]
      const moved =
        of === 'events' ? { cursor: to } : { objects: { cursor: to, last: part.objects?.last ?? 0, tables } }
      this.#store.putSource(part.sourceId, { ...before, ...moved })
      this.#store.noteTables(part.sourceId, catalogue, ctx.now())
      this.#store.countRows(part.sourceId, inserted)
      this.#putPart(part)
      this.#store.putSync(sync)
    })
  }

  #putPart(part: StoredPart): void {
    const isNothing = part.state === 'success' && part.events === 0
    if (!isNothing) this.#store.putPart(part)
  }

  /** A source could not be loaded; `true`: nor can any other, so the sync is over. */
  #failed(running: object, sync: StoredSync, part: StoredPart, error: WarehouseError, wasOpen: boolean): boolean {
    const { ctx } = this.#deps
    const trouble = troubleOf(error)
    part.tries++
    const again = wasOpen && error.retry && part.tries < MOST_TRIES
    this.#save(running, () => {
      if (!again) {
        part.error = trouble
        part.endedAt = ctx.now()
        part.state = part.rows > 0 ? 'partial' : 'failed'
        sync.error = trouble
      }
      this.#store.putPart(part)
      this.#store.putSync(sync)
    })
    ctx.log('warn', 'a warehouse fails', {
      warehouse: this.#id,
      source: part.sourceId,
      code: error.code,
      error: String(error),
      ...(error.cause !== undefined && { cause: messageOfCause(error.cause) }),
    })
    if (wasOpen) return false
    this.#endSync(running)
    return true
  }

  #isDue({ wanted, nextAt }: StoredWarehouse): boolean {
    return wanted !== null || (nextAt !== null && nextAt <= this.#deps.ctx.now())
  }

  #beginSync(state: StoredWarehouse, terms: WarehouseTerms): void {
    const { ctx } = this.#deps
    const { id, cause } = state.wanted ?? {
      id: randomId(ctx, 'syn_'),
      cause: state.failures > 0 ? ('retry' as const) : ('schedule' as const),
    }
    const sync: StoredSync = {
      ...NOT_BEGUN,
      id,
      cause,
      n: state.syncs + 1,
      after: '',
      startedAt: ctx.now(),
      sources: terms.sources.filter(({ enabled }) => enabled).length,
      done: 0,
    }
    Object.assign(state, { wanted: null, nextAt: null, syncs: sync.n })
    this.#store.save(state, () => {
      this.#store.putSync(sync)
      this.#store.keepSources(terms.sources.map((source) => source.id))
    })
    this.#sync = sync
  }

  /** Without `terms` it has failed as a whole. */
  #endSync(running: object, terms?: WarehouseTerms): void {
    const sync = this.#sync
    if (!sync) return
    const { ctx } = this.#deps
    this.#save(running, (state) => {
      const now = ctx.now()
      sync.endedAt = now
      sync.progress = 1
      if (terms && !terms.enabled) sync.error ??= { code: 'disabled', words: 'It was disabled meanwhile.', retry: true }
      sync.state = sync.error ? (sync.rows > 0 ? 'partial' : 'failed') : sync.notices > 0 ? 'partial' : 'success'
      if (sync.error && terms?.enabled !== false) {
        state.failures++
        state.error = sync.error
        const { pauseMs, longestPauseMs } = this.#dials
        state.nextAt = now + Math.min(longestPauseMs, pauseMs * 2 ** Math.min(state.failures - 1, 20))
      } else if (terms) {
        state.failures = 0
        state.error = null
        state.nextAt = nextSync(terms.schedule, now)
      }
      this.#store.putSync(sync)
    })
  }

  /** Does some of a job. */
  async #do(
    running: object,
    job: StoredJob,
    terms: WarehouseTerms,
    connection: Connection,
    end: number,
  ): Promise<void> {
    const { ctx } = this.#deps
    job.startedAt ??= ctx.now()
    job.state = 'running'
    try {
      const done = await perform(job, {
        terms,
        session: await connection.session(),
        store: this.#store,
        reading: { ...this.#reading(terms), intake: this.#deps.intake },
        now: () => ctx.now(),
        rest: () => ctx.sleep(0),
        isOver: () => ctx.now() >= end,
        takes: (event) => this.#takes(event),
        save: (one, changes, beside) => this.#saveJob(running, one, changes, beside),
      })
      // Once more: a step that was under way when it was ordered may have noted something of them.
      const forget = job.kind === 'erasure' ? () => this.#forget(job.userIds) : undefined
      if (done) this.#saveJob(running, job, { state: 'done', endedAt: ctx.now(), error: null }, forget)
    } catch (error) {
      if (!(error instanceof WarehouseError)) throw error
      await connection.end()
      const { pauseMs, longestPauseMs } = this.#dials
      const pause = (tries: number) => Math.min(longestPauseMs, pauseMs * 2 ** Math.min(tries - 1, 20))
      this.#saveJob(running, job, afterFailure(job, error, ctx.now(), pause))
    }
  }

  #reading({ connector }: WarehouseTerms) {
    const { archive, intake } = this.#deps
    const passes = () => (this.#state?.faults ?? 0) >= LOST_TRIES
    return { archive, intake, connector, passes, chunks: this.#dials.chunks }
  }

  /** What syncs and jobs noted of people, as samples of what was not loaded as it was sent, is forgotten. */
  #forget(userIds: readonly string[]): void {
    this.#store.forgetSamples(userIds)
    for (const job of this.#jobs.values()) {
      const notices = job.kind === 'erasure' ? null : withoutPeople(job.notices, userIds)
      if (!notices) continue
      Object.assign(job, { notices })
      this.#store.putJob(job)
    }
  }

  /** What its sender wants elsewhere is not loaded, nor what a person who was erased had sent until then. */
  #takes(event: SpecEvent): boolean {
    const { userId, receivedAt } = event
    if (!isForWarehouse(event, this.#id)) return false
    const at = typeof userId === 'string' ? this.#erased.get(userId) : undefined
    return at === undefined || Date.parse(receivedAt) > at
  }

  /** Nor an object of theirs, as far as it says whose it is. */
  readonly #takesObject = ({ properties, receivedAt }: CollectedObject): boolean => {
    const { user_id: user = properties['userId'] } = properties
    const at = typeof user === 'string' ? this.#erased.get(user) : undefined
    return at === undefined || Date.parse(receivedAt) > at
  }

  #saveJob<J extends StoredJob>(
    running: object,
    job: J,
    changes: Partial<J>,
    beside: () => void = () => undefined,
  ): void {
    // Somebody may have cancelled it meanwhile.
    const { state: _, ...others } = changes
    Object.assign(job, isOpen(job) ? changes : others)
    this.#save(running, () => {
      this.#store.putJob(job)
      beside()
    })
  }

  /** Takes over what it goes by: other terms are tried at once where the ones before had failed. */
  #follow(state: StoredWarehouse, terms: WarehouseTerms): void {
    if (state.terms === terms.version) return
    const now = this.#deps.ctx.now()
    const isFirst = state.terms === 0
    state.terms = terms.version
    state.nextAt = isFirst || state.failures > 0 ? now : nextSync(terms.schedule, now)
    for (const job of this.#jobs.values()) job.notBefore = 0
    this.#store.save(state)
  }

  #nextIn(state: StoredWarehouse, terms: WarehouseTerms): number | null {
    const now = this.#deps.ctx.now()
    // It may be deleted while nobody hears of that.
    if (!terms.enabled) return this.#dials.lookMs
    const times = readyJobs(this.#jobs.values()).map(({ notBefore }) => notBefore)
    if (this.#sync?.endedAt === null || state.wanted) times.push(now)
    else if (state.nextAt !== null) times.push(state.nextAt)
    return times.length === 0 ? null : Math.max(0, Math.min(...times) - now)
  }

  /** Says how it stands: each new state, and its figures now and then. */
  async #publish(running: object, terms: WarehouseTerms): Promise<void> {
    const { ctx, publish } = this.#deps
    const { told } = this.#stateOf(running)
    const report = this.#report(terms)
    const key = `${report.state} ${report.failures} ${report.last?.id} ${report.nextAt} ${told}`
    if (key === this.#published.state && ctx.now() - this.#published.at < PUBLISH_MS) return
    const now = await publish(this.#id, report, told)
    this.#published = { state: key, at: ctx.now() }
    if (now !== told) this.#save(running, (state) => void (state.told = now))
  }

  #report(terms?: WarehouseTerms): WarehouseReport {
    const { nextAt = null, failures = 0, error = null, rows = 0 } = this.#state ?? {}
    const sync = this.#sync
    const isRunning = sync?.endedAt === null
    const last = isRunning ? this.#store.syncs()[1] : sync
    const sources = this.#store.sources()
    const connected = terms
      ? terms.sources.filter((one) => one.enabled).map(({ id }) => sources.get(id))
      : [...sources.values()]
    const times = connected.map((source) => source?.until ?? null)
    return {
      state: terms?.enabled === false ? 'disabled' : isRunning ? 'running' : failures > 0 ? 'failing' : 'idle',
      nextAt: terms?.enabled === false ? null : nextAt,
      failures,
      error,
      current: isRunning ? presentSync(sync) : null,
      last: last ? presentSync(last) : null,
      until: times.length === 0 || times.includes(null) ? null : Math.min(...times.map((time) => time ?? 0)),
      rows,
      at: this.#deps.ctx.now(),
    }
  }

  /** It is gone: nothing is kept. */
  #end(): null {
    this.#store.clear()
    this.#state = null
    this.#sync = null
    this.#jobs = new Map()
    this.#erased = new Map()
    return null
  }

  /** Throws when the step is given up: another goes on from what was stored. */
  #stateOf(running: object): StoredWarehouse {
    if (running !== this.#running || !this.#state) throw new Error('this step was given up')
    return this.#state
  }

  #save(running: object, change: (state: StoredWarehouse) => void): void {
    const state = this.#stateOf(running)
    this.#store.save(state, () => change(state))
  }
}

const NOT_BEGUN = {
  state: 'running',
  events: 0,
  rows: 0,
  notices: 0,
  progress: 0,
  endedAt: null,
  error: null,
} as const

function messageOfCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : JSON.stringify(cause)
}
