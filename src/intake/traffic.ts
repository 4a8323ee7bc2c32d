import { total } from '../lane/index.ts'
import type { Counters } from './protocol.ts'

/** What came in a span of time. Unit: events. */
export interface TrafficFigures {
  /** New ones: without duplicates. */
  accepted: number
  rejected: number
}

/** What lists show of a source, and what alerts go by. Times are milliseconds. */
export interface SourceHealth {
  /** Of the last 24 hours, and of the last 15 to 30 minutes. */
  day: TrafficFigures
  lately: TrafficFigures
  lastEventAt: number | null
  /** The longest time without events in the last seven days; `null`: less than two days are known, or too few events. */
  usualGapMs: number | null
  /** When this was so. */
  at: number
}

/** Tells the control plane; milliseconds after which it wants to hear again though nothing came, `null`: never. */
export type TellSourceHealth = (health: SourceHealth) => Promise<number | null>

/** As it is stored with the intake's state. */
export interface StoredTraffic {
  /** Up to and with this row of the log, whose counters said so much. */
  seq: number
  archived: number
  rejected: number
  /** Milliseconds of the last commit; 0: there was none. */
  last: number
  /** By quarter of an hour, counted from 1970: accepted and rejected. */
  slots: Record<string, [accepted: number, rejected: number]>
  /** By day, counted from 1970: the longest time between two commits. */
  gaps: Record<string, number>
  /** What was told last: up to which row, when, and when to tell again. */
  told: { seq: number; at: number; again: number | null } | null
}

const SLOT_MS = 15 * 60_000
const SLOTS = 96
const DAY_MS = 24 * 3_600_000
const DAYS = 7
/** With fewer events nothing is usual. */
const USUAL_EVENTS = 100
/** At most one look of others at a source in this time. */
export const TELL_EVERY_MS = 60_000
const RETRY_MS = 60_000

const NOTHING: StoredTraffic = { seq: 0, archived: 0, rejected: 0, last: 0, slots: {}, gaps: {}, told: null }

/**
 * What came to a source when: made of the rows of its log as they are committed, so that none costs a row more. What is
 * stored lags behind; the rows after it are still in the object when it opens.
 */
export class Traffic {
  #state: StoredTraffic
  #notBefore = 0

  constructor(stored: StoredTraffic | undefined) {
    this.#state = { ...NOTHING, ...stored, slots: { ...stored?.slots }, gaps: { ...stored?.gaps } }
  }

  /** Takes a row over, once; rows come in their order. */
  note({ seq, committedAt, counters }: { seq: number; committedAt: string; counters: Counters }): void {
    const state = this.#state
    if (seq <= state.seq) return
    const at = Date.parse(committedAt)
    const rejected = total(counters.rejected)
    // What was before the first row that it sees, nobody has told it.
    if (state.seq > 0 || seq === 1) {
      const slot = (state.slots[Math.floor(at / SLOT_MS)] ??= [0, 0])
      slot[0] += counters.archived - state.archived
      slot[1] += rejected - state.rejected
      const day = Math.floor(at / DAY_MS)
      const gap = state.last === 0 ? 0 : Math.max(0, at - state.last)
      state.gaps[day] = Math.max(state.gaps[day] ?? 0, gap)
    }
    Object.assign(state, { seq, archived: counters.archived, rejected, last: at })
    prune(state.slots, Math.floor(at / SLOT_MS) - SLOTS)
    prune(state.gaps, Math.floor(at / DAY_MS) - DAYS)
  }

  get stored(): StoredTraffic {
    return this.#state
  }

  health(now: number): SourceHealth {
    const { last, slots, gaps, archived } = this.#state
    const slot = Math.floor(now / SLOT_MS)
    const known = Object.keys(gaps).length >= 2 && archived >= USUAL_EVENTS
    return {
      day: sumOf(slots, slot - SLOTS + 1),
      lately: sumOf(slots, slot - 1),
      lastEventAt: last === 0 ? null : last,
      usualGapMs: known ? Math.max(...Object.values(gaps)) : null,
      at: now,
    }
  }

  /** Milliseconds when to tell of it; `Infinity`: there is nothing to tell. */
  get due(): number {
    const { told, seq } = this.#state
    const moved = seq > (told?.seq ?? 0) ? (told?.at ?? 0) + TELL_EVERY_MS : Infinity
    return Math.max(Math.min(moved, told?.again ?? Infinity), this.#notBefore)
  }

  /** `seq`: up to which row it was told; `again`: milliseconds from `at` after which it is to be told again. */
  told(seq: number, at: number, again: number | null): void {
    this.#state.told = { seq, at, again: again === null ? null : at + again }
    this.#notBefore = 0
  }

  failed(now: number): void {
    this.#notBefore = now + RETRY_MS
  }
}

function sumOf(slots: StoredTraffic['slots'], from: number): TrafficFigures {
  const sum = { accepted: 0, rejected: 0 }
  for (const [slot, [accepted, rejected]] of Object.entries(slots)) {
    if (Number(slot) < from) continue
    sum.accepted += accepted
    sum.rejected += rejected
  }
  return sum
}

function prune(counted: Record<string, unknown>, upTo: number): void {
  for (const key of Object.keys(counted)) if (Number(key) <= upTo) delete counted[key]
}
