import { within } from '../settings/index.ts'
import { rangeOf } from './dead.ts'
import type { LaneMemory } from './memory.ts'
import { looksInside, withPayloads } from './payloads.ts'
import type { LaneState } from './store.ts'

/** Milliseconds: no further letters are read in a look that has taken so long. */
const LOOK_MS = 1_000
/** Milliseconds: a look that is not over by then has failed. */
const MOST_MS = 30_000
/** Milliseconds until an archive that does not answer is asked once more: doubled each time, up to the longest. */
const AGAIN_MS = 1_000
const LONGEST_AGAIN_MS = 60_000

type Cursor = LaneState['redrives'][number]

/** What one look at the archive has found for a redrive. Nothing is changed before the lane has booked it. */
export interface Findings {
  redrive: number
  /** Dead letters below this id were looked at, down to `next`; `null`: these were the last. */
  before: number
  next: number | null
  /** Those of their events that are meant. */
  events: { id: number; events: number[] }[]
  looked: number
  untold: number
}

/**
 * Looks in the archive for what a redrive by event, call or person means: a lane knows no payloads. A look is bounded and
 * changes nothing; what it has found the next alarm takes. One that dies is made once more, from the same place.
 */
export class PayloadSearch {
  readonly #memory: LaneMemory
  readonly #archive: R2Bucket
  readonly #done: () => void
  #looking: Promise<void> | null = null
  #found: Findings | null = null
  #failures = 0
  /** Milliseconds: it does not look again before. */
  #notBefore = 0

  /** `done`: something was found, and an alarm may take it. */
  constructor(memory: LaneMemory, archive: R2Bucket, done: () => void) {
    this.#memory = memory
    this.#archive = archive
    this.#done = done
  }

  /** What was found, once. */
  take(): Findings | null {
    const found = this.#found
    this.#found = null
    return found
  }

  /** Looks for the next of what is asked for, unless it does so already or there is nothing to look for. */
  begin(): void {
    const { state, ctx } = this.#memory
    const cursor = state.redrives.find(looksInside)
    if (!cursor || this.#looking || ctx.now() < this.#notBefore) return
    this.#looking = within(ctx, this.#look(cursor), MOST_MS)
      .catch((error: unknown) => this.#failed(error))
      .then(() => {
        this.#looking = null
      })
  }

  /** The look that is under way is over then. */
  get looking(): Promise<void> {
    return this.#looking ?? Promise.resolve()
  }

  async #look(cursor: Cursor): Promise<void> {
    const { store, bounds, ctx } = this.#memory
    const { before, redrive = 0 } = cursor
    const letters = store.deadLetters(rangeOf(cursor, before), bounds.look.letters)
    const found: Findings = { redrive, before, next: null, events: [], looked: 0, untold: 0 }
    const end = ctx.now() + LOOK_MS
    let last: number | undefined
    for await (const { letter, events, untold, unread } of withPayloads(letters, cursor, {
      archive: this.#archive,
      ctx,
    })) {
      if (unread) {
        if (last === undefined) throw new Error(`the archive does not answer for ${letter.key}`)
        break
      }
      last = letter.id
      found.looked += letter.events.length
      found.untold += untold
      if (events.length > 0) found.events.push({ id: letter.id, events: events.map(({ event }) => event) })
      if (found.looked >= bounds.look.events || ctx.now() >= end) break
    }
    const wasLast = letters.length < bounds.look.letters && last === letters.at(-1)?.id
    this.#found = { ...found, next: wasLast ? null : (last ?? null) }
    this.#failures = 0
    this.#done()
  }

  #failed(error: unknown): void {
    const { ctx, id } = this.#memory
    this.#notBefore = ctx.now() + Math.min(AGAIN_MS * 2 ** this.#failures++, LONGEST_AGAIN_MS)
    ctx.log('warn', 'what is to be sent once more cannot be looked for', { lane: id, error: String(error) })
  }
}
