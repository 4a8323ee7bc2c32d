import type { PullRun } from '../../pull/index.ts'

/** Milliseconds that a run is likely to take yet, by the lists that it has read; `null`: nobody can tell yet. */
export function estimateOf(
  { passes: { done, all }, startedAt, endedAt }: Pick<PullRun, 'passes' | 'startedAt' | 'endedAt'>,
  now: number,
): number | null {
  if (endedAt !== null || done === 0 || all === 0) return null
  return ((now - startedAt) / done) * (all - done)
}
