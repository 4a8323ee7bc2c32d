import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Source } from './choices.ts'
import { linkSimulation, mutantOf } from './linked.ts'
import type { Found } from './mutant.ts'
import { Mutants } from './mutants.ts'
import { MUTATIONS } from './mutations/all.ts'
import { aimedOf, type Mutation } from './mutations/mutation.ts'

/** So many seeds may pass before a mistake has to show at which nothing is aimed. */
const SEEDS = 120

/** Among the packages, and each time at the same place: Node keeps what it makes of a script by its path. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/sluice-mutants')
const SIMULATION = join(CACHE, 'simulation.cjs')
const mutants = new Mutants(SIMULATION)
beforeAll(async () => {
  mkdirSync(CACHE, { recursive: true })
  await linkSimulation(SIMULATION)
})
afterAll(() => mutants.end())

/**
 * Runs the simulation on a `src/` with the mistake in it. Where something is aimed no seed is run: one that happens to hit
 * would hide that it has to be aimed anew.
 */
async function mutant({ edits, aimed, seed: known }: Mutation): Promise<Found> {
  const all = Array.from({ length: SEEDS }, (_, at) => at + 1)
  const seeds: Source[] = [...(known === undefined ? [] : [known]), ...all].map((seed) => ({ seed }))
  const sources = aimed === undefined ? seeds : [{ schedule: aimedOf(aimed) }]
  return mutants.run({ own: await mutantOf(edits), sources })
}

describe.concurrent('a mistake in src/ is found', () => {
  it.each(MUTATIONS)('$name', { timeout: 30 * 60_000 }, async (mutation) => {
    const { breaks, aimed } = mutation
    const { violation } = await mutant(mutation)
    const by = aimed === undefined ? `one of ${SEEDS} seeds` : 'what is aimed at it'
    expect({ breaks, by, found: violation !== null }).toEqual({ breaks, by, found: true })
  })
})

it('has enough mistakes, each with a name of its own', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length)
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(16)
})
