import { type Period, PERIODS } from '../../lane/index.ts'
import { Refusal } from '../../refusal.ts'

/** `?period=` of a request; absent, no figures are asked for. Throws `Refusal` 400. */
export function periodOf(text: string | undefined): Period | undefined {
  const period = PERIODS.find((one) => one === text)
  if (text !== undefined && !period) {
    throw new Refusal(400, { field: 'period', message: `Must be one of ${PERIODS.join(', ')}.` })
  }
  return period
}
