import { decodeSet, encodeSet, type EventSet, has, setOf } from './event-set.ts'
import { isoTime } from '../event/index.ts'
import { byPiece } from './pieces.ts'
import { responseOf } from './settle.ts'
import type { Attempt, Settlement } from './protocol.ts'
import type { WorkPart } from './work.ts'

const MOST = 500
/** Of these, those that are stored whenever the lane's own row is written, and how much of a message. */
const MOST_STORED = 40
const MESSAGE_CHARS = 100

/** Alike attempts of one grant, as they are stored. */
export interface StoredAttempt {
  log: string
  seq: number
  events: string
  attempt: Attempt
}

/**
 * The last attempts of a lane, for whoever asks where an event went. An eviction may forget some: what counts is in the
 * ledger.
 */
export class RecentAttempts {
  #all: { log: string; seq: number; events: EventSet; attempt: Attempt }[] = []

  constructor(stored: readonly StoredAttempt[] = []) {
    this.#all = stored.map((one) => ({ ...one, events: decodeSet(one.events) }))
  }

  /** The newest, as they are worth a place in the lane's row. */
  stored(): StoredAttempt[] {
    return this.#all.slice(-MOST_STORED).map(({ log, seq, events, attempt }) => {
      const { message, ...facts } = attempt
      const short = message === undefined ? facts : { ...facts, message: message.slice(0, MESSAGE_CHARS) }
      return { log, seq, events: encodeSet(events), attempt: short }
    })
  }

  /** Only for whoever asks: nothing else is lost with it. */
  forget(): void {
    this.#all = []
  }

  /** Keeps what a settlement says of the `attempt` (1 for the first) of its events, which are of this part. */
  note(
    log: string,
    { seq, results }: Settlement,
    { part, attempt, now }: { part: WorkPart | undefined; attempt: number; now: number },
  ): void {
    for (const { outcome, events, tookMs, ...response } of results) {
      if (outcome.kind === 'unsent') continue
      const how = 'code' in outcome ? outcome.code : outcome.kind
      const facts = { at: isoTime(now), attempt, outcome: how, tookMs, ...responseOf(response) }
      const sorted = events.toSorted((a, b) => a - b)
      if (!part?.more) this.#all.push({ log, seq, events: setOf(sorted), attempt: facts })
      else
        for (const { piece, events: own } of byPiece(part, sorted)) {
          const indexes = setOf(own.map((event) => event - piece.base))
          this.#all.push({ log, seq: piece.seq, events: indexes, attempt: facts })
        }
    }
    if (this.#all.length > MOST) this.#all = this.#all.slice(-MOST / 2)
  }

  of(log: string, seq: number, event: number): Attempt[] {
    return this.#all
      .filter((one) => one.log === log && one.seq === seq && has(one.events, event))
      .map(({ attempt }) => attempt)
  }
}
