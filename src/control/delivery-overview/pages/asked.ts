import { EVENT_TYPES } from '../../../event/index.ts'
import { spanIn, type SpanQuery, spanQuery } from '../spans.ts'
import type { OverviewFilter } from '../summary.ts'

/** What a page of an overview was asked for. */
export interface OverviewAsked {
  query: SpanQuery
  filter: OverviewFilter
}

/** Anything else than what there is, is as if it were not asked for. `now`: milliseconds. */
export function overviewAskedOf(query: (name: string) => string | undefined, now: number): OverviewAsked {
  const eventType = EVENT_TYPES.find((one) => one === query('eventType'))
  const [eventName, reason] = [query('eventName'), query('reason')]
  return {
    query: spanQuery(spanIn(query('period')) ?? '24h', now),
    filter: { ...(eventType && { eventType }), ...(eventName && { eventName }), ...(reason && { reason }) },
  }
}

/** The same as a link says it; `change` of it. */
export function overviewLink(
  path: string,
  { query, filter }: OverviewAsked,
  change: OverviewFilter & { period?: string } = {},
): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ period: query.span, ...filter, ...change }))
    if (value) params.set(name, value)
  return `${path}?${params.toString()}`
}
