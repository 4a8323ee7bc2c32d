import type { CertificationCheck, CertificationReport, Checked, Exchange } from '../../certify/index.ts'
import { isoTime } from '../../event/index.ts'
import type { LatestCertification } from './queries.ts'

/** A run with what it is worth today. */
export function presentCertification(report: CertificationReport, standing: LatestCertification) {
  const { id, state, listVersion, content, startedBy, startedAt, endedAt, made, checks, requests } = report
  const { passed, skipped, errors, tasks, warnings } = report
  return {
    id,
    state,
    certified: standing.isCertified,
    stale: standing.isStale,
    listVersion,
    content,
    startedBy,
    startedAt: isoTime(startedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    made,
    checks,
    passed,
    skipped,
    errors,
    tasks,
    warnings,
    requests,
    certificate: standing.path,
  }
}

/** What came of a check, with what was sent, what came, what was expected and how to mend it. */
export function presentResult({ check, verdict, tookMs }: Checked) {
  const { id, grade, since, title, mend } = check
  const exchange = 'exchange' in verdict ? verdict.exchange : undefined
  return {
    check: id,
    grade,
    since,
    state: verdict.state,
    expected: title,
    mend,
    tookMs: Math.round(tookMs),
    ...('why' in verdict && { why: verdict.why }),
    ...(exchange && presentExchange(exchange)),
  }
}

/** A request with its reply, or why there was none. */
export function presentExchange({ request, reply, failed }: Exchange) {
  return { request, ...(reply && { reply }), ...(failed && { failed }) }
}

/** A check of the public list; `grade`: of now. */
export function presentCheck({ id, since, title, mend }: CertificationCheck, grade: string) {
  return { check: id, grade, since, expected: title, mend, more: `/docs/certification#${id.toLowerCase()}` }
}
