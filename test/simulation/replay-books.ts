import type { Operator } from './operator.ts'
import type { World } from './world.ts'

const OVER = new Set(['done', 'cancelled', 'failed'])

/** Replays that have still to come to their end. */
export function openReplays(world: World): string[] {
  return [...world.replayObjects.all].flatMap(([id, { core }]) => {
    const state = core.last()?.state
    return state === undefined || OVER.has(state) ? [] : [`${world.aliasOf(id)} is ${state}`]
  })
}

/**
 * The books of each replay that somebody was told of: what it had to send has come to its receiver or is dead, more often than
 * once only for each of its grants that was lost, and nothing else has come.
 */
export function checkReplays(world: World, operator: Operator, say: (what: string) => void): void {
  const { archive, tolerance } = world.watch
  for (const { id, source, begun } of operator.replays) {
    const report = world.replayObjects.of(id).core.last()
    if (report?.state !== 'done') continue
    const alias = world.aliasOf(id)
    const { taken, unwanted, held, leases, letters: past } = world.watch.of(id)
    const { core } = world.lanes.of(id)
    const { accepted, delivered, pending } = core.ledger()
    const committed = archive.all.filter((one) => one.source === source)
    const before = committed.filter(({ at }) => at < begun - tolerance).flatMap(({ events }) => events)
    const possible = new Set(committed.flatMap(({ events }) => events))
    const { selected } = report.figures
    if (pending > 0) say(`${alias} is done and has ${pending} pending`)
    if (selected !== accepted) say(`${alias} has counted ${selected} and taken over ${accepted}`)
    if (selected < before.length) say(`${alias} has selected ${selected} of ${before.length}`)
    const letters = core.deadLetters(null, 100_000)
    const dead = new Set(letters.flatMap(({ log, seq, events }) => archive.events(log, seq, events)))
    for (const event of before) {
      if (taken.has(event) || unwanted.has(event) || dead.has(event) || past.expired.has(event)) continue
      say(`${alias} never sent event ${event}`)
    }
    for (const [event, times] of taken) {
      if (!possible.has(event)) say(`${alias} sent event ${event}, which its source never had`)
      const inLog = committed.filter(({ events }) => events.includes(event)).length
      const lost = (held.get(event) ?? []).filter((lease) => leases.all.get(lease)?.settled === false).length
      if (times > inLog + lost) say(`${alias} was taken event ${event} ${times} times, ${lost} of its grants were lost`)
    }
    const sum = [...taken.values()].reduce((n, times) => n + times, 0)
    if (leases.lost().length === 0 && delivered !== sum)
      say(`${alias} has delivered ${delivered}, its receiver took ${sum}`)
    world.journal.figures.replayed += sum
  }
}
