import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Counts, KINDS } from './meter.ts'
import { measure, type Measured, SMALL } from './scenario.ts'

const FILE = join(import.meta.dirname, '..', 'counts.json')
/** Counts are exact; this much may change with the length of an id. */
const TOLERANCE = 0.005

export type Committed = Record<string, { events: number; counts: Counts }>

export async function measureSmall(options: { extraPut?: boolean } = {}): Promise<Measured[]> {
  const all: Measured[] = []
  for (const scenario of SMALL) all.push(await measure({ ...scenario, ...options }))
  return all
}

export function readCommitted(): Committed {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Committed
}

export function writeCommitted(all: readonly Measured[]): void {
  const committed: Committed = Object.fromEntries(
    all.map(({ scenario, events, counts }) => [scenario.name, { events, counts }]),
  )
  writeFileSync(FILE, `${JSON.stringify(committed, null, 2)}\n`)
}

/** One line for each count that has grown, in words for whoever made it grow. */
export function growth(all: readonly Measured[], committed: Committed): string[] {
  return all.flatMap(({ scenario, events, counts, parts }) => {
    const before = committed[scenario.name]
    if (before?.events !== events) return [`${scenario.name}: bench/counts.json has no run of ${events} events`]
    return KINDS.filter((kind) => counts[kind] > before.counts[kind] * (1 + TOLERANCE)).map((kind) => {
      const what = parts[kind].map(([name, n]) => `${name} ${n}`).join(', ')
      return `${scenario.name}: ${kind} was ${before.counts[kind]} and is ${counts[kind]} for ${events} events (${what})`
    })
  })
}
