import type { Context } from '../context.ts'
import type { JsonObject } from '../event/index.ts'
import type { IntakeRemote } from '../intake/index.ts'
import type { Database } from '../settings/index.ts'
import type { PullReport, PullTerms } from './protocol.ts'

/** What a puller needs of the others. */
export interface PullerDeps {
  ctx: Context
  archive: R2Bucket
  intake(log: string): Pick<IntakeRemote, 'commit' | 'counters'>
  /** Takes a source's events, as its tracking API would; durable when it answers. The same `messageId` again is dropped for a day. */
  track(source: string, calls: readonly JsonObject[]): Promise<void>
  /** Tokens are kept as they seal them. */
  secrets(): Pick<ReturnType<Database['secrets']>, 'seal' | 'open'>
  /** How it is set up now; `null`: it is gone. */
  terms(source: string): Promise<PullTerms | null>
  /**
   * What lists and pages show of it without asking it, and others are told: `told` is the number of failures in a row that
   * they were told of, and so is the answer.
   */
  publish(source: string, report: PullReport, told: number): Promise<number>
}
