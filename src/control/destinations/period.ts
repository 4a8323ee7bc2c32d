import { type Period, PERIODS } from '../../lane/index.ts'
import { type Problem, problem, Refusal, refusal } from '../../refusal.ts'
import type { Destination } from '../../settings/index.ts'

/** `?period=` of a request; absent, no figures are asked for. Throws `Refusal` 400. */
export function periodOf(text: string | undefined): Period | undefined {
  const period = PERIODS.find((one) => one === text)
  if (text !== undefined && !period) {
    throw refusal(400, `Must be one of ${PERIODS.join(', ')}.`, 'period')
  }
  return period
}

const WHOLE = `Totals are those since the destination began. ?period= adds figures of ${PERIODS.join(', ')}.`

/**
 * What Segment's API takes beside the destination: its source, which has to be that, and a span of time, for which there
 * are no totals. Throws `Refusal` 400.
 */
export function refuseSpan(query: (name: string) => string | undefined, { sourceId }: Destination): void {
  const asked = query('sourceId')
  const problems: Problem[] = ['startTime', 'endTime', 'granularity'].flatMap((name) =>
    query(name) === undefined ? [] : [problem(WHOLE, name)],
  )
  if (asked !== undefined && asked !== sourceId) {
    problems.push(problem('This destination belongs to another source.', 'sourceId'))
  }
  if (problems.length > 0) throw new Refusal(400, ...problems)
}
