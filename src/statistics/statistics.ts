import type { Context } from '../context.ts'
import { archivedEvent } from '../event/index.ts'
import {
  type Counters,
  type IntakeRemote,
  type LogEntry,
  LOST_TRIES,
  type Piece,
  portions,
  readLog,
} from '../intake/index.ts'
import { total } from '../lane/index.ts'
import { nameKey, nameOfKey, type UserCounts, type UsersOnDay, type WayQuery, type WaysAt } from '../overview/index.ts'
import { compareKeys, cutPage, folded, type Key, mapPage, patiently } from '../settings/index.ts'
import { eventOf, propertyOf } from './names.ts'
import {
  type Arrived,
  DAY_MS,
  HOUR_MS,
  type Named,
  type Progress,
  type Said,
  type Schema,
  type SchemaDetails,
  type SchemaEvent,
  type SchemaQuery,
  type SchemaSort,
  type StepSeries,
  type StepQuery,
  STEP_MS,
  type Tool,
  type UsageDay,
} from './protocol.ts'
import {
  numbersOf,
  STATISTICS_BOUNDS,
  type StatisticsBounds,
  type StatisticsStorage,
  StatisticsStore,
  type StoredState,
} from './store.ts'
import { arrivedWays, slotsIn } from './ways.ts'
import { addArrived, addTool, noTool, nothing, PortionTally, type ToolTally } from './tally.ts'

export interface StatisticsDeps {
  ctx: Context
  archive: R2Bucket
  intake(source: string): Pick<IntakeRemote, 'log' | 'counters'>
  sourceExists(id: string): Promise<boolean>
  /** Notes days where a workspace's usage is read, absolute figures; `false`: there is no such source any more. */
  publish(source: string, days: readonly UsageDay[]): Promise<boolean>
}

/** How much is done at a time, and what is told apart. The simulation has smaller ones. */
export interface StatisticsDials {
  /** Milliseconds, and chunks of at most 100 KB of text, after which an alarm leaves the rest to the next. */
  stepMs: number
  stepChunks: number
  /** Chunks that are read together, and properties that are held before they are stored. */
  portionChunks: number
  portionProperties: number
  /** Milliseconds: how far back it begins where a log is longer. */
  backMs: number
  /** Milliseconds between two publications. */
  publishMs: number
  bounds: StatisticsBounds
}

export const STATISTICS_DIALS: StatisticsDials = {
  stepMs: 8_000,
  stepChunks: 200,
  portionChunks: 40,
  portionProperties: 20_000,
  backMs: 30 * DAY_MS,
  publishMs: 5 * 60_000,
  bounds: STATISTICS_BOUNDS,
}

const SOON_MS = 50
/** After a failure: twice as long each time, up to the last. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** A step that takes longer waits for something that does not answer. */
const PATIENCE_MS = 60_000
/** Somebody who looks waits so long for what is not counted yet. */
const LOOK_MS = 2_000
/** A write of D1 that takes longer is made another time. */
const PUBLISH_PATIENCE_MS = 10_000
/** When its source is being deleted: how often it looks whether that is done, and how long. */
const LEAVE_EVERY_MS = 5_000
const LEAVE_MS = 10 * 60_000

/**
 * What a source's log has, counted: its schema, what came in by hour and day, how its tools on devices fare. It reads log
 * and archive afterwards, a portion at a time, so that an event costs nothing on its way. What a portion adds and the
 * place up to which it goes are stored together; whatever dies in between, each event is counted once.
 */
export class Statistics {
  readonly #source: string
  readonly #store: StatisticsStore
  readonly #deps: StatisticsDeps
  readonly #dials: StatisticsDials
  #state: StoredState | null
  /** The step under way; another one only begins when it has ended or was given up. */
  #running: { next: Promise<number | null> } | undefined
  #caughtUp = false

  constructor(
    source: string,
    storage: StatisticsStorage,
    deps: StatisticsDeps,
    dials: StatisticsDials = STATISTICS_DIALS,
  ) {
    this.#source = source
    this.#deps = deps
    this.#dials = dials
    this.#store = new StatisticsStore(storage, dials.bounds)
    this.#state = this.#store.read()
  }

  /** There may be more to count. */
  async nudge(): Promise<void> {
    if (!this.#state?.ended) await this.#store.setAlarm(this.#deps.ctx.now())
  }

  /** Its source is being deleted: looks for ten minutes whether it is gone, and then keeps nothing. */
  async leave(): Promise<void> {
    const { ctx } = this.#deps
    if (!this.#state || this.#state.ended) return
    this.#state.leaving = ctx.now()
    this.#store.save(this.#state)
    await this.#store.setAlarm(ctx.now() + LEAVE_EVERY_MS)
  }

  /** Events of the source, those that `query` asks for. */
  async schema({ text, sort, type, page }: SchemaQuery): Promise<Schema> {
    const progress = await this.#look()
    const now = this.#deps.ctx.now()
    const wanted = folded(text ?? '')
    const key = SORTS[sort]
    const all = this.#store
      .names()
      .map((row) => eventOf(row, now))
      .filter((one) => type === undefined || one.type === type)
      .filter((one) => folded(`${one.type} ${one.name ?? ''}`).includes(wanted))
      .map((one) => ({ one, key: key(one) }))
      .toSorted((a, b) => compareKeys(a.key, b.key))
    const events = mapPage(
      cutPage(all, page, (line) => line.key),
      ({ one }) => one,
    )
    return { events, known: this.#state?.names ?? 0, others: this.#state?.others ?? 0, progress }
  }

  /** One of them with its properties; `null`: it is not known. */
  async event(type: SchemaEvent['type'], name: string | null): Promise<SchemaDetails | null> {
    const progress = await this.#look()
    const row = this.#store.name(nameKey(type, name))
    if (!row) return null
    const { known, others } = row.properties
    return {
      ...eventOf(row, this.#deps.ctx.now()),
      properties: known.map(propertyOf).toSorted((a, b) => b.events - a.events || compare(a.path, b.path)),
      otherProperties: others,
      hours: Object.entries(row.hours).map(([hour, value]) => ({ at: Number(hour) * HOUR_MS, value })),
      progress,
    }
  }

  /** What came in, step by step. */
  async arrived({ step, from, until }: StepQuery): Promise<StepSeries<Arrived>> {
    const progress = await this.#look()
    const rows = this.#store.arrived(step, ...numbersOf(step, from, until))
    return { points: rows.map(({ at, value }) => ({ at: at * STEP_MS[step], value })), progress }
  }

  /** Events by name, step by step: the first two hundred names of each; the rest is in `arrived` alone, by type. */
  async named({ step, from, until }: StepQuery): Promise<StepSeries<Named[]>> {
    const progress = await this.#look()
    const rows = this.#store.named(step, ...numbersOf(step, from, until))
    const named = (counts: Record<string, number>) =>
      Object.entries(counts).map(([key, events]) => ({ ...nameOfKey(key), events }))
    return { points: rows.map(({ at, value }) => ({ at: at * STEP_MS[step], value: named(value) })), progress }
  }

  /** What came in and what was rejected, as the overview of its events has it: valid events, each once. */
  async ways(query: WayQuery): Promise<{ points: WaysAt[]; progress: Progress }> {
    const progress = await this.#look()
    if (query.step === 'slot') return { points: slotsIn(this.#state?.slots ?? {}, query), progress }
    const [from, until] = numbersOf('hour', query.from, query.until)
    const named = new Map(this.#store.named('hour', from, until).map(({ at, value }) => [at, value]))
    const points = this.#store.arrived('hour', from, until).map(({ at, value }) => {
      return { at: at * HOUR_MS, ways: arrivedWays(value, named.get(at) ?? {}) }
    })
    return { points, progress }
  }

  /** Of whom its events were, day by day from this one (since 1970) on. */
  async users(from: number): Promise<{ days: UsersOnDay[]; progress: Progress }> {
    const progress = await this.#look()
    return { days: this.#store.users(from), progress }
  }

  /** Its tools on devices in all of these steps together. */
  async tools({ step, from, until }: StepQuery): Promise<{ said: Said; tools: Tool[]; progress: Progress }> {
    const progress = await this.#look()
    const said = { events: 0, views: 0 }
    const sums = new Map<string, ToolTally>()
    for (const row of this.#store.tools(step, ...numbersOf(step, from, until))) {
      said.events += row.said.events
      said.views += row.said.views
      for (const [name, tool] of row.tools) {
        const sum = sums.get(name) ?? noTool()
        addTool(sum, tool)
        sums.set(name, sum)
      }
    }
    return { said, tools: [...sums].map(([name, tool]) => ({ name, ...tool })), progress }
  }

  /** All that was ever counted: when it has caught up, the figures of the source's intake. */
  async totals(): Promise<{ arrived: Arrived; progress: Progress }> {
    const progress = await this.#look()
    return { arrived: this.counted(), progress }
  }

  /** The same as it is stored, without a look at what there is. */
  counted(): Arrived {
    const arrived = nothing()
    if (this.#state) addArrived(arrived, this.#state.base)
    for (const { value } of this.#store.arrived('day', 0, Number.MAX_SAFE_INTEGER)) addArrived(arrived, value)
    return arrived
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    const { ctx } = this.#deps
    let next: number | null
    try {
      next = await this.#work(PATIENCE_MS)
      if (this.#state && !this.#state.ended && next !== SOON_MS) next = soonest(next, await this.#publish(this.#state))
      const leaving = this.#state?.leaving ?? null
      if (this.#state && leaving !== null) next = soonest(next, await this.#lookForSource(this.#state, leaving))
    } catch (error) {
      this.#giveUp()
      const failures = (this.#state?.failures ?? 0) + 1
      if (this.#state) this.#store.save(Object.assign(this.#state, { failures }))
      ctx.log('warn', 'statistics wait', { source: this.#source, error: String(error) })
      next = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(failures - 1, 10))
    }
    if (next !== null) await this.#store.setAlarm(ctx.now() + next)
  }

  /** Counts what is there before somebody looks, as far as that is quick. */
  async #look(): Promise<Progress> {
    const { ctx } = this.#deps
    const next = await this.#work(LOOK_MS).catch(() => RETRY_MS)
    const due = soonest(next, this.#state && this.#publishIn(this.#state))
    if (due !== null && !this.#state?.ended) await this.#store.setAlarm(ctx.now() + due)
    const { until = null, since = null } = this.#state ?? {}
    return { until, since, caughtUp: this.#caughtUp }
  }

  /** Takes part in the step that is under way, or begins one; what takes longer is given up. */
  async #work(patienceMs: number): Promise<number | null> {
    const { ctx } = this.#deps
    const running = (this.#running ??= this.#begin())
    try {
      return await patiently(ctx, running.next, patienceMs)
    } catch (error) {
      // Whoever only looks leaves it to go on.
      if (patienceMs === PATIENCE_MS && this.#running === running) this.#giveUp()
      throw error
    }
  }

  #begin(): { next: Promise<number | null> } {
    const running: { next: Promise<number | null> } = { next: Promise.resolve(null) }
    running.next = Promise.resolve()
      .then(() => this.#step(running))
      .then(
        (next) => {
          if (this.#running === running) this.#running = undefined
          return next
        },
        (error: unknown) => {
          if (this.#running === running) this.#giveUp()
          throw error
        },
      )
    return running
  }

  /** What is in memory may be ahead of what is stored. */
  #giveUp(): void {
    this.#running = undefined
    this.#caughtUp = false
    this.#state = this.#store.read()
  }

  /** Counts on; milliseconds until there is more to do, `null`: it has caught up. */
  async #step(running: object): Promise<number | null> {
    const { ctx, archive, intake } = this.#deps
    const { stepMs, stepChunks, portionChunks } = this.#dials
    if (this.#state?.ended) return null
    const state = this.#state ?? (await this.#start())
    if (!state || this.#running !== running) return null
    this.#state ??= state
    this.#caughtUp = false
    const end = ctx.now() + stepMs
    const passes = (segment: { first: number; last: number }) => this.#passes(segment, state)
    const log = readLog(
      { source: this.#source, intake: intake(this.#source), archive, passes },
      { seq: state.next.seq },
    )
    let chunks = 0
    for await (const pieces of portions(archive, log, state.next, portionChunks)) {
      this.#count(pieces, state, running)
      chunks += pieces.reduce((n, { sizes }) => n + sizes.length, 0)
      if (chunks >= stepChunks || ctx.now() > end) return SOON_MS
    }
    this.#caughtUp = true
    if (state.failures > 0) this.#store.save(Object.assign(state, { failures: 0 }))
    return null
  }

  /** Rows of the log that are lost are not waited for in vain: their events are counted as unreadable. */
  #passes({ first, last }: { first: number; last: number }, { failures }: StoredState): boolean {
    if (failures < LOST_TRIES) return false
    this.#deps.ctx.log('error', 'a lost segment of the log is passed', { source: this.#source, first, last })
    return true
  }

  /** Where counting begins: at the log's first row, or thirty days ago; `null`: there is nothing to count yet. */
  async #start(): Promise<StoredState | null> {
    const { ctx, archive, intake } = this.#deps
    // Where it begins does not matter so much that it would wait for what is lost.
    const deps = { source: this.#source, intake: intake(this.#source), archive, passes: () => true }
    const { log, ...counters } = await deps.intake.counters()
    if (log.rows === 0) return null
    const first = await firstOf(readLog(deps, { since: ctx.now() - this.#dials.backMs }))
    const before = first && first.seq > 1 ? await firstOf(readLog(deps, { seq: first.seq - 1 })) : undefined
    const isBefore = before !== undefined && before.seq + 1 === first?.seq
    const base = first?.seq === 1 ? NONE : ((isBefore ? before : first)?.counters ?? counters)
    return {
      version: 0,
      next: { seq: first?.seq ?? log.rows + 1, chunk: 0 },
      counters: base,
      base: { ...nothing(), ...figuresOf(base) },
      since: first?.firstReceivedAt ?? null,
      until: null,
      names: 0,
      others: 0,
      cleared: 0,
      unpublished: [],
      slots: {},
      publishedAt: 0,
      leaving: null,
      ended: false,
      failures: 0,
    }
  }

  /** Adds some of the log to what is stored, in as many transactions as memory wants. */
  #count(pieces: readonly Piece[], state: StoredState, running: object): void {
    let tally = new PortionTally()
    const store = () => {
      if (running !== this.#running || state !== this.#state || state.ended) throw new Error('this step was given up')
      this.#store.add(tally, state, this.#deps.ctx.now())
      tally = new PortionTally()
    }
    for (const { entry, chunk, sizes, lines, ends } of pieces) {
      const { seq } = entry
      const at = receivedAt(entry)
      let from = 0
      for (const [n, size] of sizes.entries()) {
        if (lines === null) tally.addUnreadable(at, size)
        for (const line of lines?.slice(from, from + size) ?? []) {
          const event = archivedEvent(line)
          if (event) tally.add(event, at)
          else tally.addUnreadable(at, 1)
        }
        from += size
        state.next = { seq, chunk: chunk + n + 1 }
        if (tally.size >= this.#dials.portionProperties) store()
      }
      if (!ends) continue
      // What of the log is lost is in no row, but in the figures of the next one.
      const lost = entry.counters.archived - state.counters.archived - sum(entry.chunks.map(([, , events]) => events))
      if (lost > 0) tally.addUnreadable(at, lost)
      tally.addRow(at, state.counters, entry.counters)
      state.counters = entry.counters
      state.next = { seq: seq + 1, chunk: 0 }
      state.since ??= entry.firstReceivedAt
      state.until = entry.committedAt
    }
    store()
  }

  /** Notes the days that have changed where a workspace's usage is read; milliseconds until it may again. */
  async #publish(state: StoredState): Promise<number | null> {
    const { ctx, publish } = this.#deps
    const wait = this.#publishIn(state)
    if (wait === null || wait > 0) return wait
    const usage = (day: number) =>
      this.#store.arrived('day', day, day + 1).map((one) => ({ ...usageOf(one), ...this.#store.usersOfMonth(day) }))
    const figures = state.unpublished.flatMap(usage)
    if (figures.length === 0) state.unpublished = []
    if (figures.length === 0) return null
    state.publishedAt = ctx.now()
    let there: boolean | null = null
    try {
      there = await patiently(ctx, publish(this.#source, figures), PUBLISH_PATIENCE_MS)
    } catch (error) {
      ctx.log('warn', 'usage not published', { source: this.#source, error: String(error) })
    }
    if (state !== this.#state) return SOON_MS
    if (there === false) return this.#end(state)
    // What was counted meanwhile is published the next time.
    const told = new Set(figures.map((one) => JSON.stringify(one)))
    if (there)
      state.unpublished = state.unpublished.filter((day) => !usage(day).every((one) => told.has(JSON.stringify(one))))
    this.#store.save(state)
    return this.#publishIn(state)
  }

  /** Milliseconds until the next publication; `null`: there is nothing to be published. */
  #publishIn({ unpublished, publishedAt, ended }: StoredState): number | null {
    if (unpublished.length === 0 || ended) return null
    const { publishMs } = this.#dials
    const wait = publishedAt + publishMs - this.#deps.ctx.now()
    return Math.min(Math.max(wait, 0), publishMs)
  }

  async #lookForSource(state: StoredState, leaving: number): Promise<number | null> {
    const { ctx, sourceExists } = this.#deps
    const there = await patiently(ctx, sourceExists(this.#source), PUBLISH_PATIENCE_MS).catch(() => true)
    if (state !== this.#state) return SOON_MS
    if (!there) return this.#end(state)
    if (ctx.now() - leaving < LEAVE_MS) return LEAVE_EVERY_MS
    state.leaving = null
    this.#store.save(state)
    return null
  }

  #end(state: StoredState): null {
    Object.assign(state, { ended: true, leaving: null, unpublished: [], names: 0, others: 0, base: nothing() })
    this.#store.clear(state)
    return null
  }
}

const NONE: Counters = { requests: 0, received: 0, duplicates: 0, rejected: {}, archived: 0, lastCommitAt: null }

/** By what a list is sorted, least first; no two events have the same. */
const SORTS: Readonly<Record<SchemaSort, (event: SchemaEvent) => Key>> = {
  day: (one) => [-one.day, -one.week, -one.last, nameKey(one.type, one.name)],
  week: (one) => [-one.week, -one.last, nameKey(one.type, one.name)],
  total: (one) => [-one.total, nameKey(one.type, one.name)],
  last: (one) => [-one.last, nameKey(one.type, one.name)],
  name: (one) => [(one.name ?? '').toLowerCase(), nameKey(one.type, one.name)],
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function soonest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}

/** Milliseconds: a batch is of the time at which the last of its requests was received. */
function receivedAt({ lastReceivedAt, committedAt }: LogEntry): number {
  const received = Date.parse(lastReceivedAt)
  return Number.isNaN(received) ? Date.parse(committedAt) : received
}

function figuresOf({ requests, received, duplicates, rejected, archived }: Counters) {
  return { requests, received, duplicates, rejected: { ...rejected }, archived }
}

function usageOf({ at, value }: { at: number; value: Arrived }): Omit<UsageDay, keyof UserCounts> {
  const { requests, received, duplicates, rejected, archived } = value
  return { day: at, requests, received, duplicates, rejected: total(rejected), archived }
}

function sum(all: readonly number[]): number {
  return all.reduce((a, b) => a + b, 0)
}

async function firstOf<T>(all: AsyncIterable<T>): Promise<T | undefined> {
  for await (const one of all) return one
  return undefined
}
