import { faresOf, type Growth, sumOfRows } from '../quality/index.ts'

/** Customers below which nothing is told: a figure of few is a figure of each of them. */
export const FEWEST_CUSTOMERS = 5

/** What a partner may quote, rounded down: never more than is so. */
export interface Quotable {
  /** At least so many have it switched on. */
  customers: number
  /** Events of the last thirty days, of the days on which at least five customers were delivered to; `null`: fewer than 1 000. */
  events: number | null
  /** Of these the share that arrived, in per cent with one decimal; `null`: fewer than 1 000. */
  arrived: number | null
}

/** `undefined`: fewer than five customers. */
export function quotableOf({ connected, days }: Pick<Growth, 'connected' | 'days'>): Quotable | undefined {
  if (connected < FEWEST_CUSTOMERS) return undefined
  const { delivered, success } = faresOf(sumOfRows(days.filter(({ customers }) => customers >= FEWEST_CUSTOMERS)))
  const enough = delivered >= 1_000 && success !== null
  return {
    customers: roundedDown(connected, [5, 2, 1]),
    events: enough ? roundedDown(delivered, [9, 8, 7, 6, 5, 4, 3, 2, 1]) : null,
    arrived: enough ? Math.floor(success * 1_000) / 10 : null,
  }
}

/** To one of these digits and zeroes. */
function roundedDown(n: number, digits: readonly number[]): number {
  const power = 10 ** Math.floor(Math.log10(n))
  const digit = digits.find((one) => one * power <= n) ?? 1
  return digit * power
}

/** In words to copy. */
export function quotableWords({ customers, events, arrived }: Quotable, integration: string, platform: string): string {
  const who = `${customers.toLocaleString('en-GB')} companies or more use ${integration} with ${platform}`
  if (events === null || arrived === null) return `${who}.`
  return `${who}: over ${events.toLocaleString('en-GB')} events delivered in thirty days, ${arrived} % of all that were sent.`
}
