import { isoTime } from '../event/index.ts'
import type { RedriveFilter, RedriveOutcome } from './protocol.ts'
import { count, type Tally, type Work } from './work.ts'

/** The last redrives that a lane remembers; what becomes of older ones is in the ledger alone. */
const MOST = 20

/**
 * What becomes of what is sent once more: a row for each of the last redrives. A work that one has made bears its number, and
 * each change of its counts is booked here too, for the write that stores them. Changes are kept until `write`; a lane of which
 * nothing was ever sent once more never reads them.
 */
export class RedriveBooks {
  readonly #sql: Pick<SqlStorage, 'exec'>
  readonly #changed = new Set<number>()
  #known: Map<number, RedriveOutcome> | undefined

  constructor(sql: Pick<SqlStorage, 'exec'>) {
    this.#sql = sql
    sql.exec('CREATE TABLE IF NOT EXISTS redrive (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  }

  /** Newest first. */
  get all(): RedriveOutcome[] {
    return [...this.#books.values()].toReversed()
  }

  /** The number of a new one. `filter`: `null` where dead letters are named. */
  open(filter: RedriveFilter | null, now: number): number {
    const id = Math.max(0, ...this.#books.keys()) + 1
    const nothing = { deadLetters: 0, events: 0, delivered: 0, filtered: {}, pending: 0, dead: {} }
    this.#books.set(id, { id, at: isoTime(now), filter, ...nothing, complete: false })
    this.#changed.add(id)
    for (const old of this.#books.keys()) if (old <= id - MOST) this.#books.delete(old)
    return id
  }

  /** So many dead letters with so many events are on their way. */
  begin(id: number, deadLetters: number, events: number): void {
    const books = this.#change(id)
    if (!books) return
    books.deadLetters += deadLetters
    books.events += events
    books.pending += events
  }

  /** `undefined`: it is older than those that are remembered, or never was. */
  get(id: number): RedriveOutcome | undefined {
    return this.#books.get(id)
  }

  /** So many events more were looked at, of which so many are in the archive no longer. */
  look(id: number, looked: number, untold: number): void {
    const books = this.#change(id)
    if (!books) return
    books.looked = (books.looked ?? 0) + looked
    books.untold = (books.untold ?? 0) + untold
  }

  /** Somebody has ended it. */
  cancel(id: number): void {
    const books = this.#change(id)
    if (books) Object.assign(books, { complete: true, cancelled: true })
  }

  /** Nothing more of the filter is to come. */
  complete(id: number): void {
    const books = this.#change(id)
    if (books) books.complete = true
  }

  /** The counts of a work have changed from `before` to what they are. */
  book({ redrive, counts }: Work, before: Tally): void {
    const books = redrive === undefined ? undefined : this.#change(redrive)
    if (!books) return
    books.delivered += counts.delivered - before.delivered
    books.pending += counts.pending - before.pending
    for (const name of ['filtered', 'dead'] as const) {
      for (const [code, n] of Object.entries(counts[name])) {
        const more = n - (before[name][code] ?? 0)
        if (more > 0) count(books[name], code, more)
      }
    }
  }

  /** Stores what has changed, in a transaction of the caller. */
  write(): void {
    if (this.#changed.size === 0) return
    for (const id of this.#changed) {
      const books = this.#books.get(id)
      if (books) this.#sql.exec('INSERT OR REPLACE INTO redrive (id, body) VALUES (?, ?)', id, JSON.stringify(books))
    }
    this.#sql.exec('DELETE FROM redrive WHERE id <= ?', Math.max(0, ...this.#books.keys()) - MOST)
  }

  /** After the transaction. */
  written(): void {
    this.#changed.clear()
  }

  get #books(): Map<number, RedriveOutcome> {
    this.#known ??= new Map(
      this.#sql
        .exec<{ id: number; body: string }>('SELECT id, body FROM redrive ORDER BY id')
        .toArray()
        .map(({ id, body }) => [id, JSON.parse(body) as RedriveOutcome]),
    )
    return this.#known
  }

  #change(id: number): RedriveOutcome | undefined {
    const books = this.get(id)
    if (books) this.#changed.add(id)
    return books
  }
}
