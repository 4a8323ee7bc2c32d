import * as v from 'valibot'
import { flag } from '../input.ts'
import { RULE_NAMES, type RuleName, thresholdOf } from './rules.ts'

function ruleSchema(name: RuleName) {
  const bounds = thresholdOf(name)
  const within = v.check(
    (threshold: number) => Boolean(bounds && threshold >= bounds.least && threshold <= bounds.most),
    bounds ? `Must be ${bounds.least} to ${bounds.most}.` : 'This rule has no threshold.',
  )
  const threshold = v.pipe(v.number('Must be a number.'), v.integer('Must be a whole number.'), within)
  return v.optional(v.strictObject({ enabled: v.optional(flag), threshold: v.optional(threshold) }))
}

const rules = Object.fromEntries(RULE_NAMES.map((name) => [name, ruleSchema(name)])) as Record<
  RuleName,
  ReturnType<typeof ruleSchema>
>

export const alertRuleChanges = v.strictObject({
  rules: v.optional(v.strictObject(rules)),
  webhookUrl: v.optional(
    v.nullable(v.pipe(v.string('Must be text.'), v.maxLength(2_000, 'At most 2,000 characters.'))),
  ),
  webhookSecret: v.optional(v.nullable(v.string('Must be text.'))),
  mail: v.optional(flag),
})

export const alertChanges = v.strictObject({ state: v.literal('closed', 'Must be closed.') })
