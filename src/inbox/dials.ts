const DAY_MS = 24 * 3_600_000

/** What takes long in the inbox. A simulated world sets it so that it happens in a run. */
export interface SweepDials {
  /** Milliseconds: what could not be processed for so long is parked, since it needs a person. */
  oldestMs: number
}

export const SWEEP_DIALS: SweepDials = { oldestMs: DAY_MS }
