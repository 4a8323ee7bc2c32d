// What the local runtime runs: the Worker as a deployment builds it, with the bindings of wrangler.toml. Kept among the packages
// until something changes that it is made of, since wrangler takes two seconds of a processor for it.
import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { Failure, root } from './options.mjs'

const CONFIG = join(root, 'wrangler.toml')
const WRANGLER = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
const KEPT = join(root, 'node_modules', '.cache', 'sluice-built')
/** What a build depends on beside the modules that are ours; the second stands for all packages. */
const BESIDE = [
  'wrangler.toml',
  'node_modules/.package-lock.json',
  'package.json',
  'tsconfig.json',
  'scripts/local/built.mjs',
]
/** Modules that are no scripts, as `rules` of wrangler.toml name them. */
const DATA = '.gz'

/**
 * The Worker `main`, built or as it was kept. Throws a `Failure` with what wrangler says when it does not build.
 * @param {string} main a path below the root
 * @returns {Promise<object>} a Worker as miniflare takes it: modules, bindings of wrangler.toml, assets; without secrets
 */
export async function builtWorker(main = 'src/index.ts') {
  const name = basename(main, '.ts') + createHash('sha256').update(main).digest('hex').slice(0, 8)
  return kept(name) ?? (await build(name, main))
}

/** Where it is noted what the newest build was made of. */
const noteOf = (name) => join(KEPT, `${name}.json`)

function kept(name) {
  const note = noted(name)
  if (!note || fingerprint(note.inputs) !== note.fingerprint) return undefined
  try {
    return read(note)
  } catch {
    // A newer one has just taken its place.
    return undefined
  }
}

function noted(name) {
  try {
    return JSON.parse(readFileSync(noteOf(name), 'utf8'))
  } catch {
    return undefined
  }
}

/** With the content of its modules, so that nothing of it is asked for when a newer build has taken its place. */
function read({ dir, entry, options }) {
  const names = [entry, ...readdirSync(dir).filter((file) => file.endsWith(DATA))]
  const modules = names.map((file) => ({
    type: file.endsWith(DATA) ? 'Data' : 'ESModule',
    path: join(dir, file),
    contents: readFileSync(join(dir, file)),
  }))
  return { ...options, modulesRoot: dir, modules }
}

async function build(name, main) {
  const began = Date.now()
  mkdirSync(KEPT, { recursive: true })
  const dir = join(KEPT, `${name}-${randomUUID()}`)
  await bundle(main, dir)
  // Only now, because it takes half a second to load.
  const { unstable_getMiniflareWorkerOptions } = await import('wrangler')
  const { workerOptions } = unstable_getMiniflareWorkerOptions(CONFIG, undefined, { envFiles: ['/dev/null'] })
  const { modulesRules: _, ...options } = workerOptions
  const { inputs: all } = JSON.parse(readFileSync(join(dir, 'bundle-meta.json'), 'utf8'))
  const inputs = Object.keys(all).filter((path) => existsSync(join(root, path)) && !path.includes('node_modules/'))
  const note = { dir, entry: `${basename(main, '.ts')}.js`, options, inputs, fingerprint: fingerprint(inputs) }
  // What has changed meanwhile may be in it or not: the next start builds anew.
  if (inputs.every((path) => statSync(join(root, path)).mtimeMs < began)) keep(name, note)
  return read(note)
}

async function bundle(main, dir) {
  const args = [WRANGLER, 'deploy', main, '--config', CONFIG, '--dry-run', '--outdir', dir, '--metafile']
  try {
    await promisify(execFile)(process.execPath, [...args, '--env-file', '/dev/null'], { cwd: root })
  } catch (error) {
    throw new Failure(`The Worker cannot be built:\n${error.stdout}${error.stderr}`)
  }
}

/** Of the content of these files of ours, and of what every build depends on. */
function fingerprint(inputs) {
  const hash = createHash('sha256')
  for (const path of [...BESIDE, ...inputs]) {
    const file = join(root, path)
    hash.update(`${path}\n`)
    if (existsSync(file)) hash.update(readFileSync(file))
  }
  return hash.digest('hex')
}

/** For the next start, in the place of the one before, which fits nobody any more. */
function keep(name, note) {
  const before = noted(name)
  const fresh = `${noteOf(name)}.${randomUUID()}`
  writeFileSync(fresh, JSON.stringify(note))
  renameSync(fresh, noteOf(name))
  if (before) rmSync(before.dir, { recursive: true, force: true })
}
