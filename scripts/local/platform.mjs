import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureFree, ensureWritable, Failure, root } from './options.mjs'

const WRANGLER = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
const READY_MS = 90_000

/** Keeps wrangler to itself: no questions to the network, no banner. */
const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
  FORCE_COLOR: '0',
  NO_COLOR: '1',
}

/**
 * Starts the Worker in the local runtime, all of its state under `data`, and resolves when it answers.
 * `ended` resolves with a sentence when it stops by itself.
 * @param {{port: number, data: string, pathPrefix: string}} options
 * @param {(stop: () => Promise<void>) => void} onBegun told how to stop it, as soon as there is something to stop
 */
export async function startPlatform({ port, data, pathPrefix }, onBegun) {
  ensureWritable(data)
  await ensureFree(port)
  const secrets = localSecrets(data)
  const logFile = join(data, 'platform.log')
  const log = createWriteStream(logFile, { flags: 'w' })
  await migrate(data, log)
  const child = wrangler(
    `dev --ip 127.0.0.1 --port ${port} --inspector-port 0 --show-interactive-dev-session=false --var ALLOW_LOCAL_DESTINATIONS:1 --var ACCEPT:inbox --var SOURCE_EVENTS_PER_SECOND:0`
      .split(' ')
      .concat(pathPrefix ? ['--var', `PATH_PREFIX:${pathPrefix}`] : [])
      .concat('--var', `OPEN_SIGN_UP:${process.env.SLUICE_OPEN_SIGN_UP === '1' ? 1 : 0}`)
      .concat('--persist-to', join(data, 'state'), '--env-file', secrets.file),
  )
  follow(child, log)
  const exited = new Promise((done) => child.once('exit', done))
  const url = `http://127.0.0.1:${port}`
  let stopping = false
  const stop = async () => {
    stopping = true
    signal(child, 'SIGTERM')
    if ((await Promise.race([exited, sleep(5_000, 'slow')])) === 'slow') signal(child, 'SIGKILL')
    await exited
  }
  onBegun(stop)
  const ended = exited.then(() =>
    stopping ? new Promise(() => {}) : `The platform stopped by itself; its log is ${logFile}`,
  )
  const first = await Promise.race([healthy(url), ended])
  if (first !== true) {
    throw new Failure(first || `The platform did not answer within ${READY_MS / 1000} s; its log is ${logFile}`)
  }
  await recover(url, secrets.adminToken)
  return { url, adminToken: secrets.adminToken, logFile, ended }
}

/** Made once and kept in `data`, readable by its owner only. */
function localSecrets(data) {
  const kept = join(data, 'secrets.json')
  const secrets = existsSync(kept)
    ? JSON.parse(readFileSync(kept, 'utf8'))
    : { adminToken: randomBytes(24).toString('base64url'), encryptionKey: randomBytes(32).toString('base64') }
  writeFileSync(kept, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  const adminToken = process.env.SLUICE_ADMIN_TOKEN || secrets.adminToken
  if (!/^[\x21-\x7e]{16,}$/.test(adminToken))
    throw new Failure('SLUICE_ADMIN_TOKEN needs at least 16 printable characters without spaces.')
  const file = join(data, 'local.env')
  writeFileSync(file, `ADMIN_TOKEN='${adminToken}'\nENCRYPTION_KEYS='local:${secrets.encryptionKey}'\n`, {
    mode: 0o600,
  })
  return { adminToken, file }
}

/** Brings the local database up to date; skipped when the same migrations were applied here before. */
async function migrate(data, log) {
  const names = readdirSync(join(root, 'migrations')).filter((name) => name.endsWith('.sql'))
  const stamp = join(data, 'migrated.json')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === JSON.stringify(names)) return
  const child = wrangler(['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', join(data, 'state')])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
      log.write(chunk)
    })
  }
  const code = await new Promise((done) => child.once('exit', done))
  if (code !== 0) throw new Failure(`The database could not be migrated:\n${output}`)
  writeFileSync(stamp, JSON.stringify(names))
}

/** In a process group of its own, so that the runtime underneath ends with it. */
function wrangler(args) {
  // Secrets come from the file in `data` and not from whatever the terminal happens to have set.
  const { ADMIN_TOKEN: _, ENCRYPTION_KEYS: __, ...outer } = process.env
  const env = { ...outer, ...QUIET }
  return spawn(process.execPath, [WRANGLER, ...args], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function signal(child, name) {
  try {
    process.kill(-child.pid, name)
  } catch {
    // It is gone already.
  }
}

/** Everything goes to the log file; what a person should see, to the terminal. */
function follow(child, log) {
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      // The runtime names the address of every request, and that of a link is its secret.
      log.write(`${line.replaceAll(/\/(sign-in|sign-up|reset|invites)\/[0-9a-f]{40}/g, '/$1/…')}\n`)
      const decision = line.startsWith('{') ? parse(line) : undefined
      if (decision?.level === 'warn' || decision?.level === 'error') console.log(`  ${line}`)
    })
  }
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
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
