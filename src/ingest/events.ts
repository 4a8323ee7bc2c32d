import { Buffer } from 'node:buffer'
import {
  countReject,
  countWarnings,
  LIMITS,
  MOST_REFUSED,
  normalise,
  type Refused,
  refusedOf,
  type RejectCode,
  type RejectCounts,
  type RequestFacts,
  type WarnCounts,
} from '../spec/index.ts'
import { isTooDeep } from './depth.ts'

/** The events of one request: those that are accepted, as lines of JSON, and how many were not, by code. */
export interface Events {
  lines: string[]
  rejected: RejectCounts
  /** A few of these as they were sent. */
  refused: Refused[]
  /** Events that were accepted with a warning, by code; absent without. */
  warned?: WarnCounts
  /** Some were rejected because they are over the limits of one event. */
  tooLarge: boolean
}

/** Checks and normalises every event for itself; a bad one costs the others nothing. */
export function normaliseAll(raw: readonly unknown[], facts: RequestFacts): Events {
  const events: Events = { lines: [], rejected: {}, refused: [], tooLarge: false }
  const size = Math.min(raw.length, LIMITS.batchEvents)
  let chars = 0
  let at = 0
  for (; at < size && chars < LIMITS.keptChars; at++) {
    const line = lineOf(raw[at], facts, events)
    if (line === undefined) continue
    events.lines.push(line)
    chars += line.length
  }
  if (raw.length > at) countReject(events.rejected, 'bad_request', raw.length - at)
  return events
}

function lineOf(raw: unknown, facts: RequestFacts, events: Events): string | undefined {
  const result = normalise(raw, facts)
  if (!result.ok) {
    refuse(events, result.code, raw)
    return undefined
  }
  const line = jsonOf(result.event)
  // The bytes of the event as the client sent it are counted only when they can matter.
  const fits = line !== undefined && (line.length * 3 <= LIMITS.eventBytes || !isOversize(raw))
  if (fits && !isTooDeep(line)) {
    if (result.warnings) countWarnings((events.warned ??= {}), result.warnings)
    return line
  }
  refuse(events, 'bad_request', raw)
  events.tooLarge = true
  return undefined
}

function refuse({ rejected, refused }: Events, code: RejectCode, raw: unknown): void {
  countReject(rejected, code)
  if (refused.length < MOST_REFUSED.request) refused.push(refusedOf(code, raw))
}

/** Whether a value, as compact JSON, has more bytes than an event may. */
export function isOversize(value: unknown): boolean {
  const text = jsonOf(value)
  return text === undefined || Buffer.byteLength(text) > LIMITS.eventBytes
}

/** `undefined`: nested so deeply that it can be parsed but not written again. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
