import type { Context } from '../context.ts'
import type { IntakeRemote, Usage } from '../intake/index.ts'
import type { KeyOwner } from '../settings/index.ts'

export interface BudgetDeps {
  ctx: Context
  intake(source: string): IntakeRemote
  /** The limit of a source that has none of its own; 0: none. */
  eventsPerSecond: number
}

/** Events that an isolate takes before it says so: at most one call a thousand events, or a second where the limit is lower. */
const REPORT_EVENTS = 1_000
/** A report that takes longer must not hold up the request that brings it. */
const REPORT_MS = 1_000

/** A source, and its own limit in events a second; `null`: the deployment's. */
export type Spender = Pick<KeyOwner, 'sourceId' | 'eventsPerSecond'>

interface Account {
  unreported: number
  usage: Usage
}

/**
 * A source's limit, kept by its intake and spent by many isolates. Each takes events freely, reports every thousand (or what the
 * limit lets through in a second, if that is less), and stops for the rest of the window when it is told that the limit is passed.
 * So each isolate may pass the limit by that much, and it costs nothing until then. When the intake does not answer, events are taken.
 */
export class Budgets {
  readonly #deps: BudgetDeps
  readonly #accounts = new Map<string, Account>()

  constructor(deps: BudgetDeps) {
    this.#deps = deps
  }

  /** Milliseconds to wait before this source's events are taken again; 0: now. */
  waitMs(source: string): number {
    return Math.max(0, (this.#accounts.get(source)?.usage.overUntil ?? 0) - this.#deps.ctx.now())
  }

  /** How much of the limit was used when the intake was last asked, in per cent. */
  percent(source: string): number | undefined {
    return this.#accounts.get(source)?.usage.percent
  }

  /** Resolves at once, unless it is this request's turn to report. Never rejects. */
  async spend({ sourceId: source, eventsPerSecond: own }: Spender, events: number): Promise<void> {
    const { ctx, intake } = this.#deps
    const eventsPerSecond = own ?? this.#deps.eventsPerSecond
    if (eventsPerSecond === 0) return
    const account = this.#accounts.get(source) ?? { unreported: 0, usage: { percent: 0, overUntil: 0 } }
    this.#accounts.set(source, account)
    account.unreported += events
    if (account.unreported < Math.min(REPORT_EVENTS, eventsPerSecond)) return
    const report = account.unreported
    account.unreported = 0
    try {
      const asked = intake(source).spend(report, eventsPerSecond)
      const usage = await Promise.race([asked, ctx.sleep(REPORT_MS).then(() => undefined)])
      if (usage) account.usage = usage
    } catch (error) {
      ctx.log('warn', 'usage not reported', { source, error: String(error) })
    }
  }
}
