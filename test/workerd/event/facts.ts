import {
  type JsonObject,
  normalise,
  type RejectCode,
  type RequestFacts,
  type SpecEvent,
} from '../../../src/event/index.ts'

export const NOW = Date.parse('2030-01-01T00:00:02.100Z')

/** What a request at `NOW` gives to its events. */
export function facts(overrides: Partial<RequestFacts> = {}): RequestFacts {
  return { receivedAt: NOW, projectId: 'src_1', newMessageId: () => 'assigned', ...overrides }
}

/** The normalised event. Throws when it is rejected. */
export function accepted(raw: unknown, overrides?: Partial<RequestFacts>): SpecEvent {
  const result = normalise(raw, facts(overrides))
  if (!result.ok) throw new Error(`rejected: ${result.code}`)
  return result.event
}

/** `ok`, or why the event is rejected. */
export function verdict(raw: unknown, overrides?: Partial<RequestFacts>): RejectCode | 'ok' {
  const result = normalise(raw, facts(overrides))
  return result.ok ? 'ok' : result.code
}

/** A track with what every track needs, and `fields`. */
export function track(fields: JsonObject = {}): JsonObject {
  return { type: 'track', event: 'Paid', userId: 'u1', messageId: 'm1', ...fields }
}
