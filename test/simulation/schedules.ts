import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Schedule } from './choices.ts'

/** A run that once went wrong, kept for ever. */
export interface Recorded {
  /** What it showed, in words. */
  found: string
  /** What was wrong at the time, as the simulation said it. */
  violation: string
  schedule: Schedule
}

export const SCHEDULES = join(import.meta.dirname, 'schedules')

export function recordedNames(): string[] {
  return readdirSync(SCHEDULES)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
}

export function readRecorded(path: string): Recorded {
  return JSON.parse(readFileSync(path, 'utf8')) as Recorded
}

export function writeRecorded(path: string, recorded: Recorded): void {
  writeFileSync(path, `${JSON.stringify(recorded, null, 2)}\n`)
}
