import type { Bounds } from './bounds.ts'
import { setOf } from './event-set.ts'
import type { DeadLetter, Redrive } from './protocol.ts'
import type { LaneStore } from './store.ts'
import { type Rows, type UnitOfWork, withoutWords } from './unit-of-work.ts'
import { count, type NewFacts, newTally, portionsOf, type Work } from './work.ts'
import type { Works } from './works.ts'

/** The log of what is sent once more. It has seqs of its own, so that no id of work is used twice. */
const REDRIVE_LOG = 'redrive'
/** Redrives that go on at once, of different reasons. */
const MOST_REDRIVES = 8

/** Dead letters that are made work again: those that somebody names, or all of a reason, a slice a call. */
export class Redrives {
  readonly #store: LaneStore
  readonly #rows: Pick<Rows, 'state' | 'logs'>
  readonly #unit: UnitOfWork
  readonly #works: Works
  readonly #bounds: Bounds

  constructor(
    store: LaneStore,
    rows: Pick<Rows, 'state' | 'logs'>,
    { unit, works, bounds }: { unit: UnitOfWork; works: Works; bounds: Bounds },
  ) {
    this.#store = store
    this.#rows = rows
    this.#unit = unit
    this.#works = works
    this.#bounds = bounds
  }

  /** Some dead letters are to be sent once more; answers those that are pending now. `next` has the others. */
  begin(what: Redrive, facts: () => NewFacts): DeadLetter[] {
    if ('ids' in what) return this.#again(this.#store.deadLettersOf(what.ids), facts)
    const { reason, before } = what
    const { state } = this.#rows
    const others = state.redrives.filter((one) => one.reason !== reason)
    const cursor = { before: before ?? Number.MAX_SAFE_INTEGER, ...(reason !== undefined && { reason }) }
    state.redrives = [cursor, ...others].slice(0, MOST_REDRIVES)
    return this.next(facts)
  }

  /** The next slice. */
  next(facts: () => NewFacts): DeadLetter[] {
    const { state } = this.#rows
    const [cursor, ...others] = state.redrives
    if (!cursor) return []
    const { slice } = this.#bounds
    const read = this.#store.deadLetters(cursor.before, slice)
    const last = read.at(-1)
    const more = last && read.length === slice
    state.redrives = more ? [{ ...cursor, before: last.id }, ...others] : others
    this.#unit.touchState()
    return this.#again(
      read.filter(({ reason }) => cursor.reason === undefined || reason === cursor.reason),
      facts,
    )
  }

  /** Makes work of dead letters, as if it had just come in; answers those of which it could be made. */
  #again(read: readonly DeadLetter[], facts: () => NewFacts): DeadLetter[] {
    const letters = read.filter(({ chunks }) => chunks.length > 0)
    for (const [origin, all] of Map.groupBy(letters, ({ log }) => log)) {
      for (const some of portionsOf(all.map(withoutWords), this.#bounds.row)) {
        const seq = this.#rows.logs.mark(REDRIVE_LOG) + 1
        this.#works.add(workOf(origin, some, { ...facts(), seq, id: this.#works.idOf(REDRIVE_LOG, seq) }))
      }
    }
    for (const letter of letters) this.#unit.revive(letter)
    return letters
  }
}

/** Dead letters of one log as work again: their events are pending, and dead no longer. */
function workOf(
  origin: string,
  letters: readonly DeadLetter[],
  { id, seq: to, now, due, deadline }: NewFacts & { id: number; seq: number },
): Work {
  const work: Work = { id, log: REDRIVE_LOG, origin, at: now, to, parts: [], groups: [], counts: newTally() }
  for (const { seq, key, chunks, first, events, reason } of letters) {
    work.counts.pending += events.length
    count(work.counts.dead, reason, -events.length)
    work.groups.push({ part: work.parts.length, events: setOf(events), attempt: 0, due, deadline })
    work.parts.push({ seq, key, chunks, first })
  }
  return work
}
