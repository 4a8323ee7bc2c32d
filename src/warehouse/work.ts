import type { WarehouseSession } from '../connectors/index.ts'
import type { SpecEvent } from '../event/index.ts'
import type { CollectedObject } from '../tables/index.ts'
import type { IntakeRemote } from '../intake/index.ts'
import type { PortionDeps } from './portions.ts'
import type { StoredJob, WarehouseStore } from './store.ts'
import type { WarehouseTerms } from './protocol.ts'

/** What a job has for some of its work: one step, over one connection. */
export interface JobWork {
  terms: WarehouseTerms
  session: WarehouseSession
  store: Pick<WarehouseStore, 'noteTables' | 'countRows' | 'source' | 'putSource' | 'dropTable'>
  /** Of archive and log; when it is enough depends on the job. */
  reading: Omit<PortionDeps, 'enough' | 'intake'> & { intake(source: string): Pick<IntakeRemote, 'log' | 'counters'> }
  now(): number
  /** Lets everything else have its turn. */
  rest(): Promise<void>
  /** Whether the time is over. */
  isOver(): boolean
  /** Whether an event is loaded at all. */
  takes(event: SpecEvent): boolean
  /** Whether an object is. */
  takesObject(object: CollectedObject): boolean
  /** Whether a source pulls nothing any more, and nothing that it had pulled comes into its log. */
  stopped(source: string): Promise<boolean>
  /** Stores what has changed of the job, and what is `beside` it, in one transaction. Throws when the step was given up. */
  save<J extends StoredJob>(job: J, changes: Partial<J>, beside?: () => void): void
}
