import { addWays, type Slots, wayKey, type WayQuery, WayRows, type Ways, type WaysAt } from '../overview/index.ts'
import { type Moment, MINUTE_MS, momentsOf, type Sparse } from './buckets.ts'
import type { LaneDials } from './dials.ts'
import type { History, RecentPast } from './history.ts'
import type { Part, Settlement } from './protocol.ts'
import type { EndedAlike } from './settle.ts'
import type { Work } from './work.ts'

/** What of it is in the lane's own row: ways of work that is done, until there is a row for them. */
export interface RecentWays {
  slots: Slots
  /** What the lane's history has from before it knew of ways has its rows. */
  begun: boolean
}

/** Kinds that a work tells apart in one slot, and that the lane's own row has before those of slots that are over get rows. */
const MOST_OF_WORK = 150
const MOST_RECENT = 200

/**
 * What became of a lane's events by call and name, beside the history and told by the same changes: in a work's own row, in
 * the lane's with its totals, then in rows of a day. Names are what workers say with their outcomes; whatever of the history
 * nobody has named is counted without one, so that the sum of all is the ledger.
 */
export class LaneWays {
  readonly #rows: WayRows
  readonly #history: History

  constructor(sql: Pick<SqlStorage, 'exec'>, dials: LaneDials, history: History) {
    this.#rows = new WayRows(sql, dials.ways)
    this.#history = history
  }

  /** What a lane begins with: of one from before it knew of ways, what its own row has. */
  begin(past: RecentPast): RecentWays {
    const slots: Slots = {}
    for (const [minute, change] of Object.entries(past.minutes)) this.#add(slots, Number(minute), unnamed(change))
    return { slots, begun: false }
  }

  /** Notes what the events of a new work were that the rules have kept from it. */
  came(work: Work, parts: readonly Pick<Part, 'filteredKinds'>[]): void {
    const ways = filteredWays(parts)
    if (Object.keys(ways).length > 0) work.ways = { [this.#rows.slotOf(work.at)]: ways }
  }

  /** The same of what is put into a work that waits. Whether the lane's own row has changed, too. */
  joined(recent: RecentWays, work: Work, parts: readonly Pick<Part, 'filteredKinds'>[], now: number): boolean {
    return this.#name(recent, work, filteredWays(parts), now)
  }

  /** Notes what the events were that a settlement has ended. Whether the lane's own row has changed, too. */
  note(
    recent: RecentWays,
    work: Work,
    settled: readonly EndedAlike[],
    kinds: Settlement['kinds'],
    now: number,
  ): boolean {
    return this.#name(recent, work, namedWays(settled, kinds), now)
  }

  #name(recent: RecentWays, work: Work, named: Ways, now: number): boolean {
    if (Object.keys(named).length === 0) return false
    const slot = String(this.#rows.slotOf(now))
    const isOver = work.ways !== undefined && work.ways[slot] === undefined
    if (isOver) this.#move(recent, work)
    addWays(((work.ways ??= {})[slot] ??= {}), named, MOST_OF_WORK)
    return isOver
  }

  /** Takes over what a work knows, at the moment in which its counts go into the totals. */
  absorb(recent: RecentWays, work: Work): void {
    this.#addAll(recent.slots, this.#of(work))
    delete work.ways
    delete work.told
  }

  /** Gives slots that are over their rows, in the same transaction that stores `recent` without them. */
  roll(recent: RecentWays, now: number): void {
    if (!recent.begun) {
      this.#rows.add(this.#before(), now)
      recent.begun = true
    }
    const present = this.#rows.slotOf(now)
    const isFull = Object.values(recent.slots).reduce((n, ways) => n + Object.keys(ways).length, 0) > MOST_RECENT
    const row = this.#rows.rowOf(present)
    const over = Object.entries(recent.slots).filter(
      ([slot]) => (isFull && Number(slot) < present) || this.#rows.rowOf(Number(slot)) < row,
    )
    if (over.length === 0) return
    this.#rows.add(Object.fromEntries(over), now)
    for (const [slot] of over) delete recent.slots[slot]
  }

  /** Leaves figures without names: for a row that has become too large. */
  lighten(recent: RecentWays, works: Iterable<Work>): void {
    const bare = (slots: Slots) =>
      Object.fromEntries(Object.entries(slots).map(([at, ways]) => [at, withoutKinds(ways)]))
    recent.slots = bare(recent.slots)
    for (const work of works) if (work.ways) work.ways = bare(work.ways)
  }

  read(query: WayQuery, recent: RecentWays, works: Iterable<Work>): WaysAt[] {
    const open: Slots = {}
    for (const work of works) this.#addAll(open, this.#of(work))
    return this.#rows.read(query, [recent.slots, open, ...(recent.begun ? [] : [this.#before()])])
  }

  /** Hours of the history, in the first slot of each, as nothing else is known of them. */
  #before(): Slots {
    const slots: Slots = {}
    for (const { minute, ...change } of this.#history.hours()) this.#add(slots, minute, unnamed(change))
    return slots
  }

  /** What a work's past comes to, named as far as it is known. */
  #of(work: Work): Slots {
    const slots: Slots = {}
    for (const { minute, ...change } of momentsOf(work)) this.#add(slots, minute, unnamed(change))
    for (const [slot, ways] of Object.entries(work.ways ?? {})) {
      take(slots, slot, ways)
      addWays((slots[slot] ??= {}), ways)
    }
    take(slots, '', work.told ?? {})
    return slots
  }

  /** What a work has named goes into the lane's row; it remembers how much that is. */
  #move(recent: RecentWays, work: Work): void {
    this.#addAll(recent.slots, work.ways ?? {})
    for (const ways of Object.values(work.ways ?? {})) addWays((work.told ??= {}), withoutKinds(ways))
    delete work.ways
  }

  #add(slots: Slots, minute: Moment['minute'], ways: Ways): void {
    if (Object.keys(ways).length > 0) addWays((slots[this.#rows.slotOf(minute * MINUTE_MS)] ??= {}), ways)
  }

  #addAll(into: Slots, more: Slots): void {
    for (const [slot, ways] of Object.entries(more)) addWays((into[slot] ??= {}), ways)
  }
}

/** Ways of a change of which nothing but figures is known. */
function unnamed({ delivered = 0, filtered, dead, redriven }: Sparse): Ways {
  const ways: Ways = {}
  if (delivered > 0) ways[wayKey('delivered', '', '')] = delivered
  for (const [step, counts] of [
    ['filtered', filtered],
    ['failed', dead],
    ['resent', redriven],
  ] as const)
    for (const [code, n] of Object.entries(counts ?? {})) if (n > 0) ways[wayKey(step, code, '')] = n
  return ways
}

function namedWays(settled: readonly EndedAlike[], kinds: Settlement['kinds']): Ways {
  const kindOf = new Map(Object.entries(kinds ?? {}).flatMap(([kind, events]) => events.map((event) => [event, kind])))
  const ways: Ways = {}
  if (kindOf.size === 0) return ways
  for (const { step, reason, events } of settled) {
    for (const event of events) {
      const kind = kindOf.get(event)
      if (kind === undefined) continue
      const key = wayKey(step, reason, kind)
      ways[key] = (ways[key] ?? 0) + 1
    }
  }
  return ways
}

function withoutKinds(ways: Ways): Ways {
  const sums: Ways = {}
  for (const [key, n] of Object.entries(ways)) {
    const bare = key.slice(0, key.indexOf('|', 2) + 1)
    sums[bare] = (sums[bare] ?? 0) + n
  }
  return sums
}

/**
 * Takes what is known by name off what is not: in its slot, and where a long past tells only hours, in those before and after.
 */
function take(slots: Slots, slot: string, named: Ways): void {
  for (const [bare, n] of Object.entries(withoutKinds(named))) {
    let left = n
    for (const at of [slot, ...Object.keys(slots)]) {
      const ways = slots[at]
      const some = Math.min(left, ways?.[bare] ?? 0)
      if (!ways || some === 0) continue
      left -= some
      if (ways[bare] === some) delete ways[bare]
      else ways[bare] = (ways[bare] ?? 0) - some
    }
  }
}

/** What the rules have kept from a lane, as far as it is told what it was. */
function filteredWays(parts: readonly Pick<Part, 'filteredKinds'>[]): Ways {
  const ways: Ways = {}
  for (const { filteredKinds } of parts) {
    for (const [code, kinds] of Object.entries(filteredKinds ?? {}))
      for (const [kind, n] of Object.entries(kinds))
        addWays(ways, { [wayKey('filtered', code, kind)]: n }, MOST_OF_WORK)
  }
  return ways
}
