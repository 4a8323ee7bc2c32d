import type { Counts } from '../lane/index.ts'
import {
  addWays,
  nameOfKey,
  othersOf,
  type Slots,
  WAY_DIALS,
  wayKey,
  type WayQuery,
  type Ways,
  type WaysAt,
} from '../overview/index.ts'
import type { Arrived } from './protocol.ts'

/** Kinds that one slot tells apart: all of them are in the row that each portion writes. */
const MOST_OF_SLOT = 100

/** What of an hour came in, by name where it has one, and what was rejected. `named`: events by key of their name. */
export function arrivedWays({ types, unreadable, rejected }: Arrived, named: Counts): Ways {
  const ways: Ways = {}
  const rest = { ...types }
  for (const [key, events] of Object.entries(named)) {
    ways[wayKey('received', '', key)] = events
    const { type } = nameOfKey(key)
    rest[type] = (rest[type] ?? 0) - events
  }
  for (const [type, events] of Object.entries(rest))
    if (events > 0) ways[wayKey('received', '', othersOf(type))] = events
  if (unreadable > 0) ways[wayKey('received', '', '')] = unreadable
  for (const [code, events] of Object.entries(rejected)) ways[wayKey('rejected', code, '')] = events
  return ways
}

/** Adds what a portion has of some slots; those that are over for two hours go. `now`: milliseconds. */
export function addSlots(slots: Slots, more: ReadonlyMap<number, Ways>, now: number): Slots {
  const { slotMs, slotsMs } = WAY_DIALS
  const oldest = Math.floor((now - slotsMs) / slotMs)
  for (const [slot, ways] of more) if (slot >= oldest) addWays((slots[slot] ??= {}), ways, MOST_OF_SLOT)
  return Object.fromEntries(Object.entries(slots).filter(([slot]) => Number(slot) >= oldest))
}

export function slotsIn(slots: Slots, { from, until }: WayQuery): WaysAt[] {
  const { slotMs } = WAY_DIALS
  return Object.entries(slots)
    .map(([slot, ways]) => ({ at: Number(slot) * slotMs, ways }))
    .filter(({ at }) => at >= from && at < until)
}
