import { isLeased } from './due.ts'
import { indexesOf, setOf } from './event-set.ts'
import type { Group, Work } from './work.ts'

/** Beyond so many groups of a work, those of one batch that are alike but for their time are made one. */
const MOST_GROUPS = 200
/** Messages that a work keeps, one a code: an answer's status is the receiver's choice, and a row's size must not be. */
const MOST_SAID = 8

/** Keeps what the receiver said with a code, the first time. */
export function say(work: Work, code: string, message: string | undefined): void {
  const said = (work.said ??= {})
  if (message === undefined || said[code] !== undefined || Object.keys(said).length >= MOST_SAID) return
  said[code] = message
}

/** Makes one group of those of a batch that have had as many attempts, when there are too many. */
export function compact(work: Work, now: number): void {
  if (work.groups.length > MOST_GROUPS) merge(work, now, ({ part, attempt }) => `${part} ${attempt}`)
  if (work.groups.length > Math.max(MOST_GROUPS, 2 * work.parts.length)) packWork(work, now)
}

/** One group of each batch, but for those that are being sent: as few characters as a work can have. */
export function packWork(work: Work, now: number): void {
  merge(work, now, ({ part }) => `${part}`)
}

/** The latest of their times and the fewest of their attempts: no event is sent too soon or given up too early. */
function merge(work: Work, now: number, keyOf: (group: Group) => string): void {
  const alike = Map.groupBy(work.groups, (group) => (isLeased(group, now) ? group : keyOf(group)))
  work.groups = [...alike.values()].flatMap((groups) => {
    const [first, ...others] = groups
    if (!first || others.length === 0) return groups
    const events = groups.flatMap((group) => indexesOf(group.events)).toSorted((a, b) => a - b)
    const { lease: _, waits: __, ...rest } = first
    const cuts = cutsOfAll(groups)
    return {
      ...rest,
      ...(cuts && { cuts }),
      events: setOf(events),
      attempt: Math.min(...groups.map(({ attempt }) => attempt)),
      due: Math.max(...groups.map(({ due }) => due)),
      deadline: Math.max(...groups.map(({ deadline }) => deadline)),
    }
  })
}

/** Where the batches of several groups begin: each stays what it was, unless they lie between one another. */
function cutsOfAll(groups: readonly Group[]): number[] | undefined {
  if (groups.every(({ cuts }) => cuts === undefined)) return undefined
  const starts = groups.flatMap(({ events, cuts = [] }) => [events.from, ...cuts])
  return [...new Set(starts)].toSorted((a, b) => a - b).slice(1)
}
