import type { Kind } from './meter.ts'
import { costRows, dollarsOf, partsOf } from './prices.ts'
import type { Measured } from './scenario.ts'

/** Of one scenario: operations per event, and dollars per million events. */
interface Budget {
  scenario: string
  dollars: number
  aim?: number
  perEvent?: Partial<Record<Kind, number>>
}

const BUDGETS: readonly Budget[] = [
  {
    scenario: 'B=20',
    dollars: 0.12,
    aim: 0.1,
    perEvent: {
      queueOps: 0.17,
      r2ClassA: 0.002,
      r2ClassB: 0.03,
      objectRequests: 0.04,
      objectRowsWritten: 0.04,
      d1RowsRead: 0.001,
    },
  },
  { scenario: 'B=1', dollars: 1.8 },
  { scenario: 'B=100', dollars: 0.09 },
  { scenario: 'B=20, ten sources', dollars: 0.15 },
  { scenario: 'B=20, hundred sources', dollars: 0.75 },
]

/** What would lower a row, for whoever finds it over its budget. */
const REMEDIES: Record<string, string> = {
  'queue operations': 'fewer or smaller messages: one a request is the floor; gzip would make 100 KB one unit',
  'Worker requests': 'larger batches from clients, or fewer wake-ups',
  'R2 class A': 'larger route batches: one object each',
  'R2 class B': 'larger grants, so that one read serves more events',
  'DO requests': 'larger grants; registrations that gather more batches',
  'DO rows': 'fewer rows a registration (work and totals in one), larger grants, fewer alarms',
  'DO duration': 'nothing awaited inside a Durable Object',
  'D1 rows': 'settings held longer by an isolate',
  CPU: 'cheaper deliveries: each is one outgoing request',
}

export interface Check {
  what: string
  value: number
  budget: number
  met: boolean
  note: string
}

export function checks(measured: Measured): Check[] {
  const budget = BUDGETS.find(({ scenario }) => scenario === measured.scenario.name)
  if (!budget) return []
  const all = Object.entries(budget.perEvent ?? {}).map(([name, most]): Check => {
    const kind = name as Kind
    const value = measured.counts[kind] / measured.events
    return { what: `${kind} per event`, value, budget: most, met: value <= most, note: partsOf(measured, kind) }
  })
  const value = dollarsOf(measured)
  const [first] = costRows(measured).toSorted((a, b) => b.dollars - a.dollars)
  const dominating = first ? `most of it: ${first.name} (${first.parts})` : ''
  const met = value <= budget.dollars
  const remedy = met ? '' : `; what would lower it: ${REMEDIES[first?.name ?? ''] ?? ''}`
  const aim = budget.aim === undefined ? '' : `; the aim of ${budget.aim} is ${value <= budget.aim ? 'met' : 'missed'}`
  all.push({ what: '$ per million', value, budget: budget.dollars, met, note: dominating + remedy + aim })
  return all
}
