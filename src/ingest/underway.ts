import type { Context } from '../context.ts'

/** Of the 128 MB of an isolate. */
const MOST_BYTES = 32 * 1024 * 1024
/** Three sources at least have to send that much before another one's is refused. */
const MOST_OF_ONE = 12 * 1024 * 1024
/** A request that is cancelled never says that it has left. None takes longer than to store a batch and send its pointer. */
const LEFT_MS = 15_000

interface Batch {
  whose: string
  bytes: number
  since: number
}

/** An isolate holds so much already that a batch is refused; nothing of it was taken. */
export class TooMuchUnderway extends Error {
  override readonly name = 'TooMuchUnderway'
  /** It is the source itself that has so much under way. */
  readonly own: boolean

  constructor(own: boolean) {
    super('too much is on its way to R2')
    this.own = own
  }
}

/**
 * What one isolate has on its way to R2: batches that are too large for a queue message. A request of two kilobytes may
 * become two megabytes, and an isolate that runs out of memory ends with all its other requests. Nothing waits here, since
 * what waits would have to be held. Small batches are not counted: the queue takes them.
 */
export class Underway {
  readonly #ctx: Context
  readonly #batches = new Set<Batch>()

  constructor({ ctx }: { ctx: Context }) {
    this.#ctx = ctx
  }

  /** Answers what to call when the batch has left. Throws `TooMuchUnderway`. */
  enter(whose: string, bytes: number): () => void {
    const now = this.#ctx.now()
    let [own, all] = [bytes, bytes]
    for (const batch of this.#batches) {
      if (now - batch.since >= LEFT_MS) this.#batches.delete(batch)
      else {
        all += batch.bytes
        if (batch.whose === whose) own += batch.bytes
      }
    }
    if (own > MOST_OF_ONE || all > MOST_BYTES) throw new TooMuchUnderway(own > MOST_OF_ONE)
    const batch = { whose, bytes, since: now }
    this.#batches.add(batch)
    return () => void this.#batches.delete(batch)
  }
}
