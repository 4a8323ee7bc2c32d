import type { Context } from '../context.ts'
import type { ScheduleName } from '../settings/index.ts'

interface Schedule {
  /** Milliseconds after registration when an event that has not arrived is given up. */
  ageMs: number
  /** Milliseconds between failed attempt `n` (1 for the first) and the next, before jitter. */
  delayMs(n: number): number
}

const SCHEDULES: Record<ScheduleName, Schedule> = {
  // Segment's window; its intervals are unpublished: 5 s, 15 s, 45 s, … up to half an hour.
  'segment-4h': { ageMs: 4 * 3_600_000, delayMs: (n) => Math.min(30 * 60_000, 5_000 * 3 ** (n - 1)) },
}

export function ageLimitMs(schedule: ScheduleName): number {
  return SCHEDULES[schedule].ageMs
}

/** Milliseconds to wait after failed attempt `n`: half to all of the schedule's delay, at random. */
export function retryDelayMs(ctx: Pick<Context, 'random'>, schedule: ScheduleName, n: number): number {
  const delay = SCHEDULES[schedule].delayMs(n)
  return Math.round(delay / 2 + (delay / 2) * ctx.random())
}
