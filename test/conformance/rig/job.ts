import type { Call } from '../calls.ts'
import type { Front } from './front.ts'
import type { Place } from './page-of-docs.ts'

/** What an SDK is to do. */
export interface Job {
  front: Front
  /** The path at the front that it is to use; empty: none. */
  path: string
  writeKey: string
  calls: Call[]
  /** How far the clock of its machine is ahead. */
  clockAheadMs: number
  /** Nothing can come of the calls, so that nobody waits for them. */
  hopeless?: boolean
}

/** An SDK at work. */
export interface Running {
  /** Resolves when the SDK has nothing left to do, where that can be told. */
  idle: Promise<void>
  stop(): Promise<End>
}

export interface End {
  /** The hosts beside the front that it wanted to reach, in order. */
  foreign: readonly string[]
  /** What came of an error that nobody caught. */
  crashed?: 'process ends' | 'uncaught error'
}

/** Where a job's SDK is told to go. */
export function placeOf({ front, path }: Job): Place {
  return { host: front.host, path }
}

export const never = new Promise<void>(() => undefined)
