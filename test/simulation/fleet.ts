import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, constants, setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { addFigures, noTotals, type Totals } from './figures.ts'
import type { Report, Task } from './worker.ts'

const WORKER = join(import.meta.dirname, 'worker.ts')
/** Of a process of the simulation: what Node makes of the sources is kept, since most of a short run is loading them. */
export const ENVIRONMENT = {
  ...process.env,
  NODE_NO_WARNINGS: '1',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/sluice-compiled'),
}
/**
 * Of a process that runs hundreds of seeds: less garbage to collect, by the thread that made it since the others are at
 * seeds of their own, and machine code for all that is run, take a fifth off.
 */
export const FLAGS = [
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
  '--single-threaded-gc',
  '--always-sparkplug',
]
/** Where `npm run simulate` stopped. Not in git. */
const STATE = join(import.meta.dirname, '..', '..', '.sluice', 'simulation.json')
/** Seeds that a process is told at a time. */
const TASK = 20

export interface Fleet {
  seeds: number
  from: number
  /** Goes on beyond `seeds` until so much time has passed. */
  leastMs?: number
  processes?: number
  /** Remembers how far it has come. */
  resumable?: boolean
  onFailure(seed: number, violation: string): void
}

/** Runs seeds on all processors. */
export async function runFleet(options: Fleet): Promise<Totals> {
  const { seeds, from, leastMs = 0, processes = availableParallelism(), resumable = false, onFailure } = options
  const end = Date.now() + leastMs
  const totals = noTotals()
  const underWay = new Set<number>()
  let next = from
  const task = (): Task | null => {
    if (next >= from + seeds && Date.now() >= end) return null
    const to = next < from + seeds ? Math.min(next + TASK, from + seeds) : next + TASK
    const one = { from: next, to }
    underWay.add(next)
    next = to
    return one
  }
  const take = ({ task: { from: begun }, figures, failures }: Report) => {
    for (const one of figures) addFigures(totals, one)
    for (const { seed, violation } of failures) onFailure(seed, violation)
    totals.failures += failures.length
    underWay.delete(begun)
    if (resumable) saveSeed(Math.min(next, ...underWay))
  }
  await Promise.all(Array.from({ length: processes }, () => employ(task, take)))
  return totals
}

/**
 * Leaves the processors to whoever else wants them, such as tests that wait for a real clock. For a process that has just
 * been started: its threads, which are not there yet, are as it is.
 */
export function standBack({ pid }: ChildProcess): void {
  if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
}

/** One process, until there are no more tasks. */
function employ(task: () => Task | null, take: (report: Report) => void): Promise<void> {
  const child: ChildProcess = fork(WORKER, { env: ENVIRONMENT, execArgv: [...process.execArgv, ...FLAGS] })
  standBack(child)
  return new Promise((resolve, reject) => {
    const go = () => {
      const one = task()
      if (one) child.send(one)
      else child.kill()
    }
    child.on('message', (report: Report) => {
      take(report)
      go()
    })
    child.on('error', reject)
    child.on('exit', (code) => (code ? reject(new Error(`a process of the simulation ended with ${code}`)) : resolve()))
    go()
  })
}

/** Where the last run that can be resumed has stopped. */
export function savedSeed(): number {
  try {
    return (JSON.parse(readFileSync(STATE, 'utf8')) as { next: number }).next
  } catch {
    return 1
  }
}

function saveSeed(next: number): void {
  mkdirSync(dirname(STATE), { recursive: true })
  writeFileSync(STATE, JSON.stringify({ next }))
}
