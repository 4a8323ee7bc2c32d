/** What alerts are about, and when. */
interface Rule {
  /** What opens it, in a sentence with `n` for the threshold. */
  when: (n: number) => string
  /** Absent: there is none to choose. */
  threshold?: { fallback: number; least: number; most: number; label: string }
}

/** All are switched on until somebody switches them off. */
export const RULES = {
  success_rate: {
    when: (n) => `A destination delivers less than ${n} % of its attempts, of 100 or more in 15 minutes.`,
    threshold: { fallback: 90, least: 1, most: 100, label: 'Per cent' },
  },
  pending_age: {
    when: (n) => `An event waits for more than ${n} minutes, and nobody has paused its destination.`,
    threshold: { fallback: 15, least: 1, most: 10_080, label: 'Minutes' },
  },
  disabled_by_receiver: { when: () => 'A receiver answers 410 Gone, so its destination is disabled.' },
  dead_letters: { when: () => 'A destination gives events up.' },
  source_silent: {
    when: (n) => `A source sends nothing for ${n} times as long as its longest silence of a week.`,
    threshold: { fallback: 3, least: 1, most: 100, label: 'Times' },
  },
  rejected_share: {
    when: (n) => `More than ${n} % of what a source sends is rejected, of 100 events or more in half an hour.`,
    threshold: { fallback: 5, least: 0, most: 99, label: 'Per cent' },
  },
  parked_message: { when: () => 'A batch could not be processed for a day, and was parked.' },
  integration_errors: {
    when: () => 'An integration of yours fails with its customers far more often than it uses to.',
  },
  replay_failed: { when: () => 'A replay fails.' },
  sync_failed: { when: () => 'Five syncs of a warehouse fail in a row; it is told once more at twenty.' },
  pull_failed: { when: () => 'A cloud source fails five times in a row; it is told once more at twenty.' },
} as const satisfies Record<string, Rule>

export type RuleName = keyof typeof RULES
export const RULE_NAMES = Object.keys(RULES) as RuleName[]

/** What a workspace says of a rule. */
export interface RuleSettings {
  enabled?: boolean | undefined
  threshold?: number | undefined
}

/** A rule as it is in force. */
export interface RuleInForce {
  enabled: boolean
  /** `null`: it has none. */
  threshold: number | null
}

export type AlertRules = Record<RuleName, RuleInForce>

/** The figures of the moment in which an alert was opened: numbers and codes by name. */
export type AlertFacts = Record<string, number | string | null>

/** The threshold of a rule where nobody has changed it; `null`: it has none. */
export function thresholdOf(name: RuleName): Rule['threshold'] | null {
  const rule: Rule = RULES[name]
  return rule.threshold ?? null
}

/** With what a workspace has changed. */
export function rulesOf(changed: Partial<Record<RuleName, RuleSettings>>): AlertRules {
  const inForce = RULE_NAMES.map((name) => {
    const { enabled = true, threshold = thresholdOf(name)?.fallback ?? null } = changed[name] ?? {}
    return [name, { enabled, threshold }] as const
  })
  return Object.fromEntries(inForce) as AlertRules
}
