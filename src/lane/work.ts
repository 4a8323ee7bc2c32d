import type { Chunk } from '../archive/index.ts'
import type { Moment } from './buckets.ts'
import { decodeSet, encodeSet, type EventSet, sizeOf } from './event-set.ts'
import type { Counts, Registration } from './protocol.ts'

/** What one registration brought and what is left of it: one row, so that figures and events change together. */
export interface Work {
  /** log number × 2⁴⁰ + last seq: never used again, so that a late settlement cannot hit other events. */
  id: number
  log: string
  /** Redriven work only: the log that its events were in before. */
  origin?: string
  /** Milliseconds: since when these events are owed. */
  at: number
  /** Last seq of the log that it covers. */
  to: number
  parts: WorkPart[]
  groups: Group[]
  counts: Tally
  /** When the counts changed after the work came, by the minute. */
  past?: Moment[]
}

export interface WorkPart {
  seq: number
  key: string
  chunks: Chunk[]
  /** Index of the first event of the first chunk, where that is not 0. */
  first?: number
}

/** Events of one part that share their fate until the next attempt. */
export interface Group {
  part: number
  events: EventSet
  attempt: number
  /** Milliseconds: granted not before. */
  due: number
  /** Given up after, in the lane's own time (`standing.ts`). */
  deadline: number
  lease?: Lease
  /** It has outlived its time once, because its receiver named a later one. */
  spared?: true
  /** How the last attempt ended. */
  last?: { code: string; status?: number; message?: string }
}

export interface Lease {
  id: string
  at: number
  until: number
  /** Granted while the breaker was open. */
  probe?: true
  /** Granted because somebody wanted one event to be tried in spite of a hold. */
  tried?: true
  /** Requests per second that this grant may use. */
  rate: number
}

/** Each figure is counted at its own transition; none is computed from the others. */
export interface Tally {
  accepted: number
  delivered: number
  pending: number
  filtered: Counts
  dead: Counts
  attempts: Counts
}

/** The work that a registration brings. */
export function newWork(
  { log, to, parts }: Pick<Registration, 'log' | 'to' | 'parts'>,
  { id, now, due, deadline }: { id: number; now: number; due: number; deadline: number },
): Work {
  const work: Work = { id, log, at: now, to, parts: [], groups: [], counts: newTally() }
  for (const { seq, key, chunks, events, filtered } of parts) {
    const set = decodeSet(events)
    const size = sizeOf(set)
    work.parts.push({ seq, key, chunks })
    if (size > 0) work.groups.push({ part: work.parts.length - 1, events: set, attempt: 0, due, deadline })
    work.counts.accepted += size + total(filtered)
    work.counts.pending += size
    for (const [code, n] of Object.entries(filtered)) count(work.counts.filtered, code, n)
  }
  return work
}

export function newTally(): Tally {
  return { accepted: 0, delivered: 0, pending: 0, filtered: {}, dead: {}, attempts: {} }
}

export function addTally(into: Tally, from: Tally): void {
  into.accepted += from.accepted
  into.delivered += from.delivered
  into.pending += from.pending
  for (const name of ['filtered', 'dead', 'attempts'] as const) {
    for (const [code, n] of Object.entries(from[name])) count(into[name], code, n)
  }
}

export function count(counts: Counts, code: string, n: number): void {
  counts[code] = (counts[code] ?? 0) + n
}

/** The log in which the events of a work have their seq. */
export function originOf(work: Work): string {
  return work.origin ?? work.log
}

export function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0)
}

/** The row's text: JSON with the event sets encoded. */
export function encodeWork(work: Work): string {
  return JSON.stringify({
    ...work,
    groups: work.groups.map((group) => ({ ...group, events: encodeSet(group.events) })),
  })
}

export function decodeWork(text: string): Work {
  const row = JSON.parse(text) as Omit<Work, 'groups'> & { groups: (Omit<Group, 'events'> & { events: string })[] }
  return { ...row, groups: row.groups.map((group) => ({ ...group, events: decodeSet(group.events) })) }
}
