import type { Operator } from './operator.ts'
import type { World } from './world.ts'

/** Between two looks: long enough for a publication now and then. */
const LOOK_MS = 20_000

/**
 * What was counted of each source afterwards: it comes to the figures of its intake and to what was committed, each event
 * once, and the workspace's usage says the same.
 */
export async function checkStatistics(world: World, operator: Operator, say: (what: string) => void): Promise<void> {
  const { clock, watch, journal } = world
  for (const source of operator.sources) {
    const { id, alias } = source
    const { requests, received, duplicates, rejected, archived } = world.intakes.of(id).core.counters()
    let names = await operator.schema(source, received)
    for (; names === null && journal.violation === null; names = await operator.schema(source, received))
      await clock.sleep(LOOK_MS)
    const counted = world.statistics.of(id).core.counted()
    const expected = { requests, received, duplicates, rejected, archived }
    const { types, unreadable, ...figures } = counted
    if (show(figures) !== show(expected)) say(`the statistics of ${alias} have ${show(figures)}, not ${show(expected)}`)
    const committed = watch.archive.all.filter((one) => one.source === id).flatMap(({ events }) => events).length
    const read = sumOf(Object.values(types))
    if (unreadable > 0) say(`the statistics of ${alias} could not read ${unreadable} events`)
    if (read !== committed) say(`the statistics of ${alias} have read ${read} events of ${committed}`)
    const named = sumOf((names ?? []).map(({ total }) => total))
    if (named !== committed) say(`the schema of ${alias} has ${named} events of ${committed}`)
    const usage = await operator.usage(source)
    if (usage !== received) say(`the usage of ${alias} is ${usage} events of ${received}`)
  }
}

function sumOf(all: readonly number[]): number {
  return all.reduce((sum, n) => sum + n, 0)
}

function show(value: object): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}
