import type { Chunk } from '../archive/index.ts'
import { decodeSet, encodeSet, type EventSet } from './event-set.ts'
import type { Counts } from './protocol.ts'

/** What one registration brought and what is left of it: one row, so that figures and events change together. */
export interface Work {
  /** log number × 2⁴⁰ + last seq: never used again, so that a late settlement cannot hit other events. */
  id: number
  log: string
  /** Milliseconds: since when these events are owed. */
  at: number
  /** Last seq of the log that it covers. */
  to: number
  parts: { seq: number; key: string; chunks: Chunk[] }[]
  groups: Group[]
  counts: Tally
}

/** Events of one part that share their fate until the next attempt. */
export interface Group {
  part: number
  events: EventSet
  attempt: number
  /** Milliseconds: granted not before, given up after. */
  due: number
  deadline: number
  lease?: Lease
  /** How the last attempt ended. */
  last?: { code: string; status?: number; message?: string }
}

export interface Lease {
  id: string
  until: number
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
