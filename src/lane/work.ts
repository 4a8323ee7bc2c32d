import type { Chunk } from '../archive/index.ts'
import type { Moment } from './buckets.ts'
import type { FailureCode } from './codes.ts'
import type { Slots, Ways } from '../overview/index.ts'
import { decodeSet, encodeSet, type EventSet, has, sizeOf } from './event-set.ts'
import { numbersIn } from './pieces.ts'
import type { Counts, Registration } from './protocol.ts'

/** What one registration brought and what is left of it: one row, so that figures and events change together. */
export interface Work {
  /** Of its log and its last seq (`Logs.workId`). */
  id: number
  log: string
  /** The log that its events were in before, when it was another: that of redriven and replayed work. */
  origin?: string
  /** The number of the redrive that made it of dead letters. */
  redrive?: number
  /** Milliseconds: since when these events are owed. */
  at: number
  /** Last seq of the log that it covers. */
  to: number
  parts: WorkPart[]
  groups: Group[]
  /** What the receiver said, by code: the first words with it, of a few codes. */
  said?: Record<string, string>
  /** Since the work came, or came back to memory; what was before that is in the lane's totals. */
  counts: Tally
  /** When the counts changed after the work came, by the minute. */
  past?: Moment[]
  /** Of what has ended, and of what came filtered, how much was of which kind: by slot of time. */
  ways?: Slots
  /** The same of slots that are over, without kinds: the lane's own row has it. */
  told?: Ways
}

export interface WorkPart {
  /** The batch's place in the log that its events come from. */
  seq: number
  key: string
  chunks: Chunk[]
  /** Index of the first event of the first chunk, where that is not 0. */
  first?: number
  /** Archived batches that are sent together with it (`pieces.ts`): what their events' indexes are less than their numbers here. */
  more?: (Omit<WorkPart, 'more'> & { base: number })[]
}

/** Events of one part that share their fate until the next attempt. */
export interface Group {
  part: number
  events: EventSet
  attempt: number
  /** Milliseconds: granted not before. */
  due: number
  /** Given up after, in the lane's own time (`paused-clock.ts`). */
  deadline: number
  lease?: Lease
  /** It has outlived its time once, because its receiver named a later one. */
  spared?: true
  /** Where the batches begin in which its events have been sent, beside the first: they are sent in the same ones again. */
  cuts?: number[]
  /** It waits for more, to be sent together. */
  waits?: true
  /** How the last attempt ended. */
  last?: { code: FailureCode; status?: number }
}

export interface Lease {
  id: string
  at: number
  until: number
  /** That of the platform when it was granted, where it has one. */
  generation?: string
  /** Granted while the breaker was open. */
  probe?: true
  /** Granted because somebody wanted one event to be tried in spite of a hold. */
  tried?: true
  /** Requests per second that this grant may use. */
  rate: number
  /** Requests in flight at most; absent: as many as a worker can. */
  parallel?: number
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

/** What all new work has in common, in milliseconds: now, when it is due, and its end in the lane's own time. */
export interface NewFacts {
  now: number
  due: number
  deadline: number
}

/** What the group of a part adds to its row. */
const GROUP_CHARS = 100

/** The work that a registration brings; all parts have their events from the same log. */
export function newWork(
  { log, to, parts }: Pick<Registration, 'log' | 'to' | 'parts'>,
  { id, now, due, deadline }: NewFacts & { id: number },
): Work {
  const from = parts[0]?.origin?.log ?? log
  const origin = from === log ? {} : { origin: from }
  const work: Work = { id, log, ...origin, at: now, to, parts: [], groups: [], counts: newTally() }
  for (const { seq, origin, key, chunks, events, filtered } of parts) {
    const set = decodeSet(events)
    const size = sizeOf(set)
    if (size > 0) {
      work.groups.push({ part: work.parts.length, events: set, attempt: 0, due, deadline })
      work.parts.push({ seq: origin?.seq ?? seq, key, chunks })
    }
    work.counts.accepted += size + total(filtered)
    work.counts.pending += size
    for (const [code, n] of Object.entries(filtered)) count(work.counts.filtered, code, n)
  }
  return work
}

/** Parts in portions of so many characters of row, and one in any case. Neighbours that differ by `kindOf` are parted. */
export function portionsOf<P extends object>(
  parts: readonly P[],
  mostChars: number,
  kindOf: (part: P) => unknown = () => undefined,
): P[][] {
  const portions: P[][] = []
  let chars = Infinity
  let kind: unknown
  for (const part of parts) {
    const own = JSON.stringify(part).length + GROUP_CHARS
    if (chars + own > mostChars || kindOf(part) !== kind) {
      portions.push([])
      chars = 0
    }
    portions.at(-1)?.push(part)
    chars += own
    kind = kindOf(part)
  }
  return portions
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

/** How a group's last attempt ended, in the receiver's words as far as they were kept. */
export function wordsOf({ said }: Work, last: Group['last']): { status?: number; message?: string } {
  const message = last && said?.[last.code]
  return { ...(last?.status !== undefined && { status: last.status }), ...(message !== undefined && { message }) }
}

/** One event: its batch in a log, and its index there. */
export interface Place {
  log: string
  seq: number
  event: number
}

/** The group that has this event. */
export function groupOf(work: Work, place: Place): Group | undefined {
  if (originLog(work) !== place.log) return undefined
  const numbers = work.parts.map((part) => numbersIn(part, place))
  return work.groups.find(({ part, events }) => numbers[part]?.some((number) => has(events, number)))
}

/** The log in which the events of a work have their seq. */
export function originLog(work: Work): string {
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

/** About how many characters the row has; exact where it could be too many. */
export function encodedLength(work: Work): number {
  const few = work.parts.length + work.groups.length < 100 && work.parts.every(({ chunks }) => chunks.length < 100)
  return few && work.groups.every(({ events }) => events.to - events.from < 10_000) ? 0 : encodeWork(work).length
}

export function decodeWork(text: string): Work {
  const row = JSON.parse(text) as Omit<Work, 'groups'> & { groups: (Omit<Group, 'events'> & { events: string })[] }
  return { ...row, groups: row.groups.map((group) => ({ ...group, events: decodeSet(group.events) })) }
}
