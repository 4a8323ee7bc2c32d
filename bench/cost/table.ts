import { checks } from './budgets.ts'
import { type Kind, KINDS } from './meter.ts'
import { costRows, dollarsOf, logDollars } from './prices.ts'
import { DESTINATIONS, type Measured } from './scenario.ts'

const NAMES: Record<Kind, string> = {
  queueOps: 'queue operations',
  r2ClassA: 'R2 class A',
  r2ClassB: 'R2 class B',
  r2Deletes: 'R2 deletes (free)',
  objectRequests: 'DO requests',
  objectRowsWritten: 'DO rows written',
  objectRowsRead: 'DO rows read',
  objectBusyMs: 'DO milliseconds',
  d1RowsRead: 'D1 rows read',
  d1RowsWritten: 'D1 rows written',
  workerRequests: 'Worker requests',
  fetches: 'requests to receivers',
  logLines: 'log lines',
}

/** Everything that was counted, as text for a terminal. */
export function costReport(all: readonly Measured[], curve: readonly Measured[]): string {
  const shown = [...all, ...curve]
  const heads = shown.map(({ scenario }) => scenario.name)
  const per = KINDS.map((kind) => [NAMES[kind], ...shown.map(({ counts, events }) => digits(counts[kind] / events))])
  const rows = shown.map(costRows)
  const money = (rows[0] ?? []).map(({ name }, at) => [name, ...rows.map((one) => digits(one[at]?.dollars ?? 0))])
  const sums = ['sum', ...shown.map((one) => digits(dollarsOf(one)))]
  const logs = ['logs, not in the sum', ...shown.map((one) => digits(logDollars(one)))]
  const facts = ['events counted', ...shown.map(({ events }) => String(events))]
  const pace = ['events a second', ...shown.map((one) => String(Math.round(paceOf(one))))]
  return [
    `Operations per event (events of 0.9 KB, ${DESTINATIONS} destinations, receivers answer in 50 ms)`,
    grid([['', ...heads], facts, pace, ...per]),
    '',
    'US dollars per million events at list prices (CPU: milliseconds measured once, see bench/cost/prices.ts)',
    grid([['', ...heads], ...money, sums, logs]),
    '',
    'Budgets',
    ...shown.flatMap(budgetLines),
  ].join('\n')
}

function budgetLines(measured: Measured): string[] {
  return checks(measured).map(({ what, value, budget, met, note }) => {
    const verdict = met ? 'met   ' : 'MISSED'
    return `  ${verdict} ${measured.scenario.name}: ${what} ${digits(value)} of ${budget}. ${note}`
  })
}

function paceOf({ scenario, everyMs }: Measured): number {
  return (scenario.eventsPerRequest * scenario.messagesPerBatch * 1_000) / everyMs
}

function digits(value: number): string {
  return value === 0 ? '0' : value.toFixed(value < 0.1 ? 5 : 4)
}

/** Columns of equal width, the first to the left. */
export function grid(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')
  return rows.map((row) => `  ${line(row)}`).join('\n')
}
