import type { Target } from '../integrations/index.ts'
import { archivedEvent, type EventFacts, factsOfLine } from '../event/index.ts'
import { replayed } from '../match/index.ts'
import type { Sent } from './send.ts'
import { isReshaped, shape } from './shape.ts'

/** The archived line of an event; `undefined`: there is none, `null`: its whole batch cannot be read. */
export type Lines = (event: number) => string | undefined | null

/** An event of the archive with its text as it is sent, or what comes of there being none. */
export type Archived = { facts: EventFacts; text: string } | { nothing: Sent }

const DAMAGED: Archived = { nothing: { outcome: { kind: 'dead', code: 'ARCHIVE_LINE_DAMAGED' }, tookMs: 0 } }
const LOST: Archived = { nothing: { outcome: { kind: 'retry', code: 'ARCHIVE_OBJECT_MISSING' }, tookMs: 0 } }

/**
 * What of an archived line is sent to a destination: the very line, unless something reshapes it or it is sent as an event of a
 * `replay`. One damaged line must not hold up its neighbours.
 */
export function contentIn(line: string | undefined | null, target: Target, replay: string | undefined): Archived {
  if (line === null) return LOST
  if (line === undefined) return DAMAGED
  if (replay === undefined && !isReshaped()) {
    const facts = factsOfLine(line)
    return facts ? { facts, text: line } : DAMAGED
  }
  const event = archivedEvent(line)
  if (!event) return DAMAGED
  const whole = replay === undefined ? event : replayed(event, target.integration.name, replay)
  return { facts: whole, text: JSON.stringify(shape(whole, target)) }
}
