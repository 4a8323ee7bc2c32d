import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { enterDirectory, MARK } from './directory.mjs'
import { spawnGroup } from './lifeline.mjs'
import { openLog } from './log.mjs'
import { ensureFree, Failure, root } from './options.mjs'

const MIGRATE = join(root, 'scripts', 'local', 'migrate.mjs')
const RUNTIME = join(root, 'scripts', 'local', 'runtime.mjs')
const READY_MS = 90_000

/**
 * Starts the Worker in the local runtime, all of its state under `data`, and resolves when it answers.
 * `ended` resolves with a sentence when it stops by itself.
 * @param {{port: number, data: string, pathPrefix: string, dev?: boolean, inspect?: number, vars?: Record<string, string>}} options
 *   `vars` override ours
 * @param {(stop: () => Promise<void> | void) => void} onBegun told how to undo each thing that has begun
 */
export async function startPlatform({ port, data, pathPrefix, dev = false, inspect, vars }, onBegun) {
  const directory = await enterDirectory(data, port)
  onBegun(directory.leave)
  await ensureFree(port)
  if (inspect !== undefined) await ensureFree(inspect)
  const secrets = localSecrets(data)
  const log = openLog(join(data, 'platform.log'), data, dev)
  await migrate(data, directory.path, log)
  const { child, end } = start([RUNTIME], directory.path, 'ipc')
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', log.line)
  const exited = new Promise((done) => child.once('exit', done))
  let stopping = false
  onBegun(async () => {
    stopping = true
    await end()
  })
  const bindings = bindingsOf({ port, pathPrefix, vars, ...secrets })
  child.send({ port, state: join(data, 'state'), bindings, dev, inspect })
  const ended = exited.then(() =>
    stopping ? new Promise(() => {}) : `The platform stopped by itself; its log is ${log.file}`,
  )
  const url = `http://127.0.0.1:${port}`
  const first = await Promise.race([healthy(url), ended])
  if (first !== true) {
    throw new Failure(first || `The platform did not answer within ${READY_MS / 1000} s; its log is ${log.file}`)
  }
  await recover(url, secrets.adminToken)
  return { url, adminToken: secrets.adminToken, logFile: log.file, ended }
}

/** What the Worker is told beside what wrangler.toml says. */
function bindingsOf({ port, pathPrefix, vars, adminToken, encryptionKey }) {
  const plain = {
    ALLOW_LOCAL_DESTINATIONS: '1',
    LOCAL_PORT: String(port),
    GENERATION: randomUUID(),
    PANEL_URL: `http://localhost:${port}`,
    ACCEPT: 'inbox',
    SOURCE_EVENTS_PER_SECOND: '0',
    OPEN_SIGN_UP: process.env.SLUICE_OPEN_SIGN_UP === '1' ? '1' : '0',
    ...(pathPrefix && { PATH_PREFIX: pathPrefix }),
    ...vars,
  }
  const secret = { ADMIN_TOKEN: adminToken, ENCRYPTION_KEYS: `local:${encryptionKey}` }
  const typed = (type, values) => Object.entries(values).map(([name, value]) => [name, { type, value }])
  return Object.fromEntries([...typed('plain_text', plain), ...typed('secret_text', secret)])
}

/** Made once and kept in `data`, readable by its owner only. */
function localSecrets(data) {
  const kept = join(data, 'secrets.json')
  const secrets = existsSync(kept)
    ? JSON.parse(readFileSync(kept, 'utf8'))
    : { adminToken: randomBytes(24).toString('base64url'), encryptionKey: randomBytes(32).toString('base64') }
  writeFileSync(kept, JSON.stringify(secrets, null, 2))
  // Older versions wrote them here a second time.
  rmSync(join(data, 'local.env'), { force: true })
  const adminToken = process.env.SLUICE_ADMIN_TOKEN || secrets.adminToken
  if (!/^[\x21-\x7e]{16,}$/.test(adminToken))
    throw new Failure('SLUICE_ADMIN_TOKEN needs at least 16 printable characters without spaces.')
  return { adminToken, encryptionKey: secrets.encryptionKey }
}

/** Brings the local database up to date; skipped when the same migrations were applied here before. */
async function migrate(data, path, log) {
  const names = readdirSync(join(root, 'migrations')).filter((name) => name.endsWith('.sql'))
  const stamp = join(data, 'migrated.json')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === JSON.stringify(names)) return
  const { child, end } = start([MIGRATE, join(data, 'state')], path)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
      log.write(chunk)
    })
  }
  const code = await new Promise((done) => child.once('exit', done))
  await end()
  if (code !== 0) throw new Failure(`The database could not be migrated:\n${output}`)
  writeFileSync(stamp, JSON.stringify(names))
}

/** A program of the platform whose state lies in the directory `path`. */
function start(args, path, ...channel) {
  const env = { ...process.env, [MARK]: path }
  return spawnGroup(args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe', ...channel] })
}

/** What the last run accepted and had not finished: its queue lived in memory, the inbox did not. */
async function recover(url, adminToken) {
  const reply = await fetch(`${url}/api/recovery`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}` },
  })
  if (!reply.ok) throw new Failure(`The platform could not take up what was left: ${await reply.text()}`)
  const { data } = await reply.json()
  if (data.queued > 0) console.log(`Taking up ${data.queued} accepted requests that the last run had not finished.`)
}

/**
 * A link to a page with a button that signs whoever presses it in as the workspace's owner, once and within an hour.
 * @param {{url: string, adminToken: string}} platform
 */
export async function signInLink({ url, adminToken }) {
  const reply = await fetch(`${url}/api/sign-in-links`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}` },
  })
  if (!reply.ok) throw new Failure(`The platform gave no sign-in link: ${await reply.text()}`)
  const { data } = await reply.json()
  return data.signInLink.url
}

async function healthy(url) {
  for (const end = Date.now() + READY_MS; Date.now() < end; await sleep(100)) {
    const reply = await fetch(`${url}/healthz`).catch(() => undefined)
    if (reply?.ok) return true
    await reply?.body?.cancel()
  }
  return false
}
