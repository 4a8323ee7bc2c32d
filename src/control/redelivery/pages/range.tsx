import { isoTime } from '../../../event/index.ts'
import type { ReplayRequest } from '../queries.ts'

/** `2026-11-26, 00:00 UTC` */
export function minuteWords(at: number): string {
  const iso = isoTime(at)
  return `${iso.slice(0, 10)}, ${iso.slice(11, 16)} UTC`
}

/** From when until when, and which calls. */
export function RangeWords({ of: { from, until, types } }: { of: ReplayRequest }) {
  return (
    <>
      {minuteWords(from)}
      <span class="under">
        until {minuteWords(until)}: {types === null ? 'all calls' : types.join(', ')}
      </span>
    </>
  )
}
