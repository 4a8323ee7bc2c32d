import type { PullRun } from '../../pull/index.ts'

/**
 * Milliseconds that a run is likely to take yet: by the objects that it has read, where the vendor says how many there are,
 * and otherwise by the lists; `null`: nobody can tell yet.
 */
export function estimateOf(
  { passes, expected, startedAt, endedAt }: Pick<PullRun, 'passes' | 'expected' | 'startedAt' | 'endedAt'>,
  now: number,
): number | null {
  const [done, all] = expected && expected.read < expected.of ? [expected.read, expected.of] : [passes.done, passes.all]
  if (endedAt !== null || done === 0 || all === 0) return null
  return ((now - startedAt) / done) * (all - done)
}
