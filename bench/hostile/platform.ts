import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Inspected, inspect } from './heaps.ts'
import { apiOf } from '../speed/local-run.ts'
import { freePort } from '../speed/workerd.ts'

export interface RunningPlatform {
  url: string
  /** Calls the Public API; answers `data`, throws what is no success. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Bytes that its processes have in memory; `NaN` where there is no /proc. */
  resident(): Resident
  heaps: Inspected
  stop(): Promise<void>
}

export interface Resident {
  /** The Worker and, in isolates of their own, all that it is bound to. */
  worker: number
  /** What wrangler puts before it. */
  front: number
}

/** The whole platform in the local runtime, a process tree of its own, its state in a temporary directory. */
export async function startPlatform(isolateMegabytes: number): Promise<RunningPlatform> {
  const data = mkdtempSync(join(tmpdir(), 'sluice-hostile-'))
  const [port, inspector] = [await freePort(), await freePort()]
  const args = [port, inspector, data, isolateMegabytes].map(String)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'platform.mjs'), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let said = ''
  child.stderr.on('data', (text) => (said += String(text)))
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line'), exited])
  const stop = async () => {
    child.stdin.end()
    await exited
    rmSync(data, { recursive: true, force: true, maxRetries: 5 })
  }
  if (typeof first[0] !== 'string') {
    await stop()
    throw new Error(`the platform does not start:\n${said}`)
  }
  const { url, adminToken } = JSON.parse(first[0]) as { url: string; adminToken: string }
  try {
    const pid = workerdsOf(child.pid ?? 0).find(({ socket }) => socket !== port)?.pid ?? 0
    const heaps = await inspect(pid, inspector)
    return { url, api: apiOf(url, adminToken), resident: () => residentOf(child.pid ?? 0, port), heaps, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function residentOf(root: number, port: number): Resident {
  const resident = { worker: 0, front: 0 }
  for (const { bytes, socket } of workerdsOf(root)) resident[socket === port ? 'front' : 'worker'] += bytes
  return resident.worker > 0 ? resident : { worker: NaN, front: NaN }
}

/** Every workerd that descends from a process. */
function workerdsOf(root: number): Process[] {
  const all = namesIn('/proc').flatMap((name) => (/^\d+$/.test(name) ? processOf(Number(name)) : []))
  const tree = [root]
  // Grows while it is walked.
  for (const parent of tree) for (const one of all) if (one.parent === parent) tree.push(one.pid)
  return all.filter(({ pid, name }) => name === 'workerd' && tree.includes(pid))
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

interface Process {
  pid: number
  parent: number
  name: string
  bytes: number
  /** The port on which a workerd takes requests; 0: any that was free. */
  socket: number
}

function processOf(pid: number): Process[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? ''
    const socket = Number(
      /--socket-addr=entry=\S*?:(\d+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1] ?? NaN,
    )
    return [{ pid, parent: Number(field('PPid')), name: field('Name'), bytes: Number(field('VmRSS')) * 1_024, socket }]
  } catch {
    // It has ended meanwhile.
    return []
  }
}
