import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PRICES } from '../../src/control/prices.ts'
import type { Kind } from './meter.ts'
import type { Measured } from './scenario.ts'

const MILLION = 1_000_000

/** A Durable Object is billed as if it had 128 MB. */
const OBJECT_GB = 0.128

/**
 * Milliseconds of CPU, measured in workerd on one machine: a constant, because the counted part has to come out the same
 * everywhere. The speed part of the bench measures them anew. Those of `--only way` are of busy processors, brought to idle ones
 * by what a bare fetch takes in the same legs and takes there (0.065).
 */
export const CPU_MS = {
  request: 0.3,
  eventIngested: 0.011,
  /** The step `route` of `--only way`: parse, match, compress, with what intake and three lanes book of it. */
  eventRouted: 0.04,
  /** Read once more, by the statistics of its source: `--only way`, beside the way. */
  eventCounted: 0.018,
  /**
   * A third of the step `deliver to three` of `--only way`: a signed webhook with its share of lane and archive. The sockets of the
   * process are in it; TLS is not, which the platform does outside of what it bills.
   */
  fetch: 0.13,
} as const

const LOG_SAMPLING = samplingOf(readFileSync(join(import.meta.dirname, '..', '..', 'wrangler.toml'), 'utf8'))

export interface CostRow {
  name: string
  /** Dollars per million events. */
  dollars: number
  /** What its operations were for, largest first. */
  parts: string
}

export function costRows(measured: Measured): CostRow[] {
  const { counts, events } = measured
  const row = (name: string, dollars: number, ...kinds: Kind[]): CostRow => ({
    name,
    dollars: (dollars / events) * MILLION,
    parts: kinds.map((kind) => partsOf(measured, kind)).join('; '),
  })
  const cpu =
    counts.workerRequests * CPU_MS.request +
    events * (CPU_MS.eventIngested + CPU_MS.eventRouted + CPU_MS.eventCounted) +
    counts.fetches * CPU_MS.fetch
  const gbSeconds = (counts.objectBusyMs / 1_000) * OBJECT_GB
  const rows = counts.objectRowsWritten * PRICES.rowWritten + counts.objectRowsRead * PRICES.rowRead
  return [
    row('queue operations', counts.queueOps * PRICES.queueOp, 'queueOps'),
    row('Worker requests', counts.workerRequests * PRICES.workerRequest, 'workerRequests'),
    row('R2 class A', counts.r2ClassA * PRICES.r2ClassA, 'r2ClassA'),
    row('R2 class B', counts.r2ClassB * PRICES.r2ClassB, 'r2ClassB'),
    row('DO requests', counts.objectRequests * PRICES.objectRequest, 'objectRequests'),
    row('DO rows', rows, 'objectRowsWritten'),
    row('DO duration', gbSeconds * PRICES.objectGbSecond, 'objectBusyMs'),
    row('D1 rows', counts.d1RowsRead * PRICES.rowRead + counts.d1RowsWritten * PRICES.rowWritten, 'd1RowsRead'),
    row('CPU', cpu * PRICES.cpuMs, 'fetches'),
  ]
}

export function dollarsOf(measured: Measured): number {
  return costRows(measured).reduce((sum, { dollars }) => sum + dollars, 0)
}

/** Not in the sum: a line an invocation and those that the rooms write, sampled as `wrangler.toml` says. */
export function logDollars({ counts, events }: Measured): number {
  const lines = (counts.workerRequests + counts.objectRequests + counts.logLines) * LOG_SAMPLING
  return ((lines * PRICES.logEvent) / events) * MILLION
}

export function partsOf({ parts, events }: Measured, kind: Kind): string {
  return parts[kind]
    .slice(0, 3)
    .map(([what, n]) => `${what} ${(n / events).toPrecision(2)}`)
    .join(', ')
}

function samplingOf(toml: string): number {
  const rate = /\[observability\.logs\][^[]*head_sampling_rate\s*=\s*([\d.]+)/.exec(toml)?.[1]
  return rate === undefined ? 1 : Number(rate)
}
