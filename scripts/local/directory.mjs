import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { readFileSync, realpathSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './options.mjs'

/** Marks, in its environment, a process of the platform whose state lies in this directory. */
export const MARK = 'SLUICE_DATA'

const LEAST_ROOM = 4 * 1024 * 1024
const NO_SPACE = new Set(['ENOSPC', 'EDQUOT'])
/** One that is just stopping is waited for. */
const LEAVING_MS = 2_000
/** A watchdog that is just ending the processes of a starter that was killed needs no longer. */
const LEFT_BEHIND_MS = 6_000
/** All that lies in a data directory, of older versions too. */
const OURS = new Set(
  'state home tmp lock lock-journal running.json secrets.json demo.json kit.json migrated.json platform.log local.env'.split(
    ' ',
  ),
)

/**
 * Makes the directory where there is none, readable by its owner only, and keeps every other start out of it until this
 * process has ended, in whatever way. Throws a `Failure` that names who has it.
 * @param {string} data
 * @param {number} port
 * @returns {Promise<{path: string, leave(): void}>} `path` without symbolic links
 */
export async function enterDirectory(data, port) {
  process.umask(0o077)
  try {
    make(data)
    accessSync(data, constants.W_OK | constants.X_OK)
    makePrivate(data)
    ensureRoom(data)
    const lock = await takeLock(data)
    const running = join(data, 'running.json')
    writeFileSync(running, JSON.stringify({ port, pid: process.pid }))
    const path = realpathSync(data)
    await endLeftBehind(path)
    rmSync(join(data, 'tmp'), { recursive: true, force: true })
    for (const name of ['tmp', 'home']) mkdirSync(join(data, name), { recursive: true })
    return {
      path,
      leave() {
        rmSync(running, { force: true })
        lock.close()
      },
    }
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(problemOf(error, data))
  }
}

/** One after the other, because Node's own recursion does not come back from a place such as /proc/x. */
function make(dir) {
  if (existsSync(dir)) return void readdirSync(dir)
  const parent = dirname(dir)
  if (parent !== dir) make(parent)
  mkdirSync(dir)
}

/** A sentence about a directory that cannot be used. */
export function problemOf(error, data) {
  if (NO_SPACE.has(error?.code)) return noRoom(data)
  return `The data directory ${data} cannot be written (${error?.code ?? error}). Choose another: npm start -- --data DIR`
}

/** A new database takes 2 MB; with less than this, the first failures would come from its depths. */
function ensureRoom(data) {
  const { blocks, bavail, bsize } = statfsSync(data)
  if (blocks > 0 && bavail * bsize < LEAST_ROOM) throw new Failure(noRoom(data))
}

const noRoom = (data) => `The disk that holds ${data} is full. Make room there and start again.`

/** What older versions left open to others is closed. A directory with other things in it is not ours to close. */
function makePrivate(data) {
  const names = readdirSync(data)
  for (const name of names) {
    const path = join(data, name)
    if (OURS.has(name)) chmodSync(path, statSync(path).isDirectory() ? 0o700 : 0o600)
  }
  if (names.every((name) => OURS.has(name))) chmodSync(data, 0o700)
}

/** A lock of the kernel, by way of SQLite: of two starts at once one has it, and it ends with the process that has it. */
async function takeLock(data) {
  const lock = new DatabaseSync(join(data, 'lock'))
  for (const end = Date.now() + LEAVING_MS; ; await sleep(100)) {
    try {
      lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      return lock
    } catch (error) {
      if (isLocked(error) && Date.now() < end) continue
      lock.close()
      throw isLocked(error) ? new Failure(takenBy(data)) : error
    }
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const isLocked = ({ errcode }) => errcode === 5 || errcode === 6

function takenBy(data) {
  const { port, pid } = runningIn(data)
  const where = port ? ` at http://127.0.0.1:${port} (process ${pid})` : ''
  return `Sluice already runs on ${data}${where}. Stop it there, or give this one a directory of its own: npm start -- --data DIR`
}

function runningIn(data) {
  try {
    return JSON.parse(readFileSync(join(data, 'running.json'), 'utf8'))
  } catch {
    return {}
  }
}

/** Ends what is left of a platform here whose starter is dead. Where there is no /proc, its watchdog does it alone. */
async function endLeftBehind(data) {
  for (const end = Date.now() + LEFT_BEHIND_MS; processesOf(data).length > 0; await sleep(100)) {
    if (Date.now() < end) continue
    for (const pid of processesOf(data)) kill(pid)
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

function processesOf(data) {
  if (!existsSync('/proc/self/environ')) return []
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids.filter((pid) => environmentOf(pid).includes(`${MARK}=${data}`)).map(Number)
}

function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    // Another user's, or gone.
    return []
  }
}
