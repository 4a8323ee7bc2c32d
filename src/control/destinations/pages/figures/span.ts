import { type Period, PERIODS } from '../../../../lane/index.ts'

/** A period, as it follows a number. */
export const SPANS: Record<Period, string> = {
  '1h': 'in the last hour',
  '24h': 'in the last 24 hours',
  '7d': 'in the last 7 days',
}

export const PERIOD_NAMES: Record<Period, string> = { '1h': '1 hour', '24h': '24 hours', '7d': '7 days' }

/** `?period=` of a page; anything else is the last hour. */
export function periodOr1h(text: string | undefined): Period {
  return PERIODS.find((one) => one === text) ?? '1h'
}

/** One step of a chart: `a minute`, `15 minutes`, `2 hours`. */
export function stepWords(stepMs: number): string {
  const minutes = stepMs / 60_000
  if (minutes === 1) return 'a minute'
  return minutes < 60 ? `${minutes} minutes` : `${minutes / 60} hours`
}

/** A time of a period, UTC: of a day the clock, of a week the day too. */
export function clockWords(iso: string, period: Period): string {
  const clock = iso.slice(11, 16)
  return `${period === '7d' ? `${iso.slice(0, 10)} ` : ''}${clock} UTC`
}
