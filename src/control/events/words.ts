/** What codes mean, for people. A code that is not here is shown as it is. */
const REFUSALS: Record<string, string> = {
  no_user_anon_id: 'neither a userId nor an anonymousId',
  event_not_defined: 'a track without the name of its event',
  event_not_string: 'the name of the event is no text',
  properties_not_object: 'properties are no object',
  traits_not_object: 'traits are no object',
  name_not_string: 'the name of the page or screen is no text',
  category_not_string: 'the category of the page is no text',
  id_required: 'an id that the call needs is missing: groupId or previousId',
  id_not_string: 'an id is neither text nor a number',
  source_disabled: 'the source is disabled',
  empty_batch: 'a batch without events',
  bad_request: 'not what the tracking API expects, or larger than 32 KB',
}

export function refusalWords(code: string): string {
  return REFUSALS[code] ?? code
}

/** What of an accepted event could not be taken as it was meant. */
const WARNINGS: Record<string, string> = {
  timestamp_unreadable: 'its time cannot be read: it is kept as it was sent, and the time of receipt stands for it',
  sent_at_unreadable: 'the time of its request cannot be read, so that a wrong clock was not corrected by it',
  clock_wrong: 'its times contradict our clock by more than a day: a clock is wrong, and was not corrected by them',
}

export function warningWords(code: string): string {
  return WARNINGS[code] ?? code
}

/** Why a destination does not get an event. */
const FILTERS: Record<string, string> = {
  UNSUPPORTED_EVENT_TYPE: 'it does not take this type of call',
  FILTERED_BY_INTEGRATIONS_OBJECT: 'the event’s own integrations object says so',
  MESSAGE_SENT_CLIENT_SIDE: 'it already got the event on the device',
}

export function filterWords(code: string): string {
  return FILTERS[code] ?? code
}

/** Codes and their words, for pages that say them in the browser. */
export const CODE_WORDS: Readonly<Record<string, string>> = { ...REFUSALS, ...WARNINGS, ...FILTERS }
