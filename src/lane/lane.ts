import type { Context } from '../context.ts'
import { randomId } from '../context.ts'
import type { LaneConfig } from '../settings/index.ts'
import { book, bury, dropEmpty, responseOf } from './book.ts'
import { cutGrant } from './cut.ts'
import { firstDue, isLeased, liveLeases, nextLook, SAFETY_MS } from './due.ts'
import { decodeSet, has, indexesOf, setOf, sizeOf } from './event-set.ts'
import { RecentAttempts } from './memory.ts'
import { freeShare, type Pace } from './pace.ts'
import type { DeadLetter, Grant, LaneMetrics, Ledger, Registration, Settlement, Trace } from './protocol.ts'
import { ageLimitMs } from './schedule.ts'
import { LaneStore, type LaneState, type LaneStorage } from './store.ts'
import { addTally, count, type Group, type Lease, newTally, type Tally, total, type Work } from './work.ts'

/** How long a wake-up may take to bring a worker before another is sent. */
const WAKE_UP_MS = 10_000
/** A lease outlasts window and request timeout by this much, for the settlement to arrive. */
const LEASE_MARGIN_MS = 5_000
const MAX_GRANT = 500
const LOG_SHIFT = 2 ** 40

/**
 * The lane of one destination: what it is owed, who may send it now, and what came of it.
 * Every method reads, decides and writes without waiting in between, so each is one atomic step.
 */
export class Lane {
  readonly #id: string
  readonly #store: LaneStore
  readonly #ctx: Context
  readonly #wakeUp: () => Promise<void>
  #state!: LaneState
  #works!: Map<number, Work>
  #marks!: Map<string, number>
  readonly #changed = { state: false, works: new Set<Work>(), done: new Set<number>(), dead: [] as DeadLetter[] }
  /** Times until which a worker is expected to answer a wake-up. */
  #expected: number[] = []
  /** When the alarm is set, as far as this instance knows. */
  #armed: number | null = null
  #grantSize = 8
  #lastDead = 0
  readonly #recent = new RecentAttempts()

  /** `wakeUp` asks for a worker; its failure only costs time. */
  constructor(id: string, storage: LaneStorage, ctx: Context, wakeUp: () => Promise<void>) {
    this.#id = id
    this.#store = new LaneStore(storage)
    this.#ctx = ctx
    this.#wakeUp = wakeUp
    this.#load()
  }

  register(registration: Registration): { mark: number } {
    const mark = this.#marks.get(registration.log) ?? 0
    if (registration.from > mark) return { mark }
    this.#adopt(registration.config)
    const parts = registration.parts.filter((part) => part.seq > mark)
    if (parts.length > 0) {
      const work = this.#newWork({ ...registration, parts })
      this.#marks.set(work.log, work.to)
      this.#works.set(work.id, work)
      this.#changed.works.add(work)
      this.#foldIfDone(work)
    }
    this.#flush()
    this.#wake()
    if (this.#works.size > 0) this.#arm(this.#ctx.now() + SAFETY_MS)
    return { mark: this.#marks.get(registration.log) ?? 0 }
  }

  configure(config: LaneConfig): void {
    this.#adopt(config)
    if (this.#state.config?.deleted) this.#giveUp(() => 'destination_deleted')
    this.#flush()
    this.#wake()
    this.#armNext()
  }

  take(): Grant | null {
    this.#expected.shift()
    const grant = this.#grant()
    this.#flush()
    return grant
  }

  settle(settlement: Settlement, next: boolean): Grant | null {
    const work = this.#works.get(settlement.work)
    if (work) this.#book(work, settlement)
    const grant = next ? this.#grant() : null
    this.#flush()
    if (!grant) {
      this.#wake()
      this.#armNext()
    }
    return grant
  }

  ledger(): Ledger {
    const sum = this.#sum()
    let oldest = Infinity
    for (const work of this.#works.values()) oldest = Math.min(oldest, work.at)
    return {
      accepted: sum.accepted,
      delivered: sum.delivered,
      filtered: total(sum.filtered),
      pending: sum.pending,
      dead: total(sum.dead),
      oldestPendingAt: Number.isFinite(oldest) ? new Date(oldest).toISOString() : null,
    }
  }

  metrics(): LaneMetrics {
    const { filtered, dead, attempts } = this.#sum()
    const { hold } = this.#state
    const held = hold && hold.until > this.#ctx.now()
    return {
      ledger: this.ledger(),
      filtered,
      dead,
      attempts,
      hold: held ? { until: new Date(hold.until).toISOString(), why: hold.why } : null,
    }
  }

  deadLetters(before: number | null, limit: number): DeadLetter[] {
    return this.#store.deadLetters(before, limit)
  }

  /** Where one event of a committed batch stands. Attempts are known as long as this instance remembers them. */
  traceOf(log: string, seq: number, event: number): Trace {
    const attempts = this.#recent.of(log, seq, event)
    for (const work of this.#works.values()) {
      const part = work.log === log ? work.parts.findIndex((one) => one.seq === seq) : -1
      const group = work.groups.find((one) => one.part === part && has(one.events, event))
      if (!group) continue
      const sending = isLeased(group, this.#ctx.now())
      return {
        state: sending ? 'sending' : 'pending',
        attempts,
        ...(!sending && { nextAttemptAt: new Date(group.due).toISOString() }),
      }
    }
    const dead = this.#store
      .deadLetters(null, 1_000)
      .find((one) => one.log === log && one.seq === seq && one.events.includes(event))
    if (dead) return { state: 'dead', attempts, reason: dead.reason }
    return { state: seq <= (this.#marks.get(log) ?? 0) ? 'settled' : 'unknown', attempts }
  }

  /** Looks whether there is something to do, whatever became of alarm and wake-ups. */
  nudge(): void {
    this.#wake()
    this.#armNext()
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  alarm(): void {
    this.#armed = null
    try {
      const disabled = this.#state.config?.enabled === false
      this.#giveUp((group) => {
        if (group.deadline > this.#ctx.now()) return undefined
        return disabled ? 'destination_disabled' : (group.last?.code ?? 'expired')
      })
      this.#flush()
      this.#wake()
      this.#armNext()
    } catch (error) {
      this.#ctx.log('error', 'lane alarm failed', { lane: this.#id, error: String(error) })
      this.#arm(this.#ctx.now() + 30_000)
    }
  }

  #load(): void {
    const { state, works } = this.#store.load()
    this.#state = state
    this.#works = new Map(works.map((work) => [work.id, work]))
    this.#marks = new Map(Object.entries(state.marks))
    for (const work of works) this.#marks.set(work.log, Math.max(this.#marks.get(work.log) ?? 0, work.to))
  }

  #adopt(config: LaneConfig): void {
    if (this.#state.config && this.#state.config.version >= config.version) return
    this.#state.config = config
    this.#changed.state = true
  }

  #newWork(registration: Registration): Work {
    const { log, to } = registration
    const now = this.#ctx.now()
    const deadline = now + ageLimitMs(this.#state.config?.schedule ?? registration.config.schedule)
    const work: Work = {
      id: this.#logNumber(log) * LOG_SHIFT + to,
      log,
      at: now,
      to,
      parts: [],
      groups: [],
      counts: newTally(),
    }
    for (const { seq, key, chunks, events, filtered } of registration.parts) {
      const set = decodeSet(events)
      const size = sizeOf(set)
      work.parts.push({ seq, key, chunks })
      if (size > 0) work.groups.push({ part: work.parts.length - 1, events: set, attempt: 0, due: now, deadline })
      work.counts.accepted += size + total(filtered)
      work.counts.pending += size
      for (const [code, n] of Object.entries(filtered)) count(work.counts.filtered, code, n)
    }
    return work
  }

  #logNumber(log: string): number {
    const { logs } = this.#state
    if (logs[log] === undefined) {
      logs[log] = Object.keys(logs).length + 1
      this.#changed.state = true
    }
    return logs[log]
  }

  /** Writes the next grant's lease into its group, if something is due and a worker may have it. */
  #grant(): Grant | null {
    const ready = this.#ready()
    const config = this.#state.config
    if (!ready || !config) return null
    const now = this.#ctx.now()
    const pace = this.#pace(config)
    if (!pace) return null
    const { work, group } = ready
    const part = work.parts[group.part]
    if (!part) throw new Error(`lane ${this.#id}: work ${work.id} has no part ${group.part}`)
    const cut = cutGrant(indexesOf(group.events), part.chunks, Math.min(pace.maxEvents, this.#grantSize, MAX_GRANT))
    if (cut.rest.length > 0) {
      work.groups.splice(work.groups.indexOf(group) + 1, 0, { ...group, events: setOf(cut.rest) })
      group.events = setOf(cut.events)
    }
    group.lease = {
      id: randomId(this.#ctx, '', 16),
      until: now + pace.windowMs(cut.events.length) + config.timeoutMs + LEASE_MARGIN_MS,
      rate: pace.rate ?? 0,
    }
    if (pace.nextAt !== undefined) {
      this.#state.nextAt = pace.nextAt
      this.#changed.state = true
    }
    this.#changed.works.add(work)
    this.#arm(group.lease.until)
    return {
      work: work.id,
      lease: group.lease.id,
      log: work.log,
      seq: part.seq,
      key: part.key,
      chunks: cut.chunks,
      first: cut.first,
      events: cut.events,
      attempt: group.attempt,
      rate: pace.nextAt === undefined ? pace.rate : null,
      windowMs: pace.windowMs(cut.events.length),
    }
  }

  #ready(): { work: Work; group: Group } | null {
    const now = this.#ctx.now()
    if (!this.#state.config?.enabled || (this.#state.hold?.until ?? 0) > now) return null
    return firstDue(this.#works.values(), now)
  }

  #pace(config: LaneConfig): Pace | null {
    return freeShare(config, this.#live(), this.#state.nextAt, this.#ctx.now())
  }

  #live(): Lease[] {
    return liveLeases(this.#works.values(), this.#ctx.now())
  }

  #book(work: Work, settlement: Settlement): void {
    const schedule = this.#state.config?.schedule ?? 'segment-4h'
    const { dead, hold, attempt } = book(work, settlement, schedule, this.#ctx)
    this.#changed.works.add(work)
    for (const letter of dead) this.#keepDead(letter)
    if (hold && hold.until > (this.#state.hold?.until ?? 0)) {
      this.#state.hold = hold
      this.#changed.state = true
    }
    this.#adapt(settlement)
    this.#remember(work, settlement, attempt)
    this.#foldIfDone(work)
  }

  #keepDead(letter: Omit<DeadLetter, 'id'>): void {
    this.#lastDead = Math.max(this.#lastDead + 1, this.#ctx.now() * 1_000)
    this.#changed.dead.push({ id: this.#lastDead, ...letter })
  }

  /** Buries every group for which `reason` has one, but for those being sent just now. */
  #giveUp(reason: (group: Group) => string | undefined): void {
    for (const work of this.#works.values()) {
      let buried = false
      for (const group of work.groups) {
        const why = isLeased(group, this.#ctx.now()) ? undefined : reason(group)
        if (why === undefined) continue
        const facts = { at: new Date(this.#ctx.now()).toISOString(), reason: why, attempts: group.attempt }
        const letters = bury(work, group, indexesOf(group.events), { ...facts, ...responseOf(group.last ?? {}) })
        for (const letter of letters) this.#keepDead(letter)
        buried = true
      }
      if (!buried) continue
      this.#changed.works.add(work)
      dropEmpty(work)
      this.#foldIfDone(work)
    }
  }

  /** Work without groups goes into the totals, and its row goes. */
  #foldIfDone(work: Work): void {
    if (work.groups.length > 0) return
    addTally(this.#state.totals, work.counts)
    this.#state.marks[work.log] = Math.max(this.#state.marks[work.log] ?? 0, work.to)
    this.#works.delete(work.id)
    this.#changed.works.delete(work)
    this.#changed.done.add(work.id)
    this.#changed.state = true
  }

  /** Grants double while everything arrives in its window, and shrink to what did. */
  #adapt({ results }: Settlement): void {
    const sum = (kinds: string[]) =>
      results.reduce((n, { outcome, events }) => n + (kinds.includes(outcome.kind) ? events.length : 0), 0)
    const arrived = sum(['delivered', 'filtered', 'dead'])
    const failed = sum(['retry'])
    if (arrived + failed === 0) return
    if (arrived === 0) this.#grantSize = 1
    else if (sum(['unsent']) > 0) this.#grantSize = arrived
    else this.#grantSize = Math.min(MAX_GRANT, this.#grantSize * 2)
  }

  #remember(work: Work, { seq, results }: Settlement, attempt: number): void {
    const at = new Date(this.#ctx.now()).toISOString()
    for (const { outcome, events, tookMs, ...response } of results) {
      if (outcome.kind === 'unsent') continue
      const how = 'code' in outcome ? outcome.code : outcome.kind
      this.#recent.add(work.log, seq, events, {
        at,
        attempt: attempt + 1,
        outcome: how,
        tookMs,
        ...responseOf(response),
      })
    }
  }

  #sum(): Tally {
    const sum = newTally()
    addTally(sum, this.#state.totals)
    for (const work of this.#works.values()) addTally(sum, work.counts)
    return sum
  }

  /** Asks for one more worker, when there is something for it to do and it is not already on its way. */
  #wake(): void {
    const now = this.#ctx.now()
    this.#expected = this.#expected.filter((until) => until > now)
    const { config } = this.#state
    if (!config || !this.#ready() || !this.#pace(config)) return
    if (this.#live().length + this.#expected.length >= config.concurrency) return
    this.#expected.push(now + WAKE_UP_MS)
    this.#wakeUp().catch((error: unknown) => {
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
    const notBefore = Math.max(this.#state.hold?.until ?? 0, this.#state.nextAt)
    const closed = this.#state.config?.enabled === false
    const next = nextLook(this.#works.values(), this.#ctx.now(), notBefore, closed)
    if (next < Infinity) this.#arm(next)
  }

  #flush(): void {
    const { works, done, dead, state } = this.#changed
    if (works.size + done.size + dead.length === 0 && !state) return
    try {
      this.#store.save({ works, done, dead, ...(state && { state: this.#state }) })
    } catch (error) {
      this.#load()
      throw error
    } finally {
      works.clear()
      done.clear()
      this.#changed.dead = []
      this.#changed.state = false
    }
  }
}
