import type { JsonObject } from '../../../src/event/index.ts'

/** What the platform alone knows of an event: who sent it, from where, and when it came. */
export interface Facts {
  channel: string
  projectId: string
  ip: string
  userAgent: string | undefined
  /** Milliseconds. */
  receivedAt: number
}

/**
 * The event as destinations and the archive must get it, from what an SDK put on the wire. Written from the protocol
 * (common fields, time, the worked example), not from the code that does it.
 */
export function prescribed(event: JsonObject, envelope: JsonObject, facts: Facts): JsonObject {
  const { writeKey: _, ...fields } = event
  const originalTimestamp = milliseconds(event.timestamp)
  // A batch says for all its events when it was sent.
  const sentAt = milliseconds(event.sentAt ?? envelope.sentAt)
  return {
    ...fields,
    // The server looks at its caller for libraries that run on a device; the user agent is a browser's only.
    context: {
      ...(facts.channel !== 'server' && { ip: facts.ip }),
      ...(facts.channel === 'client' && { userAgent: facts.userAgent }),
      ...(envelope.context as JsonObject | undefined),
      ...(event.context as JsonObject | undefined),
    },
    integrations: {
      ...(envelope.integrations as JsonObject | undefined),
      ...(event.integrations as JsonObject | undefined),
    },
    // The client's clock may be wrong; how long ago the event was when it was sent is right all the same.
    timestamp: iso(facts.receivedAt - (sentAt - originalTimestamp)),
    originalTimestamp: iso(originalTimestamp),
    sentAt: iso(sentAt),
    receivedAt: iso(facts.receivedAt),
    channel: facts.channel,
    projectId: facts.projectId,
    version: 2,
  }
}

const milliseconds = (time: unknown) => Date.parse(String(time))
const iso = (ms: number) => new Date(ms).toISOString()

/** The paths at which two values differ. */
export function differences(actual: unknown, wanted: unknown, path = ''): string[] {
  if (Object.is(actual, wanted)) return []
  if (typeof actual !== 'object' || typeof wanted !== 'object' || !actual || !wanted) {
    return [`${path} is ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`]
  }
  const keys = new Set([...Object.keys(actual), ...Object.keys(wanted)])
  return [...keys].flatMap((key) =>
    differences((actual as JsonObject)[key], (wanted as JsonObject)[key], path === '' ? key : `${path}.${key}`),
  )
}

/** As `differences`, for the keys of `wanted` only: what else there is does not matter. */
export function missing(actual: unknown, wanted: unknown, path = ''): string[] {
  const isLeaf = typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)
  if (isLeaf || Object.keys(wanted).length === 0) return differences(actual, wanted, path)
  return Object.entries(wanted).flatMap(([key, value]) =>
    missing((actual as JsonObject | undefined)?.[key], value, path === '' ? key : `${path}.${key}`),
  )
}
