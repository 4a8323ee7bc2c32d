import { SAFETY_MS } from './due.ts'
import type { ProgressTerms } from './protocol.ts'
import { WAY_DIALS, type WayDials } from '../overview/index.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** What takes long in a lane. A simulated world sets it so that it happens in a run. */
export interface LaneDials {
  /** Milliseconds: a dead letter's row is kept so long; it stays counted. */
  deadMs: number
  /** Minutes of the lane's past that have one row when they are over. */
  hourMinutes: number
  /** Milliseconds: of so much of the past single minutes are told, and of so much hours. */
  minutesMs: number
  hoursMs: number
  /** Milliseconds: it tells how it stands at most so often. */
  healthMs: number
  /**
   * When the lane is told what has arrived while a grant goes on, so that a worker that dies leaves less to be sent again, for a
   * call and a row each time; `null`: only at its end.
   */
  progress: ProgressTerms | null
  /**
   * Milliseconds that a worker has to come for a grant that was made with the registration for which it is called; 0: none is
   * made, and each worker asks for its own.
   */
  keptMs: number
  /** How finely, and how long, it tells what became of its events by name. */
  ways: WayDials
}

export const LANE_DIALS: LaneDials = {
  deadMs: 30 * DAY_MS,
  hourMinutes: 60,
  minutesMs: 48 * HOUR_MS,
  hoursMs: 30 * DAY_MS,
  healthMs: MINUTE_MS,
  progress: null,
  keptMs: SAFETY_MS,
  ways: WAY_DIALS,
}
