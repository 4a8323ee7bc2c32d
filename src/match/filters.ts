/**
 * Why a destination does not get an event: Segment's "filtered at destination" codes, each with what it says of the
 * destination ("it"). In Segment's order, in which the rules are asked.
 */
export const FILTERS = {
  UNSUPPORTED_EVENT_TYPE: 'it does not take this type of call',
  FILTERED_BY_INTEGRATIONS_OBJECT: 'the event’s own integrations object says so',
  MESSAGE_SENT_CLIENT_SIDE: 'it already got the event on the device',
} as const satisfies Record<string, string>

export type FilterCode = keyof typeof FILTERS
