import { isOpen } from './jobs.ts'
import {
  type StoredJob,
  type StoredSync,
  type StoredWarehouse,
  type WarehouseStorage,
  WarehouseStore,
} from './store.ts'
import type { WarehouseBounds } from './dials.ts'

/** What a warehouse's object has stored, as far as it is held in memory, and the one step that may be under way. */
export class WarehouseMemory {
  readonly id: string
  readonly store: WarehouseStore
  state: StoredWarehouse | null
  /** The newest one. */
  sync: StoredSync | null
  /** By id, in the order in which they were ordered. */
  jobs: Map<string, StoredJob>
  /** Milliseconds until which what a person sent is not loaded, by id. */
  erased: Map<string, number>
  #step: WarehouseStep | undefined

  constructor(id: string, storage: WarehouseStorage, bounds: WarehouseBounds) {
    this.id = id
    this.store = new WarehouseStore(storage, bounds)
    this.state = this.store.read()
    this.sync = this.store.lastSync()
    this.jobs = this.#storedJobs()
    this.erased = this.store.erased()
  }

  /** Its state, which begins with the first call. */
  begun(): StoredWarehouse {
    if (this.state) return this.state
    const state: StoredWarehouse = {
      version: 0,
      terms: 0,
      nextAt: null,
      wanted: null,
      failures: 0,
      error: null,
      told: 0,
      faults: 0,
      rows: 0,
      syncs: 0,
      erased: 0,
    }
    this.store.save(state)
    this.state = state
    return state
  }

  /** A step begins. `null`: one is under way. */
  enter(): WarehouseStep | null {
    if (this.#step) return null
    this.#step = new WarehouseStep(this)
    return this.#step
  }

  /** It is over. One that was given up may say so long after another began. */
  leave(step: WarehouseStep): void {
    if (this.#step === step) this.#step = undefined
  }

  /** What is in memory may be ahead of what is stored. */
  giveUp(): void {
    this.#step = undefined
    this.state = this.store.read()
    this.sync = this.store.lastSync()
    this.jobs = this.#storedJobs()
  }

  /** It is gone: nothing is kept. */
  clear(): void {
    this.store.clear()
    this.state = null
    this.sync = null
    this.jobs = new Map()
    this.erased = new Map()
  }

  /** Throws when the step is given up: another goes on from what was stored. */
  stateOf(step: WarehouseStep): StoredWarehouse {
    if (step !== this.#step || !this.state) throw new Error('this step was given up')
    return this.state
  }

  #storedJobs(): Map<string, StoredJob> {
    return new Map(this.store.jobs().map((job) => [job.id, job]))
  }
}

/** The step under way: one that was given up stores nothing any more. */
export class WarehouseStep {
  readonly #memory: WarehouseMemory

  constructor(memory: WarehouseMemory) {
    this.#memory = memory
  }

  /** Throws when it was given up; so do all others. */
  get state(): StoredWarehouse {
    return this.#memory.stateOf(this)
  }

  /** To be called before another one's answer is used. */
  check(): void {
    this.#memory.stateOf(this)
  }

  /** Stores the state with what `change` changes and writes, in one transaction. */
  save(change: (state: StoredWarehouse) => void): void {
    const { state } = this
    this.#memory.store.save(state, () => change(state))
  }

  /** Stores what has changed of a job, and what is `beside` it. */
  saveJob<J extends StoredJob>(job: J, changes: Partial<J>, beside: () => void = () => undefined): void {
    // Somebody may have cancelled it meanwhile.
    const { state: _, ...others } = changes
    Object.assign(job, isOpen(job) ? changes : others)
    this.save(() => {
      this.#memory.store.putJob(job)
      beside()
    })
  }
}
