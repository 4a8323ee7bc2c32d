import {
  type Attempt,
  type DeadEvent,
  type DeadLetter,
  type Looked,
  looksInside,
  withPayloads,
} from '../../lane/index.ts'
import { refusal } from '../../refusal.ts'
import type { ControlDeps } from '../request.ts'
import type { LetterFilter } from './filter.ts'

/** What one request looks at, where payloads have to tell: one read of the archive a letter at most. */
const LOOK = { letters: 300, events: 5_000 }

/** Where a list goes on: below the letter with this id, or in it, after one of its events. */
export interface LetterPlace {
  id: number
  event?: number
}

export interface LetterSearch {
  filter: LetterFilter
  /** Absent: from the newest on. */
  from?: LetterPlace | undefined
  /** Letters and events of an answer. `cut`: a letter may be shown in parts; else one comes whole, however long it is. */
  most: { letters: number; events: number; cut: boolean }
}

export interface Searched {
  found: Looked[]
  /** Events that were looked at, and those of them whose payload is gone, so that nobody can tell. */
  looked: number
  untold: number
  /** Absent: there are no more. An answer may be empty and have one: so much was looked at, and there is more. */
  next?: LetterPlace
}

/** Dead letters of a lane, the newest first. One call of the lane, and a bounded number of reads of the archive. */
export async function searchDeadLetters(
  deps: Pick<ControlDeps, 'lane' | 'archive' | 'ctx'>,
  lane: string,
  { filter, from, most }: LetterSearch,
): Promise<Searched> {
  const count = looksInside(filter.payload) ? LOOK.letters : most.letters
  const letters = await deps.lane(lane).deadLetters(below(from), count + 1, filter.lane)
  const answer: Searched = { found: [], looked: 0, untold: 0 }
  let shown = 0
  let last: LetterPlace | undefined
  for await (const one of withPayloads(letters.slice(0, count), filter.payload, deps)) {
    const events = one.events.filter(({ event }) => !isBefore(one.letter, event, from))
    const room = most.events - shown
    const full = most.cut ? room === 0 : shown > 0 && events.length > room
    if (last && (full || answer.found.length === most.letters || answer.looked >= LOOK.events))
      return { ...answer, next: last }
    const some = most.cut ? events.slice(0, room) : events
    answer.looked += one.letter.events.length
    answer.untold += one.untold
    if (some.length > 0) answer.found.push({ ...one, events: some })
    shown += some.length
    const cutAt = some.length < events.length ? some.at(-1)?.event : undefined
    last = { id: one.letter.id, ...(cutAt !== undefined && { event: cutAt }) }
    if (cutAt !== undefined) return { ...answer, next: last }
  }
  return letters.length > count && last ? { ...answer, next: last } : answer
}

export interface DescribedEvent {
  letter: DeadLetter
  event: DeadEvent
  /** Those that the lane remembers, the oldest first. */
  attempts: Attempt[]
}

/** One event of a dead letter, with its attempts. Two calls of the lane. Throws 404. */
export async function describeDeadEvent(
  deps: Pick<ControlDeps, 'lane' | 'archive' | 'ctx'>,
  lane: string,
  { id, event }: Required<LetterPlace>,
): Promise<DescribedEvent> {
  const letter = await deps.lane(lane).deadLetter(id)
  if (!letter?.events.includes(event))
    throw refusal(404, 'There is no such dead letter: it was sent again, or it is older than 30 days.')
  const { attempts } = await deps.lane(lane).traceOf(letter.log, letter.seq, event)
  for await (const { events } of withPayloads([{ ...letter, events: [event] }], {}, deps))
    return { letter, event: events[0] ?? { event, payload: null }, attempts }
  return { letter, event: { event, payload: null }, attempts }
}

/** The id below which a list goes on: a letter that was shown in part comes once more. */
export function below(from: LetterPlace | undefined): number | null {
  if (!from) return null
  return from.event === undefined ? from.id : from.id + 1
}

/** Whether an event was shown by an earlier answer. */
function isBefore({ id }: DeadLetter, event: number, from: LetterPlace | undefined): boolean {
  return from?.id === id && from.event !== undefined && event <= from.event
}
