import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuMsOf, freePort } from './workerd.ts'

const READY_MS = 90_000
const ADMIN_TOKEN = 'the-bench-s-admin-token'
const ENVIRONMENT = {
  ...process.env,
  // What is built is built in this Node.
  PATH: [dirname(process.execPath), process.env.PATH].join(':'),
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  NO_COLOR: '1',
}
/** As `npm start` tells its Worker. */
const VARS = {
  ALLOW_LOCAL_DESTINATIONS: '1',
  SOURCE_EVENTS_PER_SECOND: '0',
  ADMIN_TOKEN,
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
}

export interface LocalRunOptions {
  /** A checkout with its packages: what it runs, and what runs it. */
  root: string
  /** The Worker's module below it; without one the platform. */
  main?: string
  /** Variables of the Worker. */
  vars?: Record<string, string>
  /** It can be profiled (`profile.ts`), which makes all of it slower. */
  inspected?: boolean
}

export interface RunningLocally {
  port: number
  /** Milliseconds of CPU so far of all its processes; `NaN` where there is no /proc. */
  cpuMs(): number
  /** The port of its inspector, where it has one. */
  inspectorPort: number | undefined
  /** Calls the Public API; answers `data`, throws what is no success. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  stop(): Promise<void>
}

/** A Worker as `npm start` builds and runs it, in processes of its own, its state in a temporary directory that is new. */
export async function startLocally({ root, main, vars = {}, inspected }: LocalRunOptions): Promise<RunningLocally> {
  const state = mkdtempSync(join(tmpdir(), 'sluice-through-'))
  const script = (name: string) => join(root, 'scripts', 'local', name)
  const migration = run(root, [script('migrate.mjs'), state])
  await once(migration.child, 'exit')
  const port = await freePort()
  const inspectorPort = inspected ? await freePort() : undefined
  const { child, said } = run(root, [script('runtime.mjs')])
  const values = Object.entries({ ...VARS, LOCAL_PORT: String(port), ...vars })
  const bindings = Object.fromEntries(values.map(([name, value]) => [name, { value }]))
  child.send({ port, state, main, bindings, profiledAt: inspectorPort })
  const stop = async () => {
    await ended(child)
    rmSync(state, { recursive: true, force: true, maxRetries: 5 })
  }
  const url = `http://127.0.0.1:${port}`
  if (!(await ready(url, child))) {
    await stop()
    throw new Error(`the Worker of ${root} does not answer:\n${said()}`)
  }
  return { port, cpuMs: () => cpuMsOf(treeOf(child.pid)), inspectorPort, api: apiOf(url, ADMIN_TOKEN), stop }
}

function run(root: string, args: readonly string[]): { child: ChildProcess; said(): string } {
  const child = spawn(process.execPath, args, { cwd: root, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let last = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => (last = (last + String(text)).slice(-2_000)))
  const kill = () => void child.kill()
  // Nothing is left running behind a bench that was broken off.
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return { child, said: () => last }
}

async function ready(url: string, child: ChildProcess): Promise<boolean> {
  for (const end = Date.now() + READY_MS; Date.now() < end && child.exitCode === null; await sleep(100)) {
    const response = await fetch(`${url}/healthz`).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.ok) return true
  }
  return false
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill()
  if ((await Promise.race([exit, sleep(5_000, 'slow')])) === 'slow') child.kill('SIGKILL')
  await exit
}

/** A process and all that descends from it. */
function treeOf(root: number | undefined): number[] {
  const tree = root === undefined ? [] : [root]
  // Grows while it is walked.
  for (const pid of tree) tree.push(...childrenOf(pid))
  return tree
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Calls of the Public API at `url`, by the secret of the deployment: what `data` holds. Throws what was refused. */
export function apiOf(url: string, token: string): RunningLocally['api'] {
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
