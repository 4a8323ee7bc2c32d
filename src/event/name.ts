import type { SpecEvent } from './types.ts'

/** What an event is called: of a track its event, of a page, screen and others their name; `null`: it has none. */
export function eventName(event: Pick<SpecEvent, 'type'> & { event?: unknown; name?: unknown }): string | null {
  const name = event.type === 'track' ? event.event : event.name
  return typeof name === 'string' ? name : null
}
