import { type PullerStorage, PullerStore, type StoredPuller } from './store.ts'

/** What a puller has stored, as far as it is held in memory, and the one step that may be under way. */
export class PullerMemory {
  readonly store: PullerStore
  state: StoredPuller | null
  #step: PullStep | undefined

  constructor(storage: PullerStorage) {
    this.store = new PullerStore(storage)
    this.state = this.store.read()
  }

  /** Its state, which begins with the first call. */
  begun(): StoredPuller {
    if (this.state) return this.state
    const state: StoredPuller = {
      version: 0,
      terms: 0,
      known: {},
      rare: {},
      missed: {},
      heard: null,
      run: null,
      last: null,
      nextAt: null,
      wanted: null,
      failures: 0,
      error: null,
      waiting: null,
      objects: 0,
      calls: 0,
      counts: {},
      account: null,
    }
    this.store.save(state)
    this.state = state
    return state
  }

  /** A step begins. `null`: one is under way. */
  enter(): PullStep | null {
    if (this.#step) return null
    this.#step = new PullStep(this)
    return this.#step
  }

  /** It is over. One that was given up may say so long after another began. */
  leave(step: PullStep): void {
    if (this.#step === step) this.#step = undefined
  }

  /** What is in memory may be ahead of what is stored. */
  giveUp(): void {
    this.#step = undefined
    this.state = this.store.read()
  }

  /** It is gone: nothing is kept. */
  clear(): void {
    this.store.clear()
    this.state = null
  }

  /** Throws when the step is given up: another goes on from what was stored. */
  stateOf(step: PullStep): StoredPuller {
    if (step !== this.#step || !this.state) throw new Error('this step was given up')
    return this.state
  }
}

/** The step under way: one that was given up stores nothing any more. */
export class PullStep {
  readonly #memory: PullerMemory

  constructor(memory: PullerMemory) {
    this.#memory = memory
  }

  /** Throws when it was given up; so do all others. */
  get state(): StoredPuller {
    return this.#memory.stateOf(this)
  }

  /** To be called before another one's answer is used. */
  check(): void {
    this.#memory.stateOf(this)
  }

  /** Stores the state as `change` leaves it, and what is written `beside` it, in one transaction. */
  save(change: (state: StoredPuller) => void, beside?: () => void): void {
    const { state } = this
    change(state)
    this.#memory.store.save(state, beside)
  }
}
