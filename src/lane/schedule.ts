import type { Context } from '../context.ts'
import type { Schedule, ScheduleName } from '../settings/index.ts'

interface Timing {
  /** Milliseconds after registration when an event that has not arrived is given up. */
  ageMs: number
  /** Milliseconds before attempt `n` (0 for the first), before jitter; `undefined`: there is no such attempt. */
  delayMs(n: number): number | undefined
  /** How much of a delay chance may take away. */
  jitter: number
}

/** Standard Webhooks' recommendation, in seconds. */
const STANDARD_DELAYS = [0, 5, 5 * 60, 30 * 60, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * 3_600)]

const TIMINGS: Record<ScheduleName, Timing> = {
  // Segment's window; its intervals are unpublished: 5 s, 15 s, 45 s, … up to half an hour.
  'segment-4h': {
    ageMs: 4 * 3_600_000,
    delayMs: (n) => (n === 0 ? 0 : Math.min(30 * 60_000, 5_000 * 3 ** (n - 1))),
    jitter: 0.5,
  },
  // The attempts are three days and a bit; a day more, so that a lane that was held can still make all of them.
  'standard-webhooks-3d': listed(STANDARD_DELAYS, 4 * 86_400),
}

export function ageLimitMs(schedule: Schedule): number {
  return timingOf(schedule).ageMs
}

/** Milliseconds to wait before attempt `n`, 0 for the first, jittered; `null`: there is no such attempt any more. */
export function delayMs(ctx: Pick<Context, 'random'>, schedule: Schedule, n: number): number | null {
  const { delayMs: before, jitter } = timingOf(schedule)
  const delay = before(n)
  return delay === undefined ? null : Math.round(delay * (1 - jitter + jitter * ctx.random()))
}

function timingOf(schedule: Schedule): Timing {
  return typeof schedule === 'string' ? TIMINGS[schedule] : listed(schedule.delaysSeconds, schedule.ageSeconds)
}

/** Delays that somebody has chosen are cut by a tenth at most. */
function listed(delaysSeconds: readonly number[], ageSeconds: number): Timing {
  return {
    ageMs: ageSeconds * 1_000,
    delayMs: (n) => (delaysSeconds[n] === undefined ? undefined : delaysSeconds[n] * 1_000),
    jitter: 0.1,
  }
}
