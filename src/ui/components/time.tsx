import { plural } from '../counts.ts'

const STEPS: readonly (readonly [limitMs: number, unitMs: number, unit: string])[] = [
  [90_000, 1_000, 'second'],
  [90 * 60_000, 60_000, 'minute'],
  [36 * 3_600_000, 3_600_000, 'hour'],
  [Infinity, 86_400_000, 'day'],
]

/** How long ago, in words; the exact time is its title. */
export function Ago({ at, now }: { at: number; now: number }) {
  const iso = new Date(at).toISOString()
  return (
    <time datetime={iso} title={iso}>
      {ago(now - at)}
    </time>
  )
}

function ago(ms: number): string {
  return ms < 2_000 ? 'just now' : `${duration(ms)} ago`
}

/** "4 minutes", in the largest unit that still says something. */
export function duration(ms: number): string {
  const [, size, unit] = STEPS.find(([limit]) => ms < limit) ?? STEPS[3] ?? [0, 1, '']
  const count = Math.max(1, Math.round(ms / size))
  return plural(count, unit)
}
