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
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const scripts = dirname(fileURLToPath(import.meta.url))
const root = dirname(scripts)
const packageDir = (name) => join(root, 'node_modules', '@segment', name)
const analyticsNext = packageDir('analytics-next')
const destinations = packageDir('browser-destinations')

const generated = join(root, 'generated')

// What makes them is loaded only when it is wanted: before every command nothing has changed.
await made('made-from', fingerprintOfPackages(), async () => {
  const { buildAnalyticsJs } = await import('./assets/analytics-js.mjs')
  const { readBrowserTools } = await import('./assets/browser-tools.mjs')
  const { writePublic } = await import('./assets/public.mjs')
  rmSync(generated, { recursive: true, force: true })
  mkdirSync(generated)
  const prelude = readFileSync(join(scripts, 'assets', 'prelude.js'), 'utf8')
  write('analytics-js.json', buildAnalyticsJs(analyticsNext, prelude))
  write('browser-tools.json', await readBrowserTools(join(destinations, 'dist', 'web')))
  writePublic(join(generated, 'public'), analyticsNext, destinations)
})
await made('pages-from', fingerprintOfSources(), async () => {
  const { buildPanel } = await import('./assets/panel.mjs')
  const { buildDocs } = await import('./assets/docs.mjs')
  write('panel.json', buildPanel(join(root, 'src')))
  write('docs.json', buildDocs(join(root, 'docs')))
  // Pictures of the panel, which public pages show.
  mkdirSync(join(generated, 'public', 'pictures'), { recursive: true })
  for (const name of readdirSync(join(root, 'docs', 'pictures'))) {
    copyFileSync(join(root, 'docs', 'pictures', name), join(generated, 'public', 'pictures', name))
  }
})

/** `make` unless it was made of the same before. What it was made of is written last: what was broken off is made anew. */
async function made(name, source, make) {
  const stamp = join(generated, name)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === source) return
  await make()
  replace(stamp, source)
}

function write(name, json) {
  const path = join(generated, name)
  const text = JSON.stringify(json)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  replace(path, text)
}

/** Whoever reads it meanwhile finds the old one or the new one, whole; so do two who write it at once. */
function replace(path, text) {
  const fresh = `${path}.${process.pid}`
  writeFileSync(fresh, text)
  renameSync(fresh, path)
}

/** Of what devices fetch: the packages' versions and these scripts. */
function fingerprintOfPackages() {
  const packages = [analyticsNext, destinations].map((dir) => join(dir, 'package.json'))
  return fingerprint([...scriptsHere(), ...packages])
}

/** Of what pages load and show: every source, every page, their pictures, these scripts, and the packages for all that is bundled. */
function fingerprintOfSources() {
  const below = ['src', 'docs'].flatMap((name) => filesBelow(join(root, name)))
  return fingerprint([...scriptsHere(), ...below, join(root, 'package-lock.json')])
}

function scriptsHere() {
  return [join(scripts, 'assets.mjs'), ...filesBelow(join(scripts, 'assets'))]
}

function filesBelow(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

function fingerprint(files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${relative(root, file)}\n`).update(readFileSync(file))
  return hash.digest('hex')
}
