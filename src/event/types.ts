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
