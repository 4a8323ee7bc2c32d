import type { Context } from '../context.ts'
import { FingerprintKey, FingerprintSet, fingerprints } from '../intake/index.ts'

/** People that are told apart: sixteen bytes each in memory at most. */
const MOST_PEOPLE = 1_000_000

/**
 * How many people events are of, exactly: by a 64-bit fingerprint of each, in memory; those that are new since the last
 * write go to a row of their own, so that counting can go on in another instance.
 */
export class People {
  readonly #sql: Pick<SqlStorage, 'exec'>
  readonly #seen: FingerprintSet
  #fresh: number[] = []

  constructor(sql: Pick<SqlStorage, 'exec'>, ctx: Pick<Context, 'randomBytes'>) {
    this.#sql = sql
    this.#seen = new FingerprintSet(new FingerprintKey(ctx))
    sql.exec('CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, words BLOB NOT NULL)')
    for (const { words } of sql.exec<{ words: ArrayBuffer }>('SELECT words FROM people ORDER BY id')) {
      const all = new Uint32Array(words.slice(0))
      for (let at = 0; at < all.length / 2; at++) this.#seen.add(all, at)
    }
  }

  /** `null`: more than are told apart. */
  get size(): number | null {
    return this.#seen.size > MOST_PEOPLE ? null : this.#seen.size
  }

  add(person: string): void {
    if (this.size === null) return
    const words = fingerprints([person])
    if (this.#seen.add(words, 0)) this.#fresh.push(words[0] ?? 0, words[1] ?? 0)
  }

  /** Stores who is new, in a transaction of the caller. */
  write(): void {
    if (this.#fresh.length === 0) return
    this.#sql.exec('INSERT INTO people (words) VALUES (?)', Uint32Array.from(this.#fresh).buffer)
    this.#fresh = []
  }

  /** Nothing is counted any more. */
  clear(): void {
    this.#sql.exec('DELETE FROM people')
  }
}
