import { isExactNumber } from './json.ts'

/** The calls of the Segment Spec. */
export const EVENT_TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const
export type EventType = (typeof EVENT_TYPES)[number]

export function isEventType(value: unknown): value is EventType {
  return (EVENT_TYPES as readonly unknown[]).includes(value)
}

export type Channel = 'client' | 'server' | 'mobile'

export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value)
}

/** An event as it is archived and delivered: normalised, without the write key. Fields beyond the Spec are kept. */
export interface SpecEvent extends JsonObject {
  type: EventType
  messageId: string
  projectId: string
  channel: Channel
  version: 2
  context: JsonObject
  integrations: JsonObject
  /** UTC ISO 8601 with milliseconds, as are the other times; `originalTimestamp` and `sentAt` that cannot be read are the client's text. */
  timestamp: string
  originalTimestamp: string
  receivedAt: string
  sentAt?: string | null
  /** `null` as it was sent: one of the two is text. */
  userId?: string | null
  anonymousId?: string | null
}

/** Why an event was not accepted: Segment's "failed on ingest" codes, as far as ingest decides them. */
export type RejectCode =
  | 'bad_request'
  | 'consent_categorypreferences_fields_should_be_bool'
  | 'consent_categorypreferences_fields_should_be_object'
  | 'consent_categorypreferences_should_exist'
  | 'consent_version_should_be_number'
  | 'category_not_string'
  | 'empty_batch'
  | 'event_not_defined'
  | 'event_not_string'
  | 'id_not_string'
  | 'id_required'
  | 'name_not_string'
  | 'no_user_anon_id'
  | 'properties_not_object'
  | 'source_disabled'
  | 'traits_not_object'

/** How many events were rejected, by code. */
export type RejectCounts = Partial<Record<RejectCode, number>>

export function countReject(counts: RejectCounts, code: RejectCode, n = 1): void {
  counts[code] = (counts[code] ?? 0) + n
}
