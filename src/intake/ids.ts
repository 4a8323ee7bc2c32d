/**
 * 64-bit fingerprints of message or accept ids, two 32-bit words each. Genuine events are taken for repeats once in 2·10¹²
 * at ten million remembered ids; 32 bits would drop one in five hundred.
 */
export function fingerprints(ids: readonly string[]): Uint32Array {
  const words = new Uint32Array(ids.length * 2)
  ids.forEach((id, at) => {
    let a = 0xdeadbeef
    let b = 0x41c6ce57
    for (let i = 0; i < id.length; i++) {
      const unit = id.charCodeAt(i)
      a = Math.imul(a ^ unit, 2654435761)
      b = Math.imul(b ^ unit, 1597334677)
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
    words[at * 2] = a
    words[at * 2 + 1] = b
  })
  return words
}

/** Where a fingerprint stands among others, or -1. */
export function indexOfFingerprint(words: Uint32Array, wanted: Uint32Array): number {
  for (let at = 0; at < words.length; at += 2) {
    if (words[at] === wanted[0] && words[at + 1] === wanted[1]) return at / 2
  }
  return -1
}

/** A set of fingerprints that grows: open addressing in one typed array, at most 0.7 full. */
export class FingerprintSet {
  #words = new Uint32Array(2 * 1024)
  #size = 0

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#words.byteLength
  }

  /** Adds the `at`-th of `words`; `false` when it was there already. */
  add(words: Uint32Array, at: number): boolean {
    if (this.#size >= (this.#words.length / 2) * 0.7) this.#grow()
    const a = words[at * 2] ?? 0
    const b = words[at * 2 + 1] ?? 0
    const slot = this.#slot(a, b)
    if (this.#taken(slot)) return false
    this.#words[slot] = a
    this.#words[slot + 1] = FingerprintSet.second(a, b)
    this.#size++
    return true
  }

  has(words: Uint32Array, at: number): boolean {
    return this.#taken(this.#slot(words[at * 2] ?? 0, words[at * 2 + 1] ?? 0))
  }

  /** Calls `visit` with both words of each, in no order. */
  each(visit: (a: number, b: number) => void): void {
    for (let slot = 0; slot < this.#words.length; slot += 2) {
      if (this.#taken(slot)) visit(this.#words[slot] ?? 0, this.#words[slot + 1] ?? 0)
    }
  }

  /** The second word as it is kept: two zero words mean an empty slot, so that one fingerprint is moved aside. */
  static second(a: number, b: number): number {
    return b || (a === 0 ? 1 : 0)
  }

  /** The slot that holds the fingerprint, or the free one where it belongs. */
  #slot(a: number, b: number): number {
    const second = FingerprintSet.second(a, b)
    const mask = this.#words.length - 1
    let slot = ((a ^ second) * 2) & mask
    while (this.#taken(slot) && (this.#words[slot] !== a || this.#words[slot + 1] !== second)) slot = (slot + 2) & mask
    return slot
  }

  #taken(slot: number): boolean {
    return this.#words[slot] !== 0 || this.#words[slot + 1] !== 0
  }

  #grow(): void {
    const old = this.#words
    this.#words = new Uint32Array(old.length * 2)
    this.#size = 0
    for (let at = 0; at < old.length / 2; at++) {
      if (old[at * 2] !== 0 || old[at * 2 + 1] !== 0) this.add(old, at)
    }
  }
}
