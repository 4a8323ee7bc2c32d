import type { Exchange, Probe } from './probe.ts'

/** `error`: not public with it. `task`: to be done before it is. `warning`: customers would be better off. */
export type Grade = 'error' | 'task' | 'warning'

/** `exchange`: the request with its reply that shows it; that of a check that passed is its last one. */
export type CheckVerdict =
  | { state: 'passed'; exchange?: Exchange }
  /** `why`: what came instead, in a sentence. */
  | { state: 'failed'; why: string; exchange?: Exchange }
  | { state: 'skipped'; why: string }

/** The number of a check. */
export type CheckId = `C${number}`

/** What is said of a check; it is kept with each result. */
export interface CheckWords {
  id: CheckId
  grade: Grade
  /** The version of the list that brought it. */
  since: number
  /** What is expected, in a sentence. */
  title: string
  /** What whoever fails it can do. */
  mend: string
}

/** A check that asks whatever it needs; throws nothing. */
export interface AskingCheck extends CheckWords {
  look(probe: Probe): Promise<CheckVerdict> | CheckVerdict
  /** What has to have passed before it may ask. */
  needs?: readonly CheckId[]
}

/** A check that looks at every exchange of the other checks. */
export interface WatchingCheck extends CheckWords {
  /** What is wrong with an exchange, in a sentence. */
  notices(exchange: Exchange, now: number): string | undefined
  /** Which exchanges it is about at all, where those are few; without any it is skipped with these words. */
  concerns?: { is(exchange: Exchange): boolean; none: string }
}

/** One numbered check. A number never means anything else. */
export type CertificationCheck = AskingCheck | WatchingCheck

export const PASSED: CheckVerdict = { state: 'passed' }

export function failedBy(exchange: Exchange, why: string): CheckVerdict {
  return { state: 'failed', why, exchange }
}

export function skipped(why: string): CheckVerdict {
  return { state: 'skipped', why }
}
