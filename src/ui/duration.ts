import { plural } from './counts.ts'

const STEPS: readonly (readonly [limitMs: number, unitMs: number, unit: string, short: string])[] = [
  [90_000, 1_000, 'second', 's'],
  [90 * 60_000, 60_000, 'minute', 'min'],
  [36 * 3_600_000, 3_600_000, 'hour', 'h'],
  [Infinity, 86_400_000, 'day', 'days'],
]

/** "4 minutes", in the largest unit that still says something. */
export function duration(ms: number): string {
  const [count, unit] = inUnits(ms)
  return plural(count, unit)
}

/** The same where there is little room: "37 s", "4 min", "3 h", "2 days". */
export function shortDuration(ms: number): string {
  const [count, , short] = inUnits(ms)
  return `${count.toLocaleString('en-GB')} ${short}`
}

function inUnits(ms: number): [count: number, unit: string, short: string] {
  const [, size, unit, short] = STEPS.find(([limit]) => ms < limit) ?? [0, 86_400_000, 'day', 'days']
  return [Math.max(1, Math.round(ms / size)), unit, short]
}
