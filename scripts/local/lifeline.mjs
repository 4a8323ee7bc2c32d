import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readerOf } from './reader.mjs'

const PATIENCE_MS = 5_000
const MORE_MS = 500
const LOOK_MS = 500

/** Ends the group `$1` when this process has ended, in whatever way: then nobody holds the other end of its input. */
const WATCHDOG = `trap '' HUP INT TERM
read -r _
kill -TERM -"$1"
n=0
while kill -0 -"$1" && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
kill -KILL -"$1"`

/**
 * Starts a program in a process group of its own, so that what it starts ends with it, and all of that with this process.
 * `end` resolves when nothing of the group is left.
 * @param {string[]} args of Node
 * @param {import('node:child_process').SpawnOptions} options
 */
export function spawnGroup(args, options) {
  const child = spawn(process.execPath, args, { ...options, detached: true })
  const exited = new Promise((done) => child.once('exit', done))
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', String(child.pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watchdog.unref()
  watchdog.stdin.on('error', () => undefined)
  const end = async () => {
    signal(child, 'SIGTERM')
    await Promise.race([exited, sleep(PATIENCE_MS)])
    // What the program started may need a moment more. One that has ended counts until the system has noticed.
    for (const until = Date.now() + MORE_MS; signal(child, 0) && Date.now() < until;) await sleep(20)
    signal(child, 'SIGKILL')
    watchdog.kill('SIGKILL')
  }
  return { child, end }
}

/** To the whole group; `false` when nothing of it is left. 0 only asks. */
function signal(child, name) {
  try {
    return process.kill(-child.pid, name)
  } catch {
    return false
  }
}

/**
 * Calls `end` once, when whoever started this is gone: told by a signal, by an output that nobody reads any more, or, of
 * npm and the shell that it puts between, by being gone without a word. A closed terminal (SIGHUP) needs no handler.
 * @param {() => void} end
 */
export function whenStarterEnds(end) {
  let ended = false
  const once = () => {
    if (ended) return
    ended = true
    clearInterval(looks)
    end()
  }
  const ancestors = starters().join()
  const isRead = readerOf(process.stdout.fd)
  const looks = setInterval(() => {
    if (starters().join() !== ancestors || !isRead()) once()
  }, LOOK_MS)
  looks.unref()
  for (const stream of [process.stdout, process.stderr]) stream.on('error', once)
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, once)
}

/** This process's parent and, where npm put a shell between, npm. */
function starters() {
  if (!['start', 'dev'].includes(process.env.npm_lifecycle_event)) return []
  const parent = factsOf(process.ppid)
  return [process.ppid, ...(parent?.name.endsWith('sh') ? [parent.parent] : [])]
}

function factsOf(pid) {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return { name, parent }
  } catch {
    // No such process, or a system without /proc.
    return undefined
  }
}
