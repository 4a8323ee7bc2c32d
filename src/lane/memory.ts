import type { Context } from '../context.ts'
import { Backpressure } from './backpressure.ts'
import type { Bounds } from './bounds.ts'
import { DeadLetters } from './dead.ts'
import type { LaneDials } from './dials.ts'
import { Failures } from './failures.ts'
import type { Stand } from './health.ts'
import { Held } from './held.ts'
import { History } from './history.ts'
import { Logs } from './logs.ts'
import { PaceFinder } from './own-pace.ts'
import { Permits } from './permits.ts'
import { RecentAttempts } from './recent-attempts.ts'
import { Redrives } from './redrive.ts'
import { RedriveBooks } from './redrive-books.ts'
import { sumOf } from './report.ts'
import { Reserved } from './reserved.ts'
import { type LaneState, type LaneStorage, LaneStore } from './store.ts'
import { Terms } from './terms.ts'
import { type Rows, UnitOfWork } from './unit-of-work.ts'
import type { Tally } from './work.ts'
import { LaneWays } from './ways.ts'
import { WorkRows } from './work-rows.ts'
import { Works } from './works.ts'

/**
 * What a lane has in memory: its rows, read, and the rules that go by them. Whoever works for the lane holds this one and not
 * its parts, which are others when it has been read again.
 */
export class LaneMemory implements Rows {
  readonly id: string
  readonly ctx: Context
  readonly bounds: Bounds
  readonly dials: LaneDials
  readonly store: LaneStore
  readonly history: History
  readonly ways: LaneWays
  state!: LaneState
  workRows!: WorkRows
  held!: Held
  logs!: Logs
  dead!: DeadLetters
  failures!: Failures
  recent!: RecentAttempts
  books!: RedriveBooks
  brake!: Backpressure
  permits!: Permits
  finder!: PaceFinder
  unit!: UnitOfWork
  terms!: Terms
  works!: Works
  reserved!: Reserved
  redrives!: Redrives
  /** There is more to be given up than one call may do. */
  unfinished = false
  readonly #sql: LaneStorage['sql']

  constructor(id: string, storage: LaneStorage, ctx: Context, { bounds, dials }: { bounds: Bounds; dials: LaneDials }) {
    this.id = id
    this.ctx = ctx
    this.bounds = bounds
    this.dials = dials
    this.#sql = storage.sql
    this.store = new LaneStore(storage)
    this.history = new History(storage.sql, dials)
    this.ways = new LaneWays(storage.sql, dials, this.history)
    this.read()
  }

  /** Reads the rows, as at the start: after a write that failed memory is ahead of them. */
  read(): void {
    const { ctx, store } = this
    const stored = store.state()
    const state = { ...stored, ways: stored.ways ?? this.ways.begin(stored.past) }
    this.state = state
    this.unfinished = false
    this.workRows = new WorkRows(this.#sql, state)
    this.held = new Held(this.#sql)
    this.logs = new Logs(this.#sql, state)
    this.brake = new Backpressure(state, ctx)
    this.permits = new Permits(state, ctx)
    this.finder = new PaceFinder(state, ctx)
    this.dead = new DeadLetters(store, this.dials)
    this.failures = new Failures(store)
    this.recent = new RecentAttempts(state.attempts)
    this.books = new RedriveBooks(this.#sql)
    this.unit = new UnitOfWork(store, this, ctx, this.id)
    this.terms = new Terms(this, ctx)
    this.works = new Works(this, this.unit, this.bounds, ctx)
    this.reserved = new Reserved(this)
    this.redrives = new Redrives(store, this, this)
  }

  /** Figures of all work. */
  get sum(): Tally {
    return sumOf(this.state.totals, this.works)
  }

  get stand(): Stand {
    return { state: this.state, brake: this.brake, mode: this.terms.mode, sum: this.sum }
  }
}
