// `npm test`: types, lint, then every test; ends with "N passed, N failed" alone on a line.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Far longer than any machine takes: what is not over by then hangs, and is better ended here, with a word, than by CI. */
const MOST_MS = 80 * 60_000

const COMPILED = join(import.meta.dirname, '../node_modules/.cache/sluice-compiled')

const counts = { passed: 0, failed: 0 }

// Beside the tests, which leave a processor idle while they wait. What they say comes when all tests have spoken.
const checks = runChecks()
await tests(process.argv.slice(2))
for (const { name, status, output } of await checks) {
  console.log(`— ${name}: ${status === 0 ? 'passed' : 'failed'}`)
  if (status !== 0) process.stdout.write(output)
  counts[status === 0 ? 'passed' : 'failed']++
}

console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exit(counts.failed > 0 ? 1 : 0)

/** One after the other, since each uses all processors that it finds. */
async function runChecks() {
  const done = []
  done.push(await check('types', 'tsc', ['--noEmit']))
  done.push(await check('types in the browser', 'tsc', ['--noEmit', '-p', 'tsconfig.browser.json']))
  done.push(await check('lint', 'oxlint', ['--type-aware', '--deny-warnings']))
  done.push(await check('format', 'oxfmt', ['--check', '.']))
  return done
}

async function check(name, command, args) {
  const { status, output } = await run(command, args, 'pipe')
  // At once, for whoever waits for the tests in vain.
  if (status !== 0) console.error(`— ${name}: failed; what is wrong follows the tests`)
  return { name, status, output }
}

async function tests(filters) {
  console.log('— tests')
  const dir = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  const report = join(dir, 'report.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters]
  const { status } = await run('vitest', args, 'inherit')
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

/** Resolves with the exit status, `null` when it could not be started, and what was said when that is `pipe`d. */
function run(command, args, output) {
  // What Node makes of a script is kept for all the processes that load the same one: wrangler's, npm's, vitest's workers.
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', NODE_COMPILE_CACHE: COMPILED }
  const child = spawn(command, args, { stdio: ['inherit', output, output], env, timeout: MOST_MS })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (said += part))
  return new Promise((done) => {
    child.once('error', (error) => done({ status: null, output: `${said}${error}\n` }))
    child.once('close', (status, signal) => {
      if (signal) console.error(`${command} was ended by ${signal}, after 80 minutes at most`)
      done({ status, output: said })
    })
  })
}
