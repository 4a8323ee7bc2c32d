// Runs before `npm start` and `npm test`, in whatever Node is there (20 or newer): installs what the lock file names,
// a newer Node among it, and makes of it what devices fetch. Uses nothing but Node, since nothing else is there yet.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Sluice needs Node 20 or newer to install itself; this is ${process.version}.`)
}

const lock = join(root, 'package-lock.json')
const installed = join(root, 'node_modules', '.package-lock.json')

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.log('Installing packages …')
  // npm itself, by the Node that runs this: the one in node_modules/.bin is about to be replaced.
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']]
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) fail('npm ci failed; its message above says why.')
}
await import('./assets.mjs')

function fail(why) {
  console.error(why)
  process.exit(1)
}
