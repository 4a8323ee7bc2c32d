import { isObject, type JsonObject } from '../../event/index.ts'

/** Fields that are moments in Unix seconds, beside those that end as `TIME` says. */
const TIMES = new Set([
  'created',
  'updated',
  'date',
  'due_date',
  'arrival_date',
  'available_on',
  'start_date',
  'redeem_by',
  'next_payment_attempt',
  'webhooks_delivered_at',
  'billing_cycle_anchor',
  'start',
  'end',
  'period_start',
  'period_end',
  'effective_at',
  'due_by',
  'cancel_at',
])
const TIME = /_(?:at|start|end)$/
/** Smaller ones are days and counts: this is in 1973. */
const LEAST_SECONDS = 100_000_000

/** Moments as ISO texts, which become columns of time; what a customer wrote (`metadata`) stays as it is. */
export function withTimes(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const isTime =
        typeof value === 'number' &&
        Number.isSafeInteger(value) &&
        value >= LEAST_SECONDS &&
        (TIMES.has(name) || TIME.test(name))
      if (isTime) return [name, new Date(value * 1_000).toISOString()]
      return [name, isObject(value) && name !== 'metadata' ? withTimes(value) : value]
    }),
  )
}
