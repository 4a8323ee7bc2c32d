/** How much a puller does at a time. The simulation has smaller ones. Milliseconds. */
export interface PullerDials {
  everyMs: number
  /** How long an alarm works; a page that has begun is ended. */
  stepMs: number
  /** Of a step that hangs: it is given up. */
  patienceMs: number
  /** After a failure: twice as long each time, up to the last. */
  pauseMs: number
  longestPauseMs: number
  /** The next run asks for what has changed since the begin of the last one, and for so much before: clocks differ. */
  overlapMs: number
  /** Paused it looks so often whether its source is still there. */
  lookMs: number
}

export const PULLER_DIALS: PullerDials = {
  everyMs: 3_600_000,
  stepMs: 8_000,
  patienceMs: 300_000,
  pauseMs: 5_000,
  longestPauseMs: 3_600_000,
  overlapMs: 300_000,
  lookMs: 24 * 3_600_000,
}

/** What goes on at once goes on after so long. */
export const GO_ON_MS = 50
