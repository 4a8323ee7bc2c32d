import { join } from 'node:path'
import type { Schedule } from '../choices.ts'
import { readRecorded, SCHEDULES } from '../schedules.ts'

/** A mistake made on purpose: a change to `src/` that must apply, and that the simulation must find. */
export interface Mutation {
  name: string
  /** What it breaks, in words. */
  breaks: string
  edits: readonly Edit[]
  /** A fault aimed at it, where chance would take too many seeds, or the name of a recorded schedule. It must hit: no seed is run. */
  aimed?: Schedule | string
  /** A seed that has found it: run before the others, which are run when it does so no longer. */
  seed?: number
}

export interface Edit {
  /** Below `src/`. */
  file: string
  /** Stands there exactly once. */
  from: string
  to: string
}

/** A source with all edits made. Throws when one does not apply. */
export function mutate(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, { file, from, to }) => {
    const found = before.split(from).length - 1
    if (found !== 1) throw new Error(`src/${file} has ${found} places for: ${from}`)
    return before.replace(from, () => to)
  }, text)
}

export function aimedOf(aimed: Schedule | string): Schedule {
  return typeof aimed === 'string' ? readRecorded(join(SCHEDULES, aimed)).schedule : aimed
}
