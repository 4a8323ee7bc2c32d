import type { Figures } from './journal.ts'

/** Of many runs. */
export interface Totals extends Figures {
  seeds: number
  failures: number
}

export function noTotals(): Totals {
  const nothing = { events: 0, requests: 0, commits: 0, sealed: 0, deliveries: 0, duplicates: 0, replayed: 0 }
  return { seeds: 0, failures: 0, ...nothing, faults: {}, crashes: {} }
}

export function addFigures(into: Totals, one: Figures): void {
  into.seeds++
  for (const name of ['events', 'requests', 'commits', 'sealed', 'deliveries', 'duplicates', 'replayed'] as const)
    into[name] += one[name]
  for (const name of ['faults', 'crashes'] as const) {
    for (const [what, n] of Object.entries(one[name])) into[name][what] = (into[name][what] ?? 0) + n
  }
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, n) => all + n, 0)
}
