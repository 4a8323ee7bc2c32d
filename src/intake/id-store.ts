import { IdFilter, startsOf, topBits } from './id-filter.ts'
import type { FingerprintKey } from './fingerprint-key.ts'
import type { IntakeStorage } from './store.ts'

/** What fingerprints are of: message ids, or the accept ids of requests. */
export type IdKind = 'ids' | 'accepts'

/** Fingerprints that change no more. `last`: the row of the log up to which they are; `size`: how many. */
export interface StoredGeneration {
  generation: number
  last: number
  size: number
  filter: Uint8Array<ArrayBuffer>
}

/** Runs of a generation, each a row: of a quarter of a million ids a thousand, eight kilobytes. */
const RUN_BITS = 8
const RUNS = 2 ** RUN_BITS

/**
 * Generations of mixed fingerprints: `generations` one row each with its filter, `runs` its fingerprints by the first bits,
 * `mixing` the key that all of them are mixed with.
 */
export class IdStore {
  readonly #storage: Pick<IntakeStorage, 'sql' | 'transactionSync'>

  constructor(storage: Pick<IntakeStorage, 'sql' | 'transactionSync'>) {
    this.#storage = storage
    for (const table of [
      'generations (generation INTEGER PRIMARY KEY, kind TEXT NOT NULL, last INTEGER NOT NULL, size INTEGER NOT NULL, filter BLOB NOT NULL)',
      'runs (id INTEGER PRIMARY KEY, words BLOB NOT NULL)',
      'mixing (id INTEGER PRIMARY KEY, key BLOB NOT NULL)',
    ])
      storage.sql.exec(`CREATE TABLE IF NOT EXISTS ${table}`)
  }

  /** What the generations that are here are mixed with; `undefined`: there was none yet. */
  key(): Uint8Array | undefined {
    const [row] = this.#storage.sql.exec<{ key: ArrayBuffer }>('SELECT key FROM mixing').toArray()
    return row && new Uint8Array(row.key)
  }

  /** Oldest first. */
  *generations(kind: IdKind): Generator<StoredGeneration> {
    const query = 'SELECT generation, last, size, filter FROM generations WHERE kind = ? ORDER BY generation'
    for (const { filter, ...row } of this.#storage.sql.exec<Omit<StoredGeneration, 'filter'> & { filter: ArrayBuffer }>(
      query,
      kind,
    ))
      yield { ...row, filter: new Uint8Array(filter) }
  }

  /** Pairs of words mixed with `key`. */
  add(kind: IdKind, last: number, words: Uint32Array, key: FingerprintKey): StoredGeneration {
    const { sql } = this.#storage
    const filter = IdFilter.of(words)
    const size = words.length / 2
    return this.#storage.transactionSync(() => {
      sql.exec('INSERT OR IGNORE INTO mixing (id, key) VALUES (1, ?)', key.bytes.slice().buffer)
      const [{ generation } = { generation: 1 }] = sql
        .exec<{ generation: number }>('SELECT coalesce(max(generation), 0) + 1 AS generation FROM generations')
        .toArray()
      const insert = 'INSERT INTO generations (generation, kind, last, size, filter) VALUES (?, ?, ?, ?, ?)'
      sql.exec(insert, generation, kind, last, size, filter.buffer)
      for (const [run, own] of runsOf(words))
        sql.exec('INSERT INTO runs (id, words) VALUES (?, ?)', generation * RUNS + run, own.slice().buffer)
      return { generation, last, size, filter }
    })
  }

  /** Whether a generation has the pair of mixed words. */
  has(generation: number, a: number, b: number): boolean {
    const id = generation * RUNS + topBits(a, RUN_BITS)
    const [row] = this.#storage.sql.exec<{ words: ArrayBuffer }>('SELECT words FROM runs WHERE id = ?', id).toArray()
    const words = new Uint32Array(row?.words ?? new ArrayBuffer(0))
    for (let at = 0; at < words.length; at += 2) if (words[at] === a && words[at + 1] === b) return true
    return false
  }

  remove(generation: number): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      sql.exec('DELETE FROM runs WHERE id >= ? AND id < ?', generation * RUNS, (generation + 1) * RUNS)
      sql.exec('DELETE FROM generations WHERE generation = ?', generation)
    })
  }
}

/** Pairs of words by the first bits of their first, as far as there are any. */
function* runsOf(words: Uint32Array): Generator<[number, Uint32Array]> {
  const starts = startsOf(words, RUN_BITS)
  const next = starts.slice()
  const sorted = new Uint32Array(words.length)
  for (let at = 0; at < words.length; at += 2) {
    const run = topBits(words[at] ?? 0, RUN_BITS)
    const place = next[run] ?? 0
    next[run] = place + 1
    sorted[2 * place] = words[at] ?? 0
    sorted[2 * place + 1] = words[at + 1] ?? 0
  }
  for (let run = 0; run < RUNS; run++) {
    const own = sorted.subarray(2 * (starts[run] ?? 0), 2 * (starts[run + 1] ?? 0))
    if (own.length > 0) yield [run, own]
  }
}
