/** Bits of a fingerprint that a filter keeps beside those that its bucket says. */
export const FILTER_BITS = 16
/** Fingerprints that a bucket is made for. */
const PER_BUCKET = 32
const MOST_BUCKET_BITS = 13

/**
 * Which fingerprints a generation may have, by the first of their mixed words: two bytes each, sorted into buckets by its
 * first bits, of which the next sixteen are kept. Whoever it says no to is new; whoever it says yes to has to be looked up,
 * as one new fingerprint in a hundred is when there are twelve million.
 */
export class IdFilter {
  readonly #bits: number
  readonly #mask: number
  readonly #starts: Uint32Array
  readonly #rests: Uint16Array

  /** As `bytes` has stored it. `kept`: fewer bits than there are in it, for whoever wants more of the false ones. */
  constructor(stored: Uint8Array<ArrayBuffer>, kept = FILTER_BITS) {
    const whole = stored.slice().buffer
    const [bits = 0] = new Uint32Array(whole, 0, 1)
    const buckets = 2 ** bits
    this.#bits = bits
    this.#mask = 2 ** kept - 1
    this.#starts = new Uint32Array(whole, 4, buckets + 1)
    this.#rests = new Uint16Array(whole, 4 * (buckets + 2))
  }

  /** Of pairs of mixed words, in any order: what a filter is stored as. */
  static of(words: Uint32Array): Uint8Array<ArrayBuffer> {
    const size = words.length / 2
    const bits = Math.min(MOST_BUCKET_BITS, Math.max(0, Math.ceil(Math.log2(size / PER_BUCKET))))
    const buckets = 2 ** bits
    const whole = new ArrayBuffer(4 * (buckets + 2) + 2 * size)
    new Uint32Array(whole, 0, 1)[0] = bits
    const starts = new Uint32Array(whole, 4, buckets + 1)
    const rests = new Uint16Array(whole, 4 * (buckets + 2))
    const next = startsOf(words, bits)
    starts.set(next)
    for (let at = 0; at < words.length; at += 2) {
      const first = words[at] ?? 0
      const bucket = topBits(first, bits)
      const place = next[bucket] ?? 0
      next[bucket] = place + 1
      rests[place] = restOf(first, bits)
    }
    return new Uint8Array(whole)
  }

  get bytes(): number {
    return this.#starts.buffer.byteLength
  }

  get fullestBucket(): number {
    return this.#starts.reduce((most, start, at) => Math.max(most, start - (this.#starts[at - 1] ?? 0)), 0)
  }

  /** `first`: of two mixed words. */
  mayHave(first: number): boolean {
    const bucket = topBits(first, this.#bits)
    const rest = restOf(first, this.#bits) & this.#mask
    const end = this.#starts[bucket + 1] ?? 0
    for (let at = this.#starts[bucket] ?? 0; at < end; at++)
      if (((this.#rests[at] ?? 0) & this.#mask) === rest) return true
    return false
  }
}

/** Where the pairs of each of 2^`bits` buckets begin, when they are sorted by the top bits of their first word; and the end. */
export function startsOf(words: Uint32Array, bits: number): Uint32Array {
  const starts = new Uint32Array(2 ** bits + 1)
  for (let at = 0; at < words.length; at += 2) {
    const bucket = topBits(words[at] ?? 0, bits) + 1
    starts[bucket] = (starts[bucket] ?? 0) + 1
  }
  for (let bucket = 1; bucket < starts.length; bucket++)
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0)
  return starts
}

/** A shift by 32 would be one by none. */
export function topBits(word: number, bits: number): number {
  return bits === 0 ? 0 : word >>> (32 - bits)
}

function restOf(first: number, bits: number): number {
  return (first >>> (32 - bits - FILTER_BITS)) & 0xffff
}
