import { objectsLog } from '../archive/index.ts'
import { commitObjects } from '../collections/index.ts'
import type { Context } from '../context.ts'
import type { JsonObject } from '../event/index.ts'
import type { IntakeRemote } from '../intake/index.ts'
import { type Database, within } from '../settings/index.ts'
import { type CollectedObject, sha256Text } from '../tables/index.ts'
import { type AllowedCode, VendorAccess, type VendorTokens } from './access.ts'
import { VendorApi } from './api.ts'
import { checkVendor } from './check.ts'
import { clientOf, isAllowedByPerson } from './oauth.ts'
import {
  type PullCheck,
  type PullChoice,
  type PulledObject,
  type PulledPage,
  PullError,
  type PullReport,
  type PullTerms,
  wantedOf,
} from './protocol.ts'
import { pullReportOf, pullRunOf } from './report.ts'
import { forget, newRun, nextPass, noteKnown, noteRead, noteSizes, noteTrouble, noteUnreadable } from './runs.ts'
import { type PullerStorage, PullerStore, type StoredPuller, type StoredRun } from './store.ts'

export interface PullerDeps {
  ctx: Context
  archive: R2Bucket
  intake(log: string): Pick<IntakeRemote, 'commit' | 'counters'>
  /** Takes a source's events, as its tracking API would; durable when it answers. The same `messageId` again is dropped for a day. */
  track(source: string, calls: readonly JsonObject[]): Promise<void>
  /** Tokens are kept as they seal them. */
  secrets(): Pick<ReturnType<Database['secrets']>, 'seal' | 'open'>
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
/** How often a pass of a run begins anew. */
const MOST_BEGUN = 5
/** What the last page of a list is kept as, whichever it was. */
const LAST_PAGE = 1e9
/** Ids of one list that are compared with those of the last time. */
const MOST_LISTED = 300_000

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
  /** The vendor's API, and what it is asked with, as long as it is the same account. */
  #api: { version: number; of: VendorApi } | undefined
  #access: { fingerprint: string; of: VendorAccess } | undefined
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
    return pullReportOf(this.#state, this.#deps.ctx.now())
  }

  /** Looks what can be read, as it is set up now; `null`: it is not connected. */
  async check(): Promise<PullCheck[] | null> {
    const terms = await this.#deps.terms(this.#source)
    return terms && checkVendor(terms.vendor, wantedOf(terms), this.#apiOf(terms, true))
  }

  /** Collections that the account has beside the vendor's usual ones; why they cannot be told; `null`: there are none of the kind. */
  async choices(): Promise<{ choices: PullChoice[] } | { problem: string } | null> {
    const terms = await this.#deps.terms(this.#source)
    if (!terms?.vendor.choices) return null
    try {
      return { choices: await terms.vendor.choices(this.#apiOf(terms, true)) }
    } catch (error) {
      if (error instanceof PullError) return { problem: error.message }
      throw error
    }
  }

  /** Somebody has allowed it at the vendor's. Answers why that comes to nothing; `null`: it is allowed. */
  async allow(code: AllowedCode): Promise<string | null> {
    const terms = await this.#deps.terms(this.#source)
    const access = terms && this.#accessOf(terms)
    if (!access) return 'It is not connected in this way.'
    try {
      await access.allow(code)
    } catch (error) {
      if (error instanceof PullError) return error.message
      throw error
    }
    const state = this.#begun()
    state.wanted ??= 'settings'
    Object.assign(state, { failures: 0, error: null, waiting: null })
    this.#store.save(state)
    await this.#ask()
    return null
  }

  /** Whether there are tokens of the account as it is set up; `null`: it needs none. */
  async isAllowed(): Promise<boolean | null> {
    const terms = await this.#deps.terms(this.#source)
    if (!terms?.vendor.oauth) return null
    return this.#store.tokens()?.of === fingerprintOf(terms)
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
      known: {},
      rare: {},
      missed: {},
      heard: null,
      run: null,
      last: null,
      nextAt: null,
      wanted: null,
      failures: 0,
      error: null,
      waiting: null,
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
      if (state.told) await publish(this.#source, pullReportOf(null, ctx.now()), state.told)
      this.#stateOf(running)
      this.#store.clear()
      this.#state = null
      return null
    }
    if (state.terms !== terms.version) {
      // What had failed may be mended, and what was left out may be wanted.
      Object.assign(state, { terms: terms.version, failures: 0, error: null, waiting: null })
      state.wanted ??= 'settings'
      // Of what is left out changes are missed from now on: it is read whole when it is taken in again.
      const wanted = wantedOf(terms)
      for (const name of Object.keys({ ...state.counts, ...state.known })) if (!wanted.has(name)) forget(state, name)
      if (state.run) state.run.wholes = state.run.wholes.filter((name) => wanted.has(name))
      if (terms.settings['events'] !== true) delete state.eventsSince
      else state.eventsSince ??= ctx.now()
      const account = accountOf(terms)
      // Another key may be of another account, of which nothing is known yet.
      if (state.account !== account) {
        Object.assign(state, { account, known: {}, rare: {}, missed: {}, heard: null, run: null })
        this.#store.forgetListed()
      }
      this.#store.save(state)
    }
    let after: number | null = null
    if (!terms.paused) {
      const isDue = state.wanted !== null || (state.nextAt ?? 0) <= ctx.now()
      if (!state.run && isDue) this.#begin(running, terms)
      after = state.run ? await this.#work(running, terms, state.run) : (state.nextAt ?? 0) - ctx.now()
    }
    const report = pullReportOf(this.#stateOf(running), ctx.now())
    const { told = 0 } = this.#stateOf(running)
    const shown = terms.paused ? { ...report, state: 'paused' as const, nextAt: null } : report
    const now = await publish(this.#source, shown, told)
    if (now !== told) this.#save(running, (stored) => void (stored.told = now))
    return after
  }

  #begin(running: object, terms: PullTerms): void {
    this.#apiOf(terms).forget()
    this.#save(running, (state) => {
      state.run = newRun(state, terms, this.#deps.ctx, this.#dials)
      Object.assign(state, { wanted: null, nextAt: null })
    })
  }

  /** Page after page until the run or the time is over; milliseconds until it goes on. */
  async #work(running: object, terms: PullTerms, run: StoredRun): Promise<number> {
    const { ctx, intake } = this.#deps
    const end = ctx.now() + this.#dials.stepMs
    const { vendor } = terms
    const api = this.#apiOf(terms)
    const log = intake(objectsLog(this.#source))
    const collections = wantedOf(terms)
    const until = run.startedAt - this.#dials.overlapMs
    await this.#count(running, terms, run, api)
    let row = (await log.counters()).log.rows
    for (let place = run.toCome[0]; place !== undefined; place = run.toCome[0]) {
      const { calls } = api
      const { pass, since } = place
      try {
        api.turn()
        const page = await orFault('not_understood', `${pass} could not be read`, () =>
          vendor.page(pass, { cursor: run.cursor, since, until, wanted: collections }, api),
        )
        const gone = this.#missing(run, pass, page, vendor.lists?.(pass))
        const wanted = [...page.objects, ...gone].filter(({ collection }) => collections.has(collection))
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
        this.#save(
          running,
          (state) => {
            for (const trouble of page.unread ?? []) noteUnreadable(state, run, trouble, vendor)
            for (const { collection } of wanted) state.counts[collection] = (state.counts[collection] ?? 0) + 1
            Object.assign(state, { failures: 0, error: null, waiting: null, objects: state.objects + wanted.length })
            run.objects += wanted.length
            book(state, run, api.calls - calls)
            noteRead(run, page.read ?? page.objects.length)
            run.cursor = page.next
            run.page++
            if (page.next === null) nextPass(run)
          },
          () => this.#noteListed(run, pass, page, vendor.lists?.(pass)),
        )
        if (api.held) return this.#failed(running, run, pass, api.held, 0) ?? SOON_MS
      } catch (error) {
        if (!(error instanceof PullError)) throw error
        const pause = this.#failed(running, run, pass, error, api.calls - calls)
        if (pause !== null) return pause
      }
      if (ctx.now() >= end && run.toCome.length > 0) return SOON_MS
    }
    this.#save(running, (state) => {
      const over = pullRunOf(run)
      noteKnown(state, run, vendor)
      state.last = { ...over, endedAt: ctx.now(), passes: { ...over.passes, current: null } }
      state.run = null
      state.nextAt = run.startedAt + this.#dials.everyMs
    })
    const { wanted, nextAt } = this.#stateOf(running)
    return wanted ? SOON_MS : Math.max(0, (nextAt ?? 0) - ctx.now())
  }

  /** How many objects there are, asked once before what reads everything; what cannot be said is not missed. */
  async #count(running: object, { vendor }: PullTerms, run: StoredRun, api: VendorApi): Promise<void> {
    if (run.sizes !== null) return
    const whole = run.toCome.filter(({ since }) => since === null).map(({ pass }) => pass)
    let sizes: Record<string, number> = {}
    const { calls } = api
    api.turn()
    try {
      if (whole.length > 0 && vendor.sizes) sizes = await vendor.sizes(whole, api)
    } catch (error) {
      if (!(error instanceof PullError)) throw error
    }
    this.#save(running, (state) => {
      noteSizes(run, sizes)
      book(state, run, api.calls - calls)
    })
  }

  /** Objects that a whole list had the last time, and has no more. */
  #missing(run: StoredRun, pass: string, page: PulledPage, collection: string | undefined): PulledObject[] {
    if (collection === undefined || page.next !== null) return []
    const left = new Set<string>()
    for (const id of this.#store.listed(pass, run.id, false)) {
      left.add(id)
      if (left.size > MOST_LISTED) return []
    }
    if (left.size === 0) return []
    for (const id of this.#store.listed(pass, run.id, true)) left.delete(id)
    for (const { id } of page.objects) left.delete(id)
    return [...left].map((id) => ({ collection, id, properties: {}, isDeleted: true }))
  }

  /** In the transaction that goes on to the next page. */
  #noteListed(run: StoredRun, pass: string, { objects, next }: PulledPage, collection: string | undefined): void {
    if (collection === undefined) return
    const ids = objects.filter((object) => object.collection === collection).map(({ id }) => id)
    // `run.page` is that of the next page, or of the next pass.
    this.#store.noteListed(pass, run.id, next === null ? LAST_PAGE : run.page, ids)
    if (next === null) this.#store.keepListed(pass, run.id, true)
  }

  #apiOf(terms: PullTerms, hurried = false): VendorApi {
    const { vendor, settings, allowLocal, version } = terms
    const deps = { vendor, settings, allowLocal, ctx: this.#deps.ctx, access: this.#accessOf(terms), hurried }
    if (hurried) return new VendorApi(deps)
    if (this.#api?.version !== version) this.#api = { version, of: new VendorApi(deps) }
    return this.#api.of
  }

  /** The one that replaces the tokens of an account; `undefined`: its settings have a key. */
  #accessOf(terms: PullTerms): VendorAccess | undefined {
    const { vendor, settings, allowLocal } = terms
    if (!vendor.oauth) return undefined
    const client = clientOf(settings, terms.client)
    const of = fingerprintOf(terms)
    const fingerprint = sha256Text(`${of} ${client?.secret ?? ''}`)
    if (this.#access?.fingerprint !== fingerprint) {
      const { ctx } = this.#deps
      const access = new VendorAccess({
        vendor,
        settings,
        client,
        ctx,
        allowLocal,
        read: () => this.#readTokens(of),
        keep: async (tokens) => {
          const { keyId, sealed } = await this.#deps.secrets().seal(tokens, boundTo(this.#source))
          this.#store.keepTokens({ sealed, keyId, of })
        },
      })
      this.#access = { fingerprint, of: access }
    }
    return this.#access.of
  }

  async #readTokens(of: string): Promise<VendorTokens | null> {
    const kept = this.#store.tokens()
    if (kept?.of !== of) return null
    try {
      return (await this.#deps
        .secrets()
        .open(kept.sealed, kept.keyId, boundTo(this.#source))) as unknown as VendorTokens
    } catch (error) {
      this.#deps.ctx.log('warn', 'tokens cannot be opened', { source: this.#source, error: String(error) })
      return null
    }
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
    this.#save(
      running,
      (state) => {
        book(state, run, calls)
        if (kind === 'anew' && ++run.begun <= MOST_BEGUN) {
          Object.assign(run, { cursor: null, page: 0, read: 0 })
          pause = SOON_MS
        } else if (kind === 'pass' || kind === 'missing' || kind === 'anew') {
          noteTrouble(run, { code, words, pass })
          nextPass(run)
        } else if (kind === 'wait') {
          // A pace is no reason that people have to know.
          if (words !== '') Object.assign(state, { waiting: { code, words }, failures: 0, error: null })
          pause = afterMs ?? pauseMs
        } else {
          state.failures++
          state.error = { code, words }
          state.waiting = null
          const longer = Math.min(longestPauseMs, pauseMs * 2 ** Math.min(state.failures - 1, 20))
          pause = kind === 'person' ? longestPauseMs : Math.max(afterMs ?? 0, longer)
        }
      },
      // What a pass has listed that begins anew, or is not read to its end, is no list.
      () =>
        kind === 'again' || kind === 'wait' || kind === 'person'
          ? undefined
          : this.#store.keepListed(pass, run.id, false),
    )
    return pause
  }

  /** Throws when the step is given up: another goes on from what was stored. */
  #stateOf(running: object): StoredPuller {
    if (running !== this.#running || !this.#state) throw new Error('this step was given up')
    return this.#state
  }

  #save(running: object, change: (state: StoredPuller) => void, beside?: () => void): void {
    const state = this.#stateOf(running)
    change(state)
    this.#store.save(state, beside)
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
  const names = vendor.account ?? vendor.fields.filter(({ type }) => type !== 'boolean').map(({ name }) => name)
  return sha256Text(JSON.stringify(names.map((name) => settings[name] ?? null)))
}

/** Its settings are sealed too, and are no tokens. */
function boundTo(source: string): string {
  return `${source} tokens`
}

/** Tells what tokens are of. */
function fingerprintOf(terms: PullTerms): string {
  const { settings } = terms
  const client = clientOf(settings, terms.client)
  // Another secret of a client proves itself at once; what a person has allowed outlives it.
  const proof = isAllowedByPerson(settings) ? null : client?.secret
  return sha256Text(
    JSON.stringify([settings['address'], settings['grant'], client?.id, proof].map((one) => one ?? null)),
  )
}

function collected({ collection, id, properties, isDeleted }: PulledObject, receivedAt: string): CollectedObject {
  const isKnown = !isDeleted || Object.keys(properties).length > 0
  const all = { ...properties, is_deleted: isDeleted === true }
  return { collection, id, properties: all, receivedAt, ...(isKnown && { whole: true as const }) }
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
