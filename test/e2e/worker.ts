import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, patient } from './local.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const RUNTIME = join(ROOT, 'scripts', 'local', 'runtime.mjs')
const READY_MS = 90_000
const VARS = { ALLOW_LOCAL_DESTINATIONS: '1', ACCEPT: 'inbox', SOURCE_EVENTS_PER_SECOND: '0' }

export interface WorkerRun {
  url: string
  stop(): Promise<void>
}

/** Brings the database below `state` up to date. */
export async function migrate(state: string): Promise<void> {
  const migration = run([join(ROOT, 'scripts', 'local', 'migrate.mjs'), state])
  const [code] = await migration.done
  if (code !== 0) throw new Error(`the database could not be migrated:\n${migration.output()}`)
}

/**
 * Another Worker than the platform's own, `main`, with the platform's bindings and its state below `state`. `vars`: variables
 * of it, beside those of the local run.
 */
export async function startWorker(
  main: string,
  state: string,
  { adminToken, encryptionKeys }: { adminToken: string; encryptionKeys: string },
  vars: Record<string, string> = {},
): Promise<WorkerRun> {
  const port = await freePort()
  const values = { ...VARS, ...vars, ADMIN_TOKEN: adminToken, ENCRYPTION_KEYS: encryptionKeys }
  const bindings = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))
  const child = run([RUNTIME])
  child.send({ port, state, bindings, main })
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    child.kill()
    await child.done
  }
  if (!(await Promise.race([healthy(url), child.done.then(() => false)]))) {
    await stop()
    throw new Error(`the platform does not answer:\n${child.output()}`)
  }
  return { url, stop }
}

function run(args: string[]) {
  const { ADMIN_TOKEN: _, ENCRYPTION_KEYS: __, ...outer } = process.env
  const quiet = { CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' }
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...outer, ...quiet },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()))
  const done = once(child, 'exit')
  const kill = () => {
    // With the runtime underneath.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
  }
  return { done, kill, send: (message: object) => child.send(message), output: () => output }
}

async function healthy(url: string): Promise<boolean> {
  for (const end = Date.now() + patient(READY_MS); Date.now() < end; await sleep(200)) {
    const reply = await fetch(`${url}/healthz`).catch(() => undefined)
    await reply?.body?.cancel()
    if (reply?.ok) return true
  }
  return false
}
