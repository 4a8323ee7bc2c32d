import { isExactNumber } from './json.ts'
import type { RejectCode } from './rejections.ts'
import { isObject, type JsonObject } from './types.ts'

/** The track that tells of a changed consent. */
export const CONSENT_EVENT = 'Segment Consent Preference Updated'

/**
 * What is wrong with the consent object of a `CONSENT_EVENT`, which must carry one.
 * `null` counts as absent here too.
 */
export function consentProblem(context: JsonObject): RejectCode | undefined {
  if (known?.context !== context) known = { context, problem: problemOf(context) }
  return known.problem
}

/** The last one that was looked at: the events of a batch may share one with thousands of categories. */
let known: { context: JsonObject; problem: RejectCode | undefined } | undefined

function problemOf(context: JsonObject): RejectCode | undefined {
  const { categoryPreferences, version } = isObject(context.consent) ? context.consent : {}
  if (categoryPreferences === undefined || categoryPreferences === null) {
    return 'consent_categorypreferences_should_exist'
  }
  if (!isObject(categoryPreferences)) return 'consent_categorypreferences_fields_should_be_object'
  if (Object.values(categoryPreferences).some((value) => typeof value !== 'boolean')) {
    return 'consent_categorypreferences_fields_should_be_bool'
  }
  const isNumber = typeof version === 'number' || isExactNumber(version)
  return version === undefined || version === null || isNumber ? undefined : 'consent_version_should_be_number'
}
