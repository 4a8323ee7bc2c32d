import { eventName, type EventType, type SpecEvent } from '../event/index.ts'

/** Which events of a source a replay takes: all of these have to hold. */
export interface Selection {
  /** Milliseconds: received from then on, and before. */
  from: number
  until: number
  types?: EventType[]
  /** Names of events, pages and screens: exact, or with `*` for any letters and `?` for one. */
  events?: string[]
  /** A `userId` or an `anonymousId`. */
  userIds?: string[]
  /** 0 to 1: of the people, so that one of whom an event is taken comes with all of theirs. */
  sample?: number
}

/** Whether a selection takes an event. `salt` decides who is in the sample. */
export function selector(selection: Selection, salt: string): (event: SpecEvent) => boolean {
  const { from, until, sample } = selection
  const isOf = matcher(selection)
  return (event) => {
    if (!isOf(event)) return false
    const received = Date.parse(event.receivedAt)
    if (!(received >= from && received < until)) return false
    return sample === undefined || isSampled(salt + personKey(event), sample)
  }
}

/** Whether an event is one of these calls, has one of these names and is of one of these people; what is left out takes all. */
export function matcher(of: Pick<Selection, 'types' | 'events' | 'userIds'>): (event: SpecEvent) => boolean {
  const types = of.types && new Set<string>(of.types)
  const users = of.userIds && new Set<unknown>(of.userIds)
  const names = of.events?.map(globOf)
  return (event) => {
    if (types && !types.has(event.type)) return false
    if (users && !users.has(event.userId) && !users.has(event.anonymousId)) return false
    if (!names) return true
    const name = eventName(event)
    return name !== null && names.some((glob) => glob.test(name))
  }
}

/** Whose event it is, as far as it says. */
export function personKey({ userId, anonymousId, messageId }: SpecEvent): string {
  return userId ?? anonymousId ?? messageId
}

/** A pattern of any number of letters for each `*`, linear in the text however many there are. */
function globOf(text: string): { test(name: string): boolean } {
  if (!/[*?]/.test(text)) return { test: (name) => name === text }
  return { test: (name) => matches(text, name) }
}

/** The classic two-pointer match: goes back to the last star only, so that no pattern takes long. */
function matches(pattern: string, text: string): boolean {
  let at = 0
  let place = 0
  let star = -1
  let since = 0
  while (place < text.length) {
    if (pattern[at] === '*') {
      star = at++
      since = place
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[place])) {
      at++
      place++
    } else if (star >= 0) {
      at = star + 1
      place = ++since
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}

/** FNV-1a with its bits mixed once more, as a fraction of all. */
function isSampled(text: string, sample: number): boolean {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash ^= hash >>> 13
  return (hash >>> 0) / 2 ** 32 < sample
}
