import {
  type AskingCheck,
  type CertificationCheck,
  type CheckVerdict,
  type CheckWords,
  type Grade,
  PASSED,
  skipped,
} from './check.ts'
import { ANSWERS } from './checks/answers.ts'
import { CONDUCT } from './checks/conduct.ts'
import { CONTENTS } from './checks/contents.ts'
import { REACH } from './checks/reach.ts'
import { REPEATS } from './checks/repeats.ts'
import { freshMemory, Probe, type ProbeDeps, type ProbeMemory } from './probe.ts'
import type { CertifiedEndpoint } from './endpoint.ts'

/** When each version of the list came into force, oldest first: a check that is added or made stricter makes a new one. */
export const LISTS: readonly { version: number; at: string }[] = [
  { version: 1, at: '2026-11-28T00:00:00Z' },
  { version: 2, at: '2026-11-28T12:00:00Z' },
  { version: 3, at: '2026-11-28T13:00:00Z' },
]

/** The version that is in force; a run names it. */
export const CHECKS_VERSION = 3

/** So long a check that a later version brought is a warning, whatever its grade. */
const GRACE_MS = 30 * 86_400_000

/** The public list, by number. */
export const CHECKS: readonly CertificationCheck[] = [
  ...REACH,
  ...ANSWERS,
  ...CONTENTS,
  ...CONDUCT,
  ...REPEATS,
].toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** In the order in which they are made: those that watch have seen everything when they are asked. */
const ORDER: readonly CertificationCheck[] = [
  ...CHECKS.filter((check) => isAsking(check)),
  ...CHECKS.filter((check) => !isAsking(check)),
]

/** An endpoint that hangs so often is asked nothing more: every request would take all the time there is. */
const MOST_TIMEOUTS = 3

export interface Checked {
  /** With the grade that it had at that time. */
  check: CheckWords
  verdict: CheckVerdict
  tookMs: number
}

/** A run that is under way. Plain data, so that it can be stored between two checks and gone on with. */
export interface CertificationRun {
  version: number
  startedAt: number
  results: Checked[]
  memory: ProbeMemory
}

/** What a run came to. */
export interface Certification {
  version: number
  startedAt: number
  results: Checked[]
  /** Requests that it took. */
  requests: number
}

export function beginRun(deps: ProbeDeps): CertificationRun {
  return { version: CHECKS_VERSION, startedAt: deps.ctx.now(), results: [], memory: freshMemory(deps.ctx) }
}

/** Makes the next check of a run, which it changes; `undefined`: all are made. */
export async function makeNext(
  run: CertificationRun,
  subject: CertifiedEndpoint,
  deps: ProbeDeps,
): Promise<Checked | undefined> {
  const check = ORDER[run.results.length]
  if (!check) return undefined
  const began = deps.ctx.now()
  const probe = new Probe(subject, deps, run.memory)
  const verdict = await verdictOf(check, run, probe)
  const { id, since, title, mend } = check
  const grade = gradeAt(check, run.startedAt)
  const shown = verdict.state === 'passed' ? passedBy(probe) : verdict
  const result = { check: { id, grade, since, title, mend }, verdict: shown, tookMs: deps.ctx.now() - began }
  run.results.push(result)
  return result
}

/** Makes every check, one after another; `tell` hears each result. What cannot be reached is asked nothing more. */
export async function certify(
  subject: CertifiedEndpoint,
  deps: ProbeDeps,
  tell: (result: Checked) => void = () => undefined,
): Promise<Certification> {
  const run = beginRun(deps)
  for (let made = await makeNext(run, subject, deps); made; made = await makeNext(run, subject, deps)) tell(made)
  return certificationOf(run)
}

export function certificationOf({ version, startedAt, results, memory }: CertificationRun): Certification {
  return { version, startedAt, results, requests: memory.requests }
}

/** The grade of a check at a time: what is new is a warning for thirty days, so that nobody fails over night. */
export function gradeAt({ grade, since }: CheckWords, at: number): Grade {
  const list = LISTS.find(({ version }) => version === since)
  const isNew = since > 1 && list !== undefined && at < Date.parse(list.at) + GRACE_MS
  return isNew ? 'warning' : grade
}

/** No error and no task is left. */
export function isCertified({ results }: Pick<Certification, 'results'>): boolean {
  return !results.some(({ check, verdict }) => verdict.state === 'failed' && check.grade !== 'warning')
}

export function hasErrors({ results }: Pick<Certification, 'results'>): boolean {
  return results.some(({ check, verdict }) => verdict.state === 'failed' && check.grade === 'error')
}

async function verdictOf(check: CertificationCheck, run: CertificationRun, probe: Probe): Promise<CheckVerdict> {
  const { results, memory } = run
  const failed = (id: string) => results.some((one) => one.check.id === id && one.verdict.state !== 'passed')
  if (REACH.some(({ id }) => failed(id))) return skipped('The endpoint cannot be reached.')
  if (!isAsking(check)) {
    const noticed = memory.noticed[check.id]
    if (noticed) return { state: 'failed', ...noticed }
    return check.concerns && !memory.concerned.includes(check.id) ? skipped(check.concerns.none) : PASSED
  }
  const missing = check.needs?.filter(failed) ?? []
  if (missing.length > 0) return skipped(`It is made only where ${missing.join(' and ')} passed.`)
  if (memory.timeouts >= MOST_TIMEOUTS) return skipped(`${MOST_TIMEOUTS} requests had no answer in time.`)
  const verdict = await check.look(probe)
  watch(probe)
  return verdict
}

function isAsking(check: CertificationCheck): check is AskingCheck {
  return 'look' in check
}

/** Shows what a check asked to those that watch. Each keeps what it noticed first. */
function watch({ exchanges, memory, ctx }: Probe): void {
  const now = ctx.now()
  for (const check of ORDER) {
    if (isAsking(check) || memory.noticed[check.id]) continue
    const about = check.concerns ? exchanges.filter((one) => check.concerns?.is(one)) : exchanges
    if (about.length > 0 && !memory.concerned.includes(check.id)) memory.concerned.push(check.id)
    for (const exchange of about) {
      const why = check.notices(exchange, now)
      if (why === undefined) continue
      memory.noticed[check.id] = { why, exchange }
      break
    }
  }
}

/** With what it asked last. */
function passedBy({ exchanges }: Probe): CheckVerdict {
  const exchange = exchanges.at(-1)
  return exchange ? { state: 'passed', exchange } : PASSED
}
