// `npm test`: types, lint, then every test; ends with "N passed, N failed" alone on a line.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const counts = { passed: 0, failed: 0 }

check('types', 'tsc', ['--noEmit'])
check('types in the browser', 'tsc', ['--noEmit', '-p', 'tsconfig.browser.json'])
check('lint', 'oxlint', ['--type-aware', '--deny-warnings'])
check('format', 'oxfmt', ['--check', '.'])
tests(process.argv.slice(2))

console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exit(counts.failed > 0 ? 1 : 0)

function check(name, command, args) {
  console.log(`— ${name}`)
  const { status } = run(command, args)
  counts[status === 0 ? 'passed' : 'failed']++
}

function tests(filters) {
  console.log('— tests')
  const dir = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  const report = join(dir, 'report.json')
  const { status } = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ])
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'))
    counts.passed += numPassedTests
    // A file that cannot be loaded has no failed test in it, and has failed all the same.
    counts.failed += Math.max(numFailedTests, numFailedTestSuites > 0 || status !== 0 ? 1 : 0)
    if (numPassedTests === 0) counts.failed++
  } catch (error) {
    console.error(`The tests left no report: ${error}`)
    counts.failed++
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } })
}
