import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../speed/workerd.ts'

export interface RunningPlatform {
  url: string
  /** Calls the Public API; answers `data`, throws what is no success. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Bytes that the platform's workerd processes have in memory; `NaN` where there is no /proc. */
  residentBytes(): number
  stop(): Promise<void>
}

/** The whole platform in the local runtime, a process tree of its own, its state in a temporary directory. */
export async function startPlatform(port?: number): Promise<RunningPlatform> {
  const data = mkdtempSync(join(tmpdir(), 'sluice-hostile-'))
  const args = [join(import.meta.dirname, 'platform.mjs'), String(port ?? (await freePort())), data]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
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
  return { url, api: apiOf(url, adminToken), residentBytes: () => residentBytes(child.pid ?? 0), stop }
}

function apiOf(url: string, token: string): RunningPlatform['api'] {
  return async <T>(method: string, path: string, body?: unknown) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const reply = await fetch(url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`)
    return (JSON.parse(text) as { data: T }).data
  }
}

/** Of every workerd that descends from a process: one has the Worker and what is bound to it, one stands before it. */
function residentBytes(root: number): number {
  try {
    const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? processOf(Number(name)) : []))
    const tree = [root]
    // Grows while it is walked.
    for (const parent of tree) for (const one of all) if (one.parent === parent) tree.push(one.pid)
    const workerds = all.filter(({ pid, name }) => name === 'workerd' && tree.includes(pid))
    return workerds.reduce((sum, { bytes }) => sum + bytes, 0)
  } catch {
    return NaN
  }
}

interface Process {
  pid: number
  parent: number
  name: string
  bytes: number
}

function processOf(pid: number): Process[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? ''
    return [{ pid, parent: Number(field('PPid')), name: field('Name'), bytes: Number(field('VmRSS')) * 1_024 }]
  } catch {
    // It has ended meanwhile.
    return []
  }
}
