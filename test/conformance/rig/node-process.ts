import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { never, placeOf, type Job, type Running } from './job.ts'
import { filledIn } from './page-of-docs.ts'

const ROOT = join(import.meta.dirname, '../../..')
const GUARD = join(import.meta.dirname, 'guard.mjs')

export interface NodeSdk {
  /** Code that makes `analytics`, as the docs have it. */
  code: string
  /** Code that sends what is left after the calls. */
  flush: string
  /** PEM file of the authority that the process trusts besides its own. */
  authority: string
  /** It keeps its process alive, so that its end says nothing. */
  endless?: boolean
}

/** An SDK in a process of its own, which reaches nothing but this machine. */
export function startInNode({ code, flush, authority, endless }: NodeSdk, job: Job): Running {
  const calls = job.calls.map(({ method, args }) => [method, args])
  const script = `${filledIn(code, placeOf(job), job.writeKey)}
    for (const [method, args] of ${JSON.stringify(calls)}) await analytics[method](...args)
    ${flush}`
  return running(
    runGuarded(script, { NODE_EXTRA_CA_CERTS: authority, CLOCK_AHEAD_MS: String(job.clockAheadMs) }),
    endless,
  )
}

/** Runs a module in Node behind the guard. */
export function runGuarded(script: string, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', GUARD, '--input-type=module', '--eval', script], {
    cwd: ROOT,
    // Nothing is inherited: neither a proxy nor options of Node.
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

export function running(child: ChildProcess, endless = false): Running {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (output += part.toString()))
  const closed = once(child, 'close')
  return {
    idle: endless ? never : closed.then(() => undefined),
    stop: async () => {
      // The end of its input is the word to go; it ends by itself when it has nothing left to do.
      child.stdin?.end()
      const last = setTimeout(() => child.kill('SIGKILL'), 20_000)
      await closed
      clearTimeout(last)
      const report = /^\{"foreign":.*\}$/m.exec(output)?.[0]
      if (report === undefined) throw new Error(`An SDK's process ended without a report:\n${output}`)
      const { foreign } = JSON.parse(report) as { foreign: string[] }
      return { foreign, ...(child.exitCode !== 0 && { crashed: 'process ends' }) }
    },
  }
}
