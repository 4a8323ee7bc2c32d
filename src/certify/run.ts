import type { CertificationCheck, CheckVerdict } from './check.ts'
import { ANSWERS } from './checks/answers.ts'
import { CONDUCT } from './checks/conduct.ts'
import { CONTENTS } from './checks/contents.ts'
import { REACH } from './checks/reach.ts'
import { Probe, type ProbeDeps } from './probe.ts'
import type { CertifiedEndpoint } from './endpoint.ts'

/** Changes with every check that is added, taken away or made stricter; a run names it. */
export const CHECKS_VERSION = 1

/** In the order in which they are made. Those of `CONDUCT` look back at all that was asked. */
export const CHECKS: readonly CertificationCheck[] = [...REACH, ...ANSWERS, ...CONTENTS, ...CONDUCT]

export interface Checked {
  check: CertificationCheck
  verdict: CheckVerdict
  tookMs: number
}

/** What a run came to. */
export interface Certification {
  version: number
  startedAt: number
  results: Checked[]
  /** Requests that it took. */
  requests: number
}

/** Makes every check, one after another; `tell` hears each result. What cannot be reached is asked nothing more. */
export async function certify(
  subject: CertifiedEndpoint,
  deps: ProbeDeps,
  tell: (result: Checked) => void = () => undefined,
): Promise<Certification> {
  const probe = new Probe(subject, deps)
  const startedAt = deps.ctx.now()
  const results: Checked[] = []
  let isReached = true
  for (const check of CHECKS) {
    const began = deps.ctx.now()
    const verdict: CheckVerdict = isReached
      ? await check.look(probe)
      : { state: 'skipped', why: 'The endpoint cannot be reached.' }
    if (REACH.includes(check) && verdict.state === 'failed') isReached = false
    const result = { check, verdict, tookMs: deps.ctx.now() - began }
    results.push(result)
    tell(result)
  }
  return { version: CHECKS_VERSION, startedAt, results, requests: probe.exchanges.length }
}

/** No error and no task is left. */
export function isCertified({ results }: Certification): boolean {
  return !results.some(({ check, verdict }) => verdict.state === 'failed' && check.grade !== 'warning')
}

export function hasErrors({ results }: Certification): boolean {
  return results.some(({ check, verdict }) => verdict.state === 'failed' && check.grade === 'error')
}
