import type { Context } from '../context.ts'

const KEY_WORDS = 4

/**
 * A secret of one object, with which fingerprints are mixed before they are laid anywhere by their bits: whoever chooses
 * message ids knows how they are fingerprinted, and could make as many as they like that want the same place.
 */
export class FingerprintKey {
  readonly bytes: Uint8Array
  readonly #words: Uint32Array

  /** With the bytes of one that was stored, or a new one. */
  constructor(ctx: Pick<Context, 'randomBytes'>, stored?: Uint8Array) {
    this.bytes = stored ?? ctx.randomBytes(4 * KEY_WORDS)
    this.#words = Uint32Array.from({ length: KEY_WORDS }, (_, word) =>
      this.bytes.subarray(4 * word, 4 * word + 4).reduce((sum, byte) => (sum << 8) | byte, 0),
    )
  }

  /**
   * Writes the `at`-th of `words`, mixed, into the two words of `mixed`. Two fingerprints that differ still do: each round
   * changes one half by what the other says (a Feistel network), so that it could be undone.
   */
  mix(words: Uint32Array, at: number, mixed: Uint32Array): void {
    const keys = this.#words
    let a = words[at * 2] ?? 0
    let b = words[at * 2 + 1] ?? 0
    a ^= scramble(b ^ (keys[0] ?? 0))
    b ^= scramble(a ^ (keys[1] ?? 0))
    a ^= scramble(b ^ (keys[2] ?? 0))
    b ^= scramble(a ^ (keys[3] ?? 0))
    mixed[0] = a
    // Two zero words mean an empty place, so that one fingerprint is moved aside.
    mixed[1] = b || (a === 0 ? 1 : 0)
  }
}

/** Every bit of a word depends on every bit of it (the finaliser of MurmurHash3). */
function scramble(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
