/**
 * The simulation in a process of its own, as `linked.ts` has made it: `node simulation.cjs <file>`, a file of JSON with
 * `sources`, seeds and schedules, and `own`, the modules with what is wrong with `src/`. Runs the sources and prints a line of
 * JSON: the first violation, after how many runs.
 */
import { readFileSync } from 'node:fs'
import type { Source } from './choices.ts'
import { run } from './run.ts'

/** What a mutant is started with. */
export interface Mutant {
  /** Of a module that differs: its path and its code, as `mutantOf` makes it. */
  own: Record<string, string>
  sources: Source[]
}

/** What it says. */
export interface Found {
  violation: string | null
  runs: number
}

async function found(sources: readonly Source[]): Promise<Found> {
  for (const [at, source] of sources.entries()) {
    const { violation } = await run(source)
    if (violation !== null) return { violation, runs: at + 1 }
  }
  return { violation: null, runs: sources.length }
}

const [file = ''] = process.argv.slice(2)
const { sources } = JSON.parse(readFileSync(file, 'utf8')) as Mutant
void found(sources).then((said) => {
  process.stdout.write(`${JSON.stringify(said)}\n`)
  process.exit(0)
})
