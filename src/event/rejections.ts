/** Why an event was not accepted: Segment's "failed on ingest" codes, as far as ingest decides them. */
export const REJECTIONS = {
  bad_request: 'not what the tracking API expects, or larger than 32 KB',
  category_not_string: 'the category of the page is no text',
  consent_categorypreferences_fields_should_be_bool: 'a category of its consent is neither true nor false',
  consent_categorypreferences_fields_should_be_object: 'the categories of its consent are no object',
  consent_categorypreferences_should_exist: 'a change of consent without context.consent.categoryPreferences',
  consent_version_should_be_number: 'the version of its consent is no number',
  empty_batch: 'a batch without events',
  event_not_defined: 'a track without the name of its event',
  event_not_string: 'the name of the event is no text',
  id_not_string: 'an id is neither text nor a number',
  id_required: 'an id that the call needs is missing: groupId or previousId',
  name_not_string: 'the name of the page or screen is no text',
  no_user_anon_id: 'neither a userId nor an anonymousId',
  properties_not_object: 'properties are no object',
  source_disabled: 'the source is disabled',
  traits_not_object: 'traits are no object',
} as const satisfies Record<string, string>

export type RejectCode = keyof typeof REJECTIONS

/** How many events were rejected, by code. */
export type RejectCounts = Partial<Record<RejectCode, number>>

export function countReject(counts: RejectCounts, code: RejectCode, n = 1): void {
  counts[code] = (counts[code] ?? 0) + n
}
