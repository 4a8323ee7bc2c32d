import { acceptTime } from '../../src/archive/index.ts'
import type { Commit } from '../../src/intake/index.ts'
import type {
  Counts,
  Grant,
  Lane,
  Ledger,
  Permit,
  PermitReport,
  GrantProgress,
  Registration,
  Settlement,
} from '../../src/lane/index.ts'
import type { LaneConfig } from '../../src/settings/index.ts'
import { type Actor, Invocation } from './actors.ts'
import { ArchiveCheck } from './archive.ts'
import { BatchBooks } from './batch-books.ts'
import type { SimulatedBucket } from './bindings/bucket.ts'
import type { Effect } from './bindings/objects.ts'
import type { Dials } from './dials.ts'
import type { Journal } from './journal.ts'
import { Leases, untilOf, WINDOW_MS } from './leases.ts'
import { Letters } from './letters.ts'
import { InFlightCheck, PaceCheck } from './pace.ts'
import { type HistoryRows, Past } from './past.ts'
import { PermitBooks } from './permits.ts'
import { ProgressBooks } from './progress.ts'
import type { Answered, Arrived } from './receivers.ts'
import type { Fate } from './wires.ts'

/** Beyond this a call is so late that a lease may run out over it. */
const LATE: ReadonlySet<Fate> = new Set(['slow', 'refused', 'unanswered', 'hangs', 'hangs after'])

/** What settings say is in force after this, whoever was not told; and what was granted just before goes on for its window. */
const IN_FORCE_MS = 15_000 + WINDOW_MS
/** A replay's alarm that has failed is made again after this, at the latest. */
const RETRY_MS = 5 * 60_000

/** The breaker's longest pause, and the longest hold that a receiver may ask for. */
const LONGEST_PAUSE_MS = 5 * 60_000
const LONGEST_HOLD_MS = 3_600_000
/** After a hold whoever waited for it has this long to be tried; for a day nobody dies of it untried. */
const SPARED_MS = 3_600_000
const MOST_SPARED_MS = 24 * 3_600_000
/** For so long an event is tried by the schedule that destinations have by default, and this long between two tries. */
const LIFE_MS = 4 * 3_600_000
const LONGEST_DELAY_MS = 30 * 60_000
/** A lane whose worker died with everything else goes on so soon after the next start, and the way to it takes. */
const GOES_ON_MS = 5_000 + 1_000
/** How long a sweep is sure to be over, and how much it sets aside until then. */
const SWEPT_MS = 20_000
const MOST_PARKED = 20

/** What one receiver has seen, and what its lane has promised. */
export interface Watched {
  id: string
  alias: string
  leases: Leases
  letters: Letters
  /** What it said last of its redrives, as JSON; `null`: it never had any. */
  redrives: string | null
  past: Past
  pace: PaceCheck
  inFlight: InFlightCheck
  permits: PermitBooks
  progress: ProgressBooks
  batches: BatchBooks
  /** Of a replay: the highest share of its destination's pace that somebody has given it. */
  share: number
  /** The newest settings that its lane was told. */
  config: LaneConfig | null
  /** Milliseconds: since when it is paused, disabled or deleted, as far as its owner was told; `null`: it is not. */
  stoppedAt: number | null
  /** By event: how often it arrived, and how often a worker heard that it was taken, or is not wanted. */
  arrived: Map<number, number>
  taken: Map<number, number>
  unwanted: Map<number, number>
  /** By event: statuses and errors that it was answered with. */
  answers: Map<number, Set<number | 'timeout' | 'network'>>
  /** By event: leases that had it. */
  held: Map<number, string[]>
  /** The last registration that reached its lane, of a log that goes on. */
  registered: Registration | null
}

/** Looks at every step of a run, and says what must not be. Holds nothing that the platform could read. */
export class Watch {
  readonly archive: ArchiveCheck
  readonly lanes = new Map<string, Watched>()
  readonly #journal: Journal
  readonly #now: () => number
  readonly #aliasOf: (id: string) => string
  readonly #dials: Dials
  #skew = 0
  readonly #began: number
  /** Milliseconds: since when nothing goes wrong any more. */
  calmSince = Infinity
  /** A batch was set aside. */
  hasParked = false
  /** When what lies in the inbox was put there. */
  readonly #storedAt = new Map<string, number>()
  /** By lane: events by how their attempts ended, after the last call. */
  readonly #attempts = new Map<string, Counts>()
  /** Workers that nothing has held up. */
  #workers = new WeakSet<Actor>()
  /** When the last sweep began, and what was too old by then. */
  #sweptAt = 0
  #overdue: readonly string[] = []

  constructor(deps: {
    journal: Journal
    now: () => number
    bucket: SimulatedBucket
    dials: Dials
    aliasOf: (id: string) => string
  }) {
    this.#journal = deps.journal
    this.#dials = deps.dials
    this.#began = deps.now()
    this.#now = deps.now
    this.#aliasOf = deps.aliasOf
    this.archive = new ArchiveCheck(deps.bucket, deps.now)
  }

  /** Somebody's clock is ahead by so many milliseconds. */
  skewed(ms: number): void {
    this.#skew = Math.max(this.#skew, Math.abs(ms))
  }

  /** How far two clocks may be apart in this run. */
  get tolerance(): number {
    return 2 * this.#skew
  }

  of(id: string): Watched {
    const known = this.lanes.get(id)
    if (known) return known
    const alias = this.#aliasOf(id)
    const made: Watched = {
      id,
      alias,
      leases: new Leases(alias, (what) => this.#journal.wrong(what)),
      letters: new Letters(this.#dials.lane.deadMs, {
        events: ({ log, seq, events }) => this.archive.events(log, seq, events),
        committedAt: ({ log, seq }) => this.archive.committedAt(log, seq),
      }),
      redrives: null,
      past: new Past(),
      pace: new PaceCheck(),
      inFlight: new InFlightCheck(),
      permits: new PermitBooks(),
      progress: new ProgressBooks(this.#dials.lane.progress),
      batches: new BatchBooks(),
      share: 0,
      config: null,
      stoppedAt: null,
      arrived: new Map(),
      taken: new Map(),
      unwanted: new Map(),
      answers: new Map(),
      held: new Map(),
      registered: null,
    }
    this.lanes.set(id, made)
    return made
  }

  /** The lane of a receiver's name. */
  byAlias(alias: string): Watched | undefined {
    return [...this.lanes.values()].find((one) => one.alias === alias)
  }

  committed(source: string, commit: Commit, reply: unknown): void {
    if (reply !== 'ok') return
    const made = this.archive.committed(source, commit)
    if (!made) return
    this.#journal.figures.commits++
    if (made.key !== null && made.events.length !== commit.ids.length / 2)
      this.#journal.wrong(`commit ${made.seq}: ${commit.ids.length / 2} events, its object has ${made.events.length}`)
  }

  /** After each call of a lane. */
  lane({ object, core, from, method, args, reply }: Effect<Lane>): void {
    const id = object.name
    const { leases, letters, past, alias, config } = this.of(id)
    const ledger = core.ledger()
    this.#balance(id, ledger)
    const now = this.#now() + object.skew
    past.note(ledger, now)
    const isSpared = now - this.#began < MOST_SPARED_MS && now < leases.told.notBefore + SPARED_MS - this.tolerance
    // A last attempt that would come too late is not waited for.
    const leastLifeMs = config?.schedule === 'segment-4h' ? LIFE_MS - LONGEST_DELAY_MS - this.tolerance : 0
    const early = letters.note(core, { method, args, reply, ledger, now, isSpared, leastLifeMs })
    if (early) this.#journal.wrong(`${alias}: ${early}`)
    const watched = this.of(id)
    if (method === 'redrive' || core.metrics().redriving) watched.batches.redriven()
    if (method === 'redrive' || watched.redrives !== null) watched.redrives = JSON.stringify(core.redrives())
    if (method === 'settle') {
      this.#told(id, args[0] as Settlement)
      this.#heard(id, args[0] as Settlement, core, now)
      leases.settled(args[0] as Settlement, now)
      watched.progress.settled(from)
    }
    if (method === 'progress') {
      const { lease, results } = args[0] as GrantProgress
      const granted = leases.all.get(lease)
      const booked = results.flatMap((result) => result.events)
      const events = granted ? booked.map(granted.eventOf) : []
      leases.progressed(lease, events, now)
      watched.progress.told(from, events)
    }
    if (method === 'take' && from) this.#workers.add(from)
    if (method === 'register') {
      const registration = args[0] as Registration
      if (!registration.parts.some(({ origin }) => origin)) this.of(id).registered = registration
      this.#configured(id, registration.config)
    }
    if (method === 'permit' && reply) {
      leases.permitted(reply as Permit, now)
      watched.permits.given((reply as Permit).id, from)
    }
    if (method === 'report') {
      const [permit, report, done] = args as [string, PermitReport, boolean]
      leases.reported([permit, report], now)
      watched.permits.reported(permit, report, done)
    }
    if (method === 'configure') this.#configured(id, args[0] as LaneConfig)
    if (method === 'tryNow' && (reply as { trying: boolean }).trying) leases.excused = true
    this.#paced(id, core, now)
    if ((method === 'take' || method === 'settle') && reply) this.#granted(id, reply as Grant, from, now)
  }

  /** What was in memory only must not matter: as the lane was, so it comes out of its rows. */
  reopened(id: string, before: Ledger, core: Lane): void {
    const after = core.ledger()
    const same = JSON.stringify(before) === JSON.stringify(after)
    if (!same) this.#journal.wrong(`${this.#aliasOf(id)}: ledger ${show(before)}, from its rows ${show(after)}`)
    const { redrives } = this.of(id)
    if (redrives !== null && redrives !== JSON.stringify(core.redrives()))
      this.#journal.wrong(
        `${this.#aliasOf(id)}: redrives ${redrives}, from its rows ${JSON.stringify(core.redrives())}`,
      )
  }

  /** A call of a lane that had to do with a lease went wrong. */
  fault(id: string, kind: Fate, method: string, args: unknown[], reply: unknown): void {
    const { leases, permits, progress } = this.of(id)
    if (method === 'progress') progress.excuse(leases.all.get((args[0] as GrantProgress).lease)?.worker ?? null)
    if (method === 'permit' && reply) permits.lost((reply as Permit).id)
    if (method === 'report') permits.lost(args[0] as string)
    const settlement = method === 'settle' ? (args[0] as Settlement | undefined) : undefined
    const grant = reply as Grant | null | undefined
    if (LATE.has(kind)) leases.excuse([settlement?.lease, grant?.lease], `${method} ${kind}`)
  }

  /** The sweep sets nothing aside that may still be on its way. */
  stored(from: Actor, key: string): void {
    if (key.startsWith('inbox/')) this.#storedAt.set(key, this.#now())
    this.hasParked ||= key.startsWith('parked/')
    if (!key.startsWith('parked/') || from instanceof Invocation) return
    const age = this.#ageOf(key)
    if (age < this.#dials.sweep.oldestMs - this.tolerance)
      this.#journal.wrong(`${key} is parked when it is ${age} ms old`)
  }

  /** A sweep begins. What was too old when the last one began, and nothing struck that, is set aside. */
  swept(inbox: readonly string[]): void {
    // An alarm that rings twice meets the sweep still at it.
    if (this.#now() - this.#sweptAt < SWEPT_MS) return this.sweepStruck()
    const left = this.#overdue.find((key) => inbox.includes(key) && (this.#storedAt.get(key) ?? 0) < this.#sweptAt)
    if (left) this.#journal.wrong(`${left} is not parked when it is ${this.#ageOf(left)} ms old`)
    const oldest = this.#dials.sweep.oldestMs + this.tolerance
    this.#overdue = inbox.filter((key) => this.#ageOf(key) >= oldest).slice(0, MOST_PARKED)
    this.#sweptAt = this.#now()
  }

  /** The sweep under way has met with a fault. */
  sweepStruck(): void {
    this.#overdue = []
  }

  #ageOf(key: string): number {
    return this.#now() - acceptTime(key.slice(key.indexOf('/') + 1))
  }

  /** A worker has come to its end by itself: what it heard under a permit its lender knows. */
  workerDone(worker: Actor): void {
    for (const { alias, permits } of this.lanes.values()) {
      const problem = permits.problem(worker)
      if (problem) this.#journal.wrong(`${alias}: ${problem}`)
    }
  }

  /** A call of somebody has met with a fault. */
  struck(from: Actor): void {
    for (const { permits } of this.lanes.values()) permits.struck(from)
  }

  workerGone(worker: Invocation): void {
    this.struck(worker)
    for (const { leases, progress, alias } of this.lanes.values()) {
      const kept = progress.problem(worker, this.#now())
      if (kept) this.#journal.wrong(`${alias}: ${kept}`)
      leases.excuse(
        [...leases.all.values()].filter((lease) => lease.worker === worker).map((lease) => lease.id),
        'its worker died',
      )
    }
  }

  /** Everything has died at once, and is there again in `downMs`. */
  killed(downMs: number): void {
    for (const { leases } of this.lanes.values()) leases.killed(this.#now(), downMs + GOES_ON_MS)
  }

  /** Time has jumped: nobody could settle or end a sweep meanwhile. */
  jumped(): void {
    this.sweepStruck()
    this.#workers = new WeakSet()
    for (const { leases, inFlight, permits, progress } of this.lanes.values()) {
      leases.excuse([...leases.all.keys()], 'the clock jumped')
      inFlight.forget()
      permits.forget()
      progress.forget()
    }
  }

  /** The platform ends a worker: where no call has failed, which could hold it up, it has to come to its end by itself. */
  overran(worker: Actor): void {
    if (this.#isCalm('') && this.#workers.has(worker))
      this.#journal.wrong(`${worker.name} works for so long that the platform ends it`)
  }

  /** Nothing has gone wrong in this run but what receivers say, and one kind of fault. */
  #isCalm(but: string): boolean {
    return Object.keys(this.#journal.figures.faults).every((what) => what.startsWith('answer: ') || what === but)
  }

  /** A worker waits for something else for so long that its lease runs out. */
  stalled(worker: Actor, why: string): void {
    this.#workers.delete(worker)
    for (const { leases, progress } of this.lanes.values()) {
      progress.excuse(worker)
      for (const lease of leases.all.values()) if (lease.worker === worker) leases.excuse([lease.id], why)
    }
  }

  requested(request: Arrived): void {
    const { destination, events, list, from, replay } = request
    const watched = this.byAlias(destination)
    if (!watched) return this.#journal.wrong(`${destination} was sent to and has no lane`)
    const { leases, pace, inFlight } = watched
    // A replay is in books of its own, beside what comes in at the same receiver.
    const whose = replay === undefined ? watched : this.of(replay)
    const { arrived, stoppedAt, alias, batches } = whose
    const now = this.#now()
    // A replay tells its lane by its alarm, which in bad times is made again after some minutes.
    const toldAt = replay === undefined ? stoppedAt : stoppedAt && Math.max(stoppedAt, this.calmSince + RETRY_MS)
    if (toldAt !== null && now > toldAt + IN_FORCE_MS + this.tolerance)
      this.#journal.wrong(`${alias}: a request ${now - toldAt} ms after it was stopped`)
    this.#journal.figures.deliveries += events.length
    for (const event of events) arrived.set(event, (arrived.get(event) ?? 0) + 1)
    const isOnce = (event: number) => this.archive.owed(whose.id).events.get(event) === 1
    const other = list === undefined ? null : batches.requested(list, events, isOnce, now)
    if (other) this.#journal.wrong(`${alias}: ${other}`)
    if (!batches.isRedriven && !this.archive.inOrder(events) && events.every(isOnce))
      this.#journal.wrong(`${alias}: a list has ${events.join()} in another order than they were accepted`)
    const fast = pace.request(now, from)
    if (fast) this.#journal.wrong(`${destination}: ${fast}`)
    const own = replay === undefined ? null : this.#requestedByReplay(this.of(replay), pace.rate, from)
    if (own) this.#journal.wrong(`${alias}: ${own}`)
    const many = inFlight.begun(request)
    if (many) this.#journal.wrong(`${destination}: ${many}`)
    const { since, notBefore } = leases.told
    if (now > since + WINDOW_MS + this.tolerance && now < notBefore - this.tolerance)
      this.#journal.wrong(`${destination}: a request ${now - since} ms after a Retry-After of ${notBefore - since} ms`)
  }

  /** Of the pace of its destination a replay has its share and no more. */
  #requestedByReplay({ pace, share }: Watched, rate: number | null, worker: Actor): string | null {
    pace.rate = rate === null ? null : rate * share
    return pace.request(this.#now(), worker)
  }

  answered(arrived: Arrived, said: readonly Answered[], apart: boolean): void {
    const { destination, events, replay } = arrived
    this.byAlias(destination)?.inFlight.ended(arrived)
    // That a list was too large says nothing of the pace.
    if (!apart || said[0] !== 413) this.byAlias(destination)?.permits.answered(arrived.from)
    const watched = replay === undefined ? this.byAlias(destination) : this.of(replay)
    if (!watched) return
    const { taken, unwanted, answers, progress, batches } = watched
    const isFinal = said.some((one) => typeof one === 'number' && one >= 300 && one < 500 && one !== 429)
    batches.answered(events, apart || isFinal)
    for (const [n, event] of events.entries()) {
      const status = said[n] ?? 'network'
      const accepted = typeof status === 'number' && status >= 200 && status < 300
      // The rest of a list that was too large goes on, and all of it is told together.
      if (accepted && arrived.list === undefined) progress.heard(arrived.from, event, this.#now())
      if (accepted) taken.set(event, (taken.get(event) ?? 0) + 1)
      if (status === 501) unwanted.set(event, (unwanted.get(event) ?? 0) + 1)
      // Nobody gives up what is only too much at a time.
      if (status === 413 && events.length > 1) continue
      answers.set(event, (answers.get(event) ?? new Set()).add(status))
    }
  }

  #configured(id: string, config: LaneConfig): void {
    const { rate, concurrency, maxInFlight = 300 } = config
    const workers = concurrency ?? Math.ceil(maxInFlight / 6)
    const watched = this.of(id)
    const { leases, pace, inFlight, batches, config: known } = watched
    batches.configured(config.batch, this.#now())
    const revision = ({ replay }: LaneConfig) => replay?.revision ?? 0
    const isNewer = known && (config.version > known.version || revision(config) > revision(known))
    if (!known || (!known.deleted && (config.deleted || isNewer))) {
      const goesOn = known && config.enabled && (!known.enabled || (known.paused === true && !config.paused))
      if (goesOn || (known && config.enabled && config.settings !== known.settings)) leases.mended(config.version)
      watched.config = config
    }
    // Whatever settings a worker still goes by: never more than the highest of this run.
    if (leases.concurrency === 0) pace.rate = rate
    leases.concurrency = Math.max(leases.concurrency, workers)
    watched.share = Math.max(watched.share, config.replay?.share ?? 0)
    inFlight.allow(concurrency === null ? maxInFlight : concurrency * 6)
    pace.rate = rate === null || pace.rate === null ? null : Math.max(pace.rate, rate)
  }

  /** What a worker says of its requests has happened at the receiver: none has failed that was never sent. */
  #told(id: string, { lease, results }: Settlement): void {
    const { leases, answers, alias } = this.of(id)
    const granted = leases.all.get(lease)
    if (!granted) return
    for (const { outcome, events } of results) {
      const isRefused = outcome.kind === 'dead' && outcome.code.startsWith('http_')
      if (outcome.kind !== 'retry' && !isRefused) continue
      for (const event of events.map(granted.eventOf)) {
        const problem = neverCame(outcome.code, answers.get(event))
        if (problem) this.#journal.wrong(`${alias}: event ${event} failed of ${outcome.code}: ${problem}`)
      }
    }
  }

  /** What a settlement says of attempts that failed is counted as long as its lease is in force. */
  #heard(id: string, { lease: of, results }: Settlement, core: Lane, now: number): void {
    const { leases, alias } = this.of(id)
    const lease = leases.all.get(of)
    if (!lease || lease.settled || lease.until <= now) return
    const before = this.#attempts.get(id) ?? {}
    const { attempts } = core.metrics()
    for (const { outcome, events } of results) {
      if (outcome.kind !== 'retry') continue
      const counted = (attempts[outcome.code] ?? 0) - (before[outcome.code] ?? 0)
      if (counted < events.length)
        this.#journal.wrong(`${alias}: ${events.length} × ${outcome.code} were settled in time, ${counted} are counted`)
    }
  }

  /** What has to be over or on its way when nothing is pending; `rows`: of the lane's history. */
  checkPast(id: string, core: Lane, rows: HistoryRows, now: number): void {
    const { alias, past, letters } = this.of(id)
    for (const problem of past.problems(core, rows, now, this.#dials.lane, this.tolerance))
      this.#journal.wrong(`${alias} ${problem}`)
    // A lane whose alarm is gone removes nothing before somebody calls it.
    const hasAlarm = (this.#journal.figures.faults['alarm dropped'] ?? 0) === 0
    const late = hasAlarm ? letters.overdue(now) : null
    if (late) this.#journal.wrong(`${alias}: ${late}`)
  }

  /** Nothing that was said before a change may hold or slow a lane after it, and nothing longer or less than it says. */
  #paced(id: string, core: Lane, now: number): void {
    const { leases, alias, config } = this.of(id)
    const { hold, slowed, attempts } = core.metrics()
    this.#attempts.set(id, attempts)
    const wrong = config && leases.slowed.problem(slowed, config.rate, now, this.tolerance)
    if (wrong) this.#journal.wrong(`${alias} ${wrong}`)
    const asked = Math.min(leases.told.notBefore, now + LONGEST_HOLD_MS)
    const longest = Math.max(asked, now + LONGEST_PAUSE_MS) + this.tolerance
    if (hold?.until && Date.parse(hold.until) > longest)
      this.#journal.wrong(`${alias}: held for ${hold.why} until ${hold.until}, longer than anybody has said`)
    if (hold?.until && /^http_\d+$/.test(hold.why) && leases.heard === 0)
      this.#journal.wrong(`${alias}: held for ${hold.why}, which nobody has said since its settings were changed`)
  }

  #granted(id: string, grant: Grant, from: Actor | null, now: number): void {
    const { leases, held } = this.of(id)
    const pieces = grant.pieces ?? [{ ...grant, base: 0 }]
    const eventOf = (number: number) => {
      const piece = pieces.findLast(({ first }) => first <= number)
      return piece ? (this.archive.events(grant.log, piece.seq, [number - piece.base])[0] ?? -1) : -1
    }
    const events = grant.events.map(eventOf)
    for (const { key, seq } of pieces)
      if (this.archive.keyOf(grant.log, seq) !== key)
        this.#journal.wrong(`${this.#aliasOf(id)}: a grant of ${key} says that it is row ${seq} of ${grant.log}`)
    const until = untilOf(now, grant.windowMs, 5_000)
    const fact = {
      id: grant.lease,
      version: grant.version,
      destination: this.#aliasOf(id),
      log: grant.log,
      worker: from,
      events,
      eventOf,
      requests: grant.batches ? grant.batches.cuts.length + 1 : events.length,
      at: now,
      until,
    }
    const late = leases.lateAfterKill(events, this.#now())
    if (late > 0 && this.#isCalm('everything killed'))
      this.#journal.wrong(`${fact.destination}: what was being sent is granted ${late} ms too late after a kill`)
    leases.granted({ ...fact, settled: false, told: new Set(), excuse: null }, this.tolerance)
    for (const event of events) held.set(event, [...(held.get(event) ?? []), grant.lease])
    const fast = leases.slowed.granted(grant, now, this.tolerance)
    if (fast) this.#journal.wrong(`${this.#aliasOf(id)}: ${fast}`)
    if (grant.windowMs > WINDOW_MS) this.#journal.wrong(`${this.#aliasOf(id)}: a window of ${grant.windowMs} ms`)
  }

  #balance(id: string, ledger: Ledger): void {
    const { accepted, delivered, filtered, pending, dead } = ledger
    const numbers = [accepted, delivered, filtered, pending, dead]
    if (accepted !== delivered + filtered + pending + dead || numbers.some((n) => n < 0))
      this.#journal.wrong(`${this.#aliasOf(id)}: the ledger does not balance: ${show(ledger)}`)
  }
}

/** Why no receiver can have brought about this failure, or `null`. */
export function neverCame(
  code: string,
  answers: ReadonlySet<number | 'timeout' | 'network'> = new Set(),
): string | null {
  const status = /^http_(\d+)$/.exec(code)?.[1]
  if (status !== undefined) return answers.has(Number(status)) ? null : 'its receiver never said so'
  if (code === 'timeout' || code === 'network') return answers.has(code) ? null : 'it never came to that'
  return null
}

export function show({ accepted, delivered, filtered, pending, dead }: Ledger): string {
  return JSON.stringify({ accepted, delivered, filtered, pending, dead })
}
