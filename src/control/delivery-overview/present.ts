import { isoTime } from '../../event/index.ts'
import type { SpanQuery } from './spans.ts'
import type { OverviewLine, Summary } from './summary.ts'

/** Lines of one answer. */
const MOST_LINES = 200

/** As the API gives it: times are ISO, what is counted are events. */
export function presentOverview({ steps, resent, lines }: Summary, { span, stepMs, from, until }: SpanQuery) {
  return {
    period: span,
    from: isoTime(from),
    until: isoTime(until),
    stepMs,
    steps: steps.map(({ step, total, series }) => ({
      step,
      total,
      series: series.map((count, n) => ({ time: isoTime(from + n * stepMs), count })),
    })),
    resent,
    breakdown: lines.slice(0, MOST_LINES) satisfies OverviewLine[],
  }
}
