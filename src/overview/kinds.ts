import type { EventType } from '../event/index.ts'

/** Letters of a name: one may have 32 KB. */
const NAME_CHARS = 100
/** Before the call, where the name is one beyond those that are told apart. */
const OTHERS = '+'

/** What an event is, as counts tell it apart: a call and its name. */
export interface EventKind {
  type: EventType
  /** `null`: its calls have no name; absent: one beyond those that are told apart. */
  name?: string | null
}

/** `track Order Completed`; of calls without a name the call alone. */
export function nameKey(type: EventType, name: string | null): string {
  if (name === null) return type
  return `${type} ${name.length > NAME_CHARS ? `${name.slice(0, NAME_CHARS - 1)}…` : name}`
}

/** What `nameKey` was made of. */
export function nameOfKey(key: string): { type: EventType; name: string | null } {
  const end = key.indexOf(' ')
  return { type: (end < 0 ? key : key.slice(0, end)) as EventType, name: end < 0 ? null : key.slice(end + 1) }
}

/** The key of all further names of a call; of what is not known it is nothing more. */
export function othersOf(key: string): string {
  return key === '' || key.startsWith(OTHERS) ? key : OTHERS + nameOfKey(key).type
}

/** `undefined`: nothing is known of what it is. */
export function kindOfKey(key: string): EventKind | undefined {
  if (key === '') return undefined
  return key.startsWith(OTHERS) ? { type: key.slice(OTHERS.length) as EventType } : nameOfKey(key)
}
