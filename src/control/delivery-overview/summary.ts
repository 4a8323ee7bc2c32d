import type { EventType } from '../../event/index.ts'
import { type Way, type WaysAt, wayOf } from '../../overview/index.ts'
import type { SpanQuery } from './spans.ts'

/** The steps of the way, in their order. No source filters anything yet, so that one is nought. */
export const OVERVIEW_STEPS = ['received', 'rejected', 'filteredAtSource', 'filtered', 'failed', 'delivered'] as const
export type OverviewStep = (typeof OVERVIEW_STEPS)[number]

/** Only events of this call, name or reason. */
export interface OverviewFilter {
  eventType?: EventType
  eventName?: string
  reason?: string
}

/** A step over the span. Unit: events. */
export interface StepFigures {
  step: OverviewStep
  /** `null`: what this step counts does not say what was asked for. */
  total: number | null
  series: number[]
}

/** Events of one kind that one step has for one reason. */
export interface OverviewLine {
  step: OverviewStep
  reason: string | null
  /** `null`: nobody looked at these when it was decided. */
  eventType: EventType | null
  /** `null`: its calls have no name; absent: not known, or beyond those that are told apart. */
  eventName?: string | null
  events: number
}

export interface Summary {
  steps: StepFigures[]
  /** Of `failed`, how many were put on their way again. */
  resent: number
  /** The largest first. */
  lines: OverviewLine[]
}

/** What each step can be told apart by: rejected events are counted by reason, those that went their way have none. */
const SAYS: Readonly<Record<OverviewStep, readonly (keyof OverviewFilter)[]>> = {
  received: ['eventType', 'eventName'],
  rejected: ['reason'],
  filteredAtSource: ['eventType', 'eventName', 'reason'],
  filtered: ['eventType', 'eventName', 'reason'],
  failed: ['eventType', 'eventName', 'reason'],
  delivered: ['eventType', 'eventName'],
}

/** What ways over a span come to, step by step. */
export function waySummary(
  points: readonly WaysAt[],
  { from, until, stepMs }: SpanQuery,
  filter: OverviewFilter,
): Summary {
  const size = Math.round((until - from) / stepMs)
  const asked = Object.keys(filter) as (keyof OverviewFilter)[]
  const steps = OVERVIEW_STEPS.map((step): StepFigures => {
    const known = asked.every((name) => SAYS[step].includes(name))
    return { step, total: known ? 0 : null, series: Array<number>(known ? size : 0).fill(0) }
  })
  const lines = new Map<string, OverviewLine>()
  let resent = 0
  for (const { at, ways } of points) {
    const index = Math.floor((at - from) / stepMs)
    if (index < 0 || index >= size) continue
    for (const [key, events] of Object.entries(ways)) {
      const way = wayOf(key)
      if (!means(way, filter)) continue
      if (way.step === 'resent') {
        resent += events
        continue
      }
      const figures = steps.find(({ step }) => step === way.step)
      if (!figures || figures.total === null) continue
      figures.total += events
      figures.series[index] = (figures.series[index] ?? 0) + events
      const line = lines.get(key) ?? lineOf(way)
      lines.set(key, line)
      line.events += events
    }
  }
  return { steps, resent, lines: [...lines.values()].toSorted((a, b) => b.events - a.events) }
}

/** Whether a filter means this way (`wayKey`), as far as the step says it. */
export function isMeant(key: string, filter: OverviewFilter): boolean {
  return means(wayOf(key), filter)
}

function means({ step, reason, kind }: Way, { eventType, eventName, reason: wanted }: OverviewFilter): boolean {
  if (wanted !== undefined && reason !== wanted) return false
  // What is put on its way again is not told by name.
  if (step === 'rejected' || step === 'resent') return eventType === undefined && eventName === undefined
  if (eventType !== undefined && kind?.type !== eventType) return false
  return eventName === undefined || kind?.name === eventName
}

function lineOf({ step, reason, kind }: Way): OverviewLine {
  const name = kind?.name
  return {
    step: step as OverviewStep,
    reason: reason === '' ? null : reason,
    eventType: kind?.type ?? null,
    ...(name !== undefined && { eventName: name }),
    events: 0,
  }
}
