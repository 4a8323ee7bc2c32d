import { type Certification, type Checked, hasErrors, isCertified } from './run.ts'

/** Where a check is explained. */
export function linkOf(id: string): string {
  return `docs/certification.md#${id.toLowerCase()}`
}

const SIGNS = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' } as const

/** A check as lines of a terminal: its number first, and when it failed what came, how to mend it, the request and its reply. */
export function linesOf({ check, verdict, tookMs }: Checked): string[] {
  const { id, grade, title, mend } = check
  const sign = verdict.state === 'failed' && grade === 'warning' ? 'warning' : SIGNS[verdict.state]
  const head = `${id}  ${sign.padEnd(7)}  ${title}`
  if (verdict.state === 'passed') return [`${head} (${Math.round(tookMs)} ms)`]
  if (verdict.state === 'skipped') return [head, `               ${verdict.why}`]
  const { exchange } = verdict
  return [
    head,
    ...[
      `${grade}: ${verdict.why}`,
      `mend: ${mend}`,
      ...(exchange
        ? [`request: ${exchange.request.method} ${exchange.request.url} ${exchange.request.body.slice(0, 300)}`]
        : []),
      ...(exchange?.reply
        ? [
            `reply: ${exchange.reply.status} ${JSON.stringify(exchange.reply.headers)} ${exchange.reply.body.slice(0, 300)}`,
          ]
        : []),
      `more: ${linkOf(id)}`,
    ].map((line) => `               ${line}`),
  ]
}

/** What it all came to, in one line. */
export function summaryOf(certification: Certification): string {
  const { results, version, requests } = certification
  const count = (grade: string) =>
    results.filter(({ check, verdict }) => verdict.state === 'failed' && check.grade === grade).length
  const passed = results.filter(({ verdict }) => verdict.state === 'passed').length
  const skipped = results.filter(({ verdict }) => verdict.state === 'skipped').length
  const found = `${count('error')} errors, ${count('task')} tasks, ${count('warning')} warnings`
  const verdict = isCertified(certification)
    ? 'Certified'
    : hasErrors(certification)
      ? 'Not certified'
      : 'Not certified yet: tasks are left'
  return `${verdict}. ${passed} passed, ${found}, ${skipped} skipped; ${requests} requests, checks of version ${version}.`
}

/** The result as JUnit's XML: a check is a test case; only errors and tasks are failures. `name`: what was certified. */
export function junitOf(name: string, { results, startedAt }: Certification): string {
  const failures = results.filter(isFailure).length
  const skips = results.filter(({ verdict }) => verdict.state === 'skipped').length
  const seconds = (ms: number) => (ms / 1_000).toFixed(3)
  const total = results.reduce((sum, { tookMs }) => sum + tookMs, 0)
  const cases = results.map((result) => {
    const { check, verdict, tookMs } = result
    const open = `    <testcase classname="certification" name="${escaped(`${check.id} ${check.title}`)}" time="${seconds(tookMs)}"`
    const body =
      verdict.state === 'skipped'
        ? `<skipped message="${escaped(verdict.why)}"/>`
        : verdict.state === 'failed' && isFailure(result)
          ? `<failure type="${check.grade}" message="${escaped(verdict.why)}">${escaped(linesOf(result).join('\n'))}</failure>`
          : verdict.state === 'failed'
            ? `<system-out>${escaped(linesOf(result).join('\n'))}</system-out>`
            : ''
    return body ? `${open}>${body}</testcase>` : `${open}/>`
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="certification" tests="${results.length}" failures="${failures}" time="${seconds(total)}">`,
    `  <testsuite name="${escaped(name)}" tests="${results.length}" failures="${failures}" errors="0" skipped="${skips}" time="${seconds(total)}" timestamp="${new Date(startedAt).toISOString()}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function isFailure({ check, verdict }: Checked): boolean {
  return verdict.state === 'failed' && check.grade !== 'warning'
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Without characters that XML 1.0 cannot hold at all. */
function escaped(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"]/g, (one) => ESCAPES[one] ?? one)
}
