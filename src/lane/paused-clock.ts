/** A paused lane's time stands still: deadlines are told in a time of its own, which lags behind by all its pauses. */
export interface PausedClock {
  /** Milliseconds of all pauses that are over. */
  total: number
  /** When the present pause began. */
  since: number | null
}

export const NEVER_STOOD: PausedClock = { total: 0, since: null }

/** By how many milliseconds the lane's own time lags behind. */
export function lagOf({ total, since }: PausedClock, now: number): number {
  return total + (since === null ? 0 : now - since)
}

/** The same lane from now on, standing still or not. */
export function stand(standing: PausedClock, paused: boolean, now: number): PausedClock {
  if (paused === (standing.since !== null)) return standing
  return paused ? { ...standing, since: now } : { total: lagOf(standing, now), since: null }
}
