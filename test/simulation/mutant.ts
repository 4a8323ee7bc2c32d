/** The simulation with a mistake in it, in a process of its own, as `linked.ts` has made it. */
import type { Source } from './choices.ts'
import { run } from './run.ts'

/** What a process is told to run. */
export interface Mutant {
  /** Of a module that differs: its path and its code, as `mutantOf` makes it. */
  own: Record<string, string>
  /** Seeds and schedules. */
  sources: readonly Source[]
}

/** What it says. */
export interface Found {
  violation: string | null
  runs: number
}

/** The first violation, after how many runs. */
export async function found(sources: readonly Source[]): Promise<Found> {
  for (const [at, source] of sources.entries()) {
    const { violation } = await run(source)
    if (violation !== null) return { violation, runs: at + 1 }
  }
  return { violation: null, runs: sources.length }
}
