import type { BatchTerms } from '../settings/index.ts'
import { cutGrant } from './cut-grant.ts'
import { isLeased } from './due.ts'
import { indexesOf, setOf } from './event-set.ts'
import { append, byPiece, membersIn, piecesIn } from './pieces.ts'
import type { GrantPiece } from './protocol.ts'
import { encodeWork, type Group, type Work, type WorkPart } from './work.ts'

/** Archived batches that are put together: a worker reads each of them by itself. */
const MOST_PIECES = 32
/** Bytes of text that a grant has at most, unless one batch alone has more; the second where many workers are out at once. */
export const GRANT_BYTES = 1_024_000
export const FEW_BYTES = 512_000
/** A batch begins somewhere in a member, of which it may have the end only. */
const SLACK_BYTES = 100 * 1_024

/**
 * Numbers at which batches begin, beside the first: after so many events, or where the members of the archive that a batch
 * reads would have too much text (what is too much all the same its worker halves). `cuts` are those that were made before.
 * The same for the same events, so that a batch that is sent again is the same batch.
 */
export function cutsOf(
  events: readonly number[],
  part: WorkPart,
  { maxEvents, maxBytes }: Pick<BatchTerms, 'maxEvents' | 'maxBytes'>,
  cuts: readonly number[] = [],
): { cuts: number[]; isFull: boolean } {
  const found: number[] = []
  const members = membersIn(part)
  const known = cuts.values()
  let cut = known.next()
  let member = members.next()
  let count = 0
  let bytes = 0
  let from = -1
  for (const [at, event] of events.entries()) {
    while (!member.done && event >= member.value.end) member = members.next()
    const { end = 0, bytes: own = 0 } = member.value ?? {}
    const isNew = end !== from
    let isCut = false
    for (; !cut.done && cut.value <= event; cut = known.next()) isCut = at > 0
    if (at > 0 && (isCut || count === maxEvents || (isNew && bytes + own > maxBytes + SLACK_BYTES))) {
      found.push(event)
      count = 0
      bytes = 0
    }
    if (isNew || count === 0) bytes += own
    from = end
    count++
  }
  return { cuts: found, isFull: count === maxEvents }
}

/** The first batches of a group, no more than these requests, events and bytes of text allow, and one in any case. */
export function cutBatches(
  group: Pick<Group, 'events' | 'cuts'>,
  part: WorkPart,
  batch: BatchTerms,
  most: { requests: number; events: number; bytes: number },
): { events: number[]; rest: number[]; cuts: number[]; requests: number } {
  const all = indexesOf(group.events)
  const { cuts } = cutsOf(all, part, batch, group.cuts)
  const starts = [all[0] ?? 0, ...cuts]
  const members = membersIn(part)
  let member = members.next()
  let bytes = 0
  let from = -1
  let taken = 0
  let requests = 0
  let at = 0
  for (const [n] of starts.entries()) {
    const end = starts[n + 1] ?? Infinity
    let own = 0
    let size = 0
    for (; at + size < all.length && (all[at + size] ?? 0) < end; size++) {
      const event = all[at + size] ?? 0
      while (!member.done && event >= member.value.end) member = members.next()
      const { end: to = 0, bytes: text = 0 } = member.value ?? {}
      if (to !== from) own += text
      from = to
    }
    const isTooMuch = requests === most.requests || taken + size > most.events || bytes + own > most.bytes
    if (requests > 0 && isTooMuch) break
    requests++
    taken += size
    bytes += own
    at += size
  }
  return { events: all.slice(0, taken), rest: all.slice(taken), cuts: cuts.slice(0, requests - 1), requests }
}

/** Where a worker reads the events of a grant: the members that hold them, of each archived batch by itself. */
export function grantPieces(part: WorkPart, events: readonly number[]): GrantPiece[] {
  return byPiece(part, events).map(({ piece: { seq, key, chunks, first, base }, events: own }) => {
    const cut = cutGrant(own, { chunks, first }, Infinity, Infinity)
    return { seq, key, chunks: cut.chunks, first: cut.first, base }
  })
}

/**
 * Puts what a registration brings together, and behind what waits already in `into`: full batches are due, what is left waits
 * for more until `dueAt` (milliseconds) and the terms' own wait are over.
 */
export function gather(
  work: Work,
  batch: BatchTerms,
  dueAt: number,
  into: { work: Work; waiting: Group } | null = null,
): void {
  const to = into?.work ?? work
  const first = into?.waiting
  const firstPart = first && to.parts[first.part]
  const all: { part: WorkPart; events: number[]; group: Group; old: number }[] = []
  if (first && firstPart)
    all.push({ part: firstPart, events: indexesOf(first.events), group: first, old: indexesOf(first.events).length })
  for (const group of work.groups) {
    const part = work.parts[group.part]
    if (!part) continue
    const events = indexesOf(group.events)
    const last = all.at(-1)
    if (last && piecesIn(last.part).length < MOST_PIECES) {
      const base = append(last.part, part)
      for (const event of events) last.events.push(base + event)
      last.group.deadline = Math.max(last.group.deadline, group.deadline)
    } else all.push({ part, events, group, old: 0 })
  }
  if (to !== work) to.groups = to.groups.filter((group) => group !== first)
  else Object.assign(work, { parts: [], groups: [] })
  for (const [n, { part, events, group, old }] of all.entries()) {
    const known = to.parts.indexOf(part)
    const index = known === -1 ? to.parts.push(part) - 1 : known
    const isLast = n === all.length - 1
    const { cuts, isFull } = cutsOf(events, part, batch)
    const tailAt =
      isFull || !isLast || batch.maxWaitMs === 0
        ? events.length
        : cuts.length === 0
          ? 0
          : events.indexOf(cuts.at(-1) ?? 0)
    const { waits: _, ...rest } = group
    if (tailAt > 0) to.groups.push({ ...rest, part: index, events: setOf(events.slice(0, tailAt)), due: dueAt })
    if (tailAt === events.length) continue
    // What waited before waits no longer than it would have.
    const due = tailAt < old ? group.due : dueAt + batch.maxWaitMs
    to.groups.push({ ...rest, part: index, events: setOf(events.slice(tailAt)), due, waits: true })
  }
}

/** The group of a work that waits for more of what a new work brings, where both fit into one row; `null`: there is none. */
export function waitingIn(work: Work | undefined, more: Work, now: number, mostChars: number): Group | null {
  const group = work?.groups.at(-1)
  if (!work || !group?.waits || group.due <= now || isLeased(group, now)) return null
  if (work.log !== more.log || work.origin !== more.origin) return null
  const part = work.parts[group.part]
  if (!part || piecesIn(part).length + more.parts.length > MOST_PIECES) return null
  return encodeWork(work).length + encodeWork(more).length <= mostChars ? group : null
}
