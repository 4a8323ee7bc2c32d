import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { selfSigned } from '../conformance/rig/certificate.ts'
import { type Binaries, findBinaries, own, RUNS_AS } from './binaries.ts'

/** How a client gets in: as a superuser, for whom nothing is forbidden. */
export interface PostgresAccess {
  host: string
  port: number
  user: string
  password: string
  /** PEM: who signed the certificate that the server shows, for `127.0.0.1` and `localhost`. */
  ca: string
}

export interface PostgresServer extends PostgresAccess {
  /** Ends it at once, with all its connections, in the middle of what it does. What was committed is still there. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same port with the same data. */
  start(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

const READY_MS = 60_000
const USER = 'postgres'
/** With what has to be escaped in URLs and files. */
const PASSWORD = "p@ss:w/o r%d'é"

/**
 * Real PostgreSQL on a free port of loopback, with TLS and without, its data in a directory of its own below tmp. It ends
 * with the process that started it, whatever ends that. `settings`: lines of postgresql.conf, such as `max_connections=5`.
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-postgres-'))
  try {
    const { key, cert } = selfSigned()
    own(dir)
    const files = { password: `${PASSWORD}\n`, 'server.key': key, 'server.crt': cert }
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(dir, name), text, { mode: 0o600 })
      own(join(dir, name))
    }
    const binaries = findBinaries(dir)
    await initialise(binaries, dir)
    const port = await freePort()
    const configured = [...configOf(dir, port), ...settings]
    let running = await run(binaries, dir, configured)
    return {
      host: '127.0.0.1',
      port,
      user: USER,
      password: PASSWORD,
      ca: cert,
      kill: () => running.end(),
      start: async () => void (running = await run(binaries, dir, configured)),
      stop: async () => {
        await running.end()
        rmSync(dir, { recursive: true, force: true, maxRetries: 10 })
      },
    }
  } catch (error) {
    rmSync(dir, { recursive: true, force: true })
    throw error
  }
}

async function initialise({ initdb, env }: Binaries, dir: string): Promise<void> {
  const flags = [`--pgdata=${join(dir, 'data')}`, `--username=${USER}`, `--pwfile=${join(dir, 'password')}`]
  const plain = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions']
  await promisify(execFile)(initdb, [...flags, ...plain], { ...RUNS_AS, env, cwd: dir })
}

/** Fast rather than safe from a power failure, which no test has; a process that is killed loses nothing by it. */
function configOf(dir: string, port: number): string[] {
  return [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'ssl=on',
    `ssl_cert_file=${join(dir, 'server.crt')}`,
    `ssl_key_file=${join(dir, 'server.key')}`,
    'shared_buffers=64MB',
    'fsync=off',
    'full_page_writes=off',
    'autovacuum=off',
  ]
}

/** The shell ends with the server. When the shell's input ends, because its starter did, the server goes, and its data too. */
const LIFELINE = `exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ read -r _ <&3; trap '' TERM; kill -QUIT $server; while kill -0 $server; do sleep 0.1; done; rm -rf "$DIR"; } 2>/dev/null &
wait $server; kill $! 2>/dev/null`

interface Running {
  end(): Promise<void>
}

async function run({ postgres, env }: Binaries, dir: string, settings: readonly string[]): Promise<Running> {
  const flags = settings.flatMap((setting) => ['-c', setting])
  // In a group of its own, so that Ctrl-C does not reach it before those who use it have ended.
  const child = spawn('/bin/sh', ['-c', LIFELINE, 'sh', postgres, '-D', join(dir, 'data'), ...flags], {
    ...RUNS_AS,
    env: { ...env, DIR: dir },
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const said = await untilReady(child)
  // Nobody waits for it: what started it may end.
  for (const one of [child, child.stdin, child.stderr]) (one as { unref?: () => void } | null)?.unref?.()
  const pid = Number(readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  if (!(pid > 1)) throw new Error(`PostgreSQL has no process: ${said}`)
  return { end: () => end(child, pid) }
}

async function untilReady(child: ChildProcess): Promise<string> {
  let said = ''
  let ready: (value: unknown) => void = () => undefined
  const started = new Promise((done) => (ready = done))
  child.stderr?.on('data', (text) => {
    said = (said + String(text)).slice(-10_000)
    if (said.includes('ready to accept connections')) ready(said)
  })
  await Promise.race([started, once(child, 'exit'), sleep(READY_MS, undefined, { ref: false })])
  if (said.includes('ready to accept connections')) return said
  child.kill('SIGKILL')
  throw new Error(`PostgreSQL does not start: ${said}`)
}

/** Of its own signals the one after which it has to recover: killed alone, it would leave connections behind that go on. */
async function end(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const exited = once(child, 'exit')
  process.kill(pid, 'SIGQUIT')
  await exited
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
