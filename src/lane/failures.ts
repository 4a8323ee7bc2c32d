import { isoTime } from '../event/index.ts'
import { responseOf } from './settle.ts'
import type { Failure, SendResult, Sample } from './protocol.ts'
import type { LaneStore } from './store.ts'

const MOST = 5
const SAMPLE_CHARS = 2_000
/** A code that goes on failing is written down again after this. */
const AGAIN_MS = 60_000

/**
 * The last failures with a sample each, for whoever wants to know what the receiver says: the newest of each code. They
 * cost one row a minute and code while something fails; an eviction may forget the newest of a minute.
 */
export class Failures {
  readonly #store: LaneStore
  #last: Failure[] | undefined
  #written = new Map<string, number>()

  constructor(store: LaneStore) {
    this.#store = store
  }

  get last(): readonly Failure[] {
    return (this.#last ??= this.#store.failures())
  }

  /** Keeps those of a settlement, and says whether they are worth a row now. */
  note(results: readonly SendResult[], now: number): boolean {
    let worth = false
    for (const result of results) {
      const { outcome, events, sample } = result
      if (outcome.kind !== 'retry' && outcome.kind !== 'dead') continue
      const { code } = outcome
      const failure = { at: isoTime(now), code, events: events.length, ...responseOf(result) }
      const others = this.last.filter((one) => one.code !== code)
      this.#last = [{ ...failure, ...(sample && { sample: cut(sample) }) }, ...others].slice(0, MOST)
      if (now - (this.#written.get(code) ?? -Infinity) < AGAIN_MS) continue
      this.#written.set(code, now)
      worth = true
    }
    if (this.#written.size > 4 * MOST) this.#written.clear()
    return worth
  }

  save(): void {
    this.#store.saveFailures(this.last)
  }
}

function cut({ request, response, ...rest }: Sample): Sample {
  return {
    ...rest,
    request: { ...request, body: request.body.slice(0, SAMPLE_CHARS) },
    ...(response && { response: { ...response, body: response.body.slice(0, SAMPLE_CHARS) } }),
  }
}
