import { deviceTools, eventName, type SpecEvent } from '../event/index.ts'
import { type Counters, fingerprints } from '../intake/index.ts'
import type { Counts } from '../lane/index.ts'
import { nameKey, noteUsers, noUsers, type TrackedUsers, WAY_DIALS, wayKey, type Ways } from '../overview/index.ts'
import { type Seen, propertiesOf } from './properties.ts'
import { type Arrived, DAY_MS, HOUR_MS, type Said, type ToolCounts } from './protocol.ts'

/** Letters of a name: one may have 32 KB. */
const NAME_CHARS = 100

/** What a portion has of one property. */
export interface PropertyTally {
  events: number
  types: Counts
  first: number
  last: number
  example?: string
}

/** What a portion has of one event: a call and its name. */
export interface NameTally {
  events: number
  first: number
  last: number
  /** By hour since 1970. */
  hours: Map<number, number>
  properties: Map<string, PropertyTally>
}

export interface ToolTally {
  events: ToolCounts
  views: ToolCounts
}

/** What a portion has of one hour. */
export interface HourTally {
  arrived: Arrived
  /** By key of a name. */
  names: Map<string, number>
  tools: Map<string, ToolTally>
  said: Said
}

/** What a portion of the log comes to, until it is added to what is stored. */
export class PortionTally {
  readonly names = new Map<string, NameTally>()
  readonly hours = new Map<number, HourTally>()
  /** By slot of ten minutes since 1970: what came in, and what was rejected. */
  readonly slots = new Map<number, Ways>()
  /** By day since 1970: of whom its events are. */
  readonly users = new Map<number, TrackedUsers>()
  /** How much it holds, in properties. */
  size = 0

  /** `at`: milliseconds, of its row. */
  add(event: SpecEvent, at: number): void {
    const hour = hourAt(at)
    const key = nameKey(event.type, eventName(event))
    const received = Date.parse(event.receivedAt)
    const seen = Number.isNaN(received) ? hour * HOUR_MS : received
    const name = this.names.get(key) ?? { events: 0, first: seen, last: seen, hours: new Map(), properties: new Map() }
    this.names.set(key, name)
    name.events++
    name.first = Math.min(name.first, seen)
    name.last = Math.max(name.last, seen)
    increase(name.hours, hour)
    for (const [path, found] of propertiesOf(event)) this.#addProperty(name, path, found, seen)
    const of = this.hour(hour)
    of.arrived.types[event.type] = (of.arrived.types[event.type] ?? 0) + 1
    increase(of.names, key)
    this.#note(at, wayKey('received', '', key), 1)
    if (event.channel !== 'server') addTools(of, event)
    const day = Math.floor(at / DAY_MS)
    const users = this.users.get(day) ?? noUsers()
    this.users.set(day, users)
    noteUsers(users, event, fingerprintOf)
  }

  /** A row of the log, whole: what it has added to the figures of its source. */
  addRow(at: number, before: Counters, after: Counters): void {
    const { arrived } = this.hour(hourAt(at))
    arrived.requests += after.requests - before.requests
    arrived.received += after.received - before.received
    arrived.duplicates += after.duplicates - before.duplicates
    arrived.archived += after.archived - before.archived
    for (const [code, n] of Object.entries(after.rejected)) {
      const more = n - (before.rejected[code] ?? 0)
      if (more <= 0) continue
      arrived.rejected[code] = (arrived.rejected[code] ?? 0) + more
      this.#note(at, wayKey('rejected', code, ''), more)
    }
  }

  addUnreadable(at: number, events: number): void {
    this.hour(hourAt(at)).arrived.unreadable += events
    this.#note(at, wayKey('received', '', ''), events)
  }

  hour(hour: number): HourTally {
    const known = this.hours.get(hour)
    if (known) return known
    const fresh: HourTally = { arrived: nothing(), names: new Map(), tools: new Map(), said: { events: 0, views: 0 } }
    this.hours.set(hour, fresh)
    return fresh
  }

  #note(at: number, key: string, events: number): void {
    const slot = Math.floor(at / WAY_DIALS.slotMs)
    const ways = this.slots.get(slot) ?? {}
    this.slots.set(slot, ways)
    ways[key] = (ways[key] ?? 0) + events
  }

  #addProperty({ properties }: NameTally, path: string, { types, example }: Seen, at: number): void {
    let property = properties.get(path)
    if (!property) {
      property = { events: 0, types: {}, first: at, last: at }
      properties.set(path, property)
      this.size++
    }
    property.events++
    for (const type of types) property.types[type] = (property.types[type] ?? 0) + 1
    property.first = Math.min(property.first, at)
    property.last = Math.max(property.last, at)
    if (example !== undefined) property.example = example
  }
}

function fingerprintOf(id: string): [high: number, low: number] {
  const [high = 0, low = 0] = fingerprints([id])
  return [high, low]
}

function hourAt(at: number): number {
  return Math.floor(at / HOUR_MS)
}

export function nothing(): Arrived {
  return { requests: 0, received: 0, duplicates: 0, rejected: {}, archived: 0, unreadable: 0, types: {} }
}

/** Adds `more` to `sum`. */
export function addArrived(sum: Arrived, more: Arrived): void {
  sum.requests += more.requests
  sum.received += more.received
  sum.duplicates += more.duplicates
  sum.archived += more.archived
  sum.unreadable += more.unreadable
  addCounts(sum.rejected, more.rejected)
  addCounts(sum.types, more.types)
}

export function addCounts(sum: Counts, more: Counts): void {
  for (const [code, n] of Object.entries(more)) sum[code] = (sum[code] ?? 0) + n
}

export function addTool(sum: ToolTally, more: ToolTally): void {
  for (const kind of ['events', 'views'] as const) {
    sum[kind].loaded += more[kind].loaded
    sum[kind].failed += more[kind].failed
    sum[kind].left += more[kind].left
  }
}

export function noTool(): ToolTally {
  return { events: { loaded: 0, failed: 0, left: 0 }, views: { loaded: 0, failed: 0, left: 0 } }
}

/** What a device says of its tools with one of its events. */
function addTools({ tools, said }: HourTally, event: SpecEvent): void {
  const { anything, bundled, failed, unbundled } = deviceTools(event)
  if (!anything) return
  const isView = event.type === 'page' || event.type === 'screen'
  said.events++
  if (isView) said.views++
  const couldNot = new Set(failed)
  const had = new Set(bundled)
  for (const name of new Set([...couldNot, ...had, ...unbundled])) {
    const cut = name.slice(0, NAME_CHARS)
    const tool = tools.get(cut) ?? noTool()
    tools.set(cut, tool)
    const fate = couldNot.has(name) ? 'failed' : had.has(name) ? 'loaded' : 'left'
    tool.events[fate]++
    if (isView) tool.views[fate]++
  }
}

function increase<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
