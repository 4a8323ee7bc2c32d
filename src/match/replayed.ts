import type { SpecEvent } from '../event/index.ts'

/**
 * An archived event as a replay sends it to one tool: for that tool alone, whatever it had said of others, and with the
 * replay’s id in its context, so that a partner can tell (as Segment’s replays have it). Ids and times stay as they are. The
 * event itself is left as it is.
 */
export function replayed(event: SpecEvent, tool: string, replay: string): SpecEvent {
  return { ...event, integrations: { All: false, [tool]: true }, context: { ...event.context, replay } }
}
