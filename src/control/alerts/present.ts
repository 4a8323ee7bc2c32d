import { isoTime } from '../../event/index.ts'
import { maskAddresses } from '../../settings/index.ts'
import type { AlertRow, AlertSettingsRow } from './queries.ts'
import { RULE_NAMES, RULES, rulesOf, thresholdOf } from './rules.ts'
import { describeAlert } from './words.ts'

/** An alert, with what happened and what to do. */
export function presentAlert(alert: AlertRow) {
  const { id, rule, subjectId, subjectName, facts, openedAt, closedAt } = alert
  return {
    id,
    state: closedAt === null ? ('open' as const) : ('closed' as const),
    rule,
    subject: { id: subjectId, name: subjectName },
    ...describeAlert(alert),
    facts,
    openedAt: isoTime(openedAt),
    closedAt: closedAt === null ? null : isoTime(closedAt),
  }
}

/** All rules as they are in force, and where notices go. An address is whole only for those who may change it. */
export function presentRules({ rules, webhookUrl, secrets, mail }: AlertSettingsRow, mayWrite: boolean) {
  const inForce = rulesOf(rules)
  return {
    rules: RULE_NAMES.map((name) => {
      const bounds = thresholdOf(name)
      const { enabled, threshold } = inForce[name]
      return {
        name,
        when: RULES[name].when(threshold ?? 0),
        enabled,
        threshold,
        bounds: bounds && { least: bounds.least, most: bounds.most, fallback: bounds.fallback },
      }
    }),
    webhookUrl: webhookUrl === null || mayWrite ? webhookUrl : (maskAddresses(webhookUrl) as string),
    signed: secrets !== null,
    mail,
  }
}
