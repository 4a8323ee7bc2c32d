const MILLION = 1_000_000

/**
 * Cloudflare's list prices beyond the included amounts, US dollars, 2026: developers.cloudflare.com, the pages "Pricing"
 * of Workers, Queues, R2, Durable Objects, D1 and Workers Logs.
 */
export const PRICES = {
  /** A write, read or delete of 64 KB. */
  queueOp: 0.4 / MILLION,
  workerRequest: 0.3 / MILLION,
  cpuMs: 0.02 / MILLION,
  r2ClassA: 4.5 / MILLION,
  r2ClassB: 0.36 / MILLION,
  objectRequest: 0.15 / MILLION,
  objectGbSecond: 12.5 / MILLION,
  rowWritten: 1 / MILLION,
  rowRead: 0.001 / MILLION,
  logEvent: 0.6 / MILLION,
} as const

/** A request that brings events: the Worker, its message (written, read, deleted), and its share of route and of the log. */
const USD_A_REQUEST = 3 * PRICES.queueOp + PRICES.workerRequest + 0.2 / MILLION
/**
 * An event that is archived and sent to a few destinations, or once more by a replay: by thousands in an object about four
 * reads of R2, two dozen calls and rows of objects, a few wake-ups and a fifth of a second of CPU.
 */
const USD_AN_EVENT = 0.04 / MILLION

/** What events cost at list prices, in dollars, as a rule; `test/node/cost.test.ts` holds it against what the bench counts. */
export function usdOf({ requests, events }: { requests: number; events: number }): number {
  return requests * USD_A_REQUEST + events * USD_AN_EVENT
}
