import type { Random } from '../warehouse/random.ts'

/** A map of which any entry can be picked at once, however many there are. */
export class PickMap<K, V> extends Map<K, V> {
  readonly #keys: K[] = []
  readonly #at = new Map<K, number>()

  override set(key: K, value: V): this {
    if (!this.#at.has(key)) this.#at.set(key, this.#keys.push(key) - 1)
    return super.set(key, value)
  }

  override delete(key: K): boolean {
    const at = this.#at.get(key)
    const last = this.#keys.at(-1)
    if (at === undefined || last === undefined) return false
    this.#keys[at] = last
    this.#at.set(last, at)
    this.#keys.pop()
    this.#at.delete(key)
    return super.delete(key)
  }

  /** `undefined`: it is empty. */
  any(random: Random): V | undefined {
    return this.#keys.length === 0 ? undefined : this.get(random.of(this.#keys))
  }
}
