import type { Counts } from '../lane/index.ts'
import { nameOfKey } from '../overview/index.ts'
import { DAY_MS, HOUR_MS, type SchemaEvent, type SchemaProperty } from './protocol.ts'
import { addCounts, type NameTally, type PropertyTally } from './tally.ts'

/** For so long events of a name are known by the hour. */
const HOURS_MS = 7 * DAY_MS

/** A name as its row has it. */
export interface StoredName {
  key: string
  total: number
  first: number
  last: number
  /** Events by hour since 1970. */
  hours: Record<string, number>
}

export interface StoredProperties {
  /** A list and not an object: a property may be called like anything. */
  known: [path: string, property: PropertyTally][]
  /** How often one came that is not known. */
  others: number
}

/** What is stored of a name with what a portion has of it: `most` properties are told apart. */
export function addName(
  before: (StoredName & { properties: StoredProperties }) | undefined,
  more: NameTally,
  now: number,
  most: number,
): Omit<StoredName, 'key'> & { properties: StoredProperties } {
  const { total = 0, first = more.first, last = more.last } = before ?? {}
  return {
    total: total + more.events,
    first: Math.min(first, more.first),
    last: Math.max(last, more.last),
    hours: addHours(before?.hours ?? {}, more.hours, now),
    properties: addProperties(before?.properties ?? { known: [], others: 0 }, more.properties, most),
  }
}

/** A name as whoever asks gets it. */
export function eventOf({ key, total, first, last, hours }: StoredName, now: number): SchemaEvent {
  return { ...nameOfKey(key), total, day: since(hours, now - DAY_MS), week: since(hours, now - HOURS_MS), first, last }
}

export function propertyOf([path, { events, types, first, last, example }]: readonly [
  string,
  PropertyTally,
]): SchemaProperty {
  return { path, events, types, first, last, ...(example !== undefined && { example }) }
}

/** Events of the hours that begin after `time` (milliseconds). */
function since(hours: Counts, time: number): number {
  let sum = 0
  for (const [hour, events] of Object.entries(hours)) if (Number(hour) * HOUR_MS > time) sum += events
  return sum
}

function addHours(before: Counts, more: ReadonlyMap<number, number>, now: number): Counts {
  const oldest = Math.floor((now - HOURS_MS) / HOUR_MS)
  const all = new Map(Object.entries(before).map(([hour, events]) => [Number(hour), events]))
  for (const [hour, events] of more) all.set(hour, (all.get(hour) ?? 0) + events)
  return Object.fromEntries([...all].filter(([hour]) => hour >= oldest))
}

function addProperties(
  before: StoredProperties,
  more: ReadonlyMap<string, PropertyTally>,
  most: number,
): StoredProperties {
  const known = new Map(before.known)
  let { others } = before
  for (const [path, { events, types, first, last, example }] of more) {
    const property = known.get(path)
    if (!property) {
      if (known.size < most) known.set(path, { events, types, first, last, ...(example !== undefined && { example }) })
      else others += events
      continue
    }
    property.events += events
    addCounts(property.types, types)
    property.first = Math.min(property.first, first)
    property.last = Math.max(property.last, last)
    if (example !== undefined) property.example = example
  }
  return { known: [...known], others }
}
