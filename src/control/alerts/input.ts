import * as v from 'valibot'
import { flag } from '../input.ts'
import { RULE_NAMES, type RuleName } from './rules.ts'

const rule = v.strictObject({
  enabled: v.optional(flag),
  threshold: v.optional(v.pipe(v.number('Must be a number.'), v.integer('Must be a whole number.'))),
})

const rules = Object.fromEntries(RULE_NAMES.map((name) => [name, v.optional(rule)])) as Record<
  RuleName,
  v.OptionalSchema<typeof rule, undefined>
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
