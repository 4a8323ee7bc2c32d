// Makes what devices fetch from us out of the npm packages that hold it, in `generated/`: before `npm start`, before the
// tests, and whenever wrangler builds the Worker. Uses nothing but Node, and does nothing when all is up to date.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readBrowserTools } from './assets/browser-tools.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const generated = join(root, 'generated')
const stamp = join(generated, 'made-from')
const destinations = join(root, 'node_modules', '@segment', 'browser-destinations')

const source = fingerprint()
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== source) {
  rmSync(generated, { recursive: true, force: true })
  mkdirSync(generated)
  const tools = await readBrowserTools(join(destinations, 'dist', 'web'))
  writeFileSync(join(generated, 'browser-tools.json'), JSON.stringify(tools))
  writeFileSync(stamp, source)
}

/** Of what the outcome depends on: the packages' versions and these scripts. */
function fingerprint() {
  const scripts = join(root, 'scripts')
  const files = [
    join(destinations, 'package.json'),
    join(scripts, 'assets.mjs'),
    ...readdirSync(join(scripts, 'assets')).map((name) => join(scripts, 'assets', name)),
  ]
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex')
}
