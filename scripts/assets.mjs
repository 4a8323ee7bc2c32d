// Makes what devices fetch from us out of the npm packages that hold it, and what the panel's pages load out of `src`, in
// `generated/`: before `npm start`, before the tests, and whenever wrangler builds the Worker. What is up to date stays.
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAnalyticsJs } from './assets/analytics-js.mjs'
import { readBrowserTools } from './assets/browser-tools.mjs'
import { buildDocs } from './assets/docs.mjs'
import { buildPanel } from './assets/panel.mjs'
import { writePublic } from './assets/public.mjs'

const scripts = dirname(fileURLToPath(import.meta.url))
const root = dirname(scripts)
const packageDir = (name) => join(root, 'node_modules', '@segment', name)
const analyticsNext = packageDir('analytics-next')
const destinations = packageDir('browser-destinations')

const generated = join(root, 'generated')
/** Written last: what is in `generated` was made from this. */
const stamp = join(generated, 'made-from')

const source = fingerprint()
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== source) {
  rmSync(generated, { recursive: true, force: true })
  mkdirSync(generated)
  const prelude = readFileSync(join(scripts, 'assets', 'prelude.js'), 'utf8')
  write('analytics-js.json', buildAnalyticsJs(analyticsNext, prelude))
  write('browser-tools.json', await readBrowserTools(join(destinations, 'dist', 'web')))
  writePublic(join(generated, 'public'), analyticsNext, destinations)
  writeFileSync(stamp, source)
}
// Takes less time than to find out whether it has to be.
write('panel.json', buildPanel(join(root, 'src')))
write('docs.json', buildDocs(join(root, 'docs')))
// Pictures of the panel, which public pages show.
mkdirSync(join(generated, 'public', 'pictures'), { recursive: true })
for (const name of readdirSync(join(root, 'docs', 'pictures'))) {
  copyFileSync(join(root, 'docs', 'pictures', name), join(generated, 'public', 'pictures', name))
}

/** Whoever reads it meanwhile finds the old one or the new one, whole. */
function write(name, json) {
  const path = join(generated, name)
  const text = JSON.stringify(json)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

/** Of what the outcome depends on: the packages' versions and these scripts. */
function fingerprint() {
  const parts = readdirSync(join(scripts, 'assets')).map((name) => join(scripts, 'assets', name))
  const packages = [analyticsNext, destinations].map((dir) => join(dir, 'package.json'))
  const hash = createHash('sha256')
  for (const file of [join(scripts, 'assets.mjs'), ...parts, ...packages]) hash.update(readFileSync(file))
  return hash.digest('hex')
}
