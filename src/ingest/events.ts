import { Buffer } from 'node:buffer'
import { countReject, LIMITS, normalise, type RejectCounts, type RequestFacts } from '../spec/index.ts'

/** The events of one request: those that are accepted, as lines of JSON, and how many were not, by code. */
export interface Events {
  lines: string[]
  rejected: RejectCounts
}

/** Checks and normalises every event for itself; a bad one costs the others nothing. */
export function normaliseAll(raw: readonly unknown[], facts: RequestFacts): Events {
  const lines: string[] = []
  const rejected: RejectCounts = {}
  const size = Math.min(raw.length, LIMITS.batchEvents)
  for (let at = 0; at < size; at++) {
    const line = lineOf(raw[at], facts, rejected)
    if (line !== undefined) lines.push(line)
  }
  if (raw.length > size) countReject(rejected, 'bad_request', raw.length - size)
  return { lines, rejected }
}

function lineOf(raw: unknown, facts: RequestFacts, rejected: RejectCounts): string | undefined {
  const result = normalise(raw, facts)
  if (!result.ok) {
    countReject(rejected, result.code)
    return undefined
  }
  try {
    const line = JSON.stringify(result.event)
    if (!isOversize(raw, line)) return line
  } catch {
    // Nested so deeply that it can be parsed but not written again.
  }
  countReject(rejected, 'bad_request')
  return undefined
}

/** Counts the bytes of the event as the client sent it only when they can matter. */
export function isOversize(raw: unknown, line: string): boolean {
  if (line.length * 3 <= LIMITS.eventBytes) return false
  return Buffer.byteLength(JSON.stringify(raw)) > LIMITS.eventBytes
}
