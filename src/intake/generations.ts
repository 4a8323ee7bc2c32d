import { FingerprintSet } from './ids.ts'

/** A generation that has so many ids is packed, and another begun. */
const GENERATION = 500_000
const BUCKETS = 65_536

/**
 * Fingerprints that change no more: sorted into buckets by their first 16 bits, of which the other 48 are kept. Six bytes
 * an id and nothing lost.
 */
class PackedFingerprints {
  readonly #starts = new Uint32Array(BUCKETS + 1)
  readonly #middle: Uint16Array
  readonly #low: Uint32Array

  constructor(set: FingerprintSet) {
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
  #packed: { ids: PackedFingerprints; size: number; last: number }[] = []
  #current = new FingerprintSet()
  #last = 0

  constructor(most: number) {
    this.#most = most
  }

  get bytes(): number {
    return this.#packed.reduce((sum, { ids }) => sum + ids.bytes, this.#current.bytes)
  }

  /** Adds the `at`-th of `words`, which belongs to row `seq` of the log. */
  add(words: Uint32Array, at: number, seq: number): void {
    this.#last = seq
    if (!this.#current.add(words, at) || this.#current.size < GENERATION) return
    this.#packed.push({ ids: new PackedFingerprints(this.#current), size: this.#current.size, last: seq })
    this.#current = new FingerprintSet()
    let kept = this.#packed.reduce((sum, { size }) => sum + size, 0)
    while (kept > this.#most) kept -= this.#packed.shift()?.size ?? kept
  }

  has(words: Uint32Array, at: number): boolean {
    if (this.#current.has(words, at)) return true
    const a = words[at * 2] ?? 0
    const b = words[at * 2 + 1] ?? 0
    return this.#packed.some(({ ids }) => ids.has(a, FingerprintSet.second(a, b)))
  }

  /** Forgets what belongs to rows up to `seq`, as far as whole generations go. */
  forget(seq: number): void {
    this.#packed = this.#packed.filter(({ last }) => last > seq)
    if (this.#last <= seq) this.#current = new FingerprintSet()
  }
}
