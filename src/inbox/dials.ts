import { INTAKE_DIALS, type IntakeDials } from '../intake/index.ts'

const DAY_MS = 24 * 3_600_000

/**
 * What takes long in the inbox, and for shared objects what an intake has for its own. A simulated world sets it so that it
 * happens in a run.
 */
export interface SweepDials extends Pick<IntakeDials, 'staleMs' | 'orphanAgeMs' | 'orphanEveryMs' | 'orphanPages'> {
  /** Milliseconds: what could not be processed for so long is parked, since it needs a person. */
  oldestMs: number
}

const { staleMs, orphanAgeMs, orphanEveryMs } = INTAKE_DIALS
export const SWEEP_DIALS: SweepDials = { oldestMs: DAY_MS, staleMs, orphanAgeMs, orphanEveryMs, orphanPages: 4 }
