import type { Ways } from './ways.ts'

/** Which ways: by the hour, or by slots of ten minutes, which are known for two hours; those that begin in [from, until), ms. */
export interface WayQuery {
  step: 'hour' | 'slot'
  from: number
  until: number
}

/** Ways of some time: `at`, milliseconds, is when it begins. */
export interface WaysAt {
  at: number
  ways: Ways
}
