import { gather } from './batches.ts'
import type { Bounds } from './bounds.ts'
import { rangeOf } from './dead.ts'
import { setOf } from './event-set.ts'
import type { Findings } from './payload-search.ts'
import { looksInside } from './payloads.ts'
import type { DeadLetter, Redrive, Redriven, RedriveFilter, RedriveOutcome } from './protocol.ts'
import type { RedriveBooks } from './redrive-books.ts'
import type { LaneStore } from './store.ts'
import { type Rows, type UnitOfWork, withoutWords } from './unit-of-work.ts'
import { count, type NewFacts, newTally, portionsOf, type Work } from './work.ts'
import type { Works } from './works.ts'

/** The log of what is sent once more. It has seqs of its own, so that no id of work is used twice. */
const REDRIVE_LOG = 'redrive'
/** Redrives that go on at once, of different filters. */
const MOST_REDRIVES = 8

/** Dead letters that are made work again: those that somebody names, or all of a filter, a slice a call. */
export class Redrives {
  readonly #store: LaneStore
  readonly #rows: Pick<Rows, 'state' | 'logs' | 'books'>
  readonly #unit: UnitOfWork
  readonly #works: Works
  readonly #bounds: Bounds

  constructor(
    store: LaneStore,
    rows: Pick<Rows, 'state' | 'logs' | 'books'>,
    { unit, works, bounds }: { unit: UnitOfWork; works: Works; bounds: Bounds },
  ) {
    this.#store = store
    this.#rows = rows
    this.#unit = unit
    this.#works = works
    this.#bounds = bounds
  }

  /** Sends some dead letters once more, now; `next` has the others. `null`: too many redrives go on. */
  begin(what: Redrive, facts: () => NewFacts): Redriven | null {
    if ('before' in what) return this.#beginFilter(what, facts)
    const chosen = 'ids' in what ? this.#whole(what.ids) : this.#some(what.events)
    if (chosen.length === 0) return { ...NOTHING }
    const redrive = this.#books.open(null, facts().now)
    this.#again(chosen, redrive, facts)
    this.#books.complete(redrive)
    return { redrive, ...sizeOf(chosen), next: null }
  }

  /** The next slice of what goes on. */
  next(facts: () => NewFacts): void {
    const cursor = this.#rows.state.redrives.find((one) => !looksInside(one))
    if (cursor) this.#goOn(cursor, this.#slice(cursor, facts).next)
  }

  /** Sends what was found for a redrive that asks for payloads; nothing, if it has been there meanwhile, or has ended. */
  found({ redrive, before, next, events, looked, untold }: Findings, facts: () => NewFacts): void {
    const cursor = this.#rows.state.redrives.find((one) => one.redrive === redrive && one.before === before)
    if (!cursor) return
    this.#again(this.#some(events), redrive, facts)
    this.#books.look(redrive, looked, untold)
    if (next === null) this.#books.complete(redrive)
    this.#goOn(cursor, next)
  }

  /** Ends a redrive that goes on: what it has not come to stays dead. `null`: there is none of this number. */
  cancel(id: number): RedriveOutcome | null {
    const { state } = this.#rows
    const books = this.#books.get(id)
    if (!books) return null
    if (!books.complete) {
      state.redrives = state.redrives.filter(({ redrive }) => redrive !== id)
      this.#books.cancel(id)
      this.#unit.touchState()
    }
    return books
  }

  /** A redrive has come to `next`; `null`: to its end. */
  #goOn(cursor: Cursor, next: number | null): void {
    const { state } = this.#rows
    state.redrives = state.redrives.flatMap((one) =>
      one !== cursor ? [one] : next === null ? [] : [{ ...one, before: next }],
    )
    this.#unit.touchState()
  }

  get #books(): RedriveBooks {
    return this.#rows.books
  }

  #beginFilter(
    { before, ...filter }: RedriveFilter & { before: number | null },
    facts: () => NewFacts,
  ): Redriven | null {
    const { state } = this.#rows
    const same = state.redrives.filter((one) => isSame(one, filter))
    const others = state.redrives.filter((one) => !isSame(one, filter))
    if (looksInside(filter) && same[0]) return this.#standing(same[0])
    if (others.length >= MOST_REDRIVES) return null
    // What there is nothing of has not to be remembered.
    const [newest] = this.#store.deadLetters(rangeOf(filter, before), 1)
    if (!newest) return { ...NOTHING }
    const redrive = this.#books.open(filter, facts().now)
    if (looksInside(filter)) {
      // What is given up from here on is not meant: else what fails again would be sent for ever.
      const cursor = { ...filter, before: newest.id + 1, redrive }
      this.#books.look(redrive, 0, 0)
      state.redrives = [...others, cursor]
      this.#unit.touchState()
      return this.#standing(cursor)
    }
    // What an earlier one of the same filter has left is this one's.
    for (const one of same) if (one.redrive !== undefined) this.#books.complete(one.redrive)
    const cursor = { ...filter, before: before ?? Number.MAX_SAFE_INTEGER, redrive }
    const { letters, next } = this.#slice(cursor, facts)
    state.redrives = next === null ? others : [{ ...cursor, before: next }, ...others]
    this.#unit.touchState()
    return { redrive, ...sizeOf(letters), next }
  }

  /** How far one that looks into payloads has come: asked for once more it goes on, and is no second one. */
  #standing({ redrive = 0, before }: Cursor): Redriven {
    const { deadLetters = 0, events = 0 } = this.#books.get(redrive) ?? {}
    return { redrive, deadLetters, events, next: before }
  }

  #slice(cursor: Cursor, facts: () => NewFacts): { letters: Chosen[]; next: number | null } {
    const { slice } = this.#bounds
    const read = this.#store.deadLetters(rangeOf(cursor, cursor.before), slice)
    const last = read.at(-1)
    const next = last && read.length === slice ? last.id : null
    const letters = read.filter(canBeSent)
    this.#again(letters, cursor.redrive, facts)
    if (next === null && cursor.redrive !== undefined) this.#books.complete(cursor.redrive)
    return { letters, next }
  }

  #whole(ids: readonly number[]): Chosen[] {
    return this.#store.deadLettersOf(ids).filter(canBeSent)
  }

  /** Of each of these letters the events that it has; the others stay with it. */
  #some(wanted: readonly { id: number; events: readonly number[] }[]): Chosen[] {
    const byId = Map.groupBy(wanted, ({ id }) => id)
    return this.#whole([...byId.keys()]).flatMap((letter) => {
      const named = new Set(byId.get(letter.id)?.flatMap(({ events }) => events))
      const events = letter.events.filter((event) => named.has(event))
      const rest = letter.events.filter((event) => !named.has(event))
      if (events.length === 0) return []
      return [rest.length === 0 ? letter : { ...letter, events, rest }]
    })
  }

  /** Makes work of dead letters, as if it had just come in. */
  #again(letters: readonly Chosen[], redrive: number | undefined, facts: () => NewFacts): void {
    for (const [origin, all] of Map.groupBy(letters, ({ log }) => log)) {
      for (const some of portionsOf(all.map(withoutWords), this.#bounds.row)) {
        const seq = this.#rows.logs.mark(REDRIVE_LOG) + 1
        const id = this.#works.idOf(REDRIVE_LOG, seq)
        const { batch } = this.#rows.state.config ?? {}
        const letters = batch ? some.toSorted((a, b) => a.seq - b.seq || (a.events[0] ?? 0) - (b.events[0] ?? 0)) : some
        const times = facts()
        const work = workOf(origin, letters, { ...times, seq, id, redrive })
        if (batch) gather(work, { ...batch, maxWaitMs: 0 }, times.due)
        this.#works.add(work)
      }
    }
    for (const { rest, ...letter } of letters) {
      if (rest) this.#unit.keep({ ...letter, events: rest })
      else this.#unit.revive(letter)
    }
    const { deadLetters, events } = sizeOf(letters)
    if (redrive !== undefined && deadLetters > 0) this.#books.begin(redrive, deadLetters, events)
  }
}

type Cursor = Rows['state']['redrives'][number]

/** A dead letter whose `events` are to be sent once more. */
interface Chosen extends DeadLetter {
  /** Those of its events that stay dead, where it is not sent whole. */
  rest?: number[]
}

const NOTHING: Readonly<Redriven> = { redrive: null, deadLetters: 0, events: 0, next: null }

/** Rows from before dead letters knew their members can be shown, but not sent again. */
function canBeSent({ chunks }: DeadLetter): boolean {
  return chunks.length > 0
}

const FILTERS = ['reason', 'from', 'until', 'event', 'type', 'userId'] as const satisfies (keyof RedriveFilter)[]

function isSame(a: RedriveFilter, b: RedriveFilter): boolean {
  return FILTERS.every((name) => a[name] === b[name])
}

function sizeOf(letters: readonly DeadLetter[]): Pick<Redriven, 'deadLetters' | 'events'> {
  return { deadLetters: letters.length, events: letters.reduce((n, { events }) => n + events.length, 0) }
}

/** Dead letters of one log as work again: their events are pending, and dead no longer. */
function workOf(
  origin: string,
  letters: readonly DeadLetter[],
  { id, seq: to, now, due, deadline, redrive }: NewFacts & { id: number; seq: number; redrive: number | undefined },
): Work {
  const mine = redrive === undefined ? {} : { redrive }
  const work: Work = { id, log: REDRIVE_LOG, origin, ...mine, at: now, to, parts: [], groups: [], counts: newTally() }
  for (const { seq, key, chunks, first, events, reason } of letters) {
    work.counts.pending += events.length
    count(work.counts.dead, reason, -events.length)
    work.groups.push({ part: work.parts.length, events: setOf(events), attempt: 0, due, deadline })
    work.parts.push({ seq, key, chunks, first })
  }
  return work
}
