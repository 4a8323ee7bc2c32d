const DAY_MS = 86_400_000

/** Saturday and Sunday, in UTC: which of a reviewer's days are holidays nobody here knows. */
const isWeekend = (at: number) => [0, 6].includes(new Date(at).getUTCDay())

/**
 * The time of the same clock `days` business days later. What comes on a weekend counts from the end of it: Monday, 00:00 UTC.
 */
export function afterBusinessDays(from: number, days: number): number {
  let at = from
  if (isWeekend(at)) {
    at -= at % DAY_MS
    while (isWeekend(at)) at += DAY_MS
  }
  for (let left = days; left > 0;) {
    at += DAY_MS
    if (!isWeekend(at)) left--
  }
  return at
}
