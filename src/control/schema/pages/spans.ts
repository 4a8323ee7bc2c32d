import { STEP_MS, type StepName, type StepQuery } from '../../../statistics/index.ts'

export const SPAN_NAMES = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' } as const
export type SpanName = keyof typeof SPAN_NAMES

const SPAN_STEPS: Readonly<Record<SpanName, { step: StepName; steps: number }>> = {
  '24h': { step: 'hour', steps: 24 },
  '7d': { step: 'hour', steps: 7 * 24 },
  '30d': { step: 'day', steps: 30 },
}

/** `?period=` of a page; anything else is a day. */
export function spanOr24h(text: string | undefined): SpanName {
  return (Object.keys(SPAN_NAMES) as SpanName[]).find((one) => one === text) ?? '24h'
}

/** The steps of a span up to the one that runs. */
export function stepsOf(span: SpanName, now: number): StepQuery {
  const { step, steps } = SPAN_STEPS[span]
  const until = (Math.floor(now / STEP_MS[step]) + 1) * STEP_MS[step]
  return { step, from: until - steps * STEP_MS[step], until }
}

/** One value for each step, `none` where nothing came. */
export function filled<T>({ step, from, until }: StepQuery, points: readonly { at: number; value: T }[], none: T): T[] {
  const all = Array<T>((until - from) / STEP_MS[step]).fill(none)
  for (const { at, value } of points) {
    const index = (at - from) / STEP_MS[step]
    if (index >= 0 && index < all.length) all[index] = value
  }
  return all
}

/** A step by its begin, UTC: `2026-11-27 14:00`, of days the date. */
export function stepClock(at: number, step: StepName): string {
  const iso = new Date(at).toISOString()
  return step === 'day' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

export const EACH: Readonly<Record<StepName, string>> = { hour: 'an hour', day: 'a day' }
