import type { Context } from '../context.ts'
import { MOST_ROW_CHARS } from './bounds.ts'
import { packWork } from './compact.ts'
import type { DeadLetters } from './dead.ts'
import type { Failures } from './failures.ts'
import type { Held } from './held.ts'
import type { History } from './history.ts'
import type { Logs } from './logs.ts'
import type { RecentAttempts } from './recent-attempts.ts'
import type { RedriveBooks } from './redrive-books.ts'
import type { LaneWays } from './ways.ts'
import type { DeadLetter } from './protocol.ts'
import type { LaneState, LaneStore } from './store.ts'
import { encodedLength, type Work } from './work.ts'
import type { WorkRows } from './work-rows.ts'

/** What a lane has in memory of its rows, beside its works. */
export interface Rows {
  state: LaneState
  workRows: WorkRows
  held: Held
  logs: Logs
  dead: DeadLetters
  failures: Failures
  recent: RecentAttempts
  history: History
  ways: LaneWays
  books: RedriveBooks
}

/** What one call changes: all of it is stored in one transaction, or nothing. */
export class UnitOfWork {
  readonly #store: LaneStore
  readonly #rows: Rows
  readonly #ctx: Pick<Context, 'now' | 'log'>
  readonly #lane: string
  readonly #works = new Set<Work>()
  readonly #done = new Set<number>()
  #buried: DeadLetter[] = []
  readonly #kept: DeadLetter[] = []
  readonly #revived = new Set<number>()
  #state = false
  #failures = false

  constructor(store: LaneStore, rows: Rows, ctx: Pick<Context, 'now' | 'log'>, lane: string) {
    this.#store = store
    this.#rows = rows
    this.#ctx = ctx
    this.#lane = lane
  }

  /** A work is new, or has changed. */
  touch(work: Work): void {
    this.#works.add(work)
    this.#done.delete(work.id)
  }

  /** A work is done, or held: its own row is nobody's. */
  remove(work: Work): void {
    this.#works.delete(work)
    this.#done.add(work.id)
  }

  /** What the lane knows of itself has changed. */
  touchState(): void {
    this.#state = true
  }

  touchFailures(): void {
    this.#failures = true
  }

  bury(letter: Omit<DeadLetter, 'id'>): void {
    this.#buried.push(this.#rows.dead.make(letter, this.#ctx.now()))
  }

  /** A dead letter is dead no longer: its row goes. */
  revive({ id }: DeadLetter): void {
    this.#revived.add(id)
  }

  /** A dead letter has fewer events than before. */
  keep(letter: DeadLetter): void {
    this.#kept.push(letter)
  }

  /** Dead letters so far. */
  get buried(): number {
    return this.#buried.length
  }

  /** Whether there was something to store. Throws when nothing can be: what is in memory is then ahead of its rows and has to be read again. */
  commit(): boolean {
    const dead = this.#buried.length + this.#kept.length + this.#revived.size
    const touched = this.#works.size + this.#done.size + dead
    if (touched === 0 && !this.#state && !this.#failures) return false
    for (const work of this.#works) if (encodedLength(work) > MOST_ROW_CHARS) packWork(work, this.#ctx.now())
    const { state } = this.#rows
    const past = { ...state.past, minutes: { ...state.past.minutes } }
    const ways = { ...state.ways, slots: { ...state.ways.slots } }
    const { spare } = state
    try {
      this.#write()
    } catch (error) {
      // What is refused is too large, or nothing can be written: words and samples are worth less than outcomes.
      this.#ctx.log('warn', 'a write was refused', { lane: this.#lane, error: String(error) })
      state.past = past
      state.ways = ways
      state.spare = spare
      this.#lighten()
      this.#write()
    } finally {
      this.#clear()
    }
    return true
  }

  #write(): void {
    const { state, workRows, held, logs, failures, recent, history, ways, books } = this.#rows
    if (this.#state) state.attempts = recent.stored()
    this.#store.save({
      dead: [...this.#buried, ...this.#kept],
      redriven: this.#revived,
      beside: () => {
        // What lanes knew before is read before it is put together.
        if (this.#state) ways.roll(state.ways, this.#ctx.now())
        if (this.#state) history.roll(state.past, this.#ctx.now())
        if (this.#failures) failures.save()
        workRows.write(this.#works, this.#done)
        held.write()
        logs.write()
        books.write()
      },
      ...(this.#state && { state }),
    })
  }

  /** Leaves what has changed without everything that no outcome depends on. */
  #lighten(): void {
    for (const work of this.#works) {
      delete work.said
      packWork(work, this.#ctx.now())
    }
    this.#rows.ways.lighten(this.#rows.state.ways, this.#works)
    this.#buried = this.#buried.map(withoutWords)
    this.#failures = false
    this.#rows.recent.forget()
  }

  #clear(): void {
    this.#rows.workRows.written()
    this.#rows.held.written()
    this.#rows.logs.written()
    this.#rows.books.written()
    this.#works.clear()
    this.#done.clear()
    this.#revived.clear()
    this.#buried = []
    this.#kept.length = 0
    this.#failures = false
    this.#state = false
  }
}

/** A dead letter without what its receiver said. */
export function withoutWords(letter: DeadLetter): DeadLetter {
  const bare = { ...letter }
  delete bare.sample
  delete bare.message
  return bare
}
