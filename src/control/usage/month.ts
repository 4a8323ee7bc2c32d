import { parseTime } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import { DAY_MS } from '../../statistics/index.ts'
import type { Days } from './queries.ts'

/** The month that begins at `period`, up to today. Throws `Refusal` 400. */
export function monthOf(period: string | undefined): Days {
  const time = /^\d{4}-\d{2}(?:-\d{2})?$/.test(period ?? '')
    ? parseTime(`${period?.slice(0, 7)}-01`)
    : parseTime(period)
  if (time === undefined) throw refusal(400, 'Must be the begin of a month, such as 2026-11-01.', 'period')
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { from: Date.UTC(year, month) / DAY_MS, until: Date.UTC(year, month + 1) / DAY_MS }
}
