import type { Clients } from './clients.ts'
import type { Operator } from './operator.ts'
import type { World } from './world.ts'

/** What was accepted is archived in healthy times by then: a retry of route, a claim that is over, the sweep's next doubling. */
const ARCHIVED_MS = 10 * 60_000
/** What has come to route so often before waits for up to a quarter of an hour until the next time. */
const OFTEN = 6
const OFTEN_MS = 17 * 60_000
/** What was committed is with its lanes by then, and what a lane has that nothing keeps from being sent has been sent. */
const REGISTERED_MS = 2 * 60_000
const SENT_MS = 2 * 60_000
/** Nothing is tried for longer, in a lane that neither a person nor a receiver holds. */
const LONGEST_LIFE_MS = 4 * 3_600_000
const SLACK_MS = 10 * 60_000
/** After these nobody can say how long anything may take. */
const UNTIMELY = ['clock jumped', 'alarm dropped']

interface Look {
  at: number
  /** By destination: events that its lane had taken over. */
  accepted: Map<string, number>
}

/**
 * That everything comes right is one thing; that it does so soon is another. In healthy times nothing waits for longer
 * than the longest of what may keep it: a wait that is a hundred times too long loses nothing, and is found here.
 */
export class Prompt {
  readonly #world: World
  readonly #operator: Operator
  readonly #clients: Clients
  readonly #began: number
  readonly #looks: Look[] = []

  /** At the moment from which everything is healthy. */
  constructor(world: World, operator: Operator, clients: Clients) {
    this.#world = world
    this.#operator = operator
    this.#clients = clients
    this.#began = world.clock.now
  }

  /** What should be done and is not. */
  *look(): Generator<string> {
    const { clock, journal, watch, lanes } = this.#world
    if (this.#world.isUntimely || UNTIMELY.some((what) => (journal.figures.faults[what] ?? 0) > 0)) return
    const healthy = clock.now - this.#began
    if (healthy > (this.#world.mostAttempts < OFTEN ? ARCHIVED_MS : OFTEN_MS)) {
      const { times } = watch.archive
      for (const event of this.#clients.acked.keys())
        if (!times.has(event)) yield `event ${event} was acked and is not archived after ${healthy} healthy ms`
    }
    const before = this.#looks.findLast(({ at }) => clock.now - at >= SENT_MS)
    const accepted = new Map<string, number>()
    for (const { id, alias } of this.#operator.destinations) {
      const ledger = lanes.of(id).core.ledger()
      accepted.set(id, ledger.accepted)
      const owed = watch.archive.owed(id, clock.now - REGISTERED_MS).accepted
      if (healthy > REGISTERED_MS && ledger.accepted < owed)
        yield `${alias} has heard of ${ledger.accepted} events of ${owed} after ${healthy} healthy ms`
      const due = before?.accepted.get(id) ?? 0
      const age = clock.now - Date.parse(ledger.oldestPendingAt ?? new Date(clock.now).toISOString())
      if (age > LONGEST_LIFE_MS + SLACK_MS && this.#isUnheld(id)) yield `${alias} has had events pending for ${age} ms`
      if (this.#isFree(id) && ledger.accepted - ledger.pending < due)
        yield `${alias} has ${ledger.pending} pending, with nothing to keep it from sending them`
    }
    for (const { id, destination } of this.#operator.replays) {
      const { pending } = lanes.of(id).core.ledger()
      if (pending > 0 && healthy > LONGEST_LIFE_MS + SLACK_MS && this.#isUnheld(destination))
        yield `${this.#world.aliasOf(id)} still has ${pending} pending after ${healthy} healthy ms`
    }
    this.#looks.push({ at: clock.now, accepted })
  }

  /** Whether no receiver has named a time, and nobody stopped it. */
  #isUnheld(id: string): boolean {
    const { leases } = this.#world.watch.of(id)
    return leases.told.notBefore === 0 && !this.#wasChanged(id)
  }

  #wasChanged(id: string): boolean {
    return this.#operator.destinations.some((one) => one.id === id && (one.changes > 0 || one.deleted))
  }

  /** Whether nothing ever kept this lane from sending: no answer, no rate, no person. */
  #isFree(id: string): boolean {
    const { config, answers } = this.#world.watch.of(id)
    const wasRefused = [...answers.values()].some((all) => [...all].some((one) => one !== 200 && one !== 501))
    return config !== null && config.rate === null && !this.#wasChanged(id) && !wasRefused
  }
}
