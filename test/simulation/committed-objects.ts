import { gunzipSync } from 'node:zlib'
import { objectsLog } from '../../src/archive/index.ts'
import type { Commit } from '../../src/intake/index.ts'
import type { CollectedObject } from '../../src/tables/index.ts'
import type { SimulatedBucket } from './bindings/bucket.ts'
import type { Journal } from './journal.ts'

/** What became true of objects, in its order, as the simulation saw it. Seen from outside. */
export class CommittedObjects {
  /** By log. */
  readonly #logs = new Map<string, CollectedObject[]>()
  readonly #batches = new Set<string>()
  readonly #bucket: SimulatedBucket
  readonly #journal: Journal

  constructor(bucket: SimulatedBucket, journal: Journal) {
    this.#bucket = bucket
    this.#journal = journal
  }

  /** A commit was answered. The same one again is the same row. */
  committed(log: string, { batch, key }: Commit, reply: unknown): void {
    if (reply !== 'ok' || this.#batches.has(batch)) return
    this.#batches.add(batch)
    const bytes = key === null ? undefined : this.#bucket.objects.get(key)
    if (key !== null && !bytes) return this.#journal.wrong(`${key} is in the log, and not in the archive`)
    const lines = bytes ? gunzipSync(bytes).toString().trimEnd().split('\n') : []
    const all = this.#logs.get(log) ?? []
    all.push(...lines.map((line) => JSON.parse(line) as CollectedObject))
    this.#logs.set(log, all)
  }

  /** All that was set of a source's objects, the first first. */
  of(source: string): CollectedObject[] {
    return this.#logs.get(objectsLog(source)) ?? []
  }
}
