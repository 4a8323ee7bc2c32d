import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ENVIRONMENT } from './fleet.ts'
import { MUTATIONS } from './mutations/all.ts'

/** So many seeds may pass before a mistake has to show at which nothing is aimed. */
const SEEDS = 120

const execute = promisify(execFile)

interface Found {
  violation: string | null
  runs: number
}

/** Runs the simulation on a `src/` with the mistake in it, in a process of its own. */
async function mutant(name: string): Promise<Found> {
  const args = [join(import.meta.dirname, 'mutant.ts'), name, String(SEEDS)]
  const { stdout } = await execute(process.execPath, args, { env: ENVIRONMENT })
  return JSON.parse(stdout) as Found
}

describe.concurrent('a mistake in src/ is found', () => {
  it.each(MUTATIONS)('$name', { timeout: 180_000 }, async ({ name, breaks, aimed }) => {
    const { violation } = await mutant(name)
    const by = aimed === undefined ? `one of ${SEEDS} seeds` : 'what is aimed at it'
    expect({ breaks, by, found: violation !== null }).toEqual({ breaks, by, found: true })
  })
})

it('has enough mistakes, each with a name of its own', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length)
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(16)
})
