import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '..', '..')

/** A run of `npm start`, or of `npm run dev`, as a user does it. */
export interface LocalRun {
  /** npm itself; everything else descends from it. */
  pid: number
  output(): string
  /** Resolves when the output holds `text`; rejects when the run ends before, or after `ms`. */
  until(text: string | RegExp, ms?: number): Promise<string>
  /** Ctrl-C; resolves when all of it has ended. */
  interrupt(): Promise<void>
  exited: Promise<number | null>
}

export function npmStart(
  args: string[],
  env: NodeJS.ProcessEnv = {},
  { cwd = ROOT, script = 'start' }: { cwd?: string; script?: 'start' | 'dev' } = {},
): LocalRun {
  const child = spawn('npm', ['run', script, '--', ...args], { cwd, env: { ...process.env, ...env }, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const until = async (text: string | RegExp, ms = 60_000) => {
    let over = false
    void exited.then(() => (over = true))
    for (const end = Date.now() + patient(ms); Date.now() < end; await sleep(50)) {
      if (typeof text === 'string' ? output.includes(text) : text.test(output)) return output
      if (over) break
    }
    throw new Error(`waited for ${text} in:\n${output}`)
  }
  const interrupt = async () => {
    signal(child, 'SIGINT')
    await exited
    // npm goes at once, what it started a little later.
    for (const end = Date.now() + patient(15_000); signal(child, 0) && Date.now() < end;) await sleep(50)
  }
  return { pid: child.pid ?? 0, output: () => output, until, interrupt, exited }
}

/** To the whole group, as a terminal does; `false` when nothing of it is left. 0 only asks. */
function signal(child: ChildProcess, name: NodeJS.Signals | 0): boolean {
  try {
    return child.pid !== undefined && process.kill(-child.pid, name)
  } catch {
    return false
  }
}

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
  event: Record<string, unknown>
}

/** A partner on this machine: keeps what it is sent, answers 200 or what a test says. */
export async function startReceiver(
  status: (received: Received) => number = () => 200,
  headers: (received: Received) => Record<string, string> = () => ({}),
) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString()
      const event = JSON.parse(body) as Record<string, unknown>
      const one = { path: request.url ?? '', headers: request.headers, body, event }
      received.push(one)
      response.writeHead(status(one), headers(one)).end()
    })
  })
  const url = `http://127.0.0.1:${await listen(server)}`
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url, received, close }
}

/**
 * A free port below those that the system gives to outgoing connections: one of them, or of another test's, could take it
 * before it is used, or between two lives of a platform.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (await isFree(port)) return port
  }
}

/** Nobody listens at the port, nor holds it otherwise. */
export function isFree(port: number): Promise<boolean> {
  const probe = createSocketServer()
  return new Promise((done) => {
    probe.once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })
}

/**
 * A time in which something has to happen, longer when the machine has more to do than processors to do it with: so a limit
 * stays as narrow as it is meant on a machine that is free. At most ten times as long.
 */
export function patient(ms: number): number {
  const [load = 0] = loadavg()
  return ms * Math.min(10, Math.max(1, load / availableParallelism()))
}

async function listen(server: ReturnType<typeof createSocketServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export async function temporaryDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-e2e-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

export const ADMIN_TOKEN = 'token-of-the-e2e-tests'

/** The platform without its demo, and its API; `args` are more options of `npm start`. */
export async function startPlatform(args: string[] = []) {
  const [dir, port] = [await temporaryDir(), await freePort()]
  const run = npmStart(['--port', String(port), '--data', dir.path, '--no-demo', ...args], {
    SLUICE_ADMIN_TOKEN: ADMIN_TOKEN,
  })
  const url = `http://127.0.0.1:${port}`
  await run.until('Ctrl-C stops it')
  const stop = async () => {
    await run.interrupt()
    await dir.remove()
  }
  return { url, stop, api: apiOf(url), output: run.output }
}

export type Api = ReturnType<typeof apiOf>

/** Calls the Public API; answers `data`, throws what is no success. */
export function apiOf(url: string, token = ADMIN_TOKEN) {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const reply = await fetch(url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const json = (await reply.json()) as { data: T }
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(json)}`)
    return json.data
  }
}

/** A source with a webhook and a direct destination at `receiver`; the latter at `partner` where that is another. */
export async function connect(api: Api, receiver: string, slug: string, writeKey?: string, partner = receiver) {
  const { source } = await api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
    slug,
    writeKey,
  })
  const { integration } = await api<{ integration: { id: string } }>('POST', '/api/integrations', {
    name: `Partner ${slug}`,
    slug: `partner-${slug}`,
    endpoint: `${partner}/direct/${slug}`,
  })
  const make = async (metadataId: string, settings: object) =>
    (
      await api<{ destination: { id: string } }>('POST', '/api/destinations', {
        sourceId: source.id,
        metadataId,
        settings,
      })
    ).destination.id
  const webhook = await make('webhooks', { urls: [`${receiver}/webhook/${slug}`], sharedSecret: 'shared' })
  const direct = await make(integration.id, { apiKey: 'customer-key' })
  return { sourceId: source.id, writeKey: source.writeKeys[0] ?? '', webhook, direct }
}

export interface LedgerFigures {
  accepted: number
  delivered: number
  filtered: number
  pending: number
  dead: number
}

export async function ledger(api: Api, destination: string): Promise<LedgerFigures> {
  return (await api<{ ledger: LedgerFigures }>('GET', `/api/destinations/${destination}/ledger`)).ledger
}

/** The event as it lies in the archive. */
export async function archived(api: Api, messageId: string): Promise<Record<string, unknown>> {
  const path = `/api/events/${encodeURIComponent(messageId)}`
  return (await api<{ event: { event: Record<string, unknown> } }>('GET', path)).event.event
}
