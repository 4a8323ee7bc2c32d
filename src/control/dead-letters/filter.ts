import { parseTime } from '../../event/index.ts'
import type { DeadFilter, EventFilter } from '../../lane/index.ts'
import { checked } from '../checked.ts'
import { deadLetterFilter } from './input.ts'

/** Which dead letters are shown: a lane knows their reasons and times, their payloads the rest. */
export interface LetterFilter {
  lane: DeadFilter
  payload: EventFilter
}

export const FILTER_NAMES = ['reason', 'event', 'type', 'userId', 'from', 'until'] as const
export type FilterName = (typeof FILTER_NAMES)[number]

/** What a query asks for. Throws `Refusal` 400 with every problem and its field. */
export function filterOf(asked: (name: FilterName) => string | undefined): LetterFilter {
  const given = FILTER_NAMES.flatMap((name) => {
    const value = asked(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const { reason, event, type, userId, from, until } = checked(deadLetterFilter, Object.fromEntries(given))
  return {
    lane: laneFilter({ reason, from, until }),
    payload: eventFilter({ event, type, userId }),
  }
}

/** What only payloads tell. */
export function eventFilter({
  event,
  type,
  userId,
}: { [name in keyof EventFilter]: EventFilter[name] | undefined }): EventFilter {
  return {
    ...(event !== undefined && { event }),
    ...(type !== undefined && { type }),
    ...(userId !== undefined && { userId }),
  }
}

/** As lanes take it: ISO times in milliseconds. */
export function laneFilter(asked: {
  reason?: string | undefined
  from?: string | undefined
  until?: string | undefined
}): DeadFilter {
  const { reason } = asked
  const [from, until] = [asked.from, asked.until].map(parseTime)
  return {
    ...(reason !== undefined && { reason }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  }
}
