// Runs before every command of package.json, in whatever Node is there (20 or newer): installs what the lock file names,
// a newer Node among it, and makes of it what devices fetch. Uses nothing but Node, since nothing else is there yet.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const PING_MS = 4_000

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Sluice needs Node 20 or newer to install itself; this is ${process.version}.`)
}

const lock = join(root, 'package-lock.json')
const installed = join(root, 'node_modules', '.package-lock.json')

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.log('Installing packages …')
  const silence = silenceOfRegistry()
  if (!silence) {
    const { status } = npm(['ci'], { stdio: 'inherit' })
    if (status !== 0) fail('npm ci failed; its message above says why.')
  } else {
    console.log(`The registry does not answer (${silence}). Looking into npm's cache …`)
    if (npm(['ci', '--offline']).status !== 0) {
      fail('It does not have all packages. Try again with a network; once they are installed, none is needed.')
    }
  }
}
// A process of its own, with nothing of the shell's environment: the bundler takes its binary and its directory from there.
// In the Node that was just installed: an older one reads no TypeScript.
const assets = spawnSync(join(root, 'node_modules', '.bin', 'node'), [join(root, 'scripts', 'assets.mjs')], {
  env: { PATH: process.env.PATH },
  stdio: 'inherit',
})
if (assets.error) console.error(String(assets.error))
if (assets.status !== 0) fail('What pages and devices load could not be made; the message above says why.')

/** Why nothing can be fetched; asked first, because npm tries for minutes before it says so. Any answer is an answer. */
function silenceOfRegistry() {
  const { error, stderr } = npm(['ping', '--fetch-retries=0', `--fetch-timeout=${PING_MS - 1_000}`], {
    timeout: PING_MS,
  })
  if (error) return error.code
  return /code (EAI_AGAIN|ENOTFOUND|E[A-Z]*UNREACH|ECONN[A-Z]+|ETIMEDOUT|ERR_SOCKET_TIMEOUT|FETCH_ERROR)/.exec(
    stderr,
  )?.[1]
}

/** npm itself, by the Node that runs this: the one in node_modules/.bin is about to be replaced. */
function npm(args, options) {
  const path = process.env.npm_execpath
  const [command, first] = path?.endsWith('.js') ? [process.execPath, [path]] : ['npm', []]
  return spawnSync(command, [...first, ...args], { cwd: root, encoding: 'utf8', ...options })
}

function fail(why) {
  console.error(why)
  process.exit(1)
}
