import { HOUR_MS } from '../../statistics/index.ts'
import type { maintenanceWindows } from './schema.ts'

export type MaintenanceWindow = typeof maintenanceWindows.$inferSelect

/** So long before it begins it has to be declared, so that nobody plans an outage that is there already. */
export const AHEAD_MS = 24 * HOUR_MS
/** So much of a month (UTC) may be planned, counted where it begins. */
export const MOST_PLANNED_MS = 8 * HOUR_MS
/** Nobody plans further ahead. */
export const FURTHEST_MS = 90 * 24 * HOUR_MS

/** The calendar month (UTC) of a time, as [from, until) in milliseconds. */
export function monthAround(at: number): { from: number; until: number } {
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { from: Date.UTC(year, month), until: Date.UTC(year, month + 1) }
}

/** Whether the hour that begins at `at` (milliseconds) is in one of them. */
export function isPlannedHour(at: number, windows: readonly Pick<MaintenanceWindow, 'startsAt' | 'endsAt'>[]): boolean {
  return windows.some(({ startsAt, endsAt }) => at >= startsAt && at < endsAt)
}
