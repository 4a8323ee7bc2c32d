import { duration } from '../duration.ts'

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
