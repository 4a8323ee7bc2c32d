import type { Operator } from './operator.ts'
import type { World } from './world.ts'

/** Nothing is done in these until somebody says so. */
const AT_REST = new Set(['ready', 'done', 'cancelled', 'failed'])

/** Replays that have still to come to their end, or that send something once more after it. */
export function openReplays(world: World): string[] {
  return [...world.replayObjects.all].flatMap(([id, { core }]) => {
    const state = core.last()?.state
    if (state === undefined) return []
    if (!AT_REST.has(state)) return [`${world.aliasOf(id)} is ${state}`]
    const { redriving, ledger } = world.lanes.of(id).core.metrics()
    const sends = state === 'done' && (redriving || ledger.pending > 0)
    return sends ? [`${world.aliasOf(id)} has ${ledger.pending} pending`] : []
  })
}

/**
 * The books of each replay that somebody was told of: whatever became of it, its figures add up, and what has come to its
 * receiver was to be sent, each event once and once more only for each of its grants that was lost. When it is done, nothing
 * was left out: what it had to send has come, or is dead.
 */
export function checkReplays(world: World, operator: Operator, say: (what: string) => void): void {
  const { archive, tolerance } = world.watch
  for (const { id, source, begun, from, until } of operator.replays) {
    const report = world.replayObjects.of(id).core.last()
    if (!report) continue
    const alias = world.aliasOf(id)
    const { taken, unwanted, held, leases, letters: past } = world.watch.of(id)
    const { selected, delivered, filtered, pending, dead } = report.figures
    const inRange = archive.all
      .filter((one) => one.source === source)
      .map(({ at, events, received }) => ({
        at,
        events: events.filter((_, index) => (received[index] ?? 0) >= from && (received[index] ?? 0) < until),
      }))
    if (selected !== delivered + total(filtered) + pending + total(dead))
      say(`${alias} has selected ${selected}: ${JSON.stringify(report.figures)}`)
    for (const [event, times] of taken) {
      const inLog = inRange.filter(({ events }) => events.includes(event)).length
      if (inLog === 0) say(`${alias} sent event ${event}, which its range does not have`)
      const lost = (held.get(event) ?? []).filter((lease) => leases.all.get(lease)?.settled === false).length
      if (times > inLog + lost) say(`${alias} was taken event ${event} ${times} times, ${lost} of its grants were lost`)
    }
    const sum = [...taken.values()].reduce((n, times) => n + times, 0)
    world.journal.figures.replayed += sum
    if (report.state !== 'done') continue
    const { core } = world.lanes.of(id)
    const ledger = core.ledger()
    const before = inRange.filter(({ at }) => at < begun - tolerance).flatMap(({ events }) => events)
    if (ledger.pending > 0) say(`${alias} is done and has ${ledger.pending} pending`)
    if (selected !== ledger.accepted) say(`${alias} has counted ${selected} and taken over ${ledger.accepted}`)
    if (selected < before.length) say(`${alias} has selected ${selected} of ${before.length}`)
    for (const problem of past.redriveProblems(core)) say(`${alias}: ${problem}`)
    const letters = core.deadLetters(null, 100_000)
    const given = new Set(letters.flatMap(({ log, seq, events }) => archive.events(log, seq, events)))
    for (const event of before) {
      if (taken.has(event) || unwanted.has(event) || given.has(event) || past.expired.has(event)) continue
      say(`${alias} never sent event ${event}`)
    }
    if (leases.lost().length === 0 && ledger.delivered !== sum)
      say(`${alias} has delivered ${ledger.delivered}, its receiver took ${sum}`)
  }
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0)
}
