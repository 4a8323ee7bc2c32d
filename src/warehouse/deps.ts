import type { Context } from '../context.ts'
import { type IntakeRemote, LOST_TRIES } from '../intake/index.ts'
import type { WarehouseDials } from './dials.ts'
import type { WarehouseMemory } from './memory.ts'
import type { WarehouseReport, WarehouseTerms } from './protocol.ts'

export interface WarehouseDeps {
  ctx: Context
  archive: R2Bucket
  intake(source: string): Pick<IntakeRemote, 'log' | 'counters'>
  /** How it is set up now; `null`: there is no such warehouse any more. */
  terms(warehouse: string): Promise<WarehouseTerms | null>
  /** Whether a source pulls nothing any more, and nothing that it had pulled comes into its log. */
  stopped(source: string): Promise<boolean>
  /**
   * What lists show of it without asking it, and others are told: `told` is the number of failures in a row that they were
   * told of last. Answers of how many they are told now.
   */
  publish(warehouse: string, report: WarehouseReport, told: number): Promise<number>
}

/** What portions of logs are read with. */
export function readingOf(
  { connector }: WarehouseTerms,
  memory: WarehouseMemory,
  { archive, intake }: WarehouseDeps,
  { chunks }: WarehouseDials,
) {
  const passes = () => (memory.state?.faults ?? 0) >= LOST_TRIES
  return { archive, intake, connector, passes, chunks }
}
