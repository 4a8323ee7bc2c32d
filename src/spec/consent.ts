import { isObject, type JsonObject, type RejectCode } from './types.ts'

/** What is wrong with the consent object of a `Segment Consent Preference Updated` track, which must carry one. */
export function consentProblem(context: JsonObject): RejectCode | undefined {
  const consent = context.consent
  if (!isObject(consent) || consent.categoryPreferences === undefined) {
    return 'consent_categorypreferences_should_exist'
  }
  if (!isObject(consent.categoryPreferences)) return 'consent_categorypreferences_fields_should_be_object'
  if (Object.values(consent.categoryPreferences).some((value) => typeof value !== 'boolean')) {
    return 'consent_categorypreferences_fields_should_be_bool'
  }
  if (consent.version !== undefined && typeof consent.version !== 'number') return 'consent_version_should_be_number'
  return undefined
}
