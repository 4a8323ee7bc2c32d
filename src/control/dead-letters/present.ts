import { isoTime } from '../../event/index.ts'
import { type Looked, type RedriveOutcome, total } from '../../lane/index.ts'
import { withShownSample } from '../shown-sample.ts'

/** A dead letter with those of its events that were asked for, and their payloads in the same order. */
export function presentLetter({ letter, events }: Looked) {
  const { chunks: _, first: __, ...shown } = withShownSample(letter)
  return { ...shown, events: events.map(({ event }) => event), payloads: events.map(({ payload }) => payload) }
}

/** A redrive, and what became of it: events = delivered + filtered + pending + dead. */
export function presentRedrive({ id, at, filter, deadLetters, events, complete, ...became }: RedriveOutcome) {
  const { delivered, filtered, pending, dead, looked, untold, cancelled = false } = became
  const { reason, from, until, ...payload } = filter ?? {}
  return {
    id,
    at,
    filter: filter && {
      ...(reason !== undefined && { reason }),
      ...(from !== undefined && { from: isoTime(from) }),
      ...(until !== undefined && { until: isoTime(until) }),
      ...payload,
    },
    deadLetters,
    events,
    delivered,
    filtered: total(filtered),
    pending,
    dead: total(dead),
    breakdown: { filtered, dead },
    ...(looked !== undefined && { looked, untold: untold ?? 0 }),
    complete,
    cancelled,
  }
}
