import { commitObjects } from '../collections/index.ts'
import { within } from '../settings/index.ts'
import type { AllowedCode } from './access.ts'
import { accountOf, VendorAccounts } from './accounts.ts'
import { checkVendor } from './check.ts'
import type { PullerDeps } from './deps.ts'
import { type PullerDials, PULLER_DIALS, GO_ON_MS } from './dials.ts'
import { PullerMemory, type PullStep } from './memory.ts'
import { type PullCheck, type PullChoice, PullError, type PullReport, type PullTerms, wantedOf } from './protocol.ts'
import { pullReportOf } from './report.ts'
import { PullRunner } from './runner.ts'
import { forget } from './runs.ts'
import type { PullerStorage } from './store.ts'

/**
 * Pulls a vendor's objects into the log of a source's objects, page by page: first the page's row of the log, then the place
 * where it goes on. What dies in between is read once more, as it is then, and is the same object again. It is the only one
 * that writes this log: a row names the one before it, so that an answer which comes late, of an instance that has died,
 * does not put an older state behind a newer one.
 */
export class Puller {
  readonly #source: string
  readonly #memory: PullerMemory
  readonly #accounts: VendorAccounts
  readonly #runs: PullRunner
  readonly #deps: PullerDeps
  readonly #dials: PullerDials
  /** Somebody has changed something while a step was under way, which ends by setting the alarm. */
  #isAsked = false

  constructor(source: string, storage: PullerStorage, deps: PullerDeps, dials: PullerDials = PULLER_DIALS) {
    this.#source = source
    this.#deps = deps
    this.#dials = dials
    this.#memory = new PullerMemory(storage)
    this.#accounts = new VendorAccounts(source, this.#memory.store, deps, () => this.#keptTokens())
    this.#runs = new PullRunner(source, this.#memory, this.#accounts, deps, dials)
  }

  /** What it goes by may have changed, or it may be gone: it looks at that at once. */
  async changed(): Promise<void> {
    this.#memory.begun()
    await this.#ask()
  }

  /** Begins a run now, unless one is under way. */
  async pullNow(): Promise<void> {
    const state = this.#memory.begun()
    if (!state.run && !state.wanted) {
      state.wanted = 'person'
      this.#memory.store.save(state)
    }
    await this.#ask()
  }

  report(): PullReport {
    return pullReportOf(this.#memory.state, this.#deps.ctx.now())
  }

  /** Looks what can be read, as it is set up now; `null`: it is not connected. */
  async check(): Promise<PullCheck[] | null> {
    const terms = await this.#deps.terms(this.#source)
    return terms && checkVendor(terms.vendor, wantedOf(terms), this.#accounts.api(terms, true))
  }

  /** Collections that the account has beside the vendor's usual ones; why they cannot be told; `null`: there are none of the kind. */
  async choices(): Promise<{ choices: PullChoice[] } | { problem: string } | null> {
    const terms = await this.#deps.terms(this.#source)
    if (!terms?.vendor.choices) return null
    try {
      return { choices: await terms.vendor.choices(this.#accounts.api(terms, true)) }
    } catch (error) {
      if (error instanceof PullError) return { problem: error.message }
      throw error
    }
  }

  /** Somebody has allowed it at the vendor's. Answers why that comes to nothing; `null`: it is allowed. */
  async allow(code: AllowedCode): Promise<string | null> {
    const terms = await this.#deps.terms(this.#source)
    const access = terms && this.#accounts.access(terms)
    if (!access) return 'It is not connected in this way.'
    try {
      await access.allow(code)
    } catch (error) {
      if (error instanceof PullError) return error.message
      throw error
    }
    const state = this.#memory.begun()
    // One that waits for it goes on.
    if (!state.run) state.wanted ??= 'settings'
    Object.assign(state, { failures: 0, error: null, waiting: null })
    this.#memory.store.save(state)
    await this.#ask()
    return null
  }

  /** Whether there are tokens of the account as it is set up; `null`: it needs none. */
  async isAllowed(): Promise<boolean | null> {
    const terms = await this.#deps.terms(this.#source)
    return terms && this.#accounts.isAllowed(terms)
  }

  /**
   * Whether it is disconnected: then nothing that was pulled comes into the log any more, not even what an instance has sent
   * that has died.
   */
  async stopped(): Promise<boolean> {
    if (await this.#deps.terms(this.#source)) return false
    this.#memory.giveUp()
    // A row of nothing: what names the one before it is refused from now on.
    await commitObjects(this.#source, [], { refused: 0 }, this.#deps)
    return (await this.#deps.terms(this.#source)) === null
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    const { ctx } = this.#deps
    if (!this.#memory.state) return
    const step = this.#memory.enter()
    if (!step) return this.#memory.store.setAlarm(ctx.now() + this.#dials.pauseMs)
    this.#isAsked = false
    let next: number | null
    try {
      next = await within(ctx, this.#step(step), this.#dials.patienceMs)
    } catch (error) {
      this.#memory.giveUp()
      ctx.log('warn', 'a cloud source waits', { source: this.#source, error: String(error) })
      next = this.#dials.pauseMs
    } finally {
      this.#memory.leave(step)
    }
    if (this.#isAsked) next = GO_ON_MS
    if (next !== null) await this.#memory.store.setAlarm(ctx.now() + Math.max(next, GO_ON_MS))
  }

  #ask(): Promise<void> {
    this.#isAsked = true
    return this.#memory.store.setAlarm(this.#deps.ctx.now())
  }

  /** They may have come after the source was gone, and all that was kept of it: then it looks once more. */
  async #keptTokens(): Promise<void> {
    if (!this.#memory.state) await this.changed()
  }

  /** Milliseconds until the next step; `null`: none until somebody changes something. */
  async #step(step: PullStep): Promise<number | null> {
    const { ctx, terms: termsOf, publish } = this.#deps
    const terms = await termsOf(this.#source)
    const { state } = step
    if (!terms) {
      // What is not connected any more fails no more.
      if (state.told) await publish(this.#source, pullReportOf(null, ctx.now()), state.told)
      step.check()
      this.#memory.clear()
      return null
    }
    if (state.terms !== terms.version) this.#follow(step, terms)
    let after = this.#dials.lookMs
    if (!terms.paused) {
      const isDue = state.wanted !== null || (state.nextAt ?? 0) <= ctx.now()
      if (!state.run && isDue) this.#runs.begin(step, terms)
      after = state.run ? await this.#runs.goOn(step, terms, state.run) : (state.nextAt ?? 0) - ctx.now()
    }
    const report = pullReportOf(step.state, ctx.now())
    const { told = 0 } = step.state
    const shown = terms.paused ? { ...report, state: 'paused' as const, nextAt: null } : report
    const now = await publish(this.#source, shown, told)
    if (now !== told) step.save((stored) => void (stored.told = now))
    return after
  }

  /** Takes over what it goes by. */
  #follow(step: PullStep, terms: PullTerms): void {
    step.save((state) => {
      // What had failed may be mended, and what was left out may be wanted.
      Object.assign(state, { terms: terms.version, failures: 0, error: null, waiting: null })
      state.wanted ??= 'settings'
      // Of what is left out changes are missed from now on: it is read whole when it is taken in again.
      const wanted = wantedOf(terms)
      for (const name of Object.keys({ ...state.counts, ...state.known })) if (!wanted.has(name)) forget(state, name)
      if (state.run) state.run.wholes = state.run.wholes.filter((name) => wanted.has(name))
      if (terms.settings['events'] !== true) delete state.eventsSince
      else state.eventsSince ??= this.#deps.ctx.now()
      const account = accountOf(terms)
      // Another key may be of another account, of which nothing is known yet.
      if (state.account !== account) {
        Object.assign(state, { account, known: {}, rare: {}, missed: {}, heard: null, run: null })
        this.#memory.store.forgetListed()
      }
    })
  }
}
