import type { Permit, PermitReport, Settlement } from '../../src/lane/index.ts'
import type { Actor } from './actors.ts'
import { ONE_WORKER_MS, Slowed } from './slowed.ts'

/** A grant, as the simulation saw its lane give it. */
export interface Lease {
  id: string
  /** Of the settings that it was granted under. */
  version: number
  destination: string
  log: string
  worker: Actor | null
  /** Numbers of the events, and that of one as its grant names it. */
  events: number[]
  eventOf: (number: number) => number
  /** A batch is one. */
  requests: number
  /** Milliseconds on the lane's clock. */
  at: number
  until: number
  /** It was settled while it was in force. */
  settled: boolean
  /** Its time was over, and events of it were granted once more. */
  over?: true
  /** Events that its lane was told of while it was in force, before it was settled: numbers. */
  told: Set<number>
  /** The fault, if any, that may have kept it from being settled. */
  excuse: string | null
}

/** Longer than any window may be: five seconds and what rounding adds. */
export const WINDOW_MS = 5_250
const MARGIN_MS = 5_000
/** A permit outlasts its window, or the run of a worker, by a request and its report. */
const RUN_MS = 10_000
const TIMEOUT_MS = 5_000
const PERMIT_MARGIN_MS = 10_000

/** What a lane owes its receiver for a while, told by the answers that were settled with it. */
interface Told {
  /** Nothing is granted before. */
  notBefore: number
  /** Since when the lane knows that. */
  since: number
  tooManyAt: number
}

/** The grants of one lane, held against what it may grant. Times are those of the lane's own clock. */
export class Leases {
  readonly all = new Map<string, Lease>()
  /** When each permit was given, and how long it is in force. */
  readonly #permits = new Map<string, { at: number; until: number }>()
  readonly #destination: string
  readonly #wrong: (what: string) => void
  readonly told: Told = { notBefore: 0, since: 0, tooManyAt: -Infinity }
  readonly slowed = new Slowed()
  /** Somebody wants one event to be tried in spite of what the receiver asked for. */
  excused = false
  /** How many failures the receiver has told since a person changed its settings. */
  heard = 0
  #mendedIn = 0
  readonly #tried = new Set<string>()
  /** The most that any settings of this run allow. */
  concurrency = 0

  constructor(destination: string, wrong: (what: string) => void) {
    this.#destination = destination
    this.#wrong = wrong
  }

  /** What was being sent when everything died: events, and when they have to be granted again at the latest. */
  #left: { events: Set<number>; by: number } = { events: new Set(), by: 0 }

  /** Everything has died, and whoever held a lease with it: none is in force, and what they held is granted soon. */
  killed(now: number, mostMs: number): void {
    const left = this.live(now).flatMap(({ events, told }) => events.filter((event) => !told.has(event)))
    this.#left = { events: new Set(left), by: now + mostMs }
    for (const lease of this.all.values()) if (!lease.settled) Object.assign(lease, { over: true, until: -Infinity })
  }

  /** By how many milliseconds the first of what the dead were sending is granted too late. */
  lateAfterKill(events: readonly number[], now: number): number {
    if (!hasSome(events, [...this.#left.events])) return 0
    this.#left.events.clear()
    return Math.max(0, now - this.#left.by)
  }

  live(now: number): Lease[] {
    return [...this.all.values()].filter((lease) => !lease.settled && lease.until > now)
  }

  /** A person has changed where or with what it is sent: what was said before counts no longer. */
  mended(version: number): void {
    this.#mendedIn = version
    this.heard = 0
    this.#forget()
  }

  #forget(): void {
    Object.assign(this.told, { notBefore: 0, since: 0, tooManyAt: -Infinity })
    this.slowed.forget()
  }

  /** `tolerance`: how far the clocks of object and worker are apart. */
  granted(lease: Lease, tolerance: number): void {
    // The next instance's clock may be behind, and would take it for one in force again.
    for (const one of this.all.values())
      if (!one.settled && one.until <= lease.at && one.log === lease.log && hasSome(one.events, lease.events))
        one.over = true
    this.all.set(lease.id, lease)
    // One whose time was over by one clock may come to life again by the next.
    const live = this.live(lease.at + tolerance).length
    const { notBefore, tooManyAt } = this.told
    if (live > this.concurrency)
      this.#wrong(`${this.#destination}: ${live} grants at once, ${this.concurrency} allowed`)
    const tried = this.excused && lease.requests === 1
    if (tried) {
      this.excused = false
      this.#tried.add(lease.id)
      // Its worker may send for as long as any other whose lane hears of a Retry-After.
      if (lease.at < notBefore) this.told.since = lease.at
    }
    if (!tried && lease.at < notBefore - tolerance)
      this.#wrong(`${this.#destination}: a grant ${notBefore - lease.at} ms before the Retry-After is over`)
    if (lease.at < tooManyAt + ONE_WORKER_MS - tolerance && live > 1)
      this.#wrong(`${this.#destination}: ${live} grants at once within ten minutes of a 429`)
  }

  settled({ lease: id, version, results }: Settlement, now: number): void {
    const lease = this.all.get(id)
    const isNew = lease !== undefined && !lease.settled
    const inForce = isNew && !lease.over && lease.until > now
    if (inForce) lease.settled = true
    if (version < this.#mendedIn) return
    for (const { outcome } of results) {
      if (outcome.kind !== 'retry') continue
      this.heard++
      if (outcome.notBefore !== undefined && outcome.notBefore > Math.max(now, this.told.notBefore)) {
        this.told.notBefore = outcome.notBefore
        this.told.since = now
      }
      if (outcome.code === 'http_429' && inForce) this.told.tooManyAt = now
    }
    const isTooMany = results.some(({ outcome }) => outcome.kind === 'retry' && outcome.code === 'http_429')
    // Of a lease that is over and was not given again the lane still takes it.
    const granted = inForce ? lease.at : null
    if (isTooMany && isNew) this.slowed.tooMany({ from: Math.max(now, this.told.notBefore), at: now, granted })
    if (isNew && this.#tried.has(id) && results.some(({ outcome }) => outcome.kind === 'delivered')) this.#forget()
  }

  /** Of a grant that goes on, these events are over for its lane. */
  progressed(id: string, events: readonly number[], now: number): void {
    const lease = this.all.get(id)
    if (lease && !lease.settled && !lease.over && lease.until > now) for (const event of events) lease.told.add(event)
  }

  permitted({ id, runMs, windowMs }: Permit, now: number): void {
    this.#permits.set(id, { at: now, until: now + runMs + (windowMs ?? RUN_MS) + TIMEOUT_MS + PERMIT_MARGIN_MS })
  }

  /** What a replay was told counts for the lane that gave the permit. */
  reported([permit, { version, results }]: [string, PermitReport], now: number): void {
    if (version < this.#mendedIn) return
    let tooMany = false
    for (const { outcome } of results) {
      if (outcome.kind !== 'retry') continue
      this.heard++
      tooMany ||= outcome.code === 'http_429'
      if (outcome.notBefore !== undefined && outcome.notBefore > Math.max(now, this.told.notBefore)) {
        this.told.notBefore = outcome.notBefore
        this.told.since = now
      }
    }
    if (!tooMany) return
    this.told.tooManyAt = now
    // One that is over is nobody's: its lane may take what is said of it, or leave it.
    const known = this.#permits.get(permit)
    this.slowed.tooMany({
      from: Math.max(now, this.told.notBefore),
      at: now,
      granted: known && known.until > now ? known.at : null,
    })
  }

  /** A fault has struck somebody who holds these. */
  excuse(ids: Iterable<string | null | undefined>, why: string): void {
    for (const id of ids) {
      const lease = id ? this.all.get(id) : undefined
      if (lease && !lease.settled) lease.excuse ??= why
    }
  }

  /** Leases under which an event was sent, or may have been, without the lane being told in time. */
  lost(): Lease[] {
    return [...this.all.values()].filter((lease) => !lease.settled)
  }
}

export function untilOf(at: number, windowMs: number, timeoutMs: number): number {
  return at + windowMs + timeoutMs + MARGIN_MS
}

function hasSome(events: readonly number[], of: readonly number[]): boolean {
  return of.some((event) => events.includes(event))
}
