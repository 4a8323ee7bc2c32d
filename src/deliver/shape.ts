import type { Target } from '../integrations/index.ts'
import type { SpecEvent } from '../event/index.ts'

/** One way in which a destination gets an event otherwise than it is archived. Leaves the event that it is given as it is. */
type Step = (event: SpecEvent, target: Target) => SpecEvent

/** Filters that drop fields, mappings and transformations: in the order in which they are applied. */
const STEPS: readonly Step[] = []

/** Whether something may reshape what is sent; else the archived line of an event is its text. */
export function isReshaped(steps: readonly Step[] = STEPS): boolean {
  return steps.length > 0
}

/**
 * The event as this destination is to get it. The very same object when nothing reshapes it: then its archived line is
 * its text too. An archived event is never changed, since other destinations get it from the same line.
 */
export function shape(event: SpecEvent, target: Target, steps: readonly Step[] = STEPS): SpecEvent {
  let shaped = event
  for (const step of steps) shaped = step(shaped, target)
  return shaped
}
