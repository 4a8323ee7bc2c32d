import type { Context } from '../context.ts'
import type { LaneConfig, Schedule } from '../settings/index.ts'
import { book, bury, dropEmpty } from './book.ts'
import { BOUNDS, type Bounds, MOST_ROW_CHARS } from './bounds.ts'
import { Brake, isGone } from './brake.ts'
import { copyOf, notePast } from './buckets.ts'
import { pack } from './compact.ts'
import { DeadLetters } from './dead.ts'
import { DIALS, type LaneDials } from './dials.ts'
import {
  type Due,
  endOf,
  firstDue,
  firstOfAll,
  isLeased,
  keyOf,
  liveLeases,
  type Mode,
  nextLook,
  nextProbe,
  SAFETY_MS,
} from './due.ts'
import { indexesOf, isEmpty } from './event-set.ts'
import { Failures } from './failures.ts'
import { GrantSize } from './grant-size.ts'
import { Held } from './held.ts'
import { History } from './history.ts'
import { lend } from './lend.ts'
import { RecentAttempts } from './memory.ts'
import { freeShare, nextAfter, type Pace } from './pace.ts'
import type {
  DeadLetter,
  Grant,
  LaneMetrics,
  Ledger,
  Period,
  Redrive,
  Redriven,
  Registration,
  Settlement,
  Trace,
} from './protocol.ts'
import { REDRIVE_LOG, workOf } from './redrive.ts'
import { ledgerOf, metricsOf, sumOf, traceOf } from './report.ts'
import { ageLimitMs, delayMs } from './schedule.ts'
import { lagOf, stand } from './standing.ts'
import { LaneStore, type LaneState, type LaneStorage } from './store.ts'
import {
  addTally,
  encodedLength,
  type Group,
  type Lease,
  newTally,
  newWork,
  originOf,
  portionsOf,
  type Tally,
  total,
  wordsOf,
  type Work,
} from './work.ts'

/** How long a wake-up may take to bring a worker before another is sent. */
const WAKE_UP_MS = 10_000
/** What one call had to leave to the next follows after this. */
const SOON_MS = 50
/** A redrive goes on after this. */
const REDRIVE_MS = 1_000
/** Works that wait for longer than this leave memory to those that are due. */
const LONG_WAIT_MS = 10_000
const LOG_SHIFT = 2 ** 40
/** Redrives that go on at once, of different reasons. */
const MOST_REDRIVES = 8

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
  /** Works in memory; what there is no room for is held. */
  #works!: Map<number, Work>
  #held!: Held
  readonly #bounds: Bounds
  readonly #dials: LaneDials
  /** There is more to be given up than one call may do. */
  #unfinished = false
  #marks!: Map<string, number>
  #brake!: Brake
  #dead!: DeadLetters
  #failures!: Failures
  readonly #history: History
  readonly #sql: LaneStorage['sql']
  readonly #changed = {
    state: false,
    works: new Set<Work>(),
    done: new Set<number>(),
    dead: [] as DeadLetter[],
    redriven: new Set<number>(),
    failures: false,
  }
  /** Times until which a worker is expected to answer a wake-up. */
  #expected: number[] = []
  /** When the alarm is set, as far as this instance knows. */
  #armed: number | null = null
  readonly #size = new GrantSize(8)
  #recent!: RecentAttempts

  /** `wakeUp` asks for a worker; its failure only costs time. */
  constructor(
    id: string,
    storage: LaneStorage,
    ctx: Context,
    wakeUp: () => Promise<void>,
    bounds: Bounds = BOUNDS,
    dials: LaneDials = DIALS,
  ) {
    this.#bounds = bounds
    this.#dials = dials
    this.#sql = storage.sql
    this.#id = id
    this.#store = new LaneStore(storage)
    this.#ctx = ctx
    this.#wakeUp = wakeUp
    this.#history = new History(storage.sql, dials)
    this.#load()
  }

  register(registration: Registration): { mark: number } {
    const mark = this.#marks.get(registration.log) ?? 0
    if (registration.from > mark) return { mark }
    this.#adopt(registration.config)
    const parts = registration.parts.filter((part) => part.seq > mark)
    const portions = portionsOf(parts, this.#bounds.row)
    for (const [n, some] of portions.entries()) {
      const to = n === portions.length - 1 ? registration.to : (some.at(-1)?.seq ?? registration.to)
      const facts = { ...this.#newFacts(), id: this.#workId(registration.log, to) }
      this.#add(newWork({ log: registration.log, to, parts: some }, facts))
    }
    if (portions.length > 0 && this.#state.config?.deleted) this.#giveUp()
    this.#flush()
    this.#wake()
    // A lane that is held sleeps until its hold is over, whatever comes in meanwhile.
    if (this.#isHeld()) this.#armNext()
    else if (this.#works.size > 0 || this.#held.front) this.#arm(this.#ctx.now() + SAFETY_MS)
    if (this.#unfinished) this.#armNext()
    return { mark: this.#marks.get(registration.log) ?? 0 }
  }

  configure(config: LaneConfig): void {
    this.#adopt(config)
    if (this.#state.config?.deleted) this.#giveUp()
    this.#flush()
    this.#wake()
    this.#armNext()
  }

  take(): Grant | null {
    this.#expected.shift()
    this.#refill()
    const grant = this.#grant()
    this.#flush()
    return grant
  }

  settle(settlement: Settlement, next: boolean): Grant | null {
    const isOfNow = settlement.version >= this.#state.mendedIn
    if (isOfNow && this.#brake.holdFor(settlement.results)) this.#changed.state = true
    const work = this.#works.get(settlement.work)
    if (work) this.#book(work, settlement)
    this.#refill()
    const grant = next ? this.#grant() : null
    this.#flush()
    if (!grant) {
      this.#wake()
      this.#armNext()
    }
    return grant
  }

  /** Makes dead letters pending again, the newest first: some now, and of all the others by and by. */
  redrive(what: Redrive): Redriven {
    const { redrives } = this.#state
    if (!('ids' in what)) {
      const { reason, before } = what
      const others = redrives.filter((one) => one.reason !== reason)
      const cursor = { before: before ?? Number.MAX_SAFE_INTEGER, ...(reason !== undefined && { reason }) }
      this.#state.redrives = [cursor, ...others].slice(0, MOST_REDRIVES)
    }
    const letters = 'ids' in what ? this.#again(this.#store.deadLettersOf(what.ids)) : this.#redriveSome()
    this.#flush()
    this.#dead.refresh()
    this.#wake()
    this.#armNext()
    const [first] = this.#state.redrives
    return {
      deadLetters: letters.length,
      events: letters.reduce((n, { events }) => n + events.length, 0),
      next: 'ids' in what ? null : (first?.before ?? null),
    }
  }

  ledger(): Ledger {
    return ledgerOf(this.#sum(), this.#works.values(), this.#held.oldest(this.#bounds.search))
  }

  /** With a period: what happened in it, too. */
  metrics(period?: Period): LaneMetrics {
    const failures = [...this.#failures.last]
    const facts = { state: this.#state, brake: this.#brake, mode: this.#mode(), failures }
    const metrics = metricsOf(this.ledger(), this.#sum(), facts)
    if (period === undefined) return metrics
    const figures = this.#history.figures(period, this.#state.past, this.#works.values(), this.#ctx.now())
    return { ...metrics, figures }
  }

  deadLetters(before: number | null, limit: number): DeadLetter[] {
    return this.#store.deadLetters(before, limit)
  }

  /** Where one event of a committed batch stands. Attempts are known as long as this instance remembers them. */
  traceOf(log: string, seq: number, event: number): Trace {
    const place = { log, seq, event }
    const { search } = this.#bounds
    const died = total(this.#sum().dead)
    return traceOf(place, {
      works: this.#works.values(),
      recent: this.#recent,
      sum: this.#sum(),
      mark: this.#marks.get(log) ?? 0,
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

  /** Has one event tried now, in spite of what holds the lane; not of a person who has stopped it. */
  tryNow(): { trying: boolean } {
    this.#refill()
    const trying = this.#mode() === 'open' && firstOfAll(this.#works.values(), this.#ctx.now()) !== null
    this.#state.tryOne = trying
    this.#changed.state = true
    this.#flush()
    this.#wake()
    this.#armNext()
    return { trying }
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  alarm(): void {
    this.#armed = null
    try {
      this.#refill()
      this.#giveUp()
      if (this.#state.redrives.length > 0) this.#redriveSome()
      this.#flush()
      this.#dead.expire(this.#ctx.now(), this.#state.redrives.length > 0)
      this.#wake()
      this.#armNext()
    } catch (error) {
      this.#ctx.log('error', 'lane alarm failed', { lane: this.#id, error: String(error) })
      this.#arm(this.#ctx.now() + 30_000)
    }
  }

  #load(): void {
    const state = this.#store.state()
    this.#state = state
    this.#works = new Map()
    this.#held = new Held(this.#sql)
    this.#unfinished = false
    this.#marks = new Map(Object.entries(state.marks))
    this.#brake = new Brake(state, this.#ctx)
    this.#dead = new DeadLetters(this.#store, this.#dials)
    this.#failures = new Failures(this.#store)
    this.#recent = new RecentAttempts(state.attempts)
    this.#loadWorks()
  }

  /** A lane from before works were held may have more of them than fit into memory: the others go to their rows, in slices. */
  #loadWorks(): void {
    const { head, slice } = this.#bounds
    let parts = 0
    let last = -1
    for (let some = this.#store.works(last, slice); some.length > 0; some = this.#store.works(last, slice)) {
      for (const work of some) {
        last = work.id
        this.#marks.set(work.log, Math.max(this.#marks.get(work.log) ?? 0, work.to))
        const fits = parts === 0 || parts + work.parts.length <= head
        // One that is being sent is settled by its id, in memory.
        if (fits || work.groups.some((group) => isLeased(group, this.#ctx.now()))) {
          this.#works.set(work.id, work)
          parts += work.parts.length
        } else this.#hold(work)
      }
      if (this.#changed.done.size === 0) continue
      this.#write()
      this.#clearChanges()
    }
  }

  #adopt(config: LaneConfig): void {
    const known = this.#state.config
    // A deletion is the last word, whatever was changed at the same moment.
    if (known?.deleted || (known && !config.deleted && known.version >= config.version)) return
    const { standing, goneAt } = this.#state
    if (known && config.enabled && isMended(known, config)) {
      this.#lift()
      this.#state.mendedIn = config.version
    }
    this.#state.config = config
    this.#state.standing = stand(standing, config.enabled && config.paused === true, this.#ctx.now())
    if (goneAt !== null && config.enabled && config.version > goneAt) this.#state.goneAt = null
    this.#changed.state = true
  }

  /** What the receiver has said was said before the change of a person, and counts no longer. */
  #lift(): void {
    this.#brake.lift()
    this.#changed.state = true
  }

  #mode(): Mode {
    if (this.#state.config?.enabled === false || this.#state.goneAt !== null) return 'disabled'
    return this.#state.config?.paused ? 'paused' : 'open'
  }

  #isHeld(): boolean {
    return this.#mode() !== 'open' || (!this.#state.tryOne && this.#brake.closedUntil > this.#ctx.now())
  }

  #lag(): number {
    return lagOf(this.#state.standing, this.#ctx.now())
  }

  /** What all new work has in common, as the settings in force have it. */
  #newFacts(): { now: number; due: number; deadline: number } {
    const now = this.#ctx.now()
    const schedule = this.#schedule()
    const due = now + (delayMs(this.#ctx, schedule, 0) ?? 0)
    return { now, due, deadline: now - this.#lag() + ageLimitMs(schedule) }
  }

  #schedule(): Schedule {
    return this.#state.config?.schedule ?? 'segment-4h'
  }

  /** Takes a new work over: into memory, or to those that wait outside when it is full or they are before it. */
  #add(work: Work): void {
    this.#marks.set(work.log, work.to)
    this.#works.set(work.id, work)
    this.#changed.works.add(work)
    this.#foldIfDone(work)
    if (!this.#works.has(work.id)) return
    const { front } = this.#held
    const others = this.#parts() - work.parts.length
    const isNext = !front || front.due > this.#ctx.now()
    if (!isNext || (others > 0 && others + work.parts.length > this.#bounds.head)) this.#hold(work)
  }

  #parts(): number {
    let parts = 0
    for (const work of this.#works.values()) parts += work.parts.length
    return parts
  }

  /** Takes a work out of memory. Its figures go into the lane's row, in the same write. */
  #hold(work: Work): void {
    this.#fold(work)
    this.#state.tail = this.#held.put(work, this.#state.tail, this.#bounds.row)
  }

  /** Brings into memory what is due or over, as far as there is room. */
  #refill(): void {
    for (let { front } = this.#held; front && this.#isCalled(front); front = this.#held.front) {
      const next = this.#held.first
      if (!next || !this.#makeRoom(next.parts.length)) return
      this.#held.shift()
      this.#works.set(next.id, next)
      this.#changed.works.add(next)
      this.#changed.done.delete(next.id)
      this.#changed.state = true
    }
  }

  #isCalled({ due, deadline }: { due: number; deadline: number }): boolean {
    const now = this.#ctx.now()
    const mode = this.#mode()
    if (this.#state.config?.deleted) return true
    return (mode === 'open' && due <= now) || (mode !== 'paused' && deadline + this.#lag() <= now)
  }

  /** Whether so many parts more find room: what has long to wait gives way. */
  #makeRoom(parts: number): boolean {
    const now = this.#ctx.now()
    let taken = this.#parts()
    if (taken === 0 || taken + parts <= this.#bounds.head) return true
    const waiting = [...this.#works.values()]
      .map((work) => ({ work, due: dueOf(work, now) }))
      .filter(({ due }) => due > now + LONG_WAIT_MS)
      .toSorted((a, b) => b.due - a.due)
    for (const { work } of waiting) {
      if (taken === 0 || taken + parts <= this.#bounds.head) break
      taken -= work.parts.length
      this.#hold(work)
    }
    return taken === 0 || taken + parts <= this.#bounds.head
  }

  /** The next of the dead letters that are to be sent once more. */
  #redriveSome(): DeadLetter[] {
    const [cursor, ...others] = this.#state.redrives
    if (!cursor) return []
    const { slice } = this.#bounds
    const read = this.#store.deadLetters(cursor.before, slice)
    const last = read.at(-1)
    const more = last && read.length === slice
    this.#state.redrives = more ? [{ ...cursor, before: last.id }, ...others] : others
    this.#changed.state = true
    return this.#again(read.filter(({ reason }) => cursor.reason === undefined || reason === cursor.reason))
  }

  /** Makes work of dead letters, as if it had just come in; answers those of which it could be made. */
  #again(read: readonly DeadLetter[]): DeadLetter[] {
    const letters = read.filter(({ chunks }) => chunks.length > 0)
    for (const [origin, all] of Map.groupBy(letters, ({ log }) => log)) {
      for (const some of portionsOf(all.map(withoutWords), this.#bounds.row)) {
        const seq = (this.#marks.get(REDRIVE_LOG) ?? 0) + 1
        this.#add(workOf(origin, some, { ...this.#newFacts(), seq, id: this.#workId(REDRIVE_LOG, seq) }))
      }
    }
    for (const letter of letters) {
      this.#changed.redriven.add(letter.id)
    }
    return letters
  }

  #workId(log: string, to: number): number {
    return this.#logNumber(log) * LOG_SHIFT + to
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
    const { config } = this.#state
    const pace = ready && config ? this.#pace(config) : null
    if (!ready || !config || !pace) return null
    const probe = this.#brake.probing
    const tried = this.#state.tryOne
    if (probe) this.#brake.probe(keyOf(ready.work, ready.group))
    if (probe || tried) this.#size.events = 1
    if (pace.nextAt !== undefined) this.#state.nextAt = pace.nextAt
    if (probe || tried || pace.nextAt !== undefined) this.#changed.state = true
    this.#state.tryOne = false
    const grant = lend(ready, pace, { size: this.#size.events, probe, tried, config }, this.#ctx)
    this.#changed.works.add(ready.work)
    this.#arm(ready.group.lease?.until ?? Infinity)
    return grant
  }

  #ready(): Due | null {
    if (!this.#state.config || this.#isHeld()) return null
    const now = this.#ctx.now()
    const works = this.#works.values()
    if (this.#state.tryOne) return firstOfAll(works, now)
    return this.#brake.probing ? nextProbe(works, now, this.#brake.lastProbe) : firstDue(works, now)
  }

  #pace(config: LaneConfig): Pace | null {
    return freeShare(this.#brake.limits(config), this.#live(), this.#state.nextAt, this.#ctx.now())
  }

  #live(): Lease[] {
    return liveLeases(this.#works.values(), this.#ctx.now())
  }

  #book(work: Work, settlement: Settlement): void {
    const { results } = settlement
    const rules = { schedule: this.#schedule(), lag: this.#lag(), ctx: this.#ctx }
    const before = copyOf(work.counts)
    const { dead, lease, attempt } = book(work, settlement, rules)
    notePast(work, before, this.#ctx.now(), results)
    if (this.#failures.note(results, this.#ctx.now())) this.#changed.failures = true
    this.#changed.works.add(work)
    for (const letter of dead) this.#keepDead(letter)
    if (lease && settlement.version >= this.#state.mendedIn) this.#heed(results, lease)
    this.#recent.book(originOf(work), settlement, attempt + 1, this.#ctx.now())
    this.#foldIfDone(work)
  }

  /** What the answers mean for the lane as a whole, beside `Retry-After`. A grant whose lease has ended is too old to say. */
  #heed(results: Settlement['results'], lease: Lease): void {
    const { config } = this.#state
    if (!config) return
    this.#size.adapt(results)
    if (lease.rate > 0 && lease.rate < 1) {
      this.#state.nextAt = Math.max(this.#state.nextAt, nextAfter(results, lease.rate, this.#ctx.now()))
      this.#changed.state = true
    }
    if (this.#brake.book(results, lease, config, () => this.#live().length + 1)) this.#changed.state = true
    // Whoever was told to try one in spite of everything has found that it can be done.
    if (lease.tried && results.some(({ outcome }) => outcome.kind === 'delivered')) this.#lift()
    if (!results.some(isGone)) return
    this.#state.goneAt = config.version
    this.#changed.state = true
  }

  #keepDead(letter: Omit<DeadLetter, 'id'>): void {
    this.#changed.dead.push(this.#dead.make(letter, this.#ctx.now()))
  }

  /** Buries every group whose time is over, but for those being sent just now. */
  #giveUp(): void {
    const rules = { lag: this.#lag(), mode: this.#mode(), hold: this.#state.hold }
    const most = this.#changed.dead.length + this.#bounds.slice
    this.#unfinished = false
    for (const work of this.#works.values()) {
      const groups = work.groups.length
      let before: Tally | undefined
      for (const group of work.groups) {
        const reason = isLeased(group, this.#ctx.now()) ? undefined : this.#reasonToEnd(group, rules)
        if (reason === undefined) continue
        this.#unfinished = this.#changed.dead.length >= most
        if (this.#unfinished) break
        before ??= copyOf(work.counts)
        const facts = { at: new Date(this.#ctx.now()).toISOString(), reason, attempts: group.attempt }
        const letters = bury(work, group, indexesOf(group.events), { ...facts, ...wordsOf(work, group.last) })
        for (const letter of letters) this.#keepDead(letter)
      }
      dropEmpty(work, this.#ctx.now())
      if (!before && work.groups.length === groups) continue
      if (before) notePast(work, before, this.#ctx.now())
      this.#changed.works.add(work)
      this.#foldIfDone(work)
      if (this.#unfinished) return
    }
  }

  #reasonToEnd(group: Group, rules: Parameters<typeof endOf>[1]): string | undefined {
    if (this.#state.config?.deleted) return 'destination_deleted'
    if (endOf(group, rules) > this.#ctx.now()) return undefined
    return rules.mode === 'disabled' ? 'destination_disabled' : (group.last?.code ?? 'expired')
  }

  /** Work without groups goes into the totals, and its row goes. */
  #foldIfDone(work: Work): void {
    if (work.groups.length === 0) this.#fold(work)
  }

  #fold(work: Work): void {
    addTally(this.#state.totals, work.counts)
    this.#history.absorb(this.#state.past, work)
    work.counts = newTally()
    delete work.past
    this.#state.marks[work.log] = Math.max(this.#state.marks[work.log] ?? 0, work.to)
    this.#works.delete(work.id)
    this.#changed.works.delete(work)
    this.#changed.done.add(work.id)
    this.#changed.state = true
  }

  #sum(): Tally {
    return sumOf(this.#state.totals, this.#works.values())
  }

  /** Asks for one more worker, when there is something for it to do and it is not already on its way. */
  #wake(): void {
    const now = this.#ctx.now()
    this.#expected = this.#expected.filter((until) => until > now)
    const { config } = this.#state
    if (!config || !this.#ready() || !this.#pace(config)) return
    if (this.#live().length + this.#expected.length >= this.#brake.limits(config).concurrency) return
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
    const notBefore = Math.max(this.#brake.closedUntil, this.#state.nextAt)
    if (this.#state.tryOne) this.#arm(this.#ctx.now() + SAFETY_MS)
    const rules = { notBefore, mode: this.#mode(), lag: this.#lag(), hold: this.#state.hold }
    const now = this.#ctx.now()
    let next = Math.min(nextLook(this.#works.values(), now, rules), this.#dead.expiry(this.#state.redrives.length > 0))
    const { front } = this.#held
    if (front && rules.mode === 'open') {
      const due = Math.max(front.due, notBefore)
      next = Math.min(next, due > now ? due : now + SAFETY_MS)
    }
    if (front && rules.mode !== 'paused') next = Math.min(next, Math.max(front.deadline + rules.lag, now + SAFETY_MS))
    if (this.#state.redrives.length > 0) next = Math.min(next, now + REDRIVE_MS)
    const ending = this.#state.config?.deleted && (front || firstOfAll(this.#works.values(), now))
    if (this.#unfinished || ending) next = Math.min(next, now + SOON_MS)
    if (next < Infinity) this.#arm(next)
  }

  #flush(): void {
    this.#refill()
    const { works, done, dead, redriven, failures, state } = this.#changed
    if (works.size + done.size + dead.length + redriven.size === 0 && !state && !failures) return
    for (const work of works) if (encodedLength(work) > MOST_ROW_CHARS) pack(work, this.#ctx.now())
    const past = { ...this.#state.past, minutes: { ...this.#state.past.minutes } }
    try {
      this.#write()
    } catch (error) {
      // What is refused is too large, or nothing can be written: words and samples are worth less than outcomes.
      this.#ctx.log('warn', 'a write was refused', { lane: this.#id, error: String(error) })
      this.#state.past = past
      this.#lighten()
      this.#writeOrForget()
    } finally {
      this.#clearChanges()
    }
  }

  #write(): void {
    const { works, done, dead, redriven, failures, state } = this.#changed
    if (state) this.#state.attempts = this.#recent.stored()
    const beside = () => {
      if (state) this.#history.roll(this.#state.past, this.#ctx.now())
      if (failures) this.#failures.save()
      this.#held.write()
    }
    this.#store.save({ works, done, dead, redriven, beside, ...(state && { state: this.#state }) })
  }

  #clearChanges(): void {
    const { works, done, redriven } = this.#changed
    this.#held.written()
    works.clear()
    done.clear()
    redriven.clear()
    this.#changed.dead = []
    this.#changed.failures = false
    this.#changed.state = false
  }

  #writeOrForget(): void {
    try {
      this.#write()
    } catch (error) {
      this.#clearChanges()
      this.#load()
      throw error
    }
  }

  /** Leaves what has changed without everything that no outcome depends on. */
  #lighten(): void {
    for (const work of this.#changed.works) {
      delete work.said
      pack(work, this.#ctx.now())
    }
    this.#changed.dead = this.#changed.dead.map(withoutWords)
    this.#changed.failures = false
    this.#recent.forget()
  }
}

/** Milliseconds when something of a work is due; of one that is being sent or has nothing to send, at once. */
function dueOf({ groups }: Work, now: number): number {
  const busy = groups.some((group) => isEmpty(group.events) || isLeased(group, now))
  return busy ? 0 : Math.min(...groups.map(({ due }) => due))
}

function withoutWords(letter: DeadLetter): DeadLetter {
  const bare = { ...letter }
  delete bare.sample
  delete bare.message
  return bare
}

/** Whether a person has changed what a receiver's answer was about: where and with what it is sent, or that it is sent at all. */
function isMended(before: LaneConfig, after: LaneConfig): boolean {
  const goesOn = !before.enabled || (before.paused === true && after.paused !== true)
  return goesOn || (before.settings !== undefined && before.settings !== after.settings)
}
