import { eventName, type JsonObject, type SpecEvent } from '../../../event/index.ts'
import { cutText, SHOWN } from '../../../ui/shown.ts'

/** What an event is called in a list: its name, or its call where it has none. */
export function eventTitle(payload: JsonObject | null): string {
  if (payload === null) return 'No longer in the archive'
  const event = payload as SpecEvent
  return short(eventName(event) ?? event.type, SHOWN.name)
}

/** Whose it is, as far as it says. */
export function eventPerson(payload: JsonObject | null): string | null {
  const { userId, anonymousId } = (payload ?? {}) as Partial<SpecEvent>
  const person = userId ?? anonymousId
  return typeof person === 'string' ? short(person, SHOWN.name) : null
}

/** Its call. */
export function eventCall(payload: JsonObject | null): string | null {
  const type = payload?.['type']
  return typeof type === 'string' ? type : null
}

/** Cut to what a list has room for. */
export function short(text: string, most: number = SHOWN.name): string {
  const { text: shown, cut } = cutText(text, most)
  return cut ? `${shown}…` : shown
}
