import type { Exchange, Probe } from './probe.ts'

/** `error`: not public with it. `task`: to be done before it is. `warning`: customers would be better off. */
export type Grade = 'error' | 'task' | 'warning'

export type CheckVerdict =
  | { state: 'passed' }
  /** `why`: what came instead, in a sentence. `exchange`: the request with its reply that shows it. */
  | { state: 'failed'; why: string; exchange?: Exchange }
  | { state: 'skipped'; why: string }

/** One numbered check. A number never means anything else. */
export interface CertificationCheck {
  id: `C${number}`
  grade: Grade
  /** What is expected, in a sentence. */
  title: string
  /** What whoever fails it can do. */
  mend: string
  /** Asks whatever it needs; throws nothing. */
  look(probe: Probe): Promise<CheckVerdict> | CheckVerdict
}

export const PASSED: CheckVerdict = { state: 'passed' }

export function failedBy(exchange: Exchange, why: string): CheckVerdict {
  return { state: 'failed', why, exchange }
}

export function skipped(why: string): CheckVerdict {
  return { state: 'skipped', why }
}
