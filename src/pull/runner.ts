import { objectsLog } from '../archive/index.ts'
import type { JsonObject } from '../event/index.ts'
import type { VendorAccounts } from './accounts.ts'
import type { VendorApi } from './api.ts'
import type { PullerDeps } from './deps.ts'
import { type PullerDials, GO_ON_MS } from './dials.ts'
import { missingIn, noteListed } from './listed.ts'
import type { PullerMemory, PullStep } from './memory.ts'
import { type PulledPage, PullError, type PullTerms, wantedOf } from './protocol.ts'
import { pullRunOf } from './report.ts'
import { commitPulled } from './rows.ts'
import { newRun, nextPass, noteKnown, noteRead, noteSizes, noteTrouble, noteUnreadable } from './runs.ts'
import type { StoredPuller, StoredRun } from './store.ts'

/** How often a pass of a run begins anew. */
const MOST_BEGUN = 5

/** Runs, page after page: first the page's row of the log, then the place where it goes on. */
export class PullRunner {
  readonly #source: string
  readonly #memory: PullerMemory
  readonly #accounts: VendorAccounts
  readonly #deps: PullerDeps
  readonly #dials: PullerDials

  constructor(source: string, memory: PullerMemory, accounts: VendorAccounts, deps: PullerDeps, dials: PullerDials) {
    this.#source = source
    this.#memory = memory
    this.#accounts = accounts
    this.#deps = deps
    this.#dials = dials
  }

  begin(step: PullStep, terms: PullTerms): void {
    this.#accounts.api(terms).forget()
    step.save((state) => {
      state.run = newRun(state, terms, this.#deps.ctx, this.#dials)
      Object.assign(state, { wanted: null, nextAt: null })
    })
  }

  /** Page after page until the run or the time is over; milliseconds until it goes on. */
  async goOn(step: PullStep, terms: PullTerms, run: StoredRun): Promise<number> {
    const { ctx, intake } = this.#deps
    const end = ctx.now() + this.#dials.stepMs
    const { vendor } = terms
    const api = this.#accounts.api(terms)
    const log = intake(objectsLog(this.#source))
    const collections = wantedOf(terms)
    const until = run.startedAt - this.#dials.overlapMs
    await this.#count(step, terms, run, api)
    let row = (await log.counters()).log.rows
    for (let place = run.toCome[0]; place !== undefined; place = run.toCome[0]) {
      const { calls } = api
      const { pass, since } = place
      const list = vendor.lists?.(pass)
      try {
        api.turn()
        const page = await orFault('not_understood', `${pass} could not be read`, () =>
          vendor.page(pass, { cursor: run.cursor, since, until, wanted: collections }, api),
        )
        const gone = missingIn(this.#memory.store, run, pass, page, list)
        const wanted = [...page.objects, ...gone].filter(({ collection }) => collections.has(collection))
        step.check()
        const committed = await orFault('not_stored', 'What was read could not be stored', () =>
          commitPulled(this.#source, wanted, row, this.#deps),
        )
        if (committed === null) {
          // Whoever else writes all the time may not keep a step from its end.
          step.save((state) => book(state, run, api.calls - calls))
          row = (await log.counters()).log.rows
          if (ctx.now() >= end) return GO_ON_MS
          continue
        }
        row = committed
        const events = eventsOf(page, run)
        if (events.length > 0)
          await orFault('not_stored', 'Its events could not be stored', () => this.#deps.track(this.#source, events))
        step.save(
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
          () => noteListed(this.#memory.store, run, pass, page, list),
        )
        if (api.held) return this.#failed(step, run, pass, api.held, 0) ?? GO_ON_MS
      } catch (error) {
        if (!(error instanceof PullError)) throw error
        const pause = this.#failed(step, run, pass, error, api.calls - calls)
        if (pause !== null) return pause
      }
      if (ctx.now() >= end && run.toCome.length > 0) return GO_ON_MS
    }
    step.save((state) => {
      const over = pullRunOf(run)
      noteKnown(state, run, vendor)
      state.last = { ...over, endedAt: ctx.now(), passes: { ...over.passes, current: null } }
      state.run = null
      state.nextAt = run.startedAt + this.#dials.everyMs
    })
    const { wanted, nextAt } = step.state
    return wanted ? GO_ON_MS : Math.max(0, (nextAt ?? 0) - ctx.now())
  }

  /** How many objects there are, asked once before what reads everything; what cannot be said is not missed. */
  async #count(step: PullStep, { vendor }: PullTerms, run: StoredRun, api: VendorApi): Promise<void> {
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
    step.save((state) => {
      noteSizes(run, sizes)
      book(state, run, api.calls - calls)
    })
  }

  /** Milliseconds to wait; `null`: the run goes on with the next pass. */
  #failed(step: PullStep, run: StoredRun, pass: string, error: PullError, calls: number): number | null {
    const { ctx } = this.#deps
    const { code, message: words, kind, afterMs } = error
    const { pauseMs, longestPauseMs } = this.#dials
    ctx.log('warn', 'a cloud source fails', { source: this.#source, pass, code, error: words })
    let pause: number | null = null
    step.save(
      (state) => {
        book(state, run, calls)
        if (kind === 'anew' && ++run.begun <= MOST_BEGUN) {
          Object.assign(run, { cursor: null, page: 0, read: 0 })
          pause = GO_ON_MS
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
          : this.#memory.store.keepListed(pass, run.id, false),
    )
    return pause
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
