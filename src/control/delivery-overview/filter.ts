import { EVENT_TYPES } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import type { OverviewFilter } from './summary.ts'

/** `eventType`, `eventName` and `reason` of a request. Throws `Refusal` 400 for a call that there is not. */
export function overviewFilterOf(query: (name: string) => string | undefined): OverviewFilter {
  const [type, eventName, reason] = ['eventType', 'eventName', 'reason'].map((name) => query(name) || undefined)
  const eventType = EVENT_TYPES.find((one) => one === type)
  if (type !== undefined && !eventType) throw refusal(400, `Must be one of ${EVENT_TYPES.join(', ')}.`, 'eventType')
  return { ...(eventType && { eventType }), ...(eventName && { eventName }), ...(reason && { reason }) }
}
