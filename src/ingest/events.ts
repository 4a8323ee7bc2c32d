import { Buffer } from 'node:buffer'
import {
  countReject,
  countWarnings,
  LIMITS,
  MOST_REJECTED,
  mostRepeated,
  normalise,
  type Rejected,
  rejectedOf,
  type RejectCode,
  type RejectCounts,
  type RequestFacts,
  type WarnCounts,
} from '../event/index.ts'
import { isTooDeep } from './depth.ts'
import { ScannedEvents } from './scanned.ts'
import { Splicer } from './splice.ts'

/** The events of one request: those that are accepted, as lines of JSON, and how many were not, by code. */
export interface Events {
  lines: string[]
  rejected: RejectCounts
  /** A few of these as they were sent. */
  refused: Rejected[]
  /** Events that were accepted with a warning, by code; absent without. */
  warned?: WarnCounts
  /** Some were rejected because they are over the limits of one event. */
  tooLarge: boolean
}

/** The events of a request as they were sent: objects, or where they stand in the body. */
export type SentEvents = readonly unknown[] | ScannedEvents

export function sentEvent(sent: SentEvents, n: number): unknown {
  return sent instanceof ScannedEvents ? sent.raw(n) : sent[n]
}

/**
 * Checks and normalises every event for itself; a bad one costs the others nothing. `bodyBytes`: the request's body,
 * after decompression, which bounds what is written.
 */
export function normaliseAll(sent: SentEvents, facts: RequestFacts, bodyBytes: number): Events {
  const events: Events = { lines: [], rejected: {}, refused: [], tooLarge: false }
  const size = Math.min(sent.length, LIMITS.batchEvents)
  const scanned = sent instanceof ScannedEvents ? sent : undefined
  const splicer = scanned && new Splicer(scanned, facts)
  let repetitions = mostRepeated(bodyBytes) / bytesForAll(facts)
  let written = 0
  let at = 0
  for (; at < size && repetitions >= 1; at++) {
    const own = splicer?.line(at)
    if (scanned && own !== undefined) {
      written += own.length
      if (written > LIMITS.keptBytes) break
      events.lines.push(scanned.decoded(own))
      continue
    }
    const line = lineOf(sentEvent(sent, at), facts, events)
    if (line === undefined) continue
    // What is rejected only now has been written all the same.
    repetitions--
    written += Buffer.byteLength(line.text)
    if (line.ok && written > LIMITS.keptBytes) break
    if (line.ok) events.lines.push(line.text)
  }
  if (sent.length > at) countReject(events.rejected, 'bad_request', sent.length - at)
  if (at < size) events.refused = [tooMuch(size - at), ...events.refused].slice(0, MOST_REJECTED.request)
  return events
}

/** Bytes of what a batch says for all its events; 0: nothing. */
function bytesForAll({ context, integrations }: RequestFacts): number {
  return context || integrations ? Buffer.byteLength(jsonOf({ context, integrations }) ?? '') : 0
}

/** Says to whoever looks for the reason what became of those that were dropped. */
function tooMuch(events: number): Rejected {
  const text = `${events} events: with what the batch says for all of them they are too much text. Send smaller batches, or context and integrations with each event.`
  return { code: 'bad_request', text }
}

/** The event as it is written; `undefined`: rejected before that. */
function lineOf(raw: unknown, facts: RequestFacts, events: Events): { ok: boolean; text: string } | undefined {
  const result = normalise(raw, facts)
  if (!result.ok) {
    reject(events, result.code, raw)
    return undefined
  }
  const text = jsonOf(result.event)
  // The bytes of the event as the client sent it are counted only when they can matter.
  const fits = text !== undefined && (text.length * 3 <= LIMITS.eventBytes || !isOversize(raw))
  if (fits && !isTooDeep(text)) {
    if (result.warnings) countWarnings((events.warned ??= {}), result.warnings)
    return { ok: true, text }
  }
  reject(events, 'bad_request', raw)
  events.tooLarge = true
  return { ok: false, text: text ?? '' }
}

function reject({ rejected, refused }: Events, code: RejectCode, raw: unknown): void {
  countReject(rejected, code)
  if (refused.length < MOST_REJECTED.request) refused.push(rejectedOf(code, raw))
}

/** Whether a value, as compact JSON, has more bytes than an event may. */
export function isOversize(value: unknown): boolean {
  const text = jsonOf(value)
  return text === undefined || Buffer.byteLength(text) > LIMITS.eventBytes
}

/** What one event has too much of, in words; `undefined`: it is within the limits. */
export function excessOf(event: unknown): string | undefined {
  const json = jsonOf(event)
  if (json !== undefined && Buffer.byteLength(json) <= LIMITS.eventBytes && !isTooDeep(json)) return undefined
  return `An event has at most ${LIMITS.eventBytes / 1024} KB and ${LIMITS.eventLevels} levels.`
}

/** `undefined`: nested so deeply that it can be parsed but not written again. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
