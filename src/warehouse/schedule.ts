/**
 * When syncs are due: every so many minutes, counted from midnight in UTC with an offset, or at hours of the day in a
 * time zone.
 */
export type SyncSchedule = { everyMinutes: number; atMinute: number } | { hours: number[]; timezone: string }

export const DAILY_MINUTES = 1_440
const MINUTE_MS = 60_000
/** Time zones differ from UTC by quarters of an hour. */
const QUARTER_MS = 15 * MINUTE_MS
const DAY_MS = DAILY_MINUTES * MINUTE_MS

/** The next moment of the schedule after `after`, both in milliseconds; `null`: it names none. */
export function nextSync(schedule: SyncSchedule, after: number): number | null {
  if ('hours' in schedule) return nextHour(schedule, after)
  const every = schedule.everyMinutes * MINUTE_MS
  const offset = schedule.atMinute * MINUTE_MS
  return offset + (Math.floor((after - offset) / every) + 1) * every
}

function nextHour({ hours, timezone }: { hours: number[]; timezone: string }, after: number): number | null {
  if (hours.length === 0) return null
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  })
  const first = (Math.floor(after / QUARTER_MS) + 1) * QUARTER_MS
  // Where clocks are put forward an hour may be missing on one day, so two are looked through.
  for (let at = first; at <= first + 2 * DAY_MS; at += QUARTER_MS) {
    const [hour, minute] = clock.format(at).split(':').map(Number)
    if (minute === 0 && hour !== undefined && hours.includes(hour)) return at
  }
  return null
}
