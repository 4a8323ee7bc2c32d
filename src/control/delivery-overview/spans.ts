import { DAY_MS, HOUR_MS } from '../../statistics/index.ts'
import { WAY_DIALS, type WayQuery } from '../../overview/index.ts'
import { refusal } from '../../refusal.ts'

/** Spans of time that end with the step that runs: how many steps, how long each is, and as what they are known. */
const SPANS = {
  '1h': { steps: 6, stepMs: WAY_DIALS.slotMs, step: 'slot' },
  '24h': { steps: 24, stepMs: HOUR_MS, step: 'hour' },
  '7d': { steps: 7 * 24, stepMs: HOUR_MS, step: 'hour' },
  '30d': { steps: 30, stepMs: DAY_MS, step: 'hour' },
} as const

export type OverviewSpan = keyof typeof SPANS
export const OVERVIEW_SPANS = Object.keys(SPANS) as OverviewSpan[]

/** A span as it is asked for and drawn: `stepMs` of a step of it, milliseconds. */
export interface SpanQuery extends WayQuery {
  span: OverviewSpan
  stepMs: number
}

/** The whole steps, those of UTC, of a span up to and with the one that runs. */
export function spanQuery(span: OverviewSpan, now: number): SpanQuery {
  const { steps, stepMs, step } = SPANS[span]
  const until = (Math.floor(now / stepMs) + 1) * stepMs
  return { span, step, stepMs, from: until - steps * stepMs, until }
}

/** `?period=` of a request; absent: a day. Throws `Refusal` 400. */
export function spanParam(text: string | undefined): OverviewSpan {
  const span = text === undefined ? '24h' : spanIn(text)
  if (!span) throw refusal(400, `Must be one of ${OVERVIEW_SPANS.join(', ')}.`, 'period')
  return span
}

/** `?period=` of a page; anything else is a day. */
export function spanIn(text: string | undefined): OverviewSpan | undefined {
  return OVERVIEW_SPANS.find((one) => one === text)
}
