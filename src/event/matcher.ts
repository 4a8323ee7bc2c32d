import { eventName } from './name.ts'
import type { EventType, SpecEvent } from './types.ts'

/** Which events are meant: all of these have to hold. */
export interface MeantEvents {
  types?: EventType[]
  /** Names of events, pages and screens: exact, or with `*` for any letters and `?` for one. */
  events?: string[]
  /** A `userId` or an `anonymousId`. */
  userIds?: string[]
}

/** Whether an event is one of these calls, has one of these names and is of one of these people; what is left out takes all. */
export function matcher(of: MeantEvents): (event: SpecEvent) => boolean {
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
