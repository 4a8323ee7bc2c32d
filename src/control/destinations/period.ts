import { type Period, PERIODS } from '../../lane/index.ts'
import { ApiError } from '../errors.ts'

/** `?period=` of a request; absent, no figures are asked for. Throws `ApiError` 400. */
export function periodOf(text: string | undefined): Period | undefined {
  const period = PERIODS.find((one) => one === text)
  if (text !== undefined && !period) {
    throw new ApiError(400, { field: 'period', message: `Must be one of ${PERIODS.join(', ')}.` })
  }
  return period
}
