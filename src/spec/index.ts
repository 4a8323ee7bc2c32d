/** The Segment Spec: event types, limits, validation and normalisation. Pure: no bindings, no I/O. */
export { parseJson } from './json.ts'
export { LIMITS, mostRepeated } from './limits.ts'
export { normalise, type Normalised, type RequestFacts } from './normalise.ts'
export { MOST_REFUSED, type Refused, refusedOf } from './refused.ts'
export { correctSkew, isoTime, parseTime } from './time.ts'
export { countReject, EVENT_TYPES, isEventType, isObject } from './types.ts'
export { countWarnings, type WarnCode, type WarnCounts, warningsOf } from './warnings.ts'
export type { Channel, EventType, JsonObject, RejectCode, RejectCounts, SpecEvent } from './types.ts'
