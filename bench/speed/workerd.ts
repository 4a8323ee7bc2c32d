import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'

const ROOT = join(import.meta.dirname, '..', '..')
const WORKERD = (createRequire(import.meta.url)('workerd') as { default: string }).default
const READY_MS = 10_000

export interface RunningWorkerd {
  port: number
  /** Milliseconds of CPU so far, user and system; `NaN` where there is no /proc. */
  cpuMs(): number
  /** The port of its inspector, where it has one. */
  inspectorPort: number | undefined
  stop(): Promise<void>
}

/** Values of capnp: what the Worker is bound to, and what else the process holds. */
export interface WorkerConfig {
  /** Of bench/speed. */
  entry: string
  bindings: readonly string[]
  /** Further lines of the Worker, such as its Durable Objects; the service `disk` is for them. */
  more?: string
  /** It can be profiled (`profile.ts`), which makes all of it slower. */
  inspected?: boolean
}

/**
 * One Worker in a bare workerd on a free port of loopback, as `wrangler.toml` would have it run: its compatibility date
 * and flags, the code bundled by esbuild, a queue that takes everything. It can reach loopback and nothing else.
 */
export async function startWorkerd({
  entry,
  bindings,
  more = '',
  inspected = false,
}: WorkerConfig): Promise<RunningWorkerd> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const port = await freePort()
  // Names of what runs are for people to read where it is profiled.
  await bundle(entry, join(dir, 'worker.js'), !inspected)
  await bundle('sink.ts', join(dir, 'sink.js'))
  mkdirSync(join(dir, 'objects'))
  writeFileSync(join(dir, 'config.capnp'), configOf(port, bindings, more))
  const inspectorPort = inspected ? await freePort() : undefined
  const options = inspectorPort === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspectorPort}`]
  const child = spawn(WORKERD, ['serve', ...options, 'config.capnp'], { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text) => (said += String(text)))
  const kill = () => void child.kill('SIGKILL')
  // Nothing is left running behind a bench that was broken off.
  process.once('exit', kill)
  const stop = async () => {
    await ended(child)
    process.off('exit', kill)
    rmSync(dir, { recursive: true, force: true })
  }
  if (!(await ready(port, child))) {
    await stop()
    throw new Error(`workerd does not answer:\n${said}`)
  }
  const pids = child.pid === undefined ? [] : [child.pid]
  return { port, cpuMs: () => cpuMsOf(pids), inspectorPort, stop }
}

/** Packages for Node name its modules without `node:`; in workerd they have it. */
const NODE_MODULES = Object.fromEntries(
  builtinModules.filter((name) => !name.includes(':')).map((name) => [name, `node:${name}`]),
)

async function bundle(entry: string, outfile: string, minify = true): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile,
    bundle: true,
    minify,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'import'],
    external: ['node:*', 'cloudflare:*'],
    alias: NODE_MODULES,
    loader: { '.gz': 'binary' },
    logLevel: 'error',
  })
}

function configOf(port: number, bindings: readonly string[], more: string): string {
  const compatibility = compatibilityOf(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8'))
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      ${compatibility},
      bindings = [${bindings.join(', ')}],
      ${more}
    )),
    (name = "sink", worker = (modules = [(name = "sink.js", esModule = embed "sink.js")], ${compatibility})),
    (name = "disk", disk = (path = "objects", writable = true)),
    (name = "internet", network = (allow = ["127.0.0.1/32"], deny = [])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`
}

function compatibilityOf(toml: string): string {
  const date = /^compatibility_date\s*=\s*(".*?")/m.exec(toml)?.[1]
  const flags = /^compatibility_flags\s*=\s*(\[.*?\])/m.exec(toml)?.[1]
  if (!date || !flags) throw new Error('wrangler.toml has no compatibility date or flags')
  return `compatibilityDate = ${date}, compatibilityFlags = ${flags}`
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

async function ready(port: number, child: ChildProcess): Promise<boolean> {
  for (const end = Date.now() + READY_MS; Date.now() < end && child.exitCode === null; await sleep(50)) {
    const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined)
    await response?.body?.cancel()
    if (response) return true
  }
  return false
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  if ((await Promise.race([exit, sleep(2_000, 'slow')])) === 'slow') child.kill('SIGKILL')
  await exit
}

/** Milliseconds of CPU that processes have had, user and system; `NaN` when one cannot be looked at. */
export function cpuMsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMs(pid), pids.length > 0 ? 0 : NaN)
}

/** The scheduler's own count, in nanoseconds for each thread; the user and system time of `stat` goes by hundredths of a second. */
function cpuMs(pid: number): number {
  try {
    const tasks = `/proc/${pid}/task`
    const ns = readdirSync(tasks).map((id) => Number(readFileSync(join(tasks, id, 'schedstat'), 'utf8').split(' ')[0]))
    return ns.reduce((sum, n) => sum + n, 0) / 1e6
  } catch {
    return NaN
  }
}
