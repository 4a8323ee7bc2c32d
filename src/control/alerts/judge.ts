import type { SourceHealth } from '../../intake/index.ts'
import type { LaneHealth } from '../../lane/index.ts'
import type { AlertFacts, RuleName, AlertRules } from './rules.ts'

/** By rule: the facts for which it is open, `false`: it is not. What is not named stays as it is. */
export type Verdicts = Partial<Record<RuleName, AlertFacts | false>>

export interface Judgement {
  verdicts: Verdicts
  /** Milliseconds after which time alone may change it; `null`: it cannot. */
  again: number | null
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** With fewer attempts, or events, a share says little. */
const LEAST = 100
/** Nothing is called silent before this. */
const LEAST_SILENCE_MS = 30 * MINUTE_MS

/** What a lane's health means by the rules. `now`: milliseconds. */
export function judgeDestination(health: LaneHealth, rules: AlertRules, now: number): Judgement {
  const { state, why, waiting, oldestAt, quarter, day } = health
  const stopped = state === 'paused' || state === 'disabled' || state === 'gone'
  const attempts = quarter.delivered + quarter.failedAttempts
  const late = (rules.pending_age.threshold ?? 0) * MINUTE_MS
  const age = oldestAt === null ? 0 : now - oldestAt
  const share = attempts === 0 ? 1 : quarter.delivered / attempts
  const low = attempts >= LEAST && share * 100 < (rules.success_rate.threshold ?? 0)
  const verdicts: Verdicts = {
    disabled_by_receiver: state === 'gone' && { waiting },
    dead_letters: day.dead > 0 && { dead: day.dead, why },
    // Few attempts between two of many say nothing: only a good share, or none in a quarter of an hour, closes it.
    ...(stopped || low || attempts === 0 || share * 100 >= (rules.success_rate.threshold ?? 0)
      ? { success_rate: low && !stopped && { attempts, delivered: quarter.delivered, why, waiting } }
      : {}),
    // Of so much that nobody can say how old it is, it stays as it is.
    ...(stopped || waiting === 0 || oldestAt !== null
      ? { pending_age: !stopped && waiting > 0 && age > late && { waiting, oldestAt, why } }
      : {}),
  }
  const waits = [
    !stopped && waiting > 0 && oldestAt !== null && age <= late ? late - age + 1_000 : Infinity,
    attempts > 0 && share * 100 < (rules.success_rate.threshold ?? 0) ? 5 * MINUTE_MS : Infinity,
    day.dead > 0 ? HOUR_MS : Infinity,
  ]
  return { verdicts, again: soonest(waits) }
}

/** What a source's traffic means by the rules. `now`: milliseconds. */
export function judgeSource(
  { lately, lastEventAt, usualGapMs }: SourceHealth,
  rules: AlertRules,
  { enabled, now }: { enabled: boolean; now: number },
): Judgement {
  const came = lately.accepted + lately.rejected
  const much = came >= LEAST && lately.rejected * 100 > came * (rules.rejected_share.threshold ?? 100)
  const patience =
    usualGapMs === null ? Infinity : Math.max(LEAST_SILENCE_MS, usualGapMs * (rules.source_silent.threshold ?? 1))
  const silence = lastEventAt === null ? 0 : now - lastEventAt
  const verdicts: Verdicts = {
    rejected_share: much && { rejected: lately.rejected, came },
    source_silent: enabled && silence > patience && { lastEventAt, usualGapMs },
  }
  const waits = [
    much ? 30 * MINUTE_MS : Infinity,
    enabled && silence <= patience ? patience - silence + 1_000 : Infinity,
  ]
  return { verdicts, again: soonest(waits) }
}

function soonest(waits: readonly number[]): number | null {
  const least = Math.min(...waits)
  return least === Infinity ? null : Math.max(MINUTE_MS, least)
}
