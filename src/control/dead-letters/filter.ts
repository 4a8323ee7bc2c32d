import { parseTime, type EventType } from '../../event/index.ts'
import type { DeadFilter } from '../../lane/index.ts'
import { checked } from '../checked.ts'
import { deadLetterFilter } from './input.ts'

/** Which dead letters are shown: a lane knows their reasons and times, their payloads the rest. */
export interface LetterFilter {
  lane: DeadFilter
  payload: { event?: string; type?: EventType; userId?: string }
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
    payload: {
      ...(event !== undefined && { event }),
      ...(type !== undefined && { type }),
      ...(userId !== undefined && { userId }),
    },
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

/** Whether payloads have to be looked at to tell. */
export function looksInside({ payload }: LetterFilter): boolean {
  return Object.keys(payload).length > 0
}
