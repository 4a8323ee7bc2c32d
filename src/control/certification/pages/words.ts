import type { Tone } from '../../../ui/components/badge.tsx'
import { plural } from '../../../ui/counts.ts'
import type { DescribedCertification } from '../describe.ts'
import type { LatestCertification } from '../queries.ts'

export type CheckResult = DescribedCertification['results'][number]

/** What a certification is worth today, as a badge. */
export function standingBadge({ certification, isStale, isCertified }: LatestCertification): readonly [Tone, string] {
  const { state, certified, errors } = certification
  if (state === 'running') return ['info', 'Under way']
  if (state === 'broken') return ['warn', 'Came to no end']
  if (isCertified) return ['good', 'Certified']
  if (certified && isStale) return ['warn', 'Stale']
  return errors > 0 ? ['bad', 'Not certified'] : ['warn', 'Tasks are left']
}

/** “2 errors, 1 task, 3 warnings”. */
export function foundWords({ errors, tasks, warnings }: { errors: number; tasks: number; warnings: number }): string {
  return [plural(errors, 'error'), plural(tasks, 'task'), plural(warnings, 'warning')].join(', ')
}

/** What came of a check, as a badge. */
export function verdictBadge({ check, verdict }: Pick<CheckResult, 'check' | 'verdict'>): readonly [Tone, string] {
  if (verdict.state === 'passed') return ['good', 'Passed']
  if (verdict.state === 'skipped') return ['off', 'Skipped']
  return check.grade === 'warning' ? ['warn', 'Warning'] : ['bad', check.grade === 'task' ? 'Task' : 'Error']
}

/** Where a check of the list is explained. */
export function checkHref(id: string): string {
  return `/docs/certification#${id.toLowerCase()}`
}

/** By number: they are made in another order. */
export function inOrder(results: readonly CheckResult[]): CheckResult[] {
  return results.toSorted((a, b) => (a.check.id < b.check.id ? -1 : 1))
}
