/** For so long after a change of how events are put together requests may still be made the old way. */
const CHANGED_MS = 60_000

/**
 * The lists that one receiver was sent, held against what is promised of them: a list has one id and the same events whenever it
 * comes, and what has failed as one list comes as the same one again. Times are milliseconds.
 */
export class BatchBooks {
  readonly #events = new Map<string, string>()
  readonly #ids = new Map<string, string>()
  /** By event: ids of the lists that it may come in. */
  readonly #lists = new Map<number, Set<string>>()
  /** Events that had to come in smaller lists: in which ones is their receiver's doing. */
  readonly #apart = new Set<number>()
  /** Something was sent once more: letter by letter, in whatever order they died. */
  isRedriven = false
  #terms = ''
  #changedAt = -Infinity

  /** How its events are put together, as its lane was told. */
  configured(terms: unknown, now: number): void {
    const text = JSON.stringify(terms ?? null)
    if (this.#terms !== '' && this.#terms !== text) {
      this.#changedAt = now
      this.#lists.clear()
    }
    this.#terms = text
  }

  /** Something is sent once more: it is put together anew. */
  redriven(): void {
    this.#lists.clear()
    this.isRedriven = true
  }

  /** What is wrong with a list that has come, or `null`; `isOnce`: whether an event was to come once only. */
  requested(id: string, events: readonly number[], isOnce: (event: number) => boolean, now: number): string | null {
    const key = events.join()
    const before = this.#events.get(id)
    if (before !== undefined && before !== key) return `the list ${id} has the events ${key}, and had ${before}`
    const known = this.#ids.get(key)
    if (known !== undefined && known !== id) return `the list of ${key} is ${id}, and was ${known}`
    this.#events.set(id, key)
    this.#ids.set(key, id)
    if (now < this.#changedAt + CHANGED_MS) return null
    const strange = events.find((event) => !this.#apart.has(event) && this.#lists.get(event)?.has(id) === false)
    if (strange !== undefined && isOnce(strange))
      return `event ${strange} comes in the list of ${key}, and came in another`
    for (const event of events) this.#lists.set(event, (this.#lists.get(event) ?? new Set()).add(id))
    return null
  }

  /** They were answered: as one, or each for itself (`apart`). */
  answered(events: readonly number[], apart: boolean): void {
    for (const event of events) {
      if (!apart) continue
      this.#apart.add(event)
      this.#lists.delete(event)
    }
  }
}
