import type { Context } from '../context.ts'
import type { WakeUp } from '../env.ts'
import type { WayQuery, WaysAt } from '../overview/index.ts'
import type { LaneConfig } from '../settings/index.ts'
import { book, bookNew, bookProgress } from './booking.ts'
import { BOUNDS, type Bounds } from './bounds.ts'
import { rangeOf } from './dead.ts'
import { LANE_DIALS, type LaneDials } from './dials.ts'
import { firstOfAll, isLeased, SAFETY_MS } from './due.ts'
import { giveUp } from './give-up.ts'
import { Granting } from './granting.ts'
import type { Span } from './history.ts'
import { HealthReports, type LaneHealth, type TellHealth } from './health.ts'
import { LaneAlarm, SOON_MS } from './lane-alarm.ts'
import { healthIn, ledgerIn, metricsIn, traceIn } from './looks.ts'
import { PayloadSearch } from './payload-search.ts'
import { LaneMemory } from './memory.ts'
import { looksInside } from './payloads.ts'
import type {
  DeadFilter,
  DeadLetter,
  Grant,
  GrantLimits,
  LaneMetrics,
  LanePast,
  Ledger,
  LostRows,
  Period,
  Permit,
  PermitReport,
  GrantProgress,
  Redrive,
  Redriven,
  RedriveOutcome,
  Registration,
  Settlement,
  Trace,
} from './protocol.ts'
import type { LaneStorage } from './store.ts'
import { Telling } from './telling.ts'
import { WakeUps } from './wake-ups.ts'
import { newWork, portionsOf } from './work.ts'

/**
 * The lane of one destination: what it is owed, who may send it now, and what came of it.
 * Every method reads, decides and writes without waiting in between, so each is one atomic step.
 */
export class Lane {
  readonly #memory: LaneMemory
  readonly #granting: Granting
  readonly #alarm: LaneAlarm
  readonly #wakeUps: WakeUps
  readonly #reports: HealthReports
  readonly #teller: Telling | undefined
  readonly #search: PayloadSearch | undefined
  #telling: Promise<void> = Promise.resolve()

  /**
   * `wakeUp` asks for a worker, `tellHealth` says how the lane stands; a failure of either only costs time. In `archive` it
   * looks for what is to be sent once more by event, call or person.
   */
  constructor(
    id: string,
    storage: LaneStorage,
    ctx: Context,
    wakeUp: (replay?: WakeUp['replay']) => Promise<void>,
    bounds: Bounds = BOUNDS,
    dials: LaneDials = LANE_DIALS,
    tellHealth?: TellHealth,
    archive?: R2Bucket,
  ) {
    const memory = new LaneMemory(id, storage, ctx, { bounds, dials })
    const reports = new HealthReports(ctx, dials)
    const alarm = new LaneAlarm(memory, tellHealth ? reports : null)
    const granting = new Granting(memory, alarm)
    this.#memory = memory
    this.#reports = reports
    this.#alarm = alarm
    this.#granting = granting
    this.#wakeUps = new WakeUps(memory, { granting, alarm }, wakeUp)
    this.#teller = tellHealth && new Telling(memory, { reports, alarm }, tellHealth)
    this.#search = archive && new PayloadSearch(memory, archive, () => alarm.arm(ctx.now() + SOON_MS))
    reports.compare(memory.stand)
  }

  /** Takes over what a log has for this lane, once; answers how far it has come in that log. */
  register(registration: Registration): { mark: number } {
    const { logs, terms, works, bounds, state, ctx } = this.#memory
    const { log, from, to: last } = registration
    const over = logs.ended(log)
    if (over !== null && last > over)
      throw new Error(`the log ${log} has ended with row ${over}, it has no row ${last}`)
    const mark = over ?? logs.mark(log)
    if (over !== null || from > mark) return { mark }
    terms.adopt(registration.config)
    const parts = registration.parts.filter((part) => part.seq > mark)
    const portions = portionsOf(parts, bounds.row, ({ origin }) => origin?.log)
    let came = 0
    for (const [n, some] of portions.entries()) {
      const to = n === portions.length - 1 ? last : (some.at(-1)?.seq ?? last)
      const facts = { ...terms.newFacts(), id: works.idOf(log, to) }
      const work = newWork({ log, to, parts: some }, facts)
      came += work.counts.pending
      bookNew(this.#memory, work, some)
    }
    if (registration.lost && last > mark) this.#lose(log, last, registration.lost)
    this.#granting.came(came)
    if (portions.length > 0 && terms.deleted) this.#giveUp()
    this.#refill()
    const workers = this.#wakeUps.wanted(false)
    const isKept = workers > 0 && this.#granting.reserve() !== null
    this.#flush()
    this.#wakeUps.call(workers, isKept)
    // A lane that is held sleeps until its hold is over, whatever comes in meanwhile; one that waits for more, until it has waited.
    if (this.#granting.isHeld || state.config?.batch) this.#alarm.armNext()
    else if (!this.#memory.works.isEmpty) this.#alarm.arm(ctx.now() + SAFETY_MS)
    if (this.#memory.unfinished || registration.lost) this.#alarm.armNext()
    return { mark: this.#memory.logs.mark(log) }
  }

  /** Goes on after rows that are lost, and notes how many they were. */
  #lose(log: string, to: number, { rows, events }: LostRows): void {
    const { logs, state, unit, ctx } = this.#memory
    const { lost } = state
    const known = lost ? lost.events : 0
    state.lost = {
      rows: (lost?.rows ?? 0) + rows,
      events: known === null || events === null ? null : known + events,
      at: ctx.now(),
    }
    logs.pass(log, to)
    unit.touchState()
  }

  /**
   * The owner of a log will register nothing of it any more: answers how far the lane has come in it. What is pending is sent
   * as before. Calls that were on their way are answered by this mark, and what they bring beyond it is refused.
   */
  endLog(log: string): { mark: number } {
    const { logs, unit, ctx } = this.#memory
    const mark = logs.ended(log) ?? logs.mark(log)
    if (logs.ended(log) === null) {
      logs.end(log, ctx.now())
      unit.touchState()
    }
    this.#flush()
    return { mark }
  }

  /** Tells the lane its settings; older ones than it knows change nothing. */
  configure(config: LaneConfig): void {
    const { terms } = this.#memory
    terms.adopt(config)
    this.#memory.reserved.lapse()
    if (terms.deleted) this.#giveUp()
    this.#flush()
    this.#goOn()
  }

  /** The next grant; `null`: nothing is due, or enough workers have it in hand. */
  take(within?: GrantLimits): Grant | null {
    const { reserved } = this.#memory
    // Whoever has limits of its own may do less than what is kept.
    if (within) reserved.giveBack()
    const kept = reserved.handOver()
    if (!kept) this.#wakeUps.answered()
    this.#refill()
    const grant = kept ?? this.#granting.grant(within)
    this.#flush()
    if (grant) this.#wakeUps.hurry()
    return grant
  }

  /** Books what came of a grant; with `next`, the reply is the next one. */
  settle(settlement: Settlement, next: boolean, within?: GrantLimits): Grant | null {
    this.#heedHold(settlement)
    const work = this.#memory.works.get(settlement.work)
    if (work) book(this.#memory, this.#granting, work, settlement)
    this.#memory.reserved.lapse()
    this.#refill()
    const grant = next ? this.#granting.grant(within) : null
    this.#flush()
    if (grant) this.#wakeUps.hurry()
    else this.#goOn()
    return grant
  }

  /** Books what has arrived so far of a grant, which goes on: whatever becomes of its worker, that is not sent again. */
  progress(progress: GrantProgress): void {
    const work = this.#memory.works.get(progress.work)
    if (work) bookProgress(this.#memory, work, progress)
    this.#flush()
  }

  /**
   * Makes dead letters pending again, the newest first: some now, and of all the others by and by; what payloads have to tell
   * is looked for first. What is pending already stays as it is. `null`: too many redrives go on, so this one was not begun.
   */
  redrive(what: Redrive): Redriven | null {
    const { redrives, terms } = this.#memory
    if ('before' in what && looksInside(what) && !this.#search) throw new Error('this lane has no archive to look into')
    const redriven = redrives.begin(what, () => terms.newFacts())
    this.#flush()
    this.#memory.dead.refresh()
    this.#search?.begin()
    this.#goOn()
    return redriven
  }

  /**
   * Ends a redrive that goes on; what was put on its way goes on, and what was not stays dead. Of one that is over nothing
   * changes. `null`: there is none of this number, or it is remembered no longer.
   */
  cancelRedrive(id: number): RedriveOutcome | null {
    const books = this.#memory.redrives.cancel(id)
    this.#flush()
    this.#goOn()
    return books
  }

  /** What became of what was sent once more: the last redrives, the newest first. */
  redrives(): RedriveOutcome[] {
    return this.#memory.books.all
  }

  ledger(): Ledger {
    return ledgerIn(this.#memory)
  }

  /** With a period: what happened in it, too. */
  metrics(period?: Period): LaneMetrics {
    return metricsIn(this.#memory, period)
  }

  /** What became of its events, by name and time; what is pending has no place yet. */
  ways(query: WayQuery): WaysAt[] {
    const { ways, state, works } = this.#memory
    return ways.read(query, state.ways, works)
  }

  /** What happened in the hours of [`from`, `until`), milliseconds, and its last failures. */
  past(span: Span): LanePast {
    const { history, state, works, failures } = this.#memory
    return { hours: history.byHour(span, state.past, works), failures: [...failures.last] }
  }

  /** How it stands, as lists show it and alerts go by. */
  health(): LaneHealth {
    return healthIn(this.#memory)
  }

  /** Those of a filter with an id below `before`, the newest first. */
  deadLetters(before: number | null, limit: number, filter: DeadFilter = {}): DeadLetter[] {
    return this.#memory.store.deadLetters(rangeOf(filter, before), limit)
  }

  /** `null`: there is none, or no more. */
  deadLetter(id: number): DeadLetter | null {
    return this.#memory.store.deadLettersOf([id])[0] ?? null
  }

  /** Where one event of a committed batch stands. Attempts are known as long as this instance remembers them. */
  traceOf(log: string, seq: number, event: number): Trace {
    return traceIn(this.#memory, { log, seq, event })
  }

  /** Looks whether there is something to do, whatever became of alarm and wake-ups. */
  nudge(): void {
    this.#flush()
    this.#goOn()
  }

  /**
   * Has one event tried now, in spite of what holds the lane; not of a person who has stopped it. `trying`: there is one, and
   * the lane may send.
   */
  tryNow(): { trying: boolean } {
    this.#refill()
    const { terms, works, state, unit, ctx } = this.#memory
    const trying = terms.mode === 'open' && firstOfAll(works, ctx.now()) !== null
    state.tryOne = trying
    unit.touchState()
    this.#flush()
    this.#goOn()
    return { trying }
  }

  /**
   * Whoever runs the receiver says that it is back: nothing that it answered holds the lane any more, and what was to be tried
   * later is tried now, as far as there is room for it in memory; the rest goes by its schedule.
   */
  receiverIsBack(): void {
    const { brake, terms, works, unit, ctx } = this.#memory
    if (terms.mode === 'open') {
      const now = ctx.now()
      works.refill(() => true)
      brake.lift()
      unit.touchState()
      for (const work of works) {
        const later = work.groups.filter((group) => group.due > now && !isLeased(group, now))
        for (const group of later) group.due = now
        if (later.length > 0) unit.touch(work)
      }
    }
    this.#flush()
    this.#goOn()
  }

  /**
   * A part of the pace for a worker of a replay, whose workers have `share` (0 to 1) of it together; `null`: not now. Paused or
   * disabled, the lane gives it all the same: a person has asked for the replay.
   */
  permit(replay: string, share: number): Permit | null {
    const permit = this.#granting.permit(replay, share)
    if (permit) this.#flush()
    return permit
  }

  /**
   * What the receiver said to a replay counts for all that is sent to it. `done`: the worker stops. Whether it may go on.
   */
  report(permit: string, report: PermitReport, done: boolean): boolean {
    const { permits, state, unit } = this.#memory
    const permitted = permits.get(permit)
    this.#heedHold(report)
    if (permitted && report.version >= state.mendedIn) this.#granting.heed(report, permitted)
    if (permitted && done) {
      permits.end(permit)
      unit.touchState()
    }
    this.#flush()
    this.#goOn()
    return permitted !== undefined && this.#granting.mayGoOn
  }

  /** The lane of a replay that is long over: nothing of it is kept. Of another lane, or one that never was, nothing goes. */
  forget(): void {
    if (!this.#memory.state.config?.replay) return
    this.#memory.store.clear()
    this.#readAgain()
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  alarm(): void {
    this.#alarm.rang()
    try {
      const { redrives, terms, dead, reserved, state, ctx } = this.#memory
      reserved.lapse()
      this.#refill()
      this.#giveUp()
      const found = this.#search?.take()
      if (found) redrives.found(found, () => terms.newFacts())
      redrives.next(() => terms.newFacts())
      this.#flush()
      this.#search?.begin()
      dead.expire(ctx.now(), state.redrives.length > 0)
      this.#wakeUps.wake()
      const report = this.#teller?.begin()
      this.#alarm.armNext()
      if (!this.#teller || !report) return
      this.#telling = this.#teller.tell(report, () => this.#flush()).catch((error: unknown) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
      this.#alarm.arm(this.#memory.ctx.now() + 30_000)
    }
  }

  /** What it tells after an alarm is over then. Nothing of the lane waits for it, but the alarm does: it rings again if that dies. */
  get telling(): Promise<void> {
    return this.#telling
  }

  /** The look into the archive that is under way is over then. Nothing waits for it: what it finds the next alarm takes. */
  get looking(): Promise<void> {
    return this.#search?.looking ?? Promise.resolve()
  }

  #failed(error: unknown): void {
    const { ctx, id } = this.#memory
    ctx.log('error', 'lane alarm failed', { lane: id, error: String(error) })
  }

  /** A `Retry-After` counts whoever brings it, however late, unless a person has changed since what it was about. */
  #heedHold({ version, results }: PermitReport): void {
    const { state, brake, unit } = this.#memory
    const isOfNow = version >= state.mendedIn
    if (isOfNow && brake.holdFor(results)) unit.touchState()
  }

  /** Sees to it that what there is to do is done: by a worker now, or when the alarm rings. */
  #goOn(): void {
    this.#memory.reserved.lapse()
    this.#wakeUps.wake()
    this.#alarm.armNext()
  }

  #giveUp(): void {
    const { terms, state, bounds, works, unit, books, ctx } = this.#memory
    const { deleted, mode, lag } = terms
    const endings = { deleted, mode, hold: state.hold, lag, slice: bounds.slice }
    this.#memory.unfinished = giveUp(works, { unit, books }, endings, ctx)
  }

  #refill(): void {
    const { works, terms } = this.#memory
    works.refill((front) => terms.isCalled(front))
  }

  #flush(): void {
    this.#refill()
    try {
      if (this.#memory.unit.commit()) this.#reports.touch()
    } catch (error) {
      this.#readAgain()
      throw error
    }
  }

  #readAgain(): void {
    this.#memory.read()
    this.#reports.compare(this.#memory.stand)
  }
}
