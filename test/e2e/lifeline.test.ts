import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort, type LocalRun, npmStart, patient, temporaryDir } from './local.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const dir = await temporaryDir()
let port = 0
beforeAll(async () => void (port = await freePort()))
afterAll(() => dir.remove())

/** Processes of the platform whose state lies in `data`, wherever they hang in the tree of processes. */
function membersOf(data: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => environmentOf(pid).includes(`SLUICE_DATA=${data}`)).map(Number)
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

const runtimeOf = (pids: number[]) =>
  pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runtime.mjs'))

function running(): { port: number; pid: number } {
  return JSON.parse(readFileSync(join(dir.path, 'running.json'), 'utf8')) as { port: number; pid: number }
}

async function begin(): Promise<LocalRun> {
  const run = npmStart(['--port', String(port), '--data', dir.path, '--no-demo'])
  await run.until('Ctrl-C stops it')
  return run
}

async function expectEnded() {
  for (const end = Date.now() + patient(8_000); membersOf(dir.path).length > 0 && Date.now() < end;) await sleep(50)
  expect(membersOf(dir.path)).toEqual([])
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
}

describe('the platform ends with whoever started it', () => {
  it.each<[string, (npm: number) => void]>([
    ['a closed terminal', (npm) => process.kill(-npm, 'SIGHUP')],
    ['SIGKILL of npm', (npm) => process.kill(npm, 'SIGKILL')],
    ['SIGTERM of npm', (npm) => process.kill(npm, 'SIGTERM')],
    ['SIGKILL of the starter', () => process.kill(running().pid, 'SIGKILL')],
    ['SIGHUP of the starter', () => process.kill(running().pid, 'SIGHUP')],
    ['SIGKILL of the runtime', () => runtimeOf(membersOf(dir.path)).forEach((pid) => process.kill(pid, 'SIGKILL'))],
    [
      'SIGKILL of npm, starter and runtime at once',
      (npm) => {
        for (const pid of [...runtimeOf(membersOf(dir.path)), running().pid, npm]) process.kill(pid, 'SIGKILL')
      },
    ],
  ])('%s', async (_, kill) => {
    const { pid } = await begin()
    expect(membersOf(dir.path).length).toBeGreaterThan(1)
    kill(pid)
    await expectEnded()
  })

  it.each([
    ['at once', 'head -1'],
    ['before it is ready', "grep -m1 'scripts/start.mjs'"],
    ['when all is said', "grep -m1 'Ctrl-C stops it'"],
  ])('an output that nobody reads any more, %s', async (_, reader) => {
    const command = `npm start -- --port ${port} --data '${dir.path}' --no-demo | ${reader}`
    const shell = spawn('sh', ['-c', command], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
    await once(shell, 'exit')
    await expectEnded()
  })
})

describe('a data directory', () => {
  it('lets nobody else in, says who has it, and is taken over from a starter that was killed', async () => {
    const first = await begin()
    const other = npmStart(['--port', String(await freePort()), '--data', dir.path])
    expect(await other.exited).toBe(1)
    expect(other.output()).toContain(
      `Sluice already runs on ${dir.path} at http://127.0.0.1:${port} (process ${running().pid}).`,
    )
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    process.kill(running().pid, 'SIGKILL')
    await first.exited
    const next = await begin()
    await next.interrupt()
    await expectEnded()
  })

  it('lets one of two in that start at once', async () => {
    const runs = [npmStart(['--port', String(port), '--data', dir.path, '--no-demo'])]
    runs.push(npmStart(['--port', String(await freePort()), '--data', dir.path, '--no-demo']))
    const codes = await Promise.race(runs.map((run) => run.exited))
    expect(codes).toBe(1)
    const said = runs.map((run) => run.output()).join('')
    expect(said.match(/Sluice already runs on /g)).toHaveLength(1)
    await Promise.all(runs.map((run) => run.interrupt()))
  })
})
