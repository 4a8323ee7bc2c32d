import { batchOfKey, batchTime, listRaw } from '../archive/index.ts'
import type { LogEntry } from './protocol.ts'

export interface OrphanPass {
  source: string
  archive: R2Bucket
  /** The key, or the time (milliseconds), up to which everything is looked at already. */
  after: string | number
  /** Objects begun from then on (milliseconds) stay: so long ago that no commit can be on its way any more. */
  until: number
  /** Pages that are listed at most. */
  pages: number
  /** How long after its begin a batch may be committed, in milliseconds. */
  staleMs: number
  /** The rows of the log from a time (milliseconds) on. */
  rows(since: number): AsyncGenerator<LogEntry>
}

/** How many went, and the key up to which it has come; `null`: to the end. */
export interface OrphansGone {
  removed: number
  after: string | null
}

/**
 * Deletes archive objects of a source that its log lacks: written by a route that died before its commit, or whose commit
 * was refused. Goes through objects and log side by side, both in the order of time, and holds what was begun within a
 * page and the time of a commit.
 */
export async function removeOrphans(pass: OrphanPass): Promise<OrphansGone> {
  const { source, archive, until, pages, staleMs } = pass
  const log = new CommittedBatches(pass.rows)
  let { after } = pass
  let removed = 0
  for (let page = 0; page < pages; page++) {
    const { keys, more } = await listRaw(archive, source, after)
    const old = keys.filter((key) => begunAt(key) < until)
    const [first, last] = [old[0], old.at(-1)]
    if (first === undefined || last === undefined) return { removed, after: null }
    // With room on both sides: by another clock a batch may be committed before it was begun, and rows be out of order.
    const known = await log.between(begunAt(first), begunAt(first) - staleMs, begunAt(last) + 2 * staleMs)
    const orphans = old.filter((key) => known.get(batchOfKey(key)) !== key)
    if (orphans.length > 0) await archive.delete(orphans)
    removed += orphans.length
    if (!more || old.length < keys.length) return { removed, after: null }
    after = last
  }
  return { removed, after: String(after) }
}

function begunAt(key: string): number {
  return batchTime(batchOfKey(key))
}

/** The batches with events that a log has, as one goes forward in it. */
export class CommittedBatches {
  readonly #open: (since: number) => AsyncGenerator<LogEntry>
  readonly #batches = new Map<string, string>()
  #rows: AsyncGenerator<LogEntry> | undefined
  #next: LogEntry | undefined

  constructor(open: (since: number) => AsyncGenerator<LogEntry>) {
    this.#open = open
  }

  /**
   * The keys, by batch, of those begun at `begun` or later that were committed in [from, to], in milliseconds. Later calls ask
   * for later ones.
   */
  async between(begun: number, from: number, to: number): Promise<ReadonlyMap<string, string>> {
    for (const batch of this.#batches.keys()) if (batchTime(batch) < begun) this.#batches.delete(batch)
    if (!this.#rows) {
      this.#rows = this.#open(from)
      await this.#read()
    }
    for (; this.#next && Date.parse(this.#next.committedAt) <= to; await this.#read()) {
      if (this.#next.key !== null) this.#batches.set(this.#next.batch, this.#next.key)
    }
    return this.#batches
  }

  async #read(): Promise<void> {
    this.#next = ((await this.#rows?.next()) as IteratorResult<LogEntry, undefined> | undefined)?.value
  }
}
