import type { FingerprintKey } from './fingerprint-key.ts'

/** A set of fingerprints that grows: open addressing in one typed array, at most 0.7 full, by their mixed words. */
export class FingerprintSet {
  readonly #key: FingerprintKey
  readonly #mixed = new Uint32Array(2)
  #words = new Uint32Array(2 * 1024)
  #size = 0
  /** Places looked at since it was made, for whoever wants to know how well they are spread. */
  probes = 0

  constructor(key: FingerprintKey) {
    this.#key = key
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#words.byteLength
  }

  /** Adds the `at`-th of `words`; `false` when it was there already. */
  add(words: Uint32Array, at: number): boolean {
    this.#key.mix(words, at, this.#mixed)
    return this.addMixed(this.#mixed[0] ?? 0, this.#mixed[1] ?? 0)
  }

  has(words: Uint32Array, at: number): boolean {
    this.#key.mix(words, at, this.#mixed)
    return this.hasMixed(this.#mixed[0] ?? 0, this.#mixed[1] ?? 0)
  }

  addMixed(a: number, b: number): boolean {
    if (this.#size >= (this.#words.length / 2) * 0.7) this.#grow()
    const slot = this.#slot(a, b)
    if (this.#taken(slot)) return false
    this.#words[slot] = a
    this.#words[slot + 1] = b
    this.#size++
    return true
  }

  hasMixed(a: number, b: number): boolean {
    return this.#taken(this.#slot(a, b))
  }

  /** Both mixed words of each, one after the other, in no order. */
  words(): Uint32Array {
    const all = new Uint32Array(2 * this.#size)
    let at = 0
    for (let slot = 0; slot < this.#words.length; slot += 2) {
      if (!this.#taken(slot)) continue
      all[at++] = this.#words[slot] ?? 0
      all[at++] = this.#words[slot + 1] ?? 0
    }
    return all
  }

  /** The slot that holds the fingerprint, or the free one where it belongs. */
  #slot(a: number, b: number): number {
    const mask = this.#words.length - 1
    let slot = (b * 2) & mask
    this.probes++
    while (this.#taken(slot) && (this.#words[slot] !== a || this.#words[slot + 1] !== b)) {
      slot = (slot + 2) & mask
      this.probes++
    }
    return slot
  }

  #taken(slot: number): boolean {
    return this.#words[slot] !== 0 || this.#words[slot + 1] !== 0
  }

  #grow(): void {
    const old = this.#words
    this.#words = new Uint32Array(old.length * 2)
    this.#size = 0
    for (let slot = 0; slot < old.length; slot += 2) {
      if (old[slot] !== 0 || old[slot + 1] !== 0) this.addMixed(old[slot] ?? 0, old[slot + 1] ?? 0)
    }
  }
}
