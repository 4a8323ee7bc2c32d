import type { FingerprintKey } from './fingerprint-key.ts'
import { FingerprintSet } from './fingerprint-set.ts'
import { IdFilter } from './id-filter.ts'
import type { IdKind, IdStore, StoredGeneration } from './id-store.ts'

export interface Sizes {
  /** Fingerprints that are remembered at most. */
  most: number
  /** So many are packed together, and forgotten together. */
  generation: number
  /** Bits of each that a filter goes by; see `id-filter.ts`. */
  filterBits: number
}

interface Packed extends Omit<StoredGeneration, 'filter'> {
  filter: IdFilter
}

/**
 * A set of fingerprints that forgets its oldest: by seq when the log no longer needs them, and in any case beyond `most`,
 * so that memory is bounded whatever comes. The youngest are in memory; older ones are in the object's storage, a generation
 * at a time, and in memory with two bytes each. Twelve million take 30 MB.
 */
export class Generations {
  readonly kind: IdKind
  readonly #key: FingerprintKey
  readonly #store: IdStore
  readonly #sizes: Sizes
  readonly #mixed = new Uint32Array(2)
  #packed: Packed[]
  #current: FingerprintSet
  #last = 0

  /** With what is packed already. `key` is that of the store, where it has one. */
  constructor(kind: IdKind, key: FingerprintKey, store: IdStore, sizes: Sizes) {
    this.kind = kind
    this.#key = key
    this.#store = store
    this.#sizes = sizes
    this.#packed = Array.from(store.generations(kind), (one) => this.#opened(one))
    this.#last = this.packedThrough
    this.#current = new FingerprintSet(key)
  }

  /** All of the rows up to this one are packed. */
  get packedThrough(): number {
    return this.#packed.at(-1)?.last ?? 0
  }

  get bytes(): number {
    return this.#packed.reduce((sum, { filter }) => sum + filter.bytes, this.#current.bytes)
  }

  /** Adds all `words` of row `seq` of the log, or of the rows up to it. Nothing when they are packed already. */
  add(words: Uint32Array, seq: number): void {
    if (seq <= this.packedThrough) return
    this.#last = seq
    for (let at = 0; at < words.length / 2; at++) this.#current.add(words, at)
  }

  /** Packs what has become a generation: writes to the storage, and changes nothing when it throws. */
  settle(): void {
    if (this.#current.size >= this.#sizes.generation) this.#pack(this.#last)
  }

  has(words: Uint32Array, at: number): boolean {
    this.#key.mix(words, at, this.#mixed)
    const a = this.#mixed[0] ?? 0
    const b = this.#mixed[1] ?? 0
    if (this.#current.hasMixed(a, b)) return true
    return this.#packed.some(({ filter, generation }) => filter.mayHave(a) && this.#store.has(generation, a, b))
  }

  /** Forgets what belongs to rows up to `seq`, as far as whole generations go. */
  forget(seq: number): void {
    this.#drop(this.#packed.filter(({ last }) => last <= seq))
    if (this.#last <= seq) this.#current = new FingerprintSet(this.#key)
  }

  #pack(last: number): void {
    this.#packed.push(this.#opened(this.#store.add(this.kind, last, this.#current.words(), this.#key)))
    this.#current = new FingerprintSet(this.#key)
    let over = this.#packed.reduce((sum, { size }) => sum + size, -this.#sizes.most)
    this.#drop(
      this.#packed.filter(({ size }) => {
        const goes = over > 0
        over -= size
        return goes
      }),
    )
  }

  #drop(over: readonly Packed[]): void {
    for (const { generation } of over) this.#store.remove(generation)
    this.#packed = this.#packed.slice(over.length)
  }

  #opened({ filter, ...rest }: StoredGeneration): Packed {
    return { ...rest, filter: new IdFilter(filter, this.#sizes.filterBits) }
  }
}
