/**
 * Why a destination does not get an event: Segment's "filtered at destination" codes, and what each says of event (it) or
 * destination. In Segment's order, which is the order in which the rules are asked.
 */
export const FILTERS = {
  UNSUPPORTED_EVENT_TYPE: 'it does not take this type of call',
  FILTERED_BY_INTEGRATIONS_OBJECT: 'the event’s own integrations object says so',
  MESSAGE_SENT_CLIENT_SIDE: 'it already got the event on the device',
} as const satisfies Record<string, string>

export type FilterCode = keyof typeof FILTERS
