import { gunzipSync } from 'node:zlib'
import { segmentKey } from '../../src/archive/keys.ts'
import type { Commit, LogEntry } from '../../src/intake/index.ts'
import { decodeSet, has } from '../../src/lane/index.ts'
import type { SimulatedBucket } from './bindings/bucket.ts'

/** One committed batch, as the simulation saw it become true. */
export interface Committed {
  source: string
  seq: number
  batch: string
  key: string | null
  /** Where in that object its events are: others may have theirs beside them. */
  chunks: Commit['chunks']
  /** Milliseconds. */
  at: number
  /** Numbers of its events, in its order, and milliseconds when each was received. */
  events: number[]
  received: number[]
  routes: Commit['routes']
}

interface ArchivedEvent {
  properties: { n: number }
  receivedAt: string
}

/** What was committed, and what the archive says of it. Seen from outside, row by row. */
export class ArchiveCheck {
  readonly all: Committed[] = []
  readonly #bucket: SimulatedBucket
  readonly #now: () => number
  readonly #batches = new Set<string>()
  readonly #seqs = new Map<string, number>()
  readonly #byPlace = new Map<string, Committed>()
  /** By event: where it was committed first. */
  readonly #places = new Map<number, { source: string; seq: number; index: number }>()
  readonly #replayed: { destination: string; batch: Committed; events: string }[] = []

  constructor(bucket: SimulatedBucket, now: () => number) {
    this.#now = now
    this.#bucket = bucket
  }

  /** A commit was answered with `ok`. The same batch may be committed twice and counts once. */
  committed(source: string, { batch, key, chunks, routes }: Commit): Committed | null {
    if (this.#batches.has(batch)) return null
    this.#batches.add(batch)
    const seq = (this.#seqs.get(source) ?? 0) + 1
    this.#seqs.set(source, seq)
    const archived = this.#archived({ key, chunks })
    const events = archived.map(({ properties }) => properties.n)
    const received = archived.map(({ receivedAt }) => Date.parse(receivedAt))
    const one = { source, seq, batch, at: this.#now(), key, chunks, events, received, routes }
    this.all.push(one)
    for (const [index, event] of events.entries())
      if (!this.#places.has(event)) this.#places.set(event, { source, seq, index })
    this.#byPlace.set(`${source} ${seq}`, one)
    return one
  }

  /** A batch is sent to a destination once more: some of its events, as an encoded set. */
  replayed(destination: string, source: string, seq: number, events: string): void {
    const batch = this.#byPlace.get(`${source} ${seq}`)
    if (batch) this.#replayed.push({ destination, batch, events })
  }

  /** How often each event was committed. */
  get times(): Map<number, number> {
    const times = new Map<number, number>()
    for (const { events } of this.all) for (const event of events) times.set(event, (times.get(event) ?? 0) + 1)
    return times
  }

  /** Whether these are in the order in which they were accepted. */
  inOrder(events: readonly number[]): boolean {
    const places = events.flatMap((event) => this.#places.get(event) ?? [])
    return places.every(({ seq, index }, at) => {
      const before = places[at - 1]
      return !before || before.seq < seq || (before.seq === seq && before.index < index)
    })
  }

  /** Milliseconds when a batch was committed. */
  committedAt(source: string, seq: number): number {
    return this.#byPlace.get(`${source} ${seq}`)?.at ?? 0
  }

  /** The archive object of a batch. */
  keyOf(source: string, seq: number): string | null | undefined {
    return this.#byPlace.get(`${source} ${seq}`)?.key
  }

  /** Numbers of some events of a batch. */
  events(source: string, seq: number, indexes: readonly number[]): number[] {
    const batch = this.#byPlace.get(`${source} ${seq}`)
    return indexes.map((index) => batch?.events[index] ?? -1)
  }

  /**
   * By event: how often the batches that a destination was sent have it, replays among them; of those committed by
   * `until` (milliseconds).
   */
  owed(destination: string, until = Infinity): { events: Map<number, number>; filtered: number; accepted: number } {
    const events = new Map<number, number>()
    let filtered = 0
    let accepted = 0
    const add = (batch: Committed, encoded: string) => {
      if (batch.at > until) return
      const set = decodeSet(encoded)
      for (const [index, event] of batch.events.entries()) {
        if (!has(set, index)) continue
        events.set(event, (events.get(event) ?? 0) + 1)
        accepted++
      }
    }
    for (const again of this.#replayed) if (again.destination === destination) add(again.batch, again.events)
    for (const batch of this.all) {
      const route = batch.routes[destination]
      if (!route || batch.at > until) continue
      add(batch, route.events)
      const kept = Object.values(route.filtered).reduce((sum, n) => sum + n, 0)
      filtered += kept
      accepted += kept
    }
    return { events, filtered, accepted }
  }

  /** Numbers of the events that the archive has of a batch; empty when its object is not there. */
  read(batch: Pick<Committed, 'key' | 'chunks'>): number[] {
    return this.#archived(batch).map(({ properties }) => properties.n)
  }

  /** Rows of a segment of a log; empty when it is not there. */
  segment(source: string, { first, last }: { first: number; last: number }): LogEntry[] {
    return this.#lines(segmentKey(source, first, last)).map((line) => JSON.parse(line) as LogEntry)
  }

  #archived({ key, chunks }: Pick<Committed, 'key' | 'chunks'>): ArchivedEvent[] {
    if (key === null) return []
    const members = chunks.flatMap(([offset, length]) => this.#lines(key, offset, offset + length))
    return members.map((line) => JSON.parse(line) as ArchivedEvent)
  }

  #lines(key: string, from = 0, to?: number): string[] {
    const bytes = this.#bucket.objects.get(key)?.subarray(from, to)
    return bytes ? gunzipSync(bytes).toString().trimEnd().split('\n') : []
  }
}
