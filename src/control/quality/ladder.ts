import type { IntegrationState, Measure } from '../../integrations/index.ts'
import { DAY_MS } from '../../statistics/index.ts'
import type { QualityBand } from './score.ts'

/** So long a step lasts before the next one. */
export const STEP_DAYS = 14
/** What is deprecated by the last step ends so much later. */
export const ENDS_AFTER_DAYS = 60
/** It has recovered with a score from here on, on so many days in a row: more than what is poor, so that it does not flutter. */
export const RECOVERED_SCORE = 75
export const RECOVERED_DAYS = 3
/** After an appeal in its favour nothing begins anew for so long. */
const PEACE_DAYS = 28

/** Where an integration is. Times are milliseconds. */
export interface OnLadder {
  state: IntegrationState
  measure: Measure | null
  /** When its step was taken. */
  measuredAt: number | null
  /** An appeal waits for its answer. */
  appealed: boolean
  /** It was deprecated by the platform, and not by its maker or a reviewer. */
  deprecatedHere: boolean
  overturnedAt: number | null
  /** Scores of the last days, the oldest first; `null`: there was none. */
  scores: readonly { day: number; score: number | null; band: QualityBand | null }[]
}

/** What is done next for an integration's quality. */
export type LadderAct = 'warn' | 'unbadge' | 'close' | 'deprecate' | 'recover' | 'reinstate'

const NEXT: Readonly<Record<Measure, LadderAct>> = { warned: 'unbadge', no_badge: 'close', closed: 'deprecate' }

/** `null`: nothing. While an appeal waits nothing happens, and without a score neither. */
export function nextOnLadder(of: OnLadder, now: number): LadderAct | null {
  const { state, measure, measuredAt, appealed, overturnedAt, scores } = of
  const newest = scores.at(-1)
  if (appealed || !newest || newest.score === null) return null
  const found = state === 'PUBLIC_BETA' || state === 'PUBLIC'
  if (measure === null) {
    const inPeace = overturnedAt !== null && now < overturnedAt + PEACE_DAYS * DAY_MS
    return found && newest.band === 'poor' && !inPeace ? 'warn' : null
  }
  if (hasRecovered(scores)) {
    if (found) return 'recover'
    return state === 'DEPRECATED' && of.deprecatedHere ? 'reinstate' : null
  }
  const isDue = measuredAt !== null && now >= measuredAt + STEP_DAYS * DAY_MS
  return found && newest.band === 'poor' && isDue ? NEXT[measure] : null
}

function hasRecovered(scores: OnLadder['scores']): boolean {
  const last = scores.slice(-RECOVERED_DAYS)
  const first = last[0]?.day ?? 0
  return (
    last.length === RECOVERED_DAYS &&
    last.every(({ day, score }, n) => day === first + n && score !== null && score >= RECOVERED_SCORE)
  )
}
