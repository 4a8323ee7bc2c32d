import { expect, it } from 'vitest'
import { run } from './run.ts'
import { runFleet } from './fleet.ts'
import { failureLine } from './shrink.ts'

/** So many in any case, and more where they take less than two minutes. */
const LEAST_SEEDS = 2_000
const LEAST_MS = 110_000
const FAULTS = [
  'refused',
  'unanswered',
  'dies',
  'dies after',
  'hangs',
  'slow',
  'cancelled',
  'object crashed',
  'message redelivered',
  'everything killed',
]

it('takes the same course whenever it is given the same choices', async () => {
  for (const seed of [1, 2, 3]) {
    const first = await run({ seed })
    const second = await run({ seed })
    expect(second.hash).toBe(first.hash)
    // What is recorded of a run is all that there is to it.
    const again = await run({ schedule: first.schedule })
    expect(again.hash).toBe(first.hash)
    expect(Object.keys(first.schedule).length).toBeGreaterThan(10)
  }
})

it('takes another course for another seed', async () => {
  const hashes = await Promise.all([4, 5, 6].map(async (seed) => (await run({ seed })).hash))
  expect(new Set(hashes).size).toBe(3)
})

it(
  'loses nothing and doubles nothing without a reason, in thousands of runs',
  async () => {
    const failures: string[] = []
    const onFailure = (seed: number, violation: string) => void failures.push(failureLine(seed, violation))
    const totals = await runFleet({ seeds: LEAST_SEEDS, from: 1, leastMs: LEAST_MS, onFailure })
    expect(failures).toEqual([])
    expect(totals.seeds).toBeGreaterThanOrEqual(LEAST_SEEDS)
    // It has been in trouble, and much of it: a simulation without faults would prove nothing.
    expect(FAULTS.filter((fault) => (totals.faults[fault] ?? 0) < 100)).toEqual([])
    expect(Object.keys(totals.crashes).length).toBeGreaterThan(50)
    console.log(`${totals.seeds} seeds, ${totals.events} events, ${totals.duplicates} duplicates, no loss`)
  },
  55 * 60_000,
)
