import type { FingerprintKey } from './fingerprint-key.ts'
import { FingerprintSet } from './fingerprint-set.ts'

/** A generation that has so many ids is packed, and another begun. */
const GENERATION = 500_000
const BUCKETS = 65_536

/** Mixed fingerprints, wherever they are. */
interface Mixed {
  readonly size: number
  each(visit: (a: number, b: number) => void): void
}

/** Mixed fingerprints one after the other: for those that nobody has to look for before they are packed. */
class MixedList implements Mixed {
  readonly #words: Uint32Array
  size = 0

  constructor(most: number) {
    this.#words = new Uint32Array(2 * most)
  }

  add(a: number, b: number): void {
    this.#words[2 * this.size] = a
    this.#words[2 * this.size + 1] = b
    this.size++
  }

  each(visit: (a: number, b: number) => void): void {
    for (let at = 0; at < 2 * this.size; at += 2) visit(this.#words[at] ?? 0, this.#words[at + 1] ?? 0)
  }
}

/**
 * Fingerprints that change no more, by their mixed words: sorted into buckets by the first 16 bits, of which the other 48
 * are kept. Six bytes an id and nothing lost.
 */
class PackedFingerprints {
  readonly #starts = new Uint32Array(BUCKETS + 1)
  readonly #middle: Uint16Array
  readonly #low: Uint32Array

  constructor(set: Mixed) {
    this.#middle = new Uint16Array(set.size)
    this.#low = new Uint32Array(set.size)
    set.each((a) => this.#count((a >>> 16) + 1, 1))
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#count(bucket + 1, this.#starts[bucket] ?? 0)
    const next = this.#starts.slice()
    set.each((a, b) => {
      const at = next[a >>> 16] ?? 0
      next[a >>> 16] = at + 1
      this.#middle[at] = a & 0xffff
      this.#low[at] = b
    })
  }

  get bytes(): number {
    return this.#starts.byteLength + this.#middle.byteLength + this.#low.byteLength
  }

  get fullestBucket(): number {
    return this.#starts.reduce((most, start, at) => Math.max(most, start - (this.#starts[at - 1] ?? 0)), 0)
  }

  has(a: number, b: number): boolean {
    const end = this.#starts[(a >>> 16) + 1] ?? 0
    for (let at = this.#starts[a >>> 16] ?? 0; at < end; at++) {
      if (this.#low[at] === b && this.#middle[at] === (a & 0xffff)) return true
    }
    return false
  }

  #count(bucket: number, n: number): void {
    this.#starts[bucket] = (this.#starts[bucket] ?? 0) + n
  }
}

/**
 * A set of fingerprints that forgets its oldest: by seq when the log no longer needs them, and in any case beyond `most`,
 * so that memory is bounded whatever comes. Ten million take 65 MB.
 */
export class Generations {
  readonly #most: number
  readonly #key: FingerprintKey
  readonly #size: number
  readonly #mixed = new Uint32Array(2)
  #packed: { ids: PackedFingerprints; size: number; last: number }[] = []
  #current: FingerprintSet
  #last = 0

  /** Remembers `most` at most, and forgets `size` at a time. */
  constructor(key: FingerprintKey, most: number, size = GENERATION) {
    this.#key = key
    this.#most = most
    this.#size = size
    this.#current = new FingerprintSet(key)
  }

  get bytes(): number {
    return this.#packed.reduce((sum, { ids }) => sum + ids.bytes, this.#current.bytes)
  }

  /** Fingerprints that one look may have to pass, in what is packed. */
  get fullestBucket(): number {
    return this.#packed.reduce((most, { ids }) => Math.max(most, ids.fullestBucket), 0)
  }

  /** Adds the `at`-th of `words`, which belongs to row `seq` of the log. */
  add(words: Uint32Array, at: number, seq: number): void {
    this.#last = seq
    if (!this.#current.add(words, at) || this.#current.size < this.#size) return
    this.#pack(this.#current, seq)
    this.#current = new FingerprintSet(this.#key)
  }

  /**
   * Adds what was remembered before, row by row, the oldest first: as `add` does, but a tenth of its time, since what is
   * not looked for yet is packed without being laid into a table first.
   */
  load(rows: Iterable<{ seq: number; words: Uint32Array }>): void {
    const list = new MixedList(this.#size)
    for (const { seq, words } of rows) {
      this.#last = seq
      for (let at = 0; at < words.length / 2; at++) {
        this.#key.mix(words, at, this.#mixed)
        list.add(this.#mixed[0] ?? 0, this.#mixed[1] ?? 0)
        if (list.size < this.#size) continue
        this.#pack(list, seq)
        list.size = 0
      }
    }
    if (list.size > 0) this.#pack(list, this.#last)
  }

  has(words: Uint32Array, at: number): boolean {
    this.#key.mix(words, at, this.#mixed)
    const a = this.#mixed[0] ?? 0
    const b = this.#mixed[1] ?? 0
    return this.#current.hasMixed(a, b) || this.#packed.some(({ ids }) => ids.has(a, b))
  }

  #pack(ids: Mixed, last: number): void {
    this.#packed.push({ ids: new PackedFingerprints(ids), size: ids.size, last })
    let kept = this.#packed.reduce((sum, { size }) => sum + size, 0)
    while (kept > this.#most) kept -= this.#packed.shift()?.size ?? kept
  }

  /** Forgets what belongs to rows up to `seq`, as far as whole generations go. */
  forget(seq: number): void {
    this.#packed = this.#packed.filter(({ last }) => last > seq)
    if (this.#last <= seq) this.#current = new FingerprintSet(this.#key)
  }
}
