import { objectsLog } from '../archive/index.ts'
import { commitObjects } from '../collections/index.ts'
import { type Context, randomId } from '../context.ts'
import type { JsonObject } from '../event/index.ts'
import type { IntakeRemote } from '../intake/index.ts'
import { within } from '../settings/index.ts'
import { type CollectedObject, sha256Text } from '../tables/index.ts'
import { VendorApi } from './api.ts'
import {
  type PulledObject,
  type PulledPage,
  PullError,
  type PullReport,
  type PullRun,
  type PullTerms,
  type PullTrouble,
  type Vendor,
} from './protocol.ts'
import { type PullerStorage, PullerStore, type StoredPuller, type StoredRun } from './store.ts'

export interface PullerDeps {
  ctx: Context
  archive: R2Bucket
  intake(log: string): Pick<IntakeRemote, 'commit' | 'counters'>
  /** Takes a source's events, as its tracking API would; durable when it answers. The same `messageId` again is dropped for a day. */
  track(source: string, calls: readonly JsonObject[]): Promise<void>
  /** How it is set up now; `null`: it is gone. */
  terms(source: string): Promise<PullTerms | null>
  /**
   * What lists and pages show of it without asking it, and others are told: `told` is the number of failures in a row that
   * they were told of, and so is the answer.
   */
  publish(source: string, report: PullReport, told: number): Promise<number>
}

export interface PullerDials {
  everyMs: number
  /** How long an alarm works; a page that has begun is ended. */
  stepMs: number
  /** Of a step that hangs: it is given up. */
  patienceMs: number
  /** After a failure: twice as long each time, up to the last. */
  pauseMs: number
  longestPauseMs: number
  /** The next run asks for what has changed since the begin of the last one, and for so much before: clocks differ. */
  overlapMs: number
}

export const PULLER_DIALS: PullerDials = {
  everyMs: 3_600_000,
  stepMs: 8_000,
  patienceMs: 300_000,
  pauseMs: 5_000,
  longestPauseMs: 3_600_000,
  overlapMs: 300_000,
}

const SOON_MS = 50
/** Objects that one row of the log has at most, and characters of their JSON. */
const ROW_OBJECTS = 1_000
const ROW_CHARS = 1_000_000
const MOST_TROUBLES = 50
/** For so long an event that comes again is sure to be dropped: a day, but for a run that is slow. */
const KNOWN_AGAIN_MS = 12 * 3_600_000

/**
 * Pulls a vendor's objects into the log of a source's objects, page by page: first the page's row of the log, then the place
 * where it goes on. What dies in between is read once more, as it is then, and is the same object again. It is the only one
 * that writes this log: a row names the one before it, so that an answer which comes late, of an instance that has died,
 * does not put an older state behind a newer one.
 */
export class Puller {
  readonly #source: string
  readonly #store: PullerStore
  readonly #deps: PullerDeps
  readonly #dials: PullerDials
  #state: StoredPuller | null
  #running: object | undefined
  /** Somebody has changed something while a step was under way, which ends by setting the alarm. */
  #isAsked = false

  constructor(source: string, storage: PullerStorage, deps: PullerDeps, dials: PullerDials = PULLER_DIALS) {
    this.#source = source
    this.#deps = deps
    this.#dials = dials
    this.#store = new PullerStore(storage)
    this.#state = this.#store.read()
  }

  /** What it goes by may have changed, or it may be gone: it looks at that at once. */
  async changed(): Promise<void> {
    this.#begun()
    await this.#ask()
  }

  /** Begins a run now, unless one is under way. */
  async pullNow(): Promise<void> {
    const state = this.#begun()
    if (!state.run && !state.wanted) {
      state.wanted = 'person'
      this.#store.save(state)
    }
    await this.#ask()
  }

  report(): PullReport {
    return reportOf(this.#state, this.#deps.ctx.now())
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    const { ctx } = this.#deps
    if (!this.#state) return
    if (this.#running) return this.#store.setAlarm(ctx.now() + this.#dials.pauseMs)
    const running = {}
    this.#running = running
    this.#isAsked = false
    let next: number | null
    try {
      next = await within(ctx, this.#step(running), this.#dials.patienceMs)
    } catch (error) {
      // What is in memory may be ahead of what is stored.
      this.#state = this.#store.read()
      ctx.log('warn', 'a cloud source waits', { source: this.#source, error: String(error) })
      next = this.#dials.pauseMs
    } finally {
      if (this.#running === running) this.#running = undefined
    }
    if (this.#isAsked) next = SOON_MS
    if (next !== null) await this.#store.setAlarm(ctx.now() + Math.max(next, SOON_MS))
  }

  #ask(): Promise<void> {
    this.#isAsked = true
    return this.#store.setAlarm(this.#deps.ctx.now())
  }

  #begun(): StoredPuller {
    if (this.#state) return this.#state
    const state: StoredPuller = {
      version: 0,
      terms: 0,
      since: null,
      whole: [],
      run: null,
      last: null,
      nextAt: null,
      wanted: null,
      failures: 0,
      error: null,
      objects: 0,
      calls: 0,
      counts: {},
      account: null,
    }
    this.#store.save(state)
    this.#state = state
    return state
  }

  /** Milliseconds until the next step; `null`: none until somebody changes something. */
  async #step(running: object): Promise<number | null> {
    const { ctx, terms: termsOf, publish } = this.#deps
    const terms = await termsOf(this.#source)
    const state = this.#stateOf(running)
    if (!terms) {
      // What is not connected any more fails no more.
      if (state.told) await publish(this.#source, reportOf(null, ctx.now()), state.told)
      this.#stateOf(running)
      this.#store.clear()
      this.#state = null
      return null
    }
    if (state.terms !== terms.version) {
      // What had failed may be mended, and what was left out may be wanted.
      Object.assign(state, { terms: terms.version, failures: 0, error: null })
      state.wanted ??= 'settings'
      // Of what is left out changes are missed from now on: it is read whole when it is taken in again.
      const isIn = (name: string) => !terms.leftOut.includes(name)
      for (const name of Object.keys(state.counts)) {
        const known = state.since ?? state.run?.startedAt
        if (!isIn(name) && known !== undefined) state.missed = { [name]: known, ...state.missed }
      }
      if (terms.settings['events'] !== true) delete state.eventsSince
      else state.eventsSince ??= ctx.now()
      state.whole = state.whole.filter(isIn)
      if (state.run) state.run.wholes = state.run.wholes.filter(isIn)
      const account = accountOf(terms)
      // Another key may be of another account, of which nothing is known yet.
      if (state.account !== account) Object.assign(state, { account, since: null, whole: [], run: null, missed: {} })
      this.#store.save(state)
    }
    let after: number | null = null
    if (!terms.paused) {
      const isDue = state.wanted !== null || (state.nextAt ?? 0) <= ctx.now()
      if (!state.run && isDue) this.#begin(running, terms)
      after = state.run ? await this.#work(running, terms, state.run) : (state.nextAt ?? 0) - ctx.now()
    }
    const report = reportOf(this.#stateOf(running), ctx.now())
    const { told = 0 } = this.#stateOf(running)
    const shown = terms.paused ? { ...report, state: 'paused' as const, nextAt: null } : report
    const now = await publish(this.#source, shown, told)
    if (now !== told) this.#save(running, (stored) => void (stored.told = now))
    return after
  }

  #begin(running: object, { vendor, leftOut }: PullTerms): void {
    const { ctx } = this.#deps
    const now = ctx.now()
    const wanted = new Set(vendor.collections.filter((name) => !leftOut.includes(name)))
    this.#save(running, (state) => {
      const mayAsk = (since: number | null): since is number => since !== null && now - since < vendor.changesMs
      const isKnown = mayAsk(state.since)
      // A list does not say what was deleted while nobody looked: changes do.
      const again = Object.entries(state.missed ?? {}).filter(([name, since]) => wanted.has(name) && mayAsk(since))
      const whole = new Set(isKnown ? state.whole : [])
      const missing = new Set([...wanted].filter((name) => !whole.has(name)))
      const known = new Set([...wanted].filter((name) => whole.has(name)))
      const changed = new Set([...known, ...again.map(([name]) => name)])
      const toCome = [
        ...(missing.size > 0 ? vendor.wholePasses(missing) : []),
        ...(changed.size > 0 || (isKnown && state.eventsSince !== undefined) ? vendor.changePasses(changed) : []),
      ]
      state.run = {
        id: randomId(ctx, 'pul_'),
        cause: state.wanted ?? 'schedule',
        startedAt: now,
        endedAt: null,
        objects: 0,
        calls: 0,
        passes: { done: 0, all: toCome.length, current: toCome[0] ?? null },
        troubles: [],
        toCome,
        cursor: null,
        since: isKnown ? Math.min(state.since ?? 0, ...again.map(([, since]) => since)) - this.#dials.overlapMs : null,
        wholes: [...missing],
        ...(state.eventsSince !== undefined && {
          eventsSince: Math.max(state.eventsSince, this.#overlapped(state.since)),
        }),
      }
      Object.assign(state, { wanted: null, nextAt: null })
    })
  }

  /** Where the last run began, or some time before: who takes the same once more knows it again for some hours only. */
  #overlapped(since: number | null): number {
    const isRecent = since !== null && this.#deps.ctx.now() - since < KNOWN_AGAIN_MS
    return (since ?? 0) - (isRecent ? this.#dials.overlapMs : 0)
  }

  /** Page after page until the run or the time is over; milliseconds until it goes on. */
  async #work(running: object, terms: PullTerms, run: StoredRun): Promise<number> {
    const { ctx, intake } = this.#deps
    const end = ctx.now() + this.#dials.stepMs
    const api = new VendorApi(terms.vendor, terms.settings, ctx)
    const log = intake(objectsLog(this.#source))
    const collections = new Set(terms.vendor.collections.filter((name) => !terms.leftOut.includes(name)))
    let row = (await log.counters()).log.rows
    for (let pass = run.toCome[0]; pass !== undefined; pass = run.toCome[0]) {
      const calls = api.calls
      try {
        const place = { cursor: run.cursor, since: run.since ?? run.startedAt, wanted: collections }
        const page = await orFault('not_understood', `${pass} could not be read`, () =>
          terms.vendor.page(pass, place, api),
        )
        const wanted = page.objects.filter(({ collection }) => collections.has(collection))
        this.#stateOf(running)
        const committed = await orFault('not_stored', 'What was read could not be stored', () =>
          this.#commit(wanted, row),
        )
        if (committed === null) {
          // Whoever else writes all the time may not keep a step from its end.
          this.#save(running, (state) => book(state, run, api.calls - calls))
          row = (await log.counters()).log.rows
          if (ctx.now() >= end) return SOON_MS
          continue
        }
        row = committed
        const events = eventsOf(page, run)
        if (events.length > 0)
          await orFault('not_stored', 'Its events could not be stored', () => this.#deps.track(this.#source, events))
        this.#save(running, (state) => {
          for (const trouble of page.unread ?? []) unreadable(state, run, trouble, terms.vendor)
          for (const { collection } of wanted) state.counts[collection] = (state.counts[collection] ?? 0) + 1
          Object.assign(state, { failures: 0, error: null, objects: state.objects + wanted.length })
          run.objects += wanted.length
          book(state, run, api.calls - calls)
          run.cursor = page.next
          if (page.next === null) nextPass(run)
        })
      } catch (error) {
        if (!(error instanceof PullError)) throw error
        const pause = this.#failed(running, run, pass, error, api.calls - calls)
        if (pause !== null) return pause
      }
      if (ctx.now() >= end && run.toCome.length > 0) return SOON_MS
    }
    this.#save(running, (state) => {
      const { toCome: _toCome, cursor: _cursor, since: _since, wholes, ...facts } = run
      const unread = new Set(run.troubles.map(({ pass }) => pass))
      const failed = new Set(
        wholes.filter((name) => terms.vendor.wholePasses(new Set([name])).some((each) => unread.has(each))),
      )
      state.whole = [...new Set([...state.whole, ...wholes.filter((name) => !failed.has(name))])]
      // What events could not tell is asked for again, from where the last one began that could.
      if (!terms.vendor.changePasses(new Set(terms.vendor.collections)).some((each) => unread.has(each))) {
        state.since = run.startedAt
        for (const name of state.whole) delete state.missed?.[name]
      }
      state.last = { ...facts, endedAt: ctx.now(), passes: { ...facts.passes, current: null } }
      state.run = null
      state.nextAt = run.startedAt + this.#dials.everyMs
    })
    const { wanted, nextAt } = this.#stateOf(running)
    return wanted ? SOON_MS : Math.max(0, (nextAt ?? 0) - ctx.now())
  }

  /** Rows of the log with these objects, after row `after`; answers the last row. `null`: somebody else has written. */
  async #commit(objects: readonly PulledObject[], after: number): Promise<number | null> {
    let row = after
    const receivedAt = new Date(this.#deps.ctx.now()).toISOString()
    for (const some of portionsOf(objects.map((object) => collected(object, receivedAt)))) {
      const answer = await commitObjects(this.#source, some, { refused: 0, after: row }, this.#deps)
      if (answer === 'moved') return null
      row++
    }
    return row
  }

  /** Milliseconds to wait; `null`: the run goes on with the next pass. */
  #failed(running: object, run: StoredRun, pass: string, error: PullError, calls: number): number | null {
    const { ctx } = this.#deps
    const { code, message: words, kind, afterMs } = error
    const { pauseMs, longestPauseMs } = this.#dials
    ctx.log('warn', 'a cloud source fails', { source: this.#source, pass, code, error: words })
    let pause: number | null = null
    this.#save(running, (state) => {
      book(state, run, calls)
      if (kind === 'pass' || kind === 'missing') {
        run.troubles = [...run.troubles, { code, words, pass }].slice(0, MOST_TROUBLES)
        nextPass(run)
        return
      }
      state.failures++
      state.error = { code, words }
      const longer = Math.min(longestPauseMs, pauseMs * 2 ** Math.min(state.failures - 1, 20))
      pause = kind === 'person' ? longestPauseMs : Math.max(afterMs ?? 0, longer)
    })
    return pause
  }

  /** Throws when the step is given up: another goes on from what was stored. */
  #stateOf(running: object): StoredPuller {
    if (running !== this.#running || !this.#state) throw new Error('this step was given up')
    return this.#state
  }

  #save(running: object, change: (state: StoredPuller) => void): void {
    const state = this.#stateOf(running)
    change(state)
    this.#store.save(state)
  }
}

/** What of a page goes to destinations. A vendor's times are whole seconds. */
function eventsOf({ events = [] }: PulledPage, { eventsSince = Infinity }: StoredRun): JsonObject[] {
  return events.filter(({ at }) => at >= Math.floor(eventsSince / 1_000) * 1_000).map(({ call }) => call)
}

function book(state: StoredPuller, run: StoredRun, calls: number): void {
  run.calls += calls
  state.calls += calls
}

/** What is not read anew is read whole, when it can be. */
function unreadable(
  state: StoredPuller,
  run: StoredRun,
  trouble: PullTrouble & { pass: string },
  vendor: Vendor,
): void {
  const { pass } = trouble
  if (!run.troubles.some((known) => known.pass === pass))
    run.troubles = [...run.troubles, trouble].slice(0, MOST_TROUBLES)
  state.whole = state.whole.filter((name) => !vendor.wholePasses(new Set([name])).includes(pass))
}

/** What was not foreseen is a failure like others: told, and tried again less and less often. */
async function orFault<T>(code: string, words: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof PullError) throw error
    throw new PullError(code, `${words}: ${String(error).slice(0, 300)}.`, 'again')
  }
}

/** Tells settings of one account from those of another, without keeping them. */
function accountOf({ vendor, settings }: PullTerms): string {
  const own = vendor.fields.filter(({ type }) => type !== 'boolean')
  return sha256Text(JSON.stringify(own.map(({ name }) => settings[name] ?? null)))
}

function nextPass(run: StoredRun): void {
  run.toCome.shift()
  run.cursor = null
  run.passes.done++
  run.passes.current = run.toCome[0] ?? null
}

function collected({ collection, id, properties, isDeleted }: PulledObject, receivedAt: string): CollectedObject {
  if (isDeleted) return { collection, id, properties: { is_deleted: true }, receivedAt }
  return { collection, id, properties: { ...properties, is_deleted: false }, receivedAt, whole: true }
}

function* portionsOf(objects: readonly CollectedObject[]): Generator<CollectedObject[]> {
  let some: CollectedObject[] = []
  let chars = 0
  for (const object of objects) {
    some.push(object)
    chars += JSON.stringify(object).length
    if (some.length < ROW_OBJECTS && chars < ROW_CHARS) continue
    yield some
    some = []
    chars = 0
  }
  if (some.length > 0) yield some
}

function reportOf(state: StoredPuller | null, at: number): PullReport {
  const { run = null, last = null, nextAt = null, failures = 0, error = null } = state ?? {}
  const { objects = 0, calls = 0, counts = {}, whole = [] } = state ?? {}
  const names = [...new Set([...Object.keys(counts), ...whole])].toSorted()
  return {
    state: failures > 0 ? 'failing' : run ? 'running' : 'idle',
    run: run && presentRun(run),
    last,
    nextAt,
    failures,
    error,
    objects,
    calls,
    collections: Object.fromEntries(
      names.map((name) => [name, { objects: counts[name] ?? 0, isWhole: whole.includes(name) }]),
    ),
    at,
  }
}

function presentRun({ toCome: _toCome, cursor: _cursor, since: _since, wholes: _wholes, ...run }: StoredRun): PullRun {
  return run
}
