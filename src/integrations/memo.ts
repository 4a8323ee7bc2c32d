/** The last few things that were made of texts; when they are too many all are forgotten. */
export class Memo<T> {
  readonly #most: number
  readonly #known = new Map<string, T>()

  constructor(most: number) {
    this.#most = most
  }

  get(text: string): T | undefined {
    return this.#known.get(text)
  }

  has(text: string): boolean {
    return this.#known.has(text)
  }

  keep(text: string, made: T): T {
    if (this.#known.size >= this.#most) this.#known.clear()
    this.#known.set(text, made)
    return made
  }
}
