import { type Period, PERIODS } from '../../lane/index.ts'
import { refusal } from '../../refusal.ts'

/** `?period=` of a request; absent, no figures are asked for. Throws `Refusal` 400. */
export function periodOf(text: string | undefined): Period | undefined {
  const period = PERIODS.find((one) => one === text)
  if (text !== undefined && !period) {
    throw refusal(400, `Must be one of ${PERIODS.join(', ')}.`, 'period')
  }
  return period
}
