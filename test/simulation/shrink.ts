import type { Schedule } from './choices.ts'
import { type Outcome, run } from './run.ts'

/** What went wrong, without the numbers that differ from run to run. */
export function kindOf(violation: string): string {
  return violation.split('\n')[0]?.replace(/[\d,]+/g, 'N') ?? ''
}

/** All that is needed to see it again. */
export function failureLine(seed: number, violation: string): string {
  return `seed ${seed}: ${violation.split('\n')[0]} | npm run simulate -- --shrink ${seed}`
}

/**
 * The smallest schedule that still goes wrong in the same way, as far as `mostMs` of trying find it: choices are turned
 * back to the healthy ones, first by what they are about, then by halves, quarters and so on (delta debugging).
 */
export async function shrink(schedule: Schedule, violation: string, mostMs = 60_000): Promise<Schedule> {
  const kind = kindOf(violation)
  const end = Date.now() + mostMs
  let best = schedule
  const stillWrong = async (without: ReadonlySet<string>): Promise<boolean> => {
    if (Date.now() > end) return false
    const candidate = Object.fromEntries(Object.entries(best).filter(([key]) => !without.has(key)))
    const outcome: Outcome = await run({ schedule: candidate })
    if (outcome.violation === null || kindOf(outcome.violation) !== kind) return false
    best = candidate
    return true
  }
  for (const keys of topics(schedule)) await stillWrong(new Set(keys))
  for (let size = Math.ceil(Object.keys(best).length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    // From the end: what happened last is most likely of no use.
    for (let from = Object.keys(best).length; from > 0; from -= size) {
      const keys = Object.keys(best).slice(Math.max(0, from - size), from)
      if (keys.length > 0) await stillWrong(new Set(keys))
    }
  }
  return best
}

/** Choices by what they are about, the largest groups first. */
function topics(schedule: Schedule): string[][] {
  const groups = new Map<string, string[]>()
  for (const key of Object.keys(schedule)) {
    const label = key.slice(0, key.lastIndexOf('#'))
    const topic = label.replace(/\d+/g, '').replace(/.*: (ms|fate|late|skew|object|delay|again|batch|order)$/, '$1')
    groups.set(topic, [...(groups.get(topic) ?? []), key])
  }
  return [...groups.values()].toSorted((a, b) => b.length - a.length)
}
