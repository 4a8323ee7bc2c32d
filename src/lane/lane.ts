import type { Context } from '../context.ts'
import type { WakeUp } from '../env.ts'
import { type LaneConfig, within } from '../settings/index.ts'
import { BOUNDS, type Bounds } from './bounds.ts'
import { Backpressure, isGone } from './backpressure.ts'
import { copyOf, notePast } from './buckets.ts'
import { DeadLetters, rangeOf } from './dead.ts'
import { LANE_DIALS, type LaneDials } from './dials.ts'
import { type Due, firstDue, firstOfAll, keyOf, liveLeases, nextLook, nextProbe, SAFETY_MS } from './due.ts'
import { Failures } from './failures.ts'
import { giveUp } from './give-up.ts'
import { makeGrant } from './grant.ts'
import { GrantSize } from './grant-size.ts'
import { healthOf, HealthReports, keyOfStand, type LaneHealth, type Stand, type TellHealth, toldOf } from './health.ts'
import { Held } from './held.ts'
import { History } from './history.ts'
import { Logs } from './logs.ts'
import { type Permitted, Permits } from './permits.ts'
import { RecentAttempts } from './recent-attempts.ts'
import { freeShare, nextAfter, type Pace, narrowed } from './pace.ts'
import type {
  DeadFilter,
  DeadLetter,
  Grant,
  GrantLimits,
  LaneMetrics,
  Ledger,
  Period,
  Permit,
  PermitReport,
  Redrive,
  Redriven,
  RedriveOutcome,
  Registration,
  Settlement,
  Trace,
} from './protocol.ts'
import { Redrives } from './redrive.ts'
import { RedriveBooks } from './redrive-books.ts'
import { ledgerOf, laneMetrics, sumOf, traceOf } from './report.ts'
import { applySettlement } from './settle.ts'
import { LaneStore, type LaneState, type LaneStorage } from './store.ts'
import { Terms } from './terms.ts'
import { type Rows, UnitOfWork } from './unit-of-work.ts'
import { type Lease, newWork, originLog, portionsOf, type Tally, total, type Work } from './work.ts'
import { Works } from './works.ts'

/** How long a wake-up may take to bring a worker before another is sent. */
const WAKE_UP_MS = 10_000
/** What one call had to leave to the next follows after this. */
const SOON_MS = 50
/** How long whoever is told of the lane's health may take. */
const TELL_MS = 5_000
/** A redrive goes on after this. */
const REDRIVE_MS = 1_000

/**
 * The lane of one destination: what it is owed, who may send it now, and what came of it.
 * Every method reads, decides and writes without waiting in between, so each is one atomic step.
 */
export class Lane {
  readonly #id: string
  readonly #store: LaneStore
  readonly #ctx: Context
  readonly #wakeUp: (replay?: WakeUp['replay']) => Promise<void>
  #state!: LaneState
  #unit!: UnitOfWork
  #works!: Works
  #redrives!: Redrives
  #books!: RedriveBooks
  #terms!: Terms
  #held!: Held
  readonly #bounds: Bounds
  readonly #dials: LaneDials
  /** There is more to be given up than one call may do. */
  #unfinished = false
  #logs!: Logs
  #brake!: Backpressure
  #permits!: Permits
  #dead!: DeadLetters
  #failures!: Failures
  readonly #history: History
  readonly #sql: LaneStorage['sql']
  /** Times until which a worker is expected to answer a wake-up. */
  #expected: number[] = []
  /** When the alarm is set, as far as this instance knows. */
  #armed: number | null = null
  readonly #size = new GrantSize(8)
  #recent!: RecentAttempts
  readonly #reports: HealthReports
  readonly #tellHealth: TellHealth | undefined
  #telling: Promise<void> = Promise.resolve()

  /** `wakeUp` asks for a worker, `tellHealth` says how the lane stands; a failure of either only costs time. */
  constructor(
    id: string,
    storage: LaneStorage,
    ctx: Context,
    wakeUp: (replay?: WakeUp['replay']) => Promise<void>,
    bounds: Bounds = BOUNDS,
    dials: LaneDials = LANE_DIALS,
    tellHealth?: TellHealth,
  ) {
    this.#bounds = bounds
    this.#tellHealth = tellHealth
    this.#reports = new HealthReports(ctx, dials)
    this.#dials = dials
    this.#sql = storage.sql
    this.#id = id
    this.#store = new LaneStore(storage)
    this.#ctx = ctx
    this.#wakeUp = wakeUp
    this.#history = new History(storage.sql, dials)
    this.#load()
  }

  /** Takes over what a log has for this lane, once; answers how far it has come in that log. */
  register(registration: Registration): { mark: number } {
    const { log, from, to: last } = registration
    const over = this.#logs.ended(log)
    if (over !== null && last > over)
      throw new Error(`the log ${log} has ended with row ${over}, it has no row ${last}`)
    const mark = over ?? this.#logs.mark(log)
    if (over !== null || from > mark) return { mark }
    this.#terms.adopt(registration.config)
    const parts = registration.parts.filter((part) => part.seq > mark)
    const portions = portionsOf(parts, this.#bounds.row, ({ origin }) => origin?.log)
    for (const [n, some] of portions.entries()) {
      const to = n === portions.length - 1 ? last : (some.at(-1)?.seq ?? last)
      const facts = { ...this.#terms.newFacts(), id: this.#works.idOf(log, to) }
      this.#works.add(newWork({ log, to, parts: some }, facts))
    }
    if (portions.length > 0 && this.#terms.deleted) this.#giveUp()
    this.#flush()
    this.#wake()
    // A lane that is held sleeps until its hold is over, whatever comes in meanwhile.
    if (this.#isHeld()) this.#armNext()
    else if (!this.#works.isEmpty) this.#arm(this.#ctx.now() + SAFETY_MS)
    if (this.#unfinished) this.#armNext()
    return { mark: this.#logs.mark(log) }
  }

  /**
   * The owner of a log will register nothing of it any more: answers how far the lane has come in it. What is pending is sent
   * as before. Calls that were on their way are answered by this mark, and what they bring beyond it is refused.
   */
  endLog(log: string): { mark: number } {
    const mark = this.#logs.ended(log) ?? this.#logs.mark(log)
    if (this.#logs.ended(log) === null) {
      this.#logs.end(log, this.#ctx.now())
      this.#unit.touchState()
    }
    this.#flush()
    return { mark }
  }

  /** Tells the lane its settings; older ones than it knows change nothing. */
  configure(config: LaneConfig): void {
    this.#terms.adopt(config)
    if (this.#terms.deleted) this.#giveUp()
    this.#flush()
    this.#wake()
    this.#armNext()
  }

  /** The next grant; `null`: nothing is due, or enough workers have it in hand. */
  take(within?: GrantLimits): Grant | null {
    this.#expected.shift()
    this.#refill()
    const grant = this.#grant(within)
    this.#flush()
    return grant
  }

  /** Books what came of a grant; with `next`, the reply is the next one. */
  settle(settlement: Settlement, next: boolean, within?: GrantLimits): Grant | null {
    const isOfNow = settlement.version >= this.#state.mendedIn
    if (isOfNow && this.#brake.holdFor(settlement.results)) this.#unit.touchState()
    const work = this.#works.get(settlement.work)
    if (work) this.#book(work, settlement)
    this.#refill()
    const grant = next ? this.#grant(within) : null
    this.#flush()
    if (!grant) {
      this.#wake()
      this.#armNext()
    }
    return grant
  }

  /**
   * Makes dead letters pending again, the newest first: some now, and of all the others by and by. What is pending already
   * stays as it is. `null`: too many redrives go on, so this one was not begun.
   */
  redrive(what: Redrive): Redriven | null {
    const redriven = this.#redrives.begin(what, () => this.#terms.newFacts())
    this.#flush()
    this.#dead.refresh()
    this.#wake()
    this.#armNext()
    return redriven
  }

  /** What became of what was sent once more: the last redrives, the newest first. */
  redrives(): RedriveOutcome[] {
    return this.#books.all
  }

  ledger(): Ledger {
    return ledgerOf(this.#sum(), this.#works, this.#held.oldest(this.#bounds.search))
  }

  /** With a period: what happened in it, too. */
  metrics(period?: Period): LaneMetrics {
    const failures = [...this.#failures.last]
    const facts = { state: this.#state, brake: this.#brake, mode: this.#terms.mode, failures }
    const metrics = laneMetrics(this.ledger(), this.#sum(), facts)
    if (period === undefined) return metrics
    const figures = this.#history.figures(period, this.#state.past, this.#works, this.#ctx.now())
    return { ...metrics, figures, health: this.health() }
  }

  /** How it stands, as lists show it and alerts go by. */
  health(): LaneHealth {
    const now = this.#ctx.now()
    const { oldestPendingAt } = this.ledger()
    const oldestAt = oldestPendingAt === null ? null : Date.parse(oldestPendingAt)
    return healthOf(this.#stand(), this.#history.sums(this.#state.past, this.#works, now), { oldestAt, now })
  }

  /** Those of a filter with an id below `before`, the newest first. */
  deadLetters(before: number | null, limit: number, filter: DeadFilter = {}): DeadLetter[] {
    return this.#store.deadLetters(rangeOf(filter, before), limit)
  }

  /** `null`: there is none, or no more. */
  deadLetter(id: number): DeadLetter | null {
    return this.#store.deadLettersOf([id])[0] ?? null
  }

  /** Where one event of a committed batch stands. Attempts are known as long as this instance remembers them. */
  traceOf(log: string, seq: number, event: number): Trace {
    const place = { log, seq, event }
    const { search } = this.#bounds
    const died = total(this.#sum().dead)
    return traceOf(place, {
      works: this.#works,
      recent: this.#recent,
      sum: this.#sum(),
      mark: this.#logs.mark(log),
      now: this.#ctx.now(),
      held: () => this.#held.find(place, search),
      dead: () => this.#store.findDead(place, { died, mostRows: search }),
    })
  }

  /** Looks whether there is something to do, whatever became of alarm and wake-ups. */
  nudge(): void {
    this.#flush()
    this.#wake()
    this.#armNext()
  }

  /**
   * Has one event tried now, in spite of what holds the lane; not of a person who has stopped it. `trying`: there is one, and
   * the lane may send.
   */
  tryNow(): { trying: boolean } {
    this.#refill()
    const trying = this.#terms.mode === 'open' && firstOfAll(this.#works, this.#ctx.now()) !== null
    this.#state.tryOne = trying
    this.#unit.touchState()
    this.#flush()
    this.#wake()
    this.#armNext()
    return { trying }
  }

  /**
   * A part of the pace for a worker of a replay, whose workers have `share` (0 to 1) of it together; `null`: not now. Paused or
   * disabled, the lane gives it all the same: a person has asked for the replay.
   */
  permit(replay: string, share: number): Permit | null {
    const { config, goneAt, nextAt } = this.#state
    const closed = goneAt !== null || this.#brake.closedUntil > this.#ctx.now()
    if (!config || config.deleted || closed) return null
    const limits = this.#brake.limits(config)
    const permit = this.#permits.give(replay, share, {
      limits,
      timeoutMs: config.timeoutMs,
      leases: liveLeases(this.#works, this.#ctx.now()),
      waiting: this.#ready() !== null,
      nextAt,
      probing: this.#brake.probing,
    })
    if (!permit) return null
    if (limits.rate !== null && limits.rate < 1) this.#state.nextAt = this.#ctx.now() + 1_000 / limits.rate
    this.#unit.touchState()
    this.#flush()
    return permit
  }

  /**
   * What the receiver said to a replay counts for all that is sent to it. `done`: the worker stops. Whether it may go on.
   */
  report(permit: string, { version, results }: PermitReport, done: boolean): boolean {
    const permitted = this.#permits.get(permit)
    const isOfNow = version >= this.#state.mendedIn
    if (isOfNow && this.#brake.holdFor(results)) this.#unit.touchState()
    if (permitted && isOfNow) this.#heed(results, permitted)
    if (permitted && done) {
      this.#permits.end(permit)
      this.#unit.touchState()
    }
    this.#flush()
    this.#wake()
    this.#armNext()
    const { config } = this.#state
    const closed = this.#brake.closedUntil > this.#ctx.now() || this.#brake.probing || this.#state.goneAt !== null
    if (!permitted || !config || config.deleted || closed) return false
    // A receiver that said 429 has one worker at a time.
    return this.#live().length <= this.#brake.limits(config).concurrency
  }

  /** The lane of a replay that is long over: nothing of it is kept. Of another lane, or one that never was, nothing goes. */
  forget(): void {
    if (!this.#state.config?.replay) return
    this.#store.clear()
    this.#load()
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  alarm(): void {
    this.#armed = null
    try {
      this.#refill()
      this.#giveUp()
      this.#redrives.next(() => this.#terms.newFacts())
      this.#flush()
      this.#dead.expire(this.#ctx.now(), this.#state.redrives.length > 0)
      this.#wake()
      const report = this.#report()
      this.#armNext()
      if (report) this.#telling = this.#tell(report).catch((error: unknown) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
      this.#arm(this.#ctx.now() + 30_000)
    }
  }

  /** What it tells after an alarm is over then. Nothing of the lane waits for it, but the alarm does: it rings again if that dies. */
  get telling(): Promise<void> {
    return this.#telling
  }

  #failed(error: unknown): void {
    this.#ctx.log('error', 'lane alarm failed', { lane: this.#id, error: String(error) })
  }

  /** What there is to tell of the lane now; `null`: nothing, or it is not time. */
  #report(): { health: LaneHealth; key: string } | null {
    if (!this.#tellHealth || !this.#reports.isDue(this.#state)) return null
    const stand = this.#stand()
    const again = this.#state.health?.again ?? Infinity
    if (!this.#reports.compare(stand) && again > this.#ctx.now()) return null
    this.#reports.begin()
    return { health: this.health(), key: keyOfStand(stand) }
  }

  /** Says how the lane stands. Whatever becomes of it, the lane goes on, and says it again later. */
  async #tell(report: { health: LaneHealth; key: string }): Promise<void> {
    let heard = false
    try {
      const again = await within(this.#ctx, this.#tellHealth?.(report.health) ?? Promise.resolve(null), TELL_MS)
      heard = true
      this.#state.health = toldOf(report.health, report.key, again)
      this.#unit.touchState()
      this.#flush()
    } catch (error) {
      this.#ctx.log('warn', 'health not told', { lane: this.#id, error: String(error) })
    }
    this.#reports.end(heard)
    this.#reports.compare(this.#stand())
    this.#armNext()
  }

  #stand(): Stand {
    return { state: this.#state, brake: this.#brake, mode: this.#terms.mode, sum: this.#sum() }
  }

  #load(): void {
    const state = this.#store.state()
    this.#state = state
    this.#held = new Held(this.#sql)
    this.#unfinished = false
    this.#logs = new Logs(this.#sql, state)
    this.#brake = new Backpressure(state, this.#ctx)
    this.#permits = new Permits(state, this.#ctx)
    this.#dead = new DeadLetters(this.#store, this.#dials)
    this.#failures = new Failures(this.#store)
    this.#recent = new RecentAttempts(state.attempts)
    this.#books = new RedriveBooks(this.#sql)
    const rows: Rows = {
      state,
      held: this.#held,
      logs: this.#logs,
      dead: this.#dead,
      failures: this.#failures,
      recent: this.#recent,
      history: this.#history,
      books: this.#books,
    }
    this.#unit = new UnitOfWork(this.#store, rows, this.#ctx, this.#id)
    this.#terms = new Terms({ state, brake: this.#brake, unit: this.#unit }, this.#ctx)
    this.#works = new Works(this.#store, rows, this.#unit, this.#bounds, this.#ctx)
    this.#redrives = new Redrives(this.#store, rows, { unit: this.#unit, works: this.#works, bounds: this.#bounds })
    this.#reports.compare(this.#stand())
  }

  #isHeld(): boolean {
    return this.#terms.mode !== 'open' || (!this.#state.tryOne && this.#brake.closedUntil > this.#ctx.now())
  }

  /** Writes the next grant's lease into its group, if something is due and a worker may have it. */
  #grant(within?: GrantLimits): Grant | null {
    const ready = this.#ready()
    const { config } = this.#state
    const free = ready && config ? this.#pace(config) : null
    if (!ready || !config || !free) return null
    const pace = within ? narrowed(free, within) : free
    const probe = this.#brake.probing
    const tried = this.#state.tryOne
    if (probe) this.#brake.probe(keyOf(ready.work, ready.group))
    if (probe || tried) this.#size.events = 1
    if (pace.nextAt !== undefined) this.#state.nextAt = pace.nextAt
    if (probe || tried || pace.nextAt !== undefined) this.#unit.touchState()
    this.#state.tryOne = false
    const grant = makeGrant(ready, pace, { size: this.#size.events, probe, tried, config }, this.#ctx)
    this.#unit.touch(ready.work)
    this.#arm(ready.group.lease?.until ?? Infinity)
    return grant
  }

  #ready(): Due | null {
    if (!this.#state.config || this.#isHeld()) return null
    const now = this.#ctx.now()
    if (this.#state.tryOne) return firstOfAll(this.#works, now)
    return this.#brake.probing ? nextProbe(this.#works, now, this.#brake.lastProbe) : firstDue(this.#works, now)
  }

  #pace(config: LaneConfig): Pace | null {
    const limits = this.#brake.limits(config)
    const pace = freeShare(limits, this.#live(), this.#state.nextAt, this.#ctx.now())
    return pace && this.#permits.beside(pace, limits)
  }

  /** Everybody who may be sending: workers with a lease, and those of replays. */
  #live(): readonly { rate: number }[] {
    return [...liveLeases(this.#works, this.#ctx.now()), ...this.#permits.live]
  }

  #book(work: Work, settlement: Settlement): void {
    const { results } = settlement
    const rules = { schedule: this.#terms.schedule, lag: this.#terms.lag, ctx: this.#ctx }
    const before = copyOf(work.counts)
    const { dead, lease, attempt } = applySettlement(work, settlement, rules)
    notePast(work, before, this.#ctx.now(), results)
    this.#books.book(work, before)
    if (this.#failures.note(results, this.#ctx.now())) this.#unit.touchFailures()
    this.#unit.touch(work)
    if (work.counts.delivered > before.delivered) this.#state.lastDeliveredAt = this.#ctx.now()
    for (const letter of dead) this.#unit.bury(letter)
    if (lease && settlement.version >= this.#state.mendedIn) this.#heed(results, lease)
    this.#recent.note(originLog(work), settlement, attempt + 1, this.#ctx.now())
    this.#works.foldIfDone(work)
  }

  /** What the answers mean for the lane as a whole, beside `Retry-After`. A grant whose lease has ended is too old to say. */
  #heed(results: Settlement['results'], lease: Lease | Permitted): void {
    const { config } = this.#state
    if (!config) return
    this.#size.adapt(results)
    // A permit's own rate is a part of the lane's, which knows already when the next request may go.
    if (!('replay' in lease) && lease.rate > 0 && lease.rate < 1) {
      this.#state.nextAt = Math.max(this.#state.nextAt, nextAfter(results, lease.rate, this.#ctx.now()))
      this.#unit.touchState()
    }
    if (this.#brake.heed(results, lease, config, () => this.#live().length + 1)) this.#unit.touchState()
    // Whoever was told to try one in spite of everything has found that it can be done.
    if ('tried' in lease && results.some(({ outcome }) => outcome.kind === 'delivered')) {
      this.#brake.lift()
      this.#unit.touchState()
    }
    if (!results.some(isGone)) return
    this.#state.goneAt = config.version
    this.#unit.touchState()
  }

  #sum(): Tally {
    return sumOf(this.#state.totals, this.#works)
  }

  /** Asks for one more worker, when there is something for it to do and it is not already on its way. */
  #wake(): void {
    const now = this.#ctx.now()
    this.#expected = this.#expected.filter((until) => until > now)
    const { config } = this.#state
    if (!config || !this.#ready() || !this.#pace(config)) return
    if (this.#live().length + this.#expected.length >= this.#brake.limits(config).concurrency) return
    this.#expected.push(now + WAKE_UP_MS)
    this.#wakeUp(config.replay).catch((error: unknown) => {
      this.#ctx.log('warn', 'wake-up not sent', { lane: this.#id, error: String(error) })
      this.#arm(this.#ctx.now() + 2_000)
    })
  }

  /** Makes sure that the alarm rings at `at` or before. */
  #arm(at: number): void {
    if (this.#armed !== null && this.#armed <= at) return
    this.#armed = at
    void this.#store.setAlarm(at)
  }

  #armNext(): void {
    const notBefore = Math.max(this.#brake.closedUntil, this.#state.nextAt)
    if (this.#state.tryOne) this.#arm(this.#ctx.now() + SAFETY_MS)
    const rules = { notBefore, mode: this.#terms.mode, lag: this.#terms.lag, hold: this.#state.hold }
    const now = this.#ctx.now()
    let next = Math.min(nextLook(this.#works, now, rules), this.#dead.expiry(this.#state.redrives.length > 0))
    const { front } = this.#held
    if (front && rules.mode === 'open') {
      const due = Math.max(front.due, notBefore)
      next = Math.min(next, due > now ? due : now + SAFETY_MS)
    }
    if (front && rules.mode !== 'paused') next = Math.min(next, Math.max(front.deadline + rules.lag, now + SAFETY_MS))
    if (this.#state.redrives.length > 0) next = Math.min(next, now + REDRIVE_MS)
    const ending = this.#terms.deleted && (front || firstOfAll(this.#works, now))
    if (this.#unfinished || ending) next = Math.min(next, now + SOON_MS)
    if (this.#tellHealth) next = Math.min(next, this.#reports.next(this.#state))
    if (next < Infinity) this.#arm(next)
  }

  #giveUp(): void {
    const endings = {
      deleted: this.#terms.deleted,
      mode: this.#terms.mode,
      hold: this.#state.hold,
      lag: this.#terms.lag,
      slice: this.#bounds.slice,
    }
    this.#unfinished = giveUp(this.#works, { unit: this.#unit, books: this.#books }, endings, this.#ctx)
  }

  #refill(): void {
    this.#works.refill((front) => this.#terms.isCalled(front))
  }

  #flush(): void {
    this.#refill()
    try {
      if (this.#unit.commit()) this.#reports.touch()
    } catch (error) {
      this.#load()
      throw error
    }
  }
}
