import type { SourceHealth } from '../../intake/index.ts'
import type { LaneHealth } from '../../lane/index.ts'
import { type AlertSubject, settleAlerts, tellAlerts, type TellDeps } from './commands.ts'
import { type Judgement, judgeDestination, judgeSource } from './judge.ts'
import { findSubject } from './queries.ts'
import { RULE_NAMES, type AlertRules, rulesOf } from './rules.ts'

/** AlertRules are looked at anew after this: a change is in force by then. */
const RULES_MS = 5 * 60_000
/** What could not be told is told again after this. */
const AGAIN_MS = 5 * 60_000

interface Known {
  subject: AlertSubject
  enabled: boolean
  rules: AlertRules
  at: number
}

/**
 * Looks after the alerts of one destination or source, inside the object that has the figures: as long as nothing is wrong
 * and nothing was, it asks D1 for its rules once in five minutes, and for nothing else.
 */
export class AlertWatch {
  readonly #kind: 'destination' | 'source'
  readonly #id: string
  readonly #deps: TellDeps
  #known: Known | null = null
  /** Something is open or untold, or was when it was last seen; at first nobody knows. */
  #open = true
  #telling: Promise<unknown> = Promise.resolve()

  constructor(kind: 'destination' | 'source', id: string, deps: TellDeps) {
    this.#kind = kind
    this.#id = id
    this.#deps = deps
  }

  /** Milliseconds after which it wants to hear again though nothing moves; `null`: never. */
  lookAtLane(health: LaneHealth): Promise<number | null> {
    return this.#look(({ rules }) => judgeDestination(health, rules, health.at))
  }

  lookAtSource(health: SourceHealth): Promise<number | null> {
    return this.#look(({ rules, enabled }) => judgeSource(health, rules, { enabled, now: health.at }))
  }

  /** When others were told, or could not be. Nobody waits for it: who dies over it finds it still to be told. */
  get telling(): Promise<unknown> {
    return this.#telling
  }

  async #look(judge: (known: Known) => Judgement): Promise<number | null> {
    const known = await this.#knownNow()
    if (!known) return null
    const { verdicts, again } = judge(known)
    // A rule that is switched off closes what it has opened.
    for (const name of RULE_NAMES) if (name in verdicts && !known.rules[name].enabled) verdicts[name] = false
    const isWrong = Object.values(verdicts).some((verdict) => verdict !== false)
    if (isWrong || this.#open) {
      const { open, owed } = await settleAlerts(this.#deps, known.subject, verdicts)
      this.#open = open || owed
      if (owed) this.#telling = this.#tell(known.subject.workspaceId)
    }
    return this.#open ? Math.min(again ?? Infinity, AGAIN_MS) : again
  }

  async #tell(workspaceId: string): Promise<void> {
    await tellAlerts(this.#deps, workspaceId).catch((error: unknown) =>
      this.#deps.ctx.log('warn', 'alerts not told', { workspace: workspaceId, error: String(error) }),
    )
  }

  async #knownNow(): Promise<Known | null> {
    const now = this.#deps.ctx.now()
    if (this.#known && now - this.#known.at < RULES_MS) return this.#known
    const found = await findSubject(this.#deps.db, this.#kind, this.#id)
    if (!found) return null
    const { workspaceId, name, enabled, rules } = found
    const of = this.#kind === 'destination' ? 'destinations' : 'sources'
    this.#known = { subject: { id: this.#id, name, workspaceId, of }, enabled, rules: rulesOf(rules ?? {}), at: now }
    return this.#known
  }
}
